"""Checks of maps: each against a case whose answer is known."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, sobel
from scipy.stats import spearmanr
from torch import nn

from resnet_viz import analysis, data, models
from resnet_viz.analysis.trust import CHECKS
from resnet_viz.analysis.trust.agreement import agreement, rank_correlation
from resnet_viz.analysis.trust.controls import BLUR, CENTRE, CONTROLS, blurred, controls
from resnet_viz.analysis.trust.mosaics import mosaic_test, mosaics, share_in_cell
from resnet_viz.analysis.trust.randomisation import parts, randomisation
from resnet_viz.analysis.trust.removal import REPLACEMENTS, order, removal
from resnet_viz.analysis.trust.sensitivity import sensitivity
from resnet_viz.data import Split
from resnet_viz.home import SHIPPED
from resnet_viz.models.classifier import Classifier
from tests.unit.analysis_support import SHALLOW, classifier, image, same, state


class Corner(nn.Module):
    """Sees one pixel of the first channel and nothing else; the other class has no reasons."""

    def __init__(self, network):
        super().__init__()
        self.conv1, self.architecture, self.stages = network.conv1, network.architecture, []

    def forward(self, x):
        return torch.stack([8 * x[:, 0, 1, 2], 0 * x[:, 0, 1, 2]], dim=1)


@pytest.fixture
def corner() -> Classifier:
    """A network of two classes that sees the pixel in row 1, column 2, black is -2."""
    one = classifier("resnet20", classes=2, **SHALLOW)
    one.network = Corner(one.network)
    return one


def pointing(row: int, column: int) -> torch.Tensor:
    heatmap = torch.zeros(8, 8)
    heatmap[row, column] = 1
    return heatmap


def test_each_check_says_what_it_is():
    assert {row.name for row in CHECKS.values()} == set(CHECKS)
    for row in CHECKS.values():
        assert row.better in ("higher", "lower")
        assert row.bias.endswith(".")
        assert any(character.isdigit() for character in row.paper)


def test_a_map_that_finds_the_only_pixel_wins_both_ways_and_one_that_misses_it_loses(corner):
    pixels = torch.full((3, 8, 8), 2.0)
    maps = {"finds": pointing(1, 2), "misses": -pointing(1, 2)}
    found = removal(corner, pixels, maps, 0, replacement="zero", steps=64)
    areas = found.areas.set_index("map")
    sure, none = 1 / (1 + math.exp(-16)), 1 / (1 + math.exp(16))
    first = (63 + 0.5) / 64  # all steps but half of the first
    for name, inserted in (("finds", first), ("misses", 1 - first)):
        expected = inserted * sure + (1 - inserted) * none
        assert areas.loc[name, "insertion"] == pytest.approx(expected, abs=1e-6)
        assert areas.loc[name, "deletion"] == pytest.approx(sure + none - expected, abs=1e-6)
    curve = found.curves[found.curves["map"] == "finds"]
    assert curve["share"].tolist() == [step / 64 for step in range(65)]
    assert curve["insertion"].tolist() == pytest.approx([none, *[sure] * 64])
    assert curve["deletion"].tolist() == pytest.approx([sure, *[none] * 64])


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_the_ends_of_the_curves_are_the_picture_and_the_empty_one(replacement):
    one, pixels = classifier("resnet20", **SHALLOW), image()
    maps, before = {"random": controls(pixels)["random"]}, state(one)
    found = removal(one, pixels, maps, 3, replacement=replacement)
    assert same(before, state(one))
    whole = torch.stack([pixels, REPLACEMENTS[replacement].make(one, pixels)])
    with torch.no_grad():
        sure, none = one.network(whole).double().softmax(dim=1)[:, 3].tolist()
    curve = found.curves
    assert curve["insertion"].iloc[[0, -1]].tolist() == pytest.approx([none, sure], abs=1e-6)
    assert curve["deletion"].iloc[[0, -1]].tolist() == pytest.approx([sure, none], abs=1e-6)
    assert len(curve) == 33


def test_pixels_of_one_value_are_taken_in_a_random_order_that_repeats():
    flat = torch.zeros(8, 8)
    places = order(flat)
    assert torch.equal(places, order(flat))
    assert sorted(places.flatten().tolist()) == list(range(64))
    assert abs(spearmanr(places.flatten(), np.arange(64)).statistic) < 0.3
    assert order(pointing(5, 6))[5, 6] == 0
    assert order(-pointing(5, 6))[5, 6] == 63


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replacement": "noise"}, "There is no replacement 'noise'"),
        ({"steps": 0}, "The number of steps is a whole number from 1 to 256"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(options, said):
    one = classifier("resnet20", **SHALLOW)
    with pytest.raises(analysis.AnalysisError, match=said):
        removal(one, image(), {"flat": torch.zeros(8, 8)}, 0, **options)
    with pytest.raises(analysis.AnalysisError, match="The map small has the shape"):
        removal(one, image(), {"small": torch.zeros(4, 4)}, 0)


def test_the_controls_know_nothing_of_a_network_and_are_what_they_are_called():
    pixels = image(32)
    found = controls(pixels)
    assert found.keys() == CONTROLS.keys()
    assert all(heatmap.shape == (32, 32) and (heatmap >= 0).all() for heatmap in found.values())
    assert torch.equal(found["random"], controls(image(32, seed=1))["random"])
    deviation = CENTRE * 31  # from the first pixel's centre to the last one's are 31
    assert found["centre"][0, 0].item() == pytest.approx(
        math.exp(-2 * (15.5 / deviation) ** 2 / 2), rel=1e-5
    )
    brightness = pixels.mean(dim=0).double().numpy()
    slopes = np.hypot(sobel(brightness, 0, mode="nearest"), sobel(brightness, 1, mode="nearest"))
    np.testing.assert_allclose(found["edges"].numpy(), slopes, rtol=1e-4, atol=1e-4)
    smooth = gaussian_filter(found["random"].double().numpy(), BLUR * 32, mode="mirror", truncate=3)
    np.testing.assert_allclose(found["blurred"].numpy(), smooth, rtol=1e-4)


def test_a_picture_of_one_colour_and_one_that_is_tiny_stay_as_they_are():
    assert torch.allclose(blurred(torch.ones(3, 5, 9)), torch.ones(3, 5, 9))
    assert blurred(torch.rand(3, 1, 1)).shape == (3, 1, 1)


def test_agreement_is_spearmans_correlation_and_undefined_for_a_flat_map():
    one, other = torch.rand(8, 8), torch.randint(4, (8, 8)).float()
    expected = spearmanr(one.flatten(), other.flatten()).statistic
    assert rank_correlation(one, other) == pytest.approx(expected)
    assert rank_correlation(one, torch.exp(9 * one)) == pytest.approx(1)
    assert math.isnan(rank_correlation(one, torch.ones(8, 8)))
    table = agreement({"one": one, "its opposite": -one, "other": other})
    assert list(table.index) == list(table.columns) == ["one", "its opposite", "other"]
    assert table.loc["one", "its opposite"] == pytest.approx(-1)
    assert table.loc["other", "one"] == pytest.approx(expected)


def test_parts_become_random_from_the_classes_down_and_the_network_itself_stays():
    one, pixels = classifier("resnet20", **SHALLOW), image()
    before = state(one)
    found = randomisation(one, pixels, "grad_cam", 4, "layer1", seed=7)
    assert same(before, state(one))
    assert [step.parts for step in found[:3]] == [(), ("fc",), ("fc", "layer3")]
    assert found[-1].parts == tuple(parts(one.network)) == ("fc", *one.network.stages[::-1], "stem")
    assert found[0].correlation == pytest.approx(1)
    fresh = dataclasses.replace(one, network=models.build("resnet20", seed=7, **SHALLOW).eval())
    expected = analysis.attribute(fresh, pixels, "grad_cam", 4, "layer1")
    torch.testing.assert_close(found[-1].heatmap, expected.heatmap)
    assert found[-1].correlation == rank_correlation(expected.heatmap, found[0].heatmap)
    # The gradient of the last layer alone differs: its maps are those of the trained network.
    mixed = classifier("resnet20", **SHALLOW)
    mixed.network.fc.load_state_dict(fresh.network.fc.state_dict())
    torch.testing.assert_close(
        found[1].heatmap, analysis.attribute(mixed, pixels, "grad_cam", 4, "layer1").heatmap
    )


def test_the_largest_change_under_noise_is_a_share_of_the_map():
    one, pixels = classifier("resnet20", **SHALLOW), image()
    told = []
    found = sensitivity(
        one, pixels, "saliency", samples=4, progress=lambda *done: told.append(done)
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (found.kept, found.samples) == (4, 4)
    whole = analysis.attribute(one, pixels, "saliency")
    noise = torch.Generator().manual_seed(0)
    std = torch.tensor(one.std)[:, None, None]
    changes = []
    for _ in range(4):
        noisy = pixels + (2 * torch.rand(3, 8, 8, generator=noise) - 1) * 0.02 / std
        changed = analysis.attribute(one, noisy, "saliency", whole.target).heatmap
        changes.append(((changed - whole.heatmap).norm() / whole.heatmap.norm()).item())
    assert found.largest == pytest.approx(max(changes))
    one.network.fc.weight.data *= 0  # the map is blank
    blank = sensitivity(one, pixels, "saliency", samples=2)
    assert math.isnan(blank.largest)
    assert blank.kept == 0


def test_noise_that_changes_the_prediction_does_not_count(corner):
    pixels = torch.zeros(3, 8, 8)  # as much of one class as of the other
    found = sensitivity(corner, pixels, "saliency", samples=12)
    noise = torch.Generator().manual_seed(0)
    draws = [torch.rand(3, 8, 8, generator=noise)[0, 1, 2].item() for _ in range(12)]
    assert found.kept == sum(draw >= 0.5 for draw in draws)
    assert 0 < found.kept < 12
    assert found.largest == 0  # the slope of a linear network is the same everywhere


@pytest.fixture(scope="module")
def digits() -> tuple[Classifier, Split]:
    shipped = models.load(SHIPPED / "digits" / "resnet20-digits-seed0.safetensors")
    return shipped, data.load("digits").test


def test_mosaics_are_made_of_what_the_network_knows_for_certain(digits):
    one, split = digits
    made = mosaics(one, split, count=24)
    assert made.pixels.shape == (24, 3, 2 * one.input_size, 2 * one.input_size)
    assert made.classifier.input_size == 2 * one.input_size
    assert all(len(set(four)) == 4 for four in made.classes.tolist())
    assert torch.equal(torch.as_tensor(split.labels)[made.pictures], made.classes)
    half = one.input_size
    places = ((0, 0), (0, half), (half, 0), (half, half))
    for number in (0, 23):
        for cell, (top, left) in enumerate(places):
            shown = made.pixels[number, :, top : top + half, left : left + half]
            picture = one.picture(shown)
            found = analysis.predict(one, shown)
            assert found["index"][0] == made.classes[number, cell]
            assert found["probability"][0] >= 0.9
            assert picture.size == (half, half)
    assert [made.asked(number)[0] for number in range(5)] == [0, 1, 2, 3, 0]
    assert torch.equal(made.pictures, mosaics(one, split, count=24).pictures)


def test_what_lies_on_the_right_picture_counts_and_what_speaks_against_does_not():
    heatmap = torch.tensor([[1.0, 0, 3, 0], [0, 0, 0, 0], [0, 4, 0, 0], [0, -9, 0, 0]])
    assert [share_in_cell(heatmap, cell) for cell in range(4)] == [0.125, 0.375, 0.5, 0]
    assert math.isnan(share_in_cell(-heatmap.abs(), 0))


def test_grad_cam_finds_the_right_picture_and_the_controls_do_not(digits):
    made = mosaics(*digits, count=24)
    told = []
    frame = mosaic_test(made, ["grad_cam"], progress=lambda *done: told.append(done))
    assert told[-1] == (24, 24)
    means = frame.groupby("map")["share"].mean()
    assert set(means.index) == {"grad_cam", *CONTROLS}
    assert means["grad_cam"] > 0.6
    assert means["centre"] == pytest.approx(0.25, abs=1e-6)
    assert means["random"] == pytest.approx(0.25, abs=0.02)
    assert frame["cell"].value_counts().tolist() == [6 * len(means)] * 4


def test_a_network_that_is_certain_of_nothing_makes_no_mosaic(digits):
    with pytest.raises(analysis.AnalysisError, match="is certain about pictures of 0 classes"):
        mosaics(classifier("resnet20", classes=10), digits[1])


def test_one_class_rather_than_another_is_asked_of_the_random_network_too():
    one, pixels = classifier("resnet20", **SHALLOW), image()
    [*_, last] = randomisation(one, pixels, "saliency", (4, 2), seed=7)
    fresh = dataclasses.replace(one, network=models.build("resnet20", seed=7, **SHALLOW).eval())
    expected = analysis.attribute(fresh, pixels, "saliency", (4, 2))
    torch.testing.assert_close(last.heatmap, expected.heatmap)
    assert expected.question == (4, 2)


def test_removal_tells_how_many_maps_are_done_and_can_be_ended(corner):
    told, maps = [], {"one": pointing(1, 2), "other": pointing(5, 5)}
    pixels = torch.zeros(3, 8, 8)
    removal(corner, pixels, maps, 0, progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        removal(corner, pixels, maps, 0, progress=stop)
