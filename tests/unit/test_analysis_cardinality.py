"""Cardinality: the paper's pairs and cost, and that a grouped convolution is many paths."""

import pytest
import torch
from torch import nn

from resnet_viz import analysis, models
from resnet_viz.analysis.experiments.equal_cost import (
    CardinalityError,
    weights,
    width_at_equal_cost,
)
from resnet_viz.analysis.experiments.pass_times import forward_times
from resnet_viz.analysis.experiments.separate_paths import SeparatePaths, compare
from resnet_viz.models.published import IMAGENET_ERROR, RESNEXT50_BY_CARDINALITY

PAIRS = tuple(RESNEXT50_BY_CARDINALITY)


def trained_looking(name: str, **options) -> models.ResNet:
    """A network whose normalisations are no longer alike in all channels."""
    network = models.build(name, seed=3, **options)
    generator = torch.Generator().manual_seed(4)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for value in (module.weight.data, module.running_var):
                value.copy_(0.5 + torch.rand(value.shape, generator=generator))
            for value in (module.bias.data, module.running_mean):
                value.copy_(torch.randn(value.shape, generator=generator))
    return network


@pytest.mark.parametrize("block", ["layer1.0", "layer1.1", "layer2.0", "layer4.2"])
@pytest.mark.parametrize("training", [False, True])
def test_separate_paths_give_the_output_of_the_grouped_block(block, training):
    grouped = trained_looking("resnext50_32x4d").get_submodule(block).train(training)
    separate = SeparatePaths(grouped).train(training)
    assert len(separate.paths) == 32
    assert not any(
        module.groups > 1 for module in separate.modules() if isinstance(module, nn.Conv2d)
    )
    x = torch.randn(2, grouped.conv1.in_channels, 14, 14)
    with torch.no_grad():
        one, other = grouped(x), separate(x)
    assert one.std() > 0.1
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_a_path_of_another_block_gives_another_output():
    network = trained_looking("resnext50_32x4d")
    separate = SeparatePaths(network.get_submodule("layer1.1")).eval()
    separate.paths[7] = SeparatePaths(network.get_submodule("layer1.2")).paths[7].eval()
    x = torch.randn(1, 256, 8, 8)
    with torch.no_grad():
        grouped = network.eval().get_submodule("layer1.1")(x)
        assert (grouped - separate(x)).abs().max() > 1e-2


def test_the_copies_leave_the_block_as_it_was():
    block = trained_looking("resnext50_32x4d").get_submodule("layer1.1").train()
    before = {name: value.clone() for name, value in block.state_dict().items()}
    SeparatePaths(block).train()(torch.randn(2, 256, 8, 8)).sum().backward()
    assert all(torch.equal(before[name], value) for name, value in block.state_dict().items())
    assert all(parameter.grad is None for parameter in block.parameters())


def test_a_normalisation_over_several_paths_cannot_be_taken_apart():
    block = models.build("resnext50_32x4d", norm="group").get_submodule("layer1.1")
    with pytest.raises(analysis.AnalysisError, match="batch normalisation"):
        SeparatePaths(block)


@pytest.mark.parametrize(("cardinality", "width"), PAIRS)
def test_the_formula_counts_the_weights_of_the_block_that_is_built(cardinality, width):
    with torch.device("meta"):
        network = models.build("resnet50", groups=cardinality, width_per_group=width)
    block = network.get_submodule("layer1.1")
    convolutions = [module for module in block.modules() if isinstance(module, nn.Conv2d)]
    assert weights(cardinality, width) == sum(layer.weight.numel() for layer in convolutions)


def test_the_papers_pairs_are_those_of_equal_cost():
    assert PAIRS == ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4))
    budget = weights(1, 64)
    assert budget == 69_632
    for cardinality, width in PAIRS:
        assert width_at_equal_cost(cardinality, budget) == width
        assert weights(cardinality, width) == pytest.approx(70_000, rel=0.03)  # “≈ 70k”


@pytest.mark.parametrize("one_path", [20, 64, 200])
def test_no_other_width_is_nearer_to_the_cost(one_path):
    budget = weights(1, one_path)
    for cardinality in range(1, min(256, budget // weights(1, 1)) + 1):
        width = width_at_equal_cost(cardinality, budget)
        less, more = (cardinality * (2 * 256 * d + 9 * d**2) for d in (width - 0.5, width + 0.5))
        assert less <= budget <= more


def test_the_papers_errors_are_those_of_the_table_of_networks():
    assert RESNEXT50_BY_CARDINALITY[1, 64] == 23.9
    assert IMAGENET_ERROR["resnext50_32x4d"].startswith(f"{RESNEXT50_BY_CARDINALITY[32, 4]} ")


@pytest.mark.parametrize("cardinality", [0, 257, 2.0, True])
def test_an_impossible_cardinality_is_refused(cardinality):
    with pytest.raises(CardinalityError, match="from 1 to 256"):
        weights(cardinality, 4)
    with pytest.raises(CardinalityError, match="from 1 to 256"):
        width_at_equal_cost(cardinality, 70_000)


def test_more_paths_than_the_cost_allows_are_refused_with_the_most_that_there_can_be():
    with pytest.raises(CardinalityError, match="choose at most 133"):
        width_at_equal_cost(134, weights(1, 64))
    assert width_at_equal_cost(133, weights(1, 64)) == 1


@pytest.mark.parametrize(("cardinality", "width"), [(1, 64), (5, 7), (32, 4)])
def test_both_forms_are_compared_with_numbers_of_their_own(cardinality, width):
    forms = compare(cardinality, width)
    assert forms.weights == (weights(cardinality, width),) * 2
    assert forms.difference < 1e-4 < forms.largest


def test_times_are_taken_in_turn_and_told_as_they_come():
    shares = []
    rows = [models.ARCHITECTURES[name] for name in ("resnet20", "resnet56")]
    times = forward_times(rows, size=32, rounds=5, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert times.passes["network"].tolist()[:4] == ["resnet20", "resnet56", "resnet56", "resnet20"]
    assert len(times.passes) == 10
    assert (times.passes["milliseconds"] > 0).all()
    for column in ("milliseconds", "kernel3"):
        median = times.median(column)
        assert median["resnet56"] > median["resnet20"]
    assert (times.passes["kernel3"] < times.passes["milliseconds"]).all()
    assert "kernel7" not in times.passes


def test_a_slow_machine_is_not_kept_for_long():
    rows = [models.ARCHITECTURES["resnet20"]]
    assert len(forward_times(rows, size=32, rounds=50, seconds=0).passes) == 5
    assert len(forward_times(rows, size=32, rounds=3, seconds=0).passes) == 3
