"""What a network of another program is called here: the nearest row, and what differs from it."""

import pytest
import torch
import torchvision
from torch import nn

from resnet_viz import models
from tests.unit.opened_support import hollow, opened
from tests.unit.originals_support import STYLES, TORCHVISION, Original, begun

__all__ = ["opened"]

zoo = torchvision.models


TITLES = {
    "resnet18": ("ResNet-18", {}),
    "resnet34": ("ResNet-34", {}),
    "resnet50": ("ResNet-50", {}),
    "resnet101": ("ResNet-101", {}),
    "resnet152": ("ResNet-152", {}),
    "resnext50_32x4d": ("ResNeXt-50 32x4d", {}),
    "resnext101_32x8d": ("ResNeXt-101 32x8d custom", {"groups": 32, "width_per_group": 8}),
    "resnext101_64x4d": ("ResNeXt-101 64x4d custom", {"groups": 64, "width_per_group": 4}),
    "wide_resnet50_2": ("ResNet-50 custom", {"width_per_group": 128}),
    "wide_resnet101_2": ("ResNet-101 custom", {"width_per_group": 128}),
}


@pytest.mark.parametrize("name", TITLES)
def test_torchvisions_networks_are_the_nearest_row_with_what_differs_as_options(opened, name):
    with torch.device("meta"):
        network = getattr(zoo, name)()
    found = opened(hollow(network))
    a, (title, options) = found.architecture, TITLES[name]
    assert (a.title, a.options, a.is_custom) == (title, options, bool(options))
    assert a.parameters == sum(tensor.numel() for tensor in network.parameters())
    assert found.classes[0] == "tench"


@pytest.mark.parametrize(
    ("network", "name", "options"),
    [
        (("resnet18", {"stem": "cifar", "classes": 10}), "resnet18", {"stem", "classes"}),
        (("resnet20", {"blocks": (4, 4, 4)}), "resnet20", {"blocks"}),
        (("resnet20", {"blocks": (5, 5, 6)}), "resnet32", {"blocks"}),
        (("resnet20", {"widths": (160, 320, 640)}), "resnet20", {"widths"}),
        (("resnet50", {"blocks": (2, 2, 2, 2)}), "resnet50", {"blocks"}),
        (("resnet110", {"shortcut": "C"}), "resnet110", {"shortcut"}),
        (("resnet9", {"widths": (16, 32, 64), "stem_width": 8}), "resnet9", None),
    ],
)
def test_the_nearest_row_is_of_the_same_family_and_differs_least(opened, network, name, options):
    made = models.ARCHITECTURES[network[0]].with_options(**network[1])
    with torch.device("meta"):
        network = models.ResNet(made)
    a = opened(hollow(network)).architecture
    assert a.name == name
    assert (a.blocks, a.widths, a.stem, a.shortcut) == (
        made.blocks,
        made.widths,
        made.stem,
        made.shortcut,
    )
    assert options is None or set(a.options) == options


def test_one_number_is_the_second_of_two_classes(opened):
    network = begun(Original(classes=1))
    found = opened(network.state_dict())
    images = torch.randn(3, 3, 32, 32)
    with torch.no_grad():
        share = found.network(images).softmax(dim=1)[:, 1]
        torch.testing.assert_close(share, network(images).sigmoid()[:, 0])
    assert found.card["folded"] == ["its one number z as the two of (0, z)"]


def without_head(style=TORCHVISION, **options):
    network = begun(Original(style, **options))
    state = network.state_dict()
    network._last = (nn.Identity(),)
    return network, {k: v for k, v in state.items() if not k.startswith(f"{style.head}.")}


@pytest.mark.parametrize("style", ["torchvision, timm", "hugging face", "layers", "by position"])
def test_a_network_without_a_last_layer_answers_with_its_features(opened, style):
    network, state = without_head(STYLES[style])
    found = opened(state)
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), network(images))
    assert found.classes == tuple(f"feature {index}" for index in range(24))
    assert "no last layer: its answers are the features" in found.card["folded"]
    assert "class names" not in found.card["assumed"]


def test_a_last_layer_of_convolutions_is_a_linear_one(opened):
    network = begun(Original())
    state = network.state_dict()
    found = opened(state | {"fc.weight": state["fc.weight"][:, :, None, None]})
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), network(images))
    assert found.card["folded"] == ["a last layer of 1×1 convolutions as a linear one"]
