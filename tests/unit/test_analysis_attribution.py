import gc
from dataclasses import replace

import psutil
import pytest
import torch
from captum.attr import LayerGradCam
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from resnet_viz import analysis
from resnet_viz.analysis.attribution import batches
from resnet_viz.analysis.attribution import integrated_gradients as integration
from resnet_viz.analysis.attribution.integrated_gradients import integrated_gradients
from resnet_viz.analysis.attribution.method import WIDEST_ERROR, Explanation
from tests.unit.analysis_support import SHALLOW, classifier, image, quick

__all__ = ["quick"]

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [
        ("resnet20", 16, None),
        ("plain20", 16, "layer1.1.conv2"),
        ("resnet20", 16, "layer2.0.downsample"),
        ("resnet18", 64, "layer4.0.bn1"),
        ("resnet50", 64, "layer4.2.add"),
    ],
)
def test_grad_cam_is_captums(name, size, layer):
    narrow = {"stem_width": 16, "widths": (16, 32, 64, 128)} if "layer4" in str(layer) else {}
    one = classifier(name, size, classes=10, **narrow)
    pixels = image(size)
    maps = []
    for target in range(3):
        found = analysis.attribute(one, pixels, target=target, layer=layer)
        captum = LayerGradCam(one.network, one.network.get_submodule(found.layer))
        expected = captum.attribute(pixels[None], target, relu_attributions=True)
        expected = interpolate(expected, (size, size), mode="bilinear")[0, 0]
        torch.testing.assert_close(found.heatmap, expected.detach(), rtol=1e-4, atol=1e-6)
        maps.append(found.heatmap)
    assert any(heatmap.any() for heatmap in maps)
    assert all((heatmap >= 0).all() for heatmap in maps)


def test_grad_cam_builds_no_graph_below_its_layer():
    one = classifier("resnet20")
    graphs = {}
    for layer in ("layer1", "layer2.1", "layer3"):
        one.network.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output, layer=layer: graphs.update({layer: output.requires_grad})
        )
    analysis.attribute(one, image(), layer="layer2")
    assert graphs == {"layer1": False, "layer2.1": False, "layer3": True}


def test_saliency_is_the_largest_slope_of_the_channels():
    one = classifier("resnet20")
    pixels = image()
    found = analysis.attribute(one, pixels, "saliency", target=3)
    x = pixels[None].clone().requires_grad_()
    (slopes,) = torch.autograd.grad(one.network(x)[0, 3], x)
    torch.testing.assert_close(found.heatmap, slopes[0].abs().amax(0))
    assert found.layer is None


def test_integrated_gradients_add_up_to_the_change_of_the_score():
    one = classifier("resnet20", activation="tanh", **SHALLOW)
    pixels = image()
    black = ((torch.zeros(3) - 0.5) / 0.25)[:, None, None].expand(3, 8, 8)
    with torch.no_grad():
        scores = one.network(torch.stack([pixels, black]))[:, 4]
    found = integrated_gradients(one, pixels[None], 4, None, steps=200)
    change = (scores[0] - scores[1]).item()
    assert found.heatmap.sum().item() == pytest.approx(change, rel=1e-3)
    assert (found.heatmap < 0).any(), "a signed map has pixels that speak against the class"
    assert found.note.startswith("Complete: the pixels add up to the change of the score")
    coarse = integrated_gradients(one, 40 * pixels[None], 4, None, most_points=9)
    assert coarse.note.startswith("Inexact: the pixels add up to the change of the score")


NETWORKS = [
    ("resnet20", {}, 3),
    ("resnet20", {"activation": "tanh"}, 30),
    ("plain20", {"norm": "none"}, 3),
]


@pytest.mark.parametrize(("name", "options", "bright"), NETWORKS)
def test_integrated_gradients_are_complete_only_where_the_map_is_right(name, options, bright):
    one = classifier(name, **SHALLOW | options)
    pixels = bright * image(seed=3)
    black = ((torch.zeros(3) - 0.5) / 0.25)[:, None, None].expand(3, 8, 8)
    shares = (torch.arange(4000) + 0.5) / 4000
    way = (black + shares[:, None, None, None] * (pixels - black)).requires_grad_()
    (slopes,) = torch.autograd.grad(one.network(way)[:, 4].sum(), way)
    right = (slopes.mean(dim=0) * (pixels - black)).sum(dim=0)  # (H, W)
    with torch.no_grad():
        scores = one.network(torch.stack([pixels, black]))[:, 4].double()
    change = (scores[0] - scores[1]).item()
    found = integrated_gradients(one, pixels[None], 4, None, steps=8)
    assert found.note.startswith("Complete: ")
    error = ((found.heatmap - right).norm() / right.norm()).item()
    assert error <= WIDEST_ERROR
    assert error <= found.error + 0.01, "what it says is no less than what it misses"
    off = abs(found.heatmap.double().sum().item() - change) / abs(change)
    assert off == pytest.approx(found.gap, abs=1e-4)


def test_a_sum_that_is_right_makes_no_map_complete(monkeypatch):
    one = classifier("resnet20", **SHALLOW)
    monkeypatch.setattr(integration, "WIDEST_GAP", 100.0)
    monkeypatch.setattr(integration, "WIDEST_ERROR", 1e-3)
    found = integrated_gradients(one, image()[None], 4, None, most_points=25)
    assert found.error > 1e-3
    assert found.note.startswith("Inexact: ")
    finer = integrated_gradients(one, image()[None], 4, None, most_points=400)
    assert finer.error < found.error


def test_the_way_is_halved_where_the_score_bends_most():
    """A network of one step: only the piece with the step in it needs more points."""
    asked = []

    def ask(shares):
        asked.extend(shares)
        return [(torch.full((1, 1), float(share > 0.8)), max(0.0, share - 0.8)) for share in shares]

    pieces = integration.first(ask, 2)
    assert [piece.begin for piece in pieces] == [0, 0.5]
    assert pieces[0].gap == pytest.approx(0)
    assert pieces[1].gap > 0.01
    left, right = pieces[1].halved(ask(pieces[1].between))
    assert (left.begin, left.length, right.begin) == (0.5, 0.25, 0.75)
    assert len(left.points) == len(right.points) == integration.INTERVALS + 1
    assert left.heatmap.item() == 0
    assert right.heatmap.item() == pytest.approx(0.2, abs=0.02)


def test_integrated_gradients_end_after_so_many_points(monkeypatch):
    one = classifier("plain20", **SHALLOW)
    passes = []
    one.network.register_forward_pre_hook(lambda module, inputs: passes.append(len(inputs[0])))
    monkeypatch.setattr(integration, "WIDEST_GAP", -1.0)
    integrated_gradients(one, image()[None], 4, None, most_points=60)
    assert 40 < sum(passes) <= 60 + 2
    passes.clear()
    monkeypatch.setattr(integration, "PIXELS_IN_ALL", 30 * 64)
    found = integrated_gradients(one, image()[None], 4, None)
    assert sum(passes) <= 30 + 2
    assert found.note.startswith("Inexact: ")


def test_integrated_gradients_of_a_large_image_come_in_small_batches(monkeypatch):
    monkeypatch.setitem(
        analysis.METHODS, integration.INTEGRATED_GRADIENTS.name, integration.INTEGRATED_GRADIENTS
    )
    one = classifier("resnet20", **SHALLOW)
    sizes = []
    one.network.register_forward_pre_hook(lambda module, inputs: sizes.append(len(inputs[0])))
    whole = analysis.attribute(one, image(), "integrated_gradients", target=1)
    assert max(sizes) == batches.MOST_WITH_GRAPH
    sizes.clear()
    monkeypatch.setattr(batches, "PIXELS_WITH_GRAPH", 3 * 64)
    parts = analysis.attribute(one, image(), "integrated_gradients", target=1)
    assert max(sizes) == 3
    torch.testing.assert_close(whole.heatmap, parts.heatmap)


@pytest.mark.parametrize("method", analysis.METHODS)
def test_the_predicted_class_is_the_target_unless_one_is_asked_for(method):
    one = classifier("resnet20", **SHALLOW)
    predicted = analysis.predict(one, image())
    found = analysis.attribute(one, image(), method)
    assert found.target == predicted["index"][0]
    asked = analysis.attribute(one, image(), method, target=found.target)
    assert torch.equal(found.heatmap, asked.heatmap)
    assert analysis.attribute(one, image(), method, target=5).target == 5


@pytest.mark.parametrize("method", analysis.METHODS)
def test_an_attribution_says_what_it_is(method):
    one = classifier("resnet20", 16, **SHALLOW)
    picture = Image.linear_gradient("L").convert("RGB")
    found = analysis.attribute(one, picture, method)
    row = analysis.METHODS[method]
    assert found.heatmap.shape == (16, 16)
    assert found.heatmap.dtype == torch.float32
    assert found.heatmap.device.type == "cpu"
    assert not found.heatmap.requires_grad
    assert (found.layer is not None) == row.needs_layer
    assert row.signed or (found.heatmap >= 0).all()
    with torch.no_grad():
        expected = one.network(one.preprocess(picture)[None])[0].softmax(0)
    torch.testing.assert_close(found.probabilities, expected)


def test_only_the_forward_pass_of_grad_cam_is_run():
    one = classifier("resnet20")
    passes = []
    one.network.register_forward_hook(lambda *_: passes.append(1))
    analysis.attribute(one, image())
    assert len(passes) == 1


@pytest.mark.parametrize("method", analysis.METHODS)
def test_a_blank_map_is_said_in_words(method):
    one = classifier("resnet20", **SHALLOW)
    with torch.no_grad():
        one.network.fc.weight.zero_()
    found = analysis.attribute(one, image(), method)
    if not analysis.METHODS[method].asks_class:
        assert not found.blank
        return
    assert found.blank
    assert not found.heatmap.any()
    assert found.note.startswith("The map is blank: ")
    assert "{" not in found.note
    with torch.no_grad():
        one.network.fc.weight.normal_()
    assert not analysis.attribute(one, image(), "saliency").blank


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"method": "tea_leaves"}, "no attribution method 'tea_leaves'; choose from grad_cam, "),
        ({"target": 10}, "no class 10; choose one from 0 to 9"),
        ({"target": -1}, "no class -1"),
        ({"layer": "layer7"}, "no layer 'layer7'"),
        ({"layer": "fc"}, "which fc does not; choose one such as layer3"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_sentence(asked, sentence):
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.attribute(classifier("resnet20"), image(), **asked)


@pytest.mark.parametrize("method", analysis.METHODS)
def test_numbers_that_are_not_finite_are_refused_with_a_sentence(method):
    one = classifier("resnet20")
    pixels = image()
    pixels[0, 0, 0] = torch.inf
    with pytest.raises(analysis.AnalysisError, match="The image holds values that are not finite"):
        analysis.attribute(one, pixels, method)
    with torch.no_grad():
        one.network.fc.bias[3] = torch.nan
    with pytest.raises(analysis.AnalysisError, match="scores of ResNet-20 are not finite"):
        analysis.attribute(one, image(), method)


def test_a_map_that_overflows_is_refused_with_a_sentence(monkeypatch):
    one = classifier("resnet20")

    def overflow(*_: object) -> Explanation:
        return Explanation(torch.full((8, 8), torch.inf), torch.zeros(10), 0)

    row = replace(analysis.METHODS["saliency"], explain=overflow)
    monkeypatch.setitem(analysis.METHODS, "saliency", row)
    with pytest.raises(analysis.AnalysisError, match="Saliency of ResNet-20 overflows"):
        analysis.attribute(one, image(), "saliency")


def test_probabilities_add_up_and_come_most_probable_first():
    one = classifier("resnet20")
    frame = analysis.predict(one, image())
    with torch.no_grad():
        expected = one.network(image()[None])[0].double().softmax(0)
    assert frame.probability.sum() == pytest.approx(1)
    assert frame.probability.is_monotonic_decreasing
    for row in frame.to_dict("records"):
        assert row["class"] == one.classes[row["index"]]
        assert row["probability"] == pytest.approx(expected[row["index"]].item(), rel=1e-4)


def _tensors() -> int:
    return sum(issubclass(type(found), Tensor) for found in gc.get_objects())


def test_nothing_of_an_attribution_stays_in_memory():
    """No reference cycle holds a graph: it is gone at once, not when the collector comes by."""
    one = classifier("resnet20", **SHALLOW)
    left = {}
    for method in analysis.METHODS:
        analysis.attribute(one, image(), method)
    gc.collect()
    gc.disable()
    try:
        before = _tensors()
        for method in analysis.METHODS:
            for seed in range(2):
                analysis.attribute(one, image(seed=seed), method)
            left[method] = _tensors() - before
    finally:
        gc.enable()
    assert not any(left.values()), left


def test_memory_does_not_grow_with_attributions():
    one = classifier("resnet20", 16, **SHALLOW)
    process = psutil.Process()
    for seed in range(100):
        analysis.attribute(one, image(16, seed))
    before = process.memory_info().rss
    for seed in range(200):
        analysis.attribute(one, image(16, seed))
    assert process.memory_info().rss < 1.05 * before
