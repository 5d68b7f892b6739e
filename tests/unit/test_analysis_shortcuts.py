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
    network = models.build("resnet20", seed=3, shortcut="B")
    weight = network.layer2[0].downsample[0].weight[:, :, 0, 0]  # (32, 16)
    expected = torch.einsum("ok,khw->ohw", weight, x[:, ::2, ::2])
    # A batch normalisation that has seen nothing divides by √(1 + 10⁻⁵).
    torch.testing.assert_close(outputs["B"], expected / (1 + 1e-5) ** 0.5, rtol=1e-4, atol=1e-5)
    assert outputs["C"].shape == outputs["B"].shape


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
