"""The three shortcuts on a real block input, against the definitions of He et al. 2015."""

import torch

from resnet_viz import analysis, models
from tests.unit.analysis_support import classifier as classifier_of


def test_option_a_keeps_every_other_pixel_between_channels_of_zeros():
    image = torch.randn(3, 16, 16)
    x, outputs = analysis.shortcut_outputs(classifier_of("resnet20", 16), image, "layer2.0")
    assert x.shape == (16, 16, 16)
    assert torch.equal(outputs["A"][8:24], x[:, ::2, ::2])
    assert outputs["A"][:8].abs().max() == outputs["A"][24:].abs().max() == 0


def test_projections_are_linear_in_every_other_pixel_and_the_same_for_b_and_c():
    image = torch.randn(3, 16, 16)
    classifier = classifier_of("resnet20", 16)
    x, outputs = analysis.shortcut_outputs(classifier, image, "layer2.0", seed=3)
    given, put_out = x[:, ::2, ::2].flatten(1).T, outputs["B"].flatten(1).T  # (64, 16), (64, 32)
    weight = torch.linalg.lstsq(given.double(), put_out.double()).solution  # (16, 32)
    torch.testing.assert_close(given.double() @ weight, put_out.double(), rtol=1e-4, atol=1e-4)
    # As training begins: normal, with the standard deviation √(2 / 32) of He et al. 2015.
    assert abs(weight.std().item() - 0.25) < 0.03
    assert torch.equal(outputs["C"], outputs["B"])
    _, others = analysis.shortcut_outputs(classifier, image, "layer2.0", seed=4)
    assert not torch.equal(others["B"], outputs["B"])


def test_every_block_has_the_shapes_of_its_network_and_a_scale_where_that_has_one():
    image = torch.randn(3, 32, 32)
    for name, options in (("resnet50", {}), ("resnet18", {"shortcut_scale": 0.5})):
        classifier = classifier_of(name, 32, **options)
        walk = analysis.block_maps(classifier, image)
        for block in ("layer1.0", "layer1.1", "layer2.0"):
            x, outputs = analysis.shortcut_outputs(classifier, image, block)
            assert list(outputs) == ["A", "B", "C"]
            assert all(out.shape == walk[block].sum.shape for out in outputs.values())
    x, outputs = analysis.shortcut_outputs(classifier, image, "layer1.1")
    assert torch.equal(outputs["A"], 0.5 * x)


def test_zeros_cannot_take_channels_away():
    classifier = classifier_of("resnet20", 16, shortcut="B", widths=(16, 32, 8))
    image = torch.randn(3, 16, 16)
    assert list(analysis.shortcut_outputs(classifier, image, "layer3.0")[1]) == ["B", "C"]
    assert list(analysis.shortcut_outputs(classifier, image, "layer2.0")[1]) == ["A", "B", "C"]


def test_where_shapes_agree_a_and_b_pass_x_through_and_c_does_not():
    x, outputs = analysis.shortcut_outputs(
        classifier_of("resnet20", 16), torch.randn(3, 16, 16), "layer2.1"
    )
    assert torch.equal(outputs["A"], x)
    assert torch.equal(outputs["B"], x)
    assert not torch.equal(outputs["C"], x)


def test_projections_cost_what_their_weights_are():
    costs = analysis.shortcut_costs(models.ARCHITECTURES["resnet34"], 224)
    changing = [(64, 128), (128, 256), (256, 512)]
    added = sum(before * after + 2 * after for before, after in changing)
    assert costs["B"][0] - costs["A"][0] == added
    assert costs["A"][1] < costs["B"][1] < costs["C"][1]
