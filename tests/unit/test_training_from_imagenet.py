"""A run can begin with ImageNet's weights in each of the six networks, where they are here."""

import dataclasses
import os
import shutil

import pytest
import torch
import torchvision

from resnet_viz import data
from resnet_viz.models import ARCHITECTURES, pretrained
from resnet_viz.models.architecture import PRETRAINED
from resnet_viz.training import DataGone, RunConfig
from resnet_viz.training.start import prepare
from tests.unit.training_support import Memory, few_digits, home, train

__all__ = ["home"]


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Writes weights of one of the six networks as torchvision would; there is no network.

    Nothing waits for the disk, and the large files are gone afterwards.
    """

    def offline(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "urlopen", offline)
    monkeypatch.setattr(os, "fsync", lambda _: None)

    def write(architecture):
        torch.manual_seed(0)
        with torch.device("meta"):  # its own way to draw the weights takes many times as long
            network = torchvision.models.get_model(architecture, weights=None)
        state = network.to_empty(device="cpu").state_dict()
        for name, tensor in state.items():
            if name.endswith("num_batches_tracked"):
                tensor.zero_()
            else:
                tensor.uniform_(*(0.5, 1.5) if name.endswith("running_var") else (-0.05, 0.05))
        torch.save(state, pretrained.folder() / "weights.pth")
        return state

    yield write
    shutil.rmtree(tmp_path)


def few_photographs(size=32, images=8):
    """Noise in two classes."""
    random = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (images, 3, size, size), dtype=torch.uint8, generator=random)
    split = data.Split(pixels, torch.arange(images) % 2)
    return dataclasses.replace(
        few_digits(), name="noise", classes=("even", "odd"), train=split, test=split
    )


FROM_IMAGENET = {"recipe": "finetune", "start": "imagenet", "input_size": 32, "trunk_rate": 0}


@pytest.mark.parametrize("architecture", PRETRAINED)
def test_each_of_the_six_networks_begins_with_the_weights_of_imagenet(
    architecture, weights, monkeypatch
):
    theirs, few = weights(architecture), few_photographs()
    monkeypatch.setattr(data, "load", lambda name, **options: few)
    for draw in ("kaiming_normal_", "kaiming_uniform_"):  # what is drawn is not what is tested
        monkeypatch.setattr(torch.nn.init, draw, lambda tensor, *_, **__: tensor.data.zero_())
    begun = prepare(RunConfig.from_recipe(architecture, **FROM_IMAGENET))
    ours = begun.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if not name.startswith("fc."))
    assert ours["fc.weight"].shape == (2, theirs["fc.weight"].shape[1])
    assert begun.source["data"] == "imagenet"
    assert begun.network.architecture.title == ARCHITECTURES[architecture].title
    assert begun.feed.mean == (0.485, 0.456, 0.406)


# One of each kind of block: the others have more of the same.
@pytest.mark.parametrize("architecture", ["resnet18", "resnet50", "resnext50_32x4d"])
def test_a_network_from_imagenet_is_finetuned_with_its_trunk_as_it_was(
    architecture, weights, tmp_path
):
    theirs = weights(architecture)
    memory = Memory()
    trained = train(
        tmp_path / "run",
        memory,
        dataset=few_photographs(),
        architecture=architecture,
        batch_size=8,
        **FROM_IMAGENET,
    )
    title = ARCHITECTURES[architecture].title
    assert trained.card["start"]["name"] == f"unknown weights in {title}'s layout"
    assert trained.card["start"]["data"] == "imagenet"
    assert trained.architecture.title == title
    assert (trained.classes, trained.input_size) == (("even", "odd"), 32)
    assert trained.mean == (0.485, 0.456, 0.406)
    ours = trained.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if not name.startswith("fc."))
    assert ours["fc.weight"].shape == (2, theirs["fc.weight"].shape[1])
    assert len(memory.epochs) == 1


def test_all_layers_of_a_network_from_imagenet_learn(weights, tmp_path):
    theirs = weights("resnet18")
    trained = train(
        tmp_path / "run",
        dataset=few_photographs(),
        architecture="resnet18",
        recipe="finetune",
        start="imagenet",
        input_size=32,
        batch_size=8,
    )
    ours = trained.network.state_dict()
    assert not any(torch.equal(ours[name], theirs[name]) for name in ours if ".conv" in name)


def test_without_the_weights_a_run_ends_with_the_sentence_that_says_what_to_do(weights, tmp_path):
    weights("resnet18")
    with pytest.raises(DataGone, match=r"ResNet-34 are not here .*resnet34-b627a593.pth into"):
        train(tmp_path / "run", architecture="resnet34", recipe="finetune", start="imagenet")
