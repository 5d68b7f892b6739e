"""What excites a channel, which channels matter, and the mean map of a class."""

import pytest
import torch

from resnet_viz import analysis
from resnet_viz.analysis.channels import exciting_pictures, important_channels, receptive_field
from resnet_viz.analysis.class_maps import class_map
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed
from resnet_viz.models.architecture import named
from tests.unit.analysis_support import SHALLOW, classifier, image, same, state

LAYERS = ("conv1", "layer1.0.conv1", "layer2", "layer2.0.downsample", "layer3.0")


@pytest.fixture
def split() -> Split:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (150, 3, 16, 16), generator=generator, dtype=torch.uint8)
    return Split(images, torch.arange(150) % 10)


def inputs(one, split):
    return Feed(one.mean, one.std, one.input_size)(split.images)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_most_exciting_pictures_are_those_with_the_largest_values(split, layer):
    one = classifier("resnet20", 16, shortcut="B", **SHALLOW)
    before = state(one)
    found = exciting_pictures(one, split, layer, most=3)
    assert same(before, state(one))
    values = {}
    handle = one.network.get_submodule(layer).register_forward_hook(
        lambda module, given, output: values.update(maps=output)
    )
    with torch.no_grad():
        one.network(inputs(one, split))
    handle.remove()
    peaks = values["maps"].amax(dim=(2, 3))  # (150, K)
    assert len(found) == 3 * peaks.shape[1]
    for channel in (0, peaks.shape[1] - 1):
        rows = found[found["channel"] == channel]
        best = peaks[:, channel].topk(3)
        assert rows["picture"].tolist() == best.indices.tolist()
        assert rows["value"].tolist() == pytest.approx(best.values.tolist(), abs=1e-5)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_value_depends_on_the_pixels_of_its_patch_alone(split, layer):
    one = classifier("resnet20", 16, shortcut="B", **SHALLOW)
    found = exciting_pictures(one, split, layer, most=1)
    pixels = inputs(one, split)
    for row in found.iloc[[0, 5, 11]].itertuples():
        given = pixels[row.picture][None].clone().requires_grad_()
        maps = analysis_maps(one, given, layer)
        (slopes,) = torch.autograd.grad(maps[0, row.channel].max(), given)
        rows, columns = slopes[0].abs().sum(dim=0).nonzero(as_tuple=True)
        assert row.left <= columns.min()
        assert columns.max() < row.right
        assert row.top <= rows.min()
        assert rows.max() < row.bottom


def analysis_maps(one, pixels, layer):
    values = []
    handle = one.network.get_submodule(layer).register_forward_hook(
        lambda module, given, output: values.append(output)
    )
    one.network(pixels)
    handle.remove()
    return values[0]


def test_the_receptive_field_of_a_block_is_that_of_its_longest_path():
    architecture = named("resnet20", {"shortcut": "B"})
    assert receptive_field(architecture, "conv1") == (3, 1)
    assert receptive_field(architecture, "layer1.0") == (7, 1)
    assert receptive_field(architecture, "layer2.0.downsample") == (15, 2)
    assert receptive_field(architecture, "layer2.0")[0] == 15 + 2 + 4
    with pytest.raises(analysis.AnalysisError, match="computes nothing"):
        receptive_field(architecture, "layer9")


def test_the_scores_of_the_last_maps_make_the_classs_score():
    """Behind them is a mean and a linear layer: to first order is exact."""
    one, pixels = classifier("resnet20", **SHALLOW), image()
    found = important_channels(one, pixels, "layer3", target=4)
    with torch.no_grad():
        score = one.network(pixels[None])[0, 4] - one.network.fc.bias[4]
    assert found["score"].sum() == pytest.approx(score.item(), rel=1e-4)
    assert found["score"].is_monotonic_decreasing
    assert set(found["channel"]) == set(range(64))
    assert set(found["target"]) == {4}
    predicted = important_channels(one, pixels, "layer1")["target"][0]
    assert predicted == analysis.predict(one, pixels)["index"][0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda one, split: exciting_pictures(one, split, "fc"), "fc puts out no maps"),
        (lambda one, split: exciting_pictures(one, split, "nothing"), "has no layer 'nothing'"),
        (
            lambda one, split: exciting_pictures(
                one, Split(split.images[:0], split.labels[:0]), "conv1"
            ),
            "There is no picture to look at",
        ),
        (lambda one, split: important_channels(one, image(16), "fc"), "fc puts out no maps"),
        (lambda one, split: important_channels(one, image(16), "conv1", 99), "no class 99"),
        (lambda one, split: class_map(one, split, 99), "There is no picture of this class"),
    ],
)
def test_what_cannot_be_is_a_sentence(split, call, said):
    with pytest.raises(analysis.AnalysisError, match=said):
        call(classifier("resnet20", 16, **SHALLOW), split)


def test_a_class_map_is_the_mean_of_maps_that_were_scaled_to_their_peaks(split):
    one = classifier("resnet20", 16, **SHALLOW)
    told = []
    found = class_map(one, split, 3, method="saliency", most=4, progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1]
    shown = inputs(one, split)[[3, 13, 23, 33]]
    maps = [analysis.attribute(one, pixels, "saliency", 3).heatmap for pixels in shown]
    expected = sum(heatmap / heatmap.max() for heatmap in maps) / 4
    torch.testing.assert_close(found.heatmap, expected)
    torch.testing.assert_close(found.picture, shown.mean(dim=0))
    predicted = [analysis.predict(one, pixels)["index"][0] for pixels in shown]
    assert (found.pictures, found.blank, found.right) == (4, 0, predicted.count(3))
    one.network.fc.weight.data *= 0
    assert class_map(one, split, 3, most=2).blank == 2


def test_who_turns_away_ends_the_work(split):
    class GoneError(Exception):
        pass

    def leave(share):
        raise GoneError

    one = classifier("resnet20", 16, **SHALLOW)
    before = state(one)
    with pytest.raises(GoneError):
        exciting_pictures(one, split, "conv1", progress=leave)
    with pytest.raises(GoneError):
        class_map(one, split, 3, progress=leave)
    assert same(before, state(one))
