"""Checkpoints: what was saved comes back, and what others saved is imported as it is."""

import dataclasses
import os

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision
from PIL import Image

from resnet_viz import models
from resnet_viz.models import foreign
from tests.unit.checkpoints_support import cifar_state, classifier


def test_a_checkpoint_comes_back_with_equal_logits_and_card(tmp_path):
    before = classifier(activation="gelu", shortcut="B")
    before.save(tmp_path / "a.safetensors")
    after = models.load(tmp_path / "a.safetensors")
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(before.network(images), after.network(images))
    assert after.architecture == before.architecture
    assert (after.classes, after.card) == (before.classes, before.card)
    assert after.digest == before.digest
    assert not any(p.requires_grad for p in after.network.parameters())
    assert models.read_card(tmp_path / "a.safetensors")["card"]["recipe"] == "quick"


def test_half_precision_halves_the_file_and_keeps_normalisation_exact(tmp_path):
    whole = classifier()
    whole.save(tmp_path / "whole.safetensors")
    whole.save(tmp_path / "half.safetensors", half=True)
    size = {name: (tmp_path / f"{name}.safetensors").stat().st_size for name in ("whole", "half")}
    assert size["half"] < 0.56 * size["whole"]
    half = models.load(tmp_path / "half.safetensors").network
    assert torch.equal(half.bn1.running_var, whole.network.bn1.running_var)
    assert half.conv1.weight.dtype == torch.float32


def test_a_failing_write_leaves_the_last_good_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    classifier().save(path)
    good = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        classifier("plain20").save(path)
    assert path.read_bytes() == good
    assert os.listdir(tmp_path) == ["a.safetensors"]


def test_preprocessing_undoes_to_the_square_that_the_network_sees():
    c = classifier()
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 48, 3), np.uint8))
    tensor = c.preprocess(image)
    assert tensor.shape == (3, 32, 32)
    assert np.array_equal(np.array(c.picture(tensor)), np.array(image)[:, 8:40])
    grey = classifier(channels=1)
    assert grey.preprocess(image).shape == (1, 32, 32)


def akamaster(state):
    """The layout of the usual CIFAR ResNets: wrapped, data-parallel, ``linear`` for ``fc``."""
    renamed = {f"module.{k.replace('fc.', 'linear.')}": v for k, v in state.items()}
    return {"state_dict": renamed, "best_prec1": 91.7}


LAYOUTS = {
    "bare": lambda state: state,
    "akamaster": akamaster,
    "model": lambda state: {"model": {f"network.{k}": v for k, v in state.items()}, "epoch": 3},
    "lightning": lambda state: {
        "state_dict": {f"model.{k}": v for k, v in state.items()},
        "pytorch-lightning_version": "2.6.0",
    },
    "compiled": lambda state: {f"module._orig_mod.{k}": v for k, v in state.items()},
    "dropout head": lambda state: {k.replace("fc.", "fc.1."): v for k, v in state.items()},
    "weighted loss": lambda state: {
        "state_dict": {
            **{f"model.{k}": v for k, v in state.items()},
            "criterion.weight": torch.ones(10),
            "train_accuracy.confusion": torch.zeros(10, 10),
        }
    },
    "loss beside a bare network": lambda state: {**state, "loss_fn.weight": torch.ones(10)},
    "loss within a wrapper": lambda state: {
        **{f"module.net.{k}": v for k, v in state.items()},
        "module.class_weights": torch.ones(10),
    },
    "no counts": lambda state: {k: v for k, v in state.items() if "num_batches" not in k},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_usual_layouts_are_imported_with_equal_logits(tmp_path, layout):
    state = cifar_state()
    torch.save(LAYOUTS[layout](state), tmp_path / "weights.th")
    imported = models.import_weights(tmp_path / "weights.th", architecture="resnet20")
    network = models.build("resnet20").eval()
    network.load_state_dict(state)
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(imported.network(images), network(images))
    assert imported.classes[0] == "airplane"


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
def test_classes_channels_and_shortcut_are_read_off_the_tensors(tmp_path, shortcut):
    state = cifar_state(classes=7, channels=1, shortcut=shortcut)
    renamed = {k.replace("downsample", "shortcut"): v for k, v in state.items()}
    torch.save(renamed, tmp_path / "weights.pth")
    a = models.import_weights(tmp_path / "weights.pth", architecture="resnet20").architecture
    assert (a.classes, a.channels, a.shortcut) == (7, 1, shortcut)


def test_torchvisions_state_dict_is_imported_with_imagenets_classes(tmp_path):
    torch.save(torchvision.models.resnet18().state_dict(), tmp_path / "resnet18.pth")
    imported = models.import_weights(tmp_path / "resnet18.pth", architecture="resnet18")
    assert imported.classes[:2] == ("tench", "goldfish")
    assert imported.mean == (0.485, 0.456, 0.406)
    assert imported.preprocess(Image.new("RGB", (300, 500))).shape == (3, 224, 224)


def test_an_imported_network_is_saved_as_a_checkpoint_of_our_own(tmp_path):
    safetensors.torch.save_file(cifar_state(), tmp_path / "foreign.safetensors")
    imported = models.import_weights(tmp_path / "foreign.safetensors", architecture="resnet20")
    imported.save(tmp_path / "own.safetensors")
    assert models.load(tmp_path / "own.safetensors").digest == imported.digest


@pytest.mark.parametrize(
    "other", [{"mean": (0.1,) * 3}, {"std": (0.3,) * 3}, {"input_size": 16}], ids=str
)
def test_the_same_weights_with_other_preprocessing_have_another_digest(other):
    one = classifier()
    assert dataclasses.replace(one).digest == one.digest
    assert dataclasses.replace(one, **other).digest != one.digest


@pytest.mark.parametrize("name", models.ARCHITECTURES)
def test_an_architecture_is_recognised_by_its_tensors(tmp_path, name):
    row = models.ARCHITECTURES[name]
    with torch.device("meta"):  # no weights are drawn: what they are is not asked
        network = models.build(name, classes=3)
    state = {
        layer: torch.empty(tensor.shape, dtype=tensor.dtype)
        for layer, tensor in network.state_dict().items()
        if not layer.endswith("num_batches_tracked")
    }
    torch.save({"state_dict": state}, tmp_path / "mine.pth")
    fits = foreign.fitting(tmp_path / "mine.pth")
    # Without projections a plain network and a residual one have the same tensors.
    assert name in fits
    assert {models.ARCHITECTURES[fit].depth for fit in fits} == {row.depth}
    assert fits == sorted(fits, key=lambda fit: fit.startswith("plain"))
    state["conv1.bias"] = torch.zeros(3)
    torch.save(state, tmp_path / "strange.pth")
    assert foreign.fitting(tmp_path / "strange.pth") == []
