"""Layers and totals counted without numbers, against torchvision's documentation and arithmetic."""

import pytest
import torch
from torch import nn

from resnet_viz import analysis, models
from resnet_viz.models.architecture import PRETRAINED
from resnet_viz.models.pretrained import documented


@pytest.mark.parametrize("name", PRETRAINED)
def test_totals_are_those_that_torchvision_documents(name):
    weights = documented(name)[0]
    parameters, multiply_adds = analysis.totals(models.ARCHITECTURES[name])
    assert parameters == weights.parameters
    assert round(multiply_adds / 1e9, 2) == round(weights.gmacs, 2)


def test_multiply_adds_grow_with_the_pixels_but_for_the_last_layer():
    row = models.ARCHITECTURES["resnet20"]
    small = analysis.layer_table(row, 16).set_index("layer")["multiply_adds"]
    large = analysis.layer_table(row, 32).set_index("layer")["multiply_adds"]
    assert (large.drop("fc") == 4 * small.drop("fc")).all()
    assert large["fc"] == small["fc"] == 640
    # 3×3 over 3 channels, 16 kernels, at 32 × 32 places
    assert large["conv1"] == 9 * 3 * 16 * 32 * 32


@pytest.mark.parametrize(("name", "size"), [("resnet20", 32), ("resnet18", 300), ("resnet9", 32)])
def test_shapes_are_those_of_a_network_that_runs(name, size):
    network = models.build(name, seed=0).eval()
    shapes = {}
    for layer, module in network.named_modules():
        module.register_forward_hook(
            lambda _, args, out, layer=layer: shapes.__setitem__(layer, tuple(out.shape[1:]))
        )
    with torch.no_grad():
        network(torch.randn(1, 3, size, size))
    table = analysis.layer_table(network.architecture, size)
    assert dict(zip(table["layer"], table["output"], strict=True)).items() <= shapes.items()
    assert table["parameters"].sum() == sum(p.numel() for p in network.parameters())
    assert table["share"].sum() == pytest.approx(100)


def test_the_receptive_field_is_where_the_gradient_reaches():
    """All weights one and no nonlinearity in the way: whatever can reach a value does."""
    network = models.build("resnet20", blocks=(2, 1, 1), norm="none").double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1e-2)
    image = torch.ones(1, 3, 97, 97, dtype=torch.double, requires_grad=True)
    for layer in ("conv1", "layer1.1.add", "layer2.0.conv1", "layer2.0.add", "layer3.0.add"):
        seen = []
        handle = network.get_submodule(layer).register_forward_hook(
            lambda _, args, out, seen=seen: seen.append(out)
        )
        network(image)
        handle.remove()
        middle = seen[0].shape[-1] // 2
        [gradient] = torch.autograd.grad(seen[0][0, :, middle, middle].sum(), image)
        touched = (gradient[0].abs().sum(0).sum(0) > 0).nonzero()
        table = analysis.layer_table(network.architecture, 97).set_index("layer")
        reach = int(touched.max() - touched.min()) + 1
        assert table.loc[layer, "receptive_field"] == reach, layer


def test_the_last_layers_see_what_all_places_of_the_last_maps_see():
    """The gradient of 4×4 values in the middle of larger maps, where no border cuts it."""
    network = models.build("resnet20", blocks=(1, 1, 1), norm="none").double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1e-2)
    image = torch.ones(1, 3, 97, 97, dtype=torch.double, requires_grad=True)
    maps = network.layer3(network.layer2(network.layer1(network.act1(network.conv1(image)))))
    middle = maps.shape[-1] // 2
    places = slice(middle - 2, middle + 2)
    [gradient] = torch.autograd.grad(maps[0, :, places, places].sum(), image)
    touched = (gradient[0].abs().sum(0).sum(0) > 0).nonzero()
    table = analysis.layer_table(network.architecture, 16).set_index("layer")  # 4×4 at its end
    reach = int(touched.max() - touched.min()) + 1
    assert table.loc["avgpool", "receptive_field"] == reach
    assert table.loc["fc", "receptive_field"] == reach


@pytest.mark.parametrize(
    ("name", "options", "kinds"),
    [
        ("plain20", {}, {"none"}),
        ("resnet20", {}, {"identity", "zero padding"}),
        ("resnet18", {}, {"identity", "projection"}),
        ("resnet50", {"shortcut": "C"}, {"projection"}),
        ("resnet9", {}, {"identity", "none"}),
    ],
)
def test_an_outline_has_every_block_with_its_shortcut_and_all_the_cost(name, options, kinds):
    row = models.ARCHITECTURES[name].with_options(**options)
    parts = analysis.outline(row)
    inner = parts[~parts["kind"].isin(["stem", "head"])]
    assert set(inner["shortcut"]) == kinds
    assert (inner["kind"] == row.block).sum() == sum(row.blocks)
    assert tuple(parts[["parameters", "multiply_adds"]].sum()) == analysis.totals(row)
    for before, after in zip(parts["output"][:-1], parts["input"][1:], strict=True):
        assert before == after
    with torch.device("meta"):
        network = models.ResNet(row)
    shortcuts = sum(
        p.numel()
        for block in network.blocks().values()
        for p in (block.downsample or nn.Identity()).parameters()
    )
    assert parts["shortcut_parameters"].sum() == shortcuts


@pytest.mark.parametrize(
    ("options", "scale", "dropout"),
    [({}, 1, 0), ({"shortcut_scale": 0.5}, 0.5, 0), ({"shortcut_dropout": 0.3}, 1, 0.3)],
)
def test_an_outline_says_what_is_multiplied_on_the_way_around(options, scale, dropout):
    parts = analysis.outline(models.ARCHITECTURES["resnet9"].with_options(**options))
    has = parts["shortcut"] != "none"
    assert has.any()
    assert (parts.loc[has, "shortcut_scale"] == scale).all()
    assert (parts.loc[has, "shortcut_dropout"] == dropout).all()
    assert (parts.loc[~has, "shortcut_scale"] == 1).all()
    assert (parts.loc[~has, "shortcut_dropout"] == 0).all()


@pytest.mark.parametrize("size", [1, 2, 32, 224])
def test_a_part_pools_where_the_network_has_a_pooling(size):
    for name, pooling in (("resnet18", {"stem"}), ("resnet20", set())):
        parts = analysis.outline(models.ARCHITECTURES[name], size)
        assert set(parts.loc[parts["pools"], "part"]) == pooling
    parts = analysis.outline(models.ARCHITECTURES["resnet9"])
    assert set(parts.loc[parts["pools"], "kind"]) == {"transition"}


def test_a_projection_costs_what_the_paper_says_of_option_b():
    parts = analysis.outline(models.ARCHITECTURES["resnet18"]).set_index("part")
    assert parts.loc["layer2.0", "shortcut_parameters"] == 64 * 128 + 2 * 128
    assert parts.loc["layer2.0", "shortcut_multiply_adds"] == 64 * 128 * 28 * 28
    assert parts.loc["layer2.0", "convolutions"] == "3×3, 128, stride 2 → 3×3, 128"


@pytest.mark.parametrize("size", [0, 5000, True, 3.5])
def test_an_impossible_size_is_refused_with_a_sentence(size):
    with pytest.raises(analysis.AnalysisError, match="from 1 to 4,096"):
        analysis.totals(models.ARCHITECTURES["resnet20"], size)


def test_an_image_that_vanishes_on_the_way_is_refused_with_a_sentence():
    with pytest.raises(analysis.AnalysisError, match="too small for ResNet-9"):
        analysis.totals(models.ARCHITECTURES["resnet9"], 4)
