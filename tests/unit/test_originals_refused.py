"""What is said of tensors that are no network of this family."""

import contextlib
import random
from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn

from resnet_viz.models import CheckpointError, foreign
from tests.unit.opened_support import hollow, opened
from tests.unit.originals_support import STYLES, Original, put

__all__ = ["opened"]

zoo = torchvision.models


def own(change, style="torchvision, timm", **options):
    """A network with one thing that does not fit."""

    def made():
        network = Original(STYLES[style], **options)
        change(network)
        return network

    return made


def with_part(name, layer, style="torchvision, timm"):
    return own(lambda network: put(network, name, layer), style)


def with_head(head):
    return own(lambda network: setattr(network, "fc", head))


def with_first(stem):
    return own(lambda network: setattr(network, "conv1", stem))


def averaged_down(network):
    """ResNet-D's projection, behind an average pool."""
    block = network.get_submodule("layer2.0")
    block.downsample = nn.Sequential(
        nn.AvgPool2d(2), nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16)
    )


def blurred(network):
    network.get_submodule("layer2.0").register_buffer("filt", torch.ones(1, 1, 3, 3))


def scaled(network):
    block = network.get_submodule("layers.1")
    block.register_parameter("gamma", nn.Parameter(torch.ones(8)))


def two_heads(network):
    network.fc = None
    network.colour, network.shape = nn.Linear(24, 3), nn.Linear(24, 4)


class PreActivated(nn.Module):
    """The tensors of a network whose blocks begin with a normalisation."""

    def __init__(self, block, last, projection):
        super().__init__()
        put(self, "conv1", nn.Conv2d(3, 8, 3, bias=False))
        given = 8
        for stage, width in enumerate((8, 16, 32), start=1):
            for number in range(2):
                name = f"{block.format(stage)}.{number}"
                put(self, f"{name}.bn1", nn.BatchNorm2d(given))
                put(self, f"{name}.conv1", nn.Conv2d(given, width, 3, bias=False))
                put(self, f"{name}.bn2", nn.BatchNorm2d(width))
                put(self, f"{name}.conv2", nn.Conv2d(width, width, 3, bias=False))
                if given != width and projection:
                    put(self, f"{name}.{projection}", nn.Conv2d(given, width, 1, bias=False))
                given = width
        if last:
            put(self, last, nn.BatchNorm2d(given))
        put(self, "linear", nn.Linear(given, 5))


class ResNet9(nn.Module):
    """As courses build it, with an activation before each addition."""

    def __init__(self):
        super().__init__()
        widths = {"conv1": (3, 8), "conv2": (8, 16), "res1.0": (16, 16), "res1.1": (16, 16)}
        widths |= {"conv3": (16, 32), "conv4": (32, 32), "res2.0": (32, 32), "res2.1": (32, 32)}
        for name, ends in widths.items():
            put(self, f"{name}.0", nn.Conv2d(*ends, 3))
            put(self, f"{name}.1", nn.BatchNorm2d(ends[1]))
        put(self, "classifier.3", nn.Linear(32, 5))


BARE = {"weights": None, "weights_backbone": None}
DEEP = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 8, 3))
HIDDEN = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 5))
REFUSED = {
    "AlexNet": (zoo.alexnet, r"features\.0\.weight \(64×3×11×11\)"),
    "VGG": (zoo.vgg11, r"features\.3\.weight \(128×64×3×3\)"),
    "VGG with normalisations": (zoo.vgg13_bn, r"features\.3\.weight \(64×64×3×3\)"),
    "DenseNet": (zoo.densenet121, r"features\.denseblock1\.denselayer1\.conv1\.weight"),
    "MobileNet V2": (zoo.mobilenet_v2, r"features\.1\.conv\.0\.0\.weight \(32×1×3×3\)"),
    "MobileNet V3": (zoo.mobilenet_v3_small, r"features\.1\.block\.0\.0\.weight"),
    "EfficientNet": (zoo.efficientnet_b0, r"features\.1\.0\.block\.0\.0\.weight"),
    "SqueezeNet": (zoo.squeezenet1_0, r"features\.3\.squeeze\.weight"),
    "ShuffleNet": (zoo.shufflenet_v2_x0_5, r"stage2\.0\.branch1\.0\.weight"),
    "MNASNet": (zoo.mnasnet0_5, r"layers\.3\.weight"),
    "GoogLeNet": (lambda: zoo.googlenet(init_weights=False), r"conv2\.conv\.weight"),
    "ConvNeXt": (zoo.convnext_tiny, r"features\.0\.0\.weight \(96×3×4×4\)"),
    "ViT": (zoo.vit_b_16, r"conv_proj\.weight \(768×3×16×16\)"),
    "Swin": (zoo.swin_t, r"features\.0\.0\.weight \(96×3×4×4\)"),
    "a network of films": (zoo.video.r3d_18, "no first convolution of a picture"),
    "FCN": (lambda: zoo.segmentation.fcn_resnet50(**BARE), r"classifier\.0 works on the features"),
    "Faster R-CNN": (
        lambda: zoo.detection.fasterrcnn_resnet50_fpn(**BARE),
        r"backbone\.fpn\.inner_blocks\.3\.0 works on the features",
    ),
    "linear layers alone": (lambda: HIDDEN, "no first convolution of a picture"),
    "squeeze and excitation": (
        with_part("layer1.0.se.fc1", nn.Linear(8, 2)), r"layer1\.0\.se\.fc1\.weight \(2×8\)"
    ),
    "squeeze and excitation, by order": (
        with_part("layers.1.se.fc", nn.Linear(8, 8), "layers"), r"layers\.1\.se\.fc\.weight"
    ),
    "excitation of convolutions, by order": (
        with_part("layers.1.se.0", nn.Conv2d(8, 2, 1), "layers"), r"layers\.1\..*convolutions"
    ),
    "a learned activation": (with_part("layer1.0.act", nn.PReLU(8)), r"layer1\.0\.act\.weight"),
    "a learned activation, by order": (
        with_part("act", nn.PReLU(8), "layers"), r"act\.weight \(8\)"
    ),
    "a scaled branch": (own(scaled, "layers"), r"layers\.1\.gamma"),
    "a deep stem": (with_first(DEEP), r"conv1\.0\.weight \(4×3×3×3\)"),
    "a stem of 5×5": (own(lambda _: None, kernel=5), r"conv1\.weight.* is 8×3×5×5"),
    "an averaging projection": (own(averaged_down), r"layer2\.0\.downsample\.2\.weight"),
    "Res2Net": (
        with_part("layer1.0.convs.0", nn.Conv2d(2, 2, 3)), r"layer1\.0\.convs\.0\.weight"
    ),
    "blur": (
        own(blurred),
        r"layer2\.0\.filt \(1×1×3×3\)",
    ),
    "pre-activation": (
        lambda: PreActivated("layer{}", "", "shortcut.0"), r"layer2\.0\.bn1\.weight is 8 where 16"
    ),
    "pre-activation, wide": (
        lambda: PreActivated("block{}.layer", "bn1", "convShortcut"),
        r"block2\.layer\.0\.bn1 normalises 8 channels where 16 come",
    ),
    "pre-activation without projections": (
        lambda: PreActivated("layer{}", "bn1", ""), r"bn1\.weight is 32 where 8 is needed"
    ),
    "ResNet-9 of the courses": (ResNet9, r"conv2\.0\.weight \(16×8×3×3\)"),
    "group normalisation": (
        own(lambda _: None, norm=lambda size: nn.GroupNorm(4, size)),
        "bn1 keeps no running averages",
    ),
    "instance normalisation": (
        own(lambda _: None, norm=lambda size: nn.InstanceNorm2d(size, affine=True)),
        "bn1 keeps no running averages",
    ),
    "a hidden layer": (with_head(HIDDEN), r"fc\.0 works on the features"),
    "two last layers": (own(two_heads), r"colour works on the features"),
    "a neck": (with_part("neck", nn.BatchNorm1d(24), "OpenMMLab"), "neck works on the features"),
    "a neck, by order": (
        with_part("neck", nn.BatchNorm1d(24), "layers"), "the stem has 2 normalisations"
    ),
    "four channels": (own(lambda _: None, channels=4), "takes 4 channels"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_residual_network_is_refused_by_what_was_seen(opened, what):
    make, seen = REFUSED[what]
    with torch.device("meta"):
        network = make()
    with pytest.raises(CheckpointError, match=seen) as refused:
        opened(hollow(network))
    assert str(refused.value).startswith("mine.pth was refused: ")
    assert str(refused.value).endswith(".")
    assert foreign.fitting(Path("mine.pth")) == []


def test_features_without_end_are_refused_before_room_is_made_for_them(opened):
    with torch.device("meta"):
        network = Original(kind="bottleneck", widths=(8, 2000), blocks=(1, 1))
    state = {k: v for k, v in hollow(network).items() if not k.startswith("fc.")}
    with pytest.raises(CheckpointError, match="its 8,000 features are more than the 4,096"):
        opened(state)


def test_a_small_file_of_repeated_numbers_is_not_multiplied_out(opened):
    state = hollow(Original())
    weight = state.pop("conv1.weight")
    parts = {"conv1.weight_g": torch.ones(8, 1, 1, 1), "conv1.weight_v": weight}
    with pytest.raises(CheckpointError, match=r"conv1\.weight_"):
        opened(state | parts)


CHANGES = (
    lambda name, tensor: {},
    lambda name, tensor: {name: torch.zeros(0, 3)},
    lambda name, tensor: {name: torch.zeros(())},
    lambda name, tensor: {name: tensor[None]},
    lambda name, tensor: {name: tensor.to(torch.int8)},
    lambda name, tensor: {f"{name}²": tensor},
    lambda name, tensor: {name.replace("0", "9" * 5000): tensor},
    lambda name, tensor: {name.replace("layer", "later"): tensor},
    lambda name, tensor: {f"{name}_g": torch.ones(2), f"{name}_v": tensor},
)


@pytest.mark.parametrize("seed", range(40))
def test_files_with_anything_changed_are_opened_or_refused_in_a_sentence(opened, seed):
    chance = random.Random(seed)
    style = STYLES[chance.choice(sorted(STYLES))]
    state = Original(style, blocks=(1, 1), widths=(4, 8), stem_width=4).state_dict()
    for name in chance.sample(sorted(state), 2):
        state |= chance.choice(CHANGES)(name, state.pop(name))
    for architecture in (None, "resnet20"):
        with contextlib.suppress(CheckpointError):
            found = opened(state, architecture=architecture)
            assert found.network(torch.randn(1, 3, 8, 8)).shape == (1, len(found.classes))


def test_whole_numbers_are_no_weights(opened):
    state = Original().state_dict()
    state["conv1.weight"] = state["conv1.weight"].to(torch.int8)
    with pytest.raises(CheckpointError, match=r"conv1\.weight holds int8"):
        opened(state)


def test_shapes_without_numbers_are_refused(opened):
    with torch.device("meta"):
        network = Original()
    with pytest.raises(CheckpointError, match="its tensors have shapes, but no numbers"):
        opened(network.state_dict())
