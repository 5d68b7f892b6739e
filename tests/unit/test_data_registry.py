"""One fact, one place: a data set is one row, and whoever lists or loads data sets reads it."""

import dataclasses
import json
import re

import pytest
import torch
from torchvision import datasets

from resnet_viz import cli, data, models
from resnet_viz.data import DATA_SETS
from resnet_viz.data.registry import COPIES
from resnet_viz.data.set_rows import Row, size_in_words
from resnet_viz.training import RunConfig
from resnet_viz.training.start import prepare

pytestmark = pytest.mark.usefixtures("home")


def halves(row: Row, folder: object) -> tuple[data.Split, data.Split]:
    """White pictures of one class, and black ones of the other."""
    labels = torch.arange(8) % 2
    images = (255 * labels).to(torch.uint8)[:, None, None, None].repeat(1, 3, 8, 8)
    return data.Split(images, labels), data.Split(images[:4], labels[:4])


@pytest.fixture
def dummy(monkeypatch) -> Row:
    """A data set added as a new one is: by its row alone."""
    row = dataclasses.replace(
        DATA_SETS["digits"],
        name="dummy",
        title="Dummy",
        full_title="Black and white",
        classes=("black", "white"),
        training=8,
        test=4,
        decoder="",
        read=halves,
    )
    monkeypatch.setitem(DATA_SETS, "dummy", row)
    return row


def test_a_row_more_is_a_data_set_more(dummy):
    assert "dummy" in data.known()
    assert "dummy" in data.available()
    assert data.classes("dummy") == ("black", "white")
    assert (data.title("dummy"), data.resolved("dummy")) == ("Dummy", "dummy")
    loaded = data.load("dummy")
    assert (loaded.name, loaded.title, loaded.flip) == ("dummy", "Black and white", False)
    assert (len(loaded.train), len(loaded.test), loaded.mean) == (8, 4, (0.5, 0.5, 0.5))
    assert data.load("dummy", size=16).train.images.shape[-1] == 16
    start = prepare(RunConfig.from_recipe("resnet20", data="dummy"))
    assert start.classifier(0, {}).card["data"] == "dummy"
    with pytest.raises(data.DataError, match="“dummy”"):
        data.load("nobody-knows-it")


def test_a_row_more_is_known_to_the_commands(dummy, tmp_path, capsys):
    network = models.build("resnet20", seed=0, classes=2)
    classifier = models.Classifier(
        network=network,
        classes=("black", "white"),
        input_size=8,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        card={},
    )
    classifier.save(tmp_path / "n")
    arguments = ["evaluate", str(tmp_path / "n"), "--data", "dummy", "--json"]
    assert cli.main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["test_accuracy"] in (0, 50, 100)
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    assert "dummy" in re.split(r"[\s,]+", capsys.readouterr().out)


@pytest.mark.parametrize("row", DATA_SETS.values(), ids=DATA_SETS)
def test_a_row_says_all_that_is_asked_of_one(row):
    assert DATA_SETS[row.name] is row
    assert len(set(row.classes)) == len(row.classes) >= 2
    assert row.origin.endswith(".")
    assert row.sentence.endswith(".")
    assert f"{row.training:,} for training and {row.test:,} for the test" in row.origin
    assert f"{row.side} × {row.side}" in row.origin
    assert row.channels in (1, 3)
    assert ("grey" in row.origin) == (row.channels == 1)
    assert bool(row.download) == bool(row.torchvision)
    assert row.room > row.download
    assert row.classes != tuple("0123456789") or not row.flip


def test_classes_are_in_the_order_of_torchvisions_labels():
    for name, source in (("mnist", datasets.MNIST), ("fashion-mnist", datasets.FashionMNIST)):
        for ours, theirs in zip(DATA_SETS[name].classes, source.classes, strict=True):
            assert ours.casefold().startswith(re.split("[/ ]", theirs.casefold())[0])
    for name, number in (("cifar10", 10), ("cifar100", 100), ("stl10", 10)):
        classes = DATA_SETS[name].classes  # their authors number them by the alphabet
        assert list(classes) == sorted(classes)
        assert len(classes) == number


def test_copies_are_of_sets_that_there_are():
    assert {copy.of for copy in COPIES.values()} <= {*DATA_SETS, ""}
    assert not COPIES.keys() & DATA_SETS.keys()


@pytest.mark.parametrize(
    ("size", "words"), [(11_594_722, "12 MB"), (2_640_397_119, "2.6 GB"), (999_000_000, "999 MB")]
)
def test_sizes_are_said_as_people_say_them(size, words):
    assert size_in_words(size) == words
