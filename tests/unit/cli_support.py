"""What the tests of the command line share: a store whose workers start at once, and refusals."""

import io
from pathlib import Path

import pytest

from resnet_viz import cli, models
from resnet_viz.runs import Launcher
from tests.unit.runs_support import FAKE_WORKER, end_workers, new_store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Commands within the test use workers that start at once."""
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (FAKE_WORKER,))
    store = new_store(tmp_path / "home", monkeypatch)
    yield store
    end_workers(store)


def refused(capsys, *arguments):
    """The one line on stderr of a command that was refused."""
    try:
        code = cli.main(arguments)
    except SystemExit as error:
        code = error.code
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    return err.strip()


def checkpoint(path, name="resnet20", card=None, **options):
    """A network with random weights, as a file to start from."""
    network = models.build(name, seed=0, classes=3, **options)
    colours = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
    classes = ("a", "b", "c")
    models.Classifier(
        network=network, classes=classes, input_size=32, card=card or {}, **colours
    ).save(path)


class Terminal(io.StringIO):
    def isatty(self):
        return True
