"""Files that are no weights of a fitting network: a sentence each, and nothing in them is run."""

import io
import pickle
import zipfile

import pytest
import torch

from resnet_viz import models
from resnet_viz.home import home
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from tests.app.imports_support import Malicious, import_weights, saved
from tests.app.support import PHOTOGRAPHS, values


def pickled(trap):
    return pickle.dumps({"state_dict": Malicious(trap)})


def zipped(trap):
    """The same in the container that torch.save writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickled(trap))
        file.writestr("archive/version", "3\n")
    return buffer.getvalue()


REFUSED = {
    "another.pth": (
        lambda _: saved(models.build("resnet32", seed=0).state_dict()),
        "The file was refused: the weights do not fit ResNet-20: layer1.3.conv1.weight is unknown",
    ),
    "wide.pth": (
        lambda _: saved(
            models.build("resnet20", seed=0).state_dict() | {"bn1.bias": torch.ones(3)}
        ),
        "bn1.bias is 3 where 16 is needed",
    ),
    "object.pth": (lambda trap: saved(Malicious(trap)), "The file was refused: it is a pickled "),
    "numbers.pth": (lambda _: saved([1, 2, 3]), "The file was refused: it holds no named tensors"),
    "text.pth": (lambda _: b"no weights", "The file is not a file of weights, or it is damaged."),
    "empty.bin": (lambda _: b"", "The file was refused: it is empty"),
    "page.html": (lambda _: b"<html></html>", "The file was refused: it is a web page"),
    "cut.pth": (
        lambda _: saved(models.build("resnet20", seed=0).state_dict())[:5000],
        "The file was refused: it is cut off",
    ),
    "cut.safetensors": (
        lambda _: shipped_checkpoint("resnet20-digits-seed0").read_bytes()[:5000],
        "The file was refused: it is a .safetensors file that is cut off",
    ),
    "pickle.pt": (pickled, "The file "),
    "zipped.pth": (zipped, "The file "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_fitting_weights_is_refused_and_nothing_in_it_is_run(name, tmp_path):
    make, sentence = REFUSED[name]
    trap = tmp_path / "executed"
    app = import_weights(name, make(trap))
    assert not trap.exists()
    [error] = values(app.error)
    assert sentence in error
    assert error.endswith(".")
    assert "uploaded" not in error
    assert app.selectbox(key="right").value == PHOTOGRAPHS["right"]
    assert not list((home() / "imported").glob("*"))
    assert not app.run().error
