"""Files of other programs: the same logits, what is assumed and left aside named, or a refusal."""

import pytest
import torch
import torchvision
from torch import nn

from resnet_viz import models
from resnet_viz.models import CheckpointError


def hugging_face(state):
    """The names of ``ResNetForImageClassification``."""
    names = {}
    for name in state:
        part, _, rest = name.partition(".")
        if part.startswith("layer"):
            block, layer, rest = rest.split(".", 2)
            stage = f"resnet.encoder.stages.{int(part[-1]) - 1}.layers.{block}."
            if layer == "downsample":
                place, rest = rest.split(".", 1)
                layer = f"shortcut.{('convolution', 'normalization')[int(place)]}"
            else:
                kind = "convolution" if layer.startswith("conv") else "normalization"
                layer = f"layer.{int(layer[-1]) - 1}.{kind}"
            names[name] = f"{stage}{layer}.{rest}"
        else:
            kinds = {"conv1": "convolution", "bn1": "normalization"}
            inside = f"resnet.embedder.embedder.{kinds.get(part)}."
            names[name] = ("classifier.1." if part == "fc" else inside) + rest
    return {names[name]: tensor for name, tensor in state.items()}


def residual_function(state):
    """Blocks of a ``Sequential`` each for the branch and for the shortcut, told by position."""
    places = {"conv1": 0, "bn1": 1, "conv2": 3, "bn2": 4, "conv3": 6, "bn3": 7}
    named = {}
    for name, tensor in state.items():
        part, _, rest = name.partition(".")
        if part.startswith("layer"):
            block, layer, rest = rest.split(".", 2)
            inner = "shortcut" if layer == "downsample" else f"residual_function.{places[layer]}"
            name = f"conv{int(part[-1]) + 1}_x.{block}.{inner}.{rest}"
        elif part in ("conv1", "bn1"):
            name = f"conv1.{places[part]}.{rest}"
        named[name] = tensor
    return named


def by_position(network):
    return nn.Sequential(*network.children()).state_dict()


def begun(network):
    """Averages as a trained network has them, for those of a new one hide a mistake."""
    with torch.no_grad():
        for buffer in network.buffers():
            if buffer.is_floating_point():
                buffer.uniform_(0.5, 1.5)
    return network.eval()


def imported(folder, state, architecture=None, **options):
    torch.save(state, folder / "weights.pth")
    return models.import_weights(folder / "weights.pth", architecture, **options)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("layout", ["torchvision", "hugging face", "by position"])
def test_networks_of_the_usual_programs_are_found_and_give_their_logits(tmp_path, name, layout):
    network = begun(getattr(torchvision.models, name)(num_classes=12))
    state = {
        "torchvision": network.state_dict,
        "hugging face": lambda: hugging_face(network.state_dict()),
        "by position": lambda: by_position(network),
    }[layout]()
    found = imported(tmp_path, state)
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), network(images))
    assert found.architecture.name == name
    stride = ["stride on the 3×3 convolutions"] if name == "resnet50" else []
    assert found.card["assumed"] == [
        "class names",
        "normalisation",
        "red as the first channel",
        "input size",
        *stride,
    ]


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("layout", [residual_function, dict])
def test_a_stem_for_small_pictures_is_read_off_its_kernel(tmp_path, name, layout):
    network = begun(models.build(name, seed=0, stem="cifar", classes=100))
    found = imported(tmp_path, layout(network.state_dict()))
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), network(images))
    assert (found.architecture.stem, found.input_size) == ("cifar", 32)
    assert "no pooling behind the stem" in found.card["assumed"]


@pytest.mark.parametrize(
    "prefix",
    [
        "backbone.",
        "encoder_q.",
        "model.module.",
        "student.net.",
        "_fsdp_wrapped_module.",
        "resnet.",
    ],
)
def test_whatever_stands_before_all_names_is_taken_away(tmp_path, prefix):
    state = begun(models.build("resnet20", seed=0, shortcut="B")).state_dict()
    within = {
        f"{prefix}{name.replace('layer2.', 'layer2._orig_mod.')}": t for name, t in state.items()
    }
    found = imported(tmp_path, within).network.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in state.items())


def test_what_is_left_aside_and_what_is_assumed_are_named(tmp_path):
    state = {f"backbone.{k}": v for k, v in models.build("resnet20", seed=0).state_dict().items()}
    found = imported(tmp_path, state | {"projector.weight": torch.zeros(128, 64)})
    assert found.card["left_aside"] == ["projector.weight"]
    assert "shortcuts" in found.card["assumed"]  # plain-20 has the same tensors
    named = imported(tmp_path, state, "plain20")
    assert named.card["assumed"][:2] == ["class names", "normalisation"]
    assert "shortcuts" not in named.card["assumed"]
    assert "left_aside" not in named.card


@pytest.mark.parametrize(
    ("name", "shape"), [("after.weight", (5, 10)), ("adapter.weight", (3, 12, 1, 1))]
)
def test_what_would_change_the_answers_is_never_left_aside(tmp_path, name, shape):
    state = {f"backbone.{k}": v for k, v in models.build("resnet20", seed=0).state_dict().items()}
    with pytest.raises(CheckpointError, match=f"refused: {name} is not the network's"):
        imported(tmp_path, state | {name: torch.zeros(shape)})


def test_a_network_that_no_picture_can_be_fed_to_is_refused(tmp_path):
    state = models.build("resnet20", seed=0, channels=4).state_dict()
    with pytest.raises(CheckpointError, match="takes 4 channels"):
        imported(tmp_path, state, "resnet20")


def test_widths_of_no_row_of_the_table_are_read_off_the_shapes(tmp_path):
    state = models.build("resnet20", seed=0, widths=(8, 16, 24), stem_width=8).state_dict()
    found = imported(tmp_path, state).architecture
    assert (found.name, found.widths, found.stem_width) == ("resnet20", (8, 16, 24), 8)
    with pytest.raises(CheckpointError, match="They fit ResNet-20 custom instead"):
        imported(tmp_path, state, "resnet20")
