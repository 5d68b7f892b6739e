"""Published figures that can be counted are what is counted here."""

import pytest

from resnet_viz import analysis, models
from resnet_viz.models import published

BOTTLENECK_STAGES = ("layer2", "layer3", "layer4")  # whose first block halves the map


@pytest.mark.parametrize(("name", "millions"), published.CIFAR10_PARAMETERS.items())
def test_parameters_of_the_cifar_nets(name, millions):
    parameters, _ = analysis.totals(models.ARCHITECTURES[name])
    assert parameters / 1e6 == pytest.approx(millions, abs=0.05 if millions > 1 else 0.005)


@pytest.mark.parametrize(("name", "billions"), published.IMAGENET_GMACS.items())
def test_multiply_adds_as_the_paper_builds_its_networks(name, billions):
    row = models.ARCHITECTURES[name]
    if row.block == "basic":
        papers = row.with_options(shortcut="A") if row.is_residual else row
        counted = analysis.totals(papers)[1]
    else:
        # With the stride on a stage's first 1×1 convolution that puts out a quarter of the pixels.
        costs = analysis.layer_table(row, 224).set_index("layer")["multiply_adds"]
        moved = sum(costs[f"{stage}.0.conv1"] for stage in BOTTLENECK_STAGES)
        counted = costs.sum() - 0.75 * moved
    assert counted / 1e9 == pytest.approx(billions, abs=0.06)  # it says 3.8 of 3.858


def test_nothing_is_published_of_a_network_that_is_not_in_the_table():
    assert published.CIFAR10_TEST_ERROR.keys() == published.CIFAR10_PARAMETERS.keys()
    for table in (
        published.CIFAR10_TEST_ERROR,
        published.CIFAR10_IN_WORDS,
        published.IMAGENET_ERROR,
        published.IMAGENET_GMACS,
        published.IMAGENET_WEIGHTS,
    ):
        assert table.keys() <= models.ARCHITECTURES.keys()
