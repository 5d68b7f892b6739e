"""Class activation maps against their papers' equations, written out by hand."""

import pytest
import torch
from torch.nn.functional import interpolate

from resnet_viz import analysis
from resnet_viz.analysis.attribution.method import Method
from tests.unit.analysis_support import SHALLOW, classifier, image

BOTTLENECK = {"stem_width": 8, "widths": (8, 8, 8, 8), "blocks": (1, 1, 1, 1), "classes": 10}
NETWORKS = [
    ("resnet20", 8, SHALLOW, "layer2"),
    ("plain20", 8, SHALLOW, "layer2.0.conv1"),  # with negative features
    ("resnet50", 32, BOTTLENECK, "layer2.0"),
]
EACH = [name for name, row in analysis.METHODS.items() if row.weigh is not None]


def by_hand(one, pixels, layer, target):
    """A layer's maps and the gradient of a class's score by them, from a graph of everything."""
    kept = []
    hook = one.network.get_submodule(layer).register_forward_hook(
        lambda module, inputs, output: kept.append(output)
    )
    logits = one.network(pixels[None].clone().requires_grad_())
    hook.remove()
    (gradients,) = torch.autograd.grad(logits[0, target], kept[0])
    return kept[0][0].detach().double(), gradients[0].double()


def _plus_plus(a, g):
    weights = []
    for channel, slopes in zip(a, g, strict=True):
        alpha = slopes**2 / (2 * slopes**2 + channel.sum() * slopes**3)
        weights.append((torch.nan_to_num(alpha) * slopes.relu()).sum())
    return sum(weight * channel for weight, channel in zip(weights, a, strict=True))


def _gradient_weights(a, g):
    weights = [
        (channel * slopes).sum() / channel.sum() for channel, slopes in zip(a, g, strict=True)
    ]
    return sum(weight * channel for weight, channel in zip(weights, a, strict=True))


def _first_component(a, g):
    places = a.flatten(1).T  # (h·w, K)
    _, _, vectors = torch.linalg.svd(places, full_matrices=False)
    cam = (places @ vectors[0]).reshape(a.shape[1:])
    return cam if cam.sum() > 0 else -cam


EQUATIONS = {
    "grad_cam": lambda a, g: (g.mean((1, 2))[:, None, None] * a).sum(0),
    "grad_cam_plus_plus": _plus_plus,
    "xgrad_cam": _gradient_weights,
    "hires_cam": lambda a, g: sum(g[k] * a[k] for k in range(len(a))),
    "layer_cam": lambda a, g: sum(g[k].relu() * a[k] for k in range(len(a))),
    "eigen_cam": _first_component,
}


@pytest.mark.parametrize("method", EACH)
@pytest.mark.parametrize(("name", "size", "options", "layer"), NETWORKS)
def test_a_class_activation_map_is_its_equation(method, name, size, options, layer):
    one = classifier(name, size, **options)
    pixels = image(size)
    found = analysis.attribute(one, pixels, method, 3, layer)
    cam = EQUATIONS[method](*by_hand(one, pixels, layer, 3)).relu()
    expected = interpolate(cam[None, None], (size, size), mode="bilinear")[0, 0].float()
    scale = expected.abs().max().item()
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-4, atol=1e-5 * scale)


def test_several_maps_of_several_layers_come_from_one_pass():
    one = classifier("resnet20", **SHALLOW)
    layers = ["layer1.0.downsample", "layer1", "layer1.0.act2", "layer2.0.conv1", "layer2"]
    passes = []
    one.network.register_forward_hook(lambda *_: passes.append(1))
    together = analysis.attribute_all(one, image(), 3, layers)
    assert len(passes) == 1
    assert set(together) == {(method, layer) for method in EACH for layer in layers}
    for (method, layer), found in together.items():
        alone = analysis.attribute(one, image(), method, 3, layer)
        torch.testing.assert_close(found.heatmap, alone.heatmap, rtol=1e-3, atol=1e-5)
        assert (found.method, found.layer, found.target) == (method, layer, 3)
    assert not one.network.layer1._forward_hooks
    [default] = {layer for _, layer in analysis.attribute_all(one, image())}
    assert default == analysis.default_layer(one)
    some = analysis.attribute_all(one, image(), 3, ["layer1"], ["layer_cam", "eigen_cam"])
    assert list(some) == [("layer_cam", "layer1"), ("eigen_cam", "layer1")]
    with pytest.raises(analysis.AnalysisError, match="There is no method of one pass 'rise'"):
        analysis.attribute_all(one, image(), methods=["rise"])
    with pytest.raises(analysis.AnalysisError, match="Eigen-CAM asks for no class"):
        analysis.attribute_all(one, image(), (3, 4), methods=["eigen_cam"])
    pair = analysis.attribute_all(one, image(), (3, 4))
    assert {method for method, _ in pair} == {
        method for method in EACH if analysis.METHODS[method].asks_class
    }


@pytest.mark.parametrize(
    "method", [name for name, row in analysis.METHODS.items() if row.family == "cam"]
)
def test_several_layers_are_the_mean_of_their_maps_scaled_to_their_peaks(method):
    one = classifier("resnet20", **SHALLOW)
    found = analysis.attribute(one, image(), method, 3, ["layer1", "layer2"])
    alone = [analysis.attribute(one, image(), method, 3, layer) for layer in ("layer1", "layer2")]
    scaled = [one.heatmap / (one.heatmap.max() or 1) for one in alone]
    torch.testing.assert_close(found.heatmap, (scaled[0] + scaled[1]) / 2)
    assert found.layer == "layer1 and layer2"


def test_score_cam_weighs_each_channel_by_the_score_of_what_it_lets_through():
    one = classifier("resnet20", **SHALLOW)
    pixels, size = image(), (8, 8)
    maps, _ = by_hand(one, pixels, "layer2", 3)
    black = torch.full((3, 8, 8), -0.5 / 0.25)
    scores = []
    for channel in maps.float():
        veil = interpolate(channel[None, None], size, mode="bilinear")[0, 0]
        low, high = channel.min(), channel.max()
        veil = (veil - low) / (high - low) if high > low else torch.zeros(size)
        with torch.no_grad():
            scores.append(one.network((black + veil * (pixels - black))[None])[0, 3])
    weights = torch.stack(scores).softmax(0)
    cam = (weights[:, None, None] * maps.float()).sum(0).relu()
    expected = interpolate(cam[None, None], size, mode="bilinear")[0, 0]
    found = analysis.attribute(one, pixels, "score_cam", 3, "layer2")
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-4, atol=1e-6)
    few = analysis.attribute(one, pixels, "score_cam", 3, "layer2", channels=5)
    assert few.note == "Of the 32 channels, the 5 that vary most."
    assert not torch.equal(few.heatmap, found.heatmap)


@pytest.mark.parametrize("layer", ["layer2", "layer2.0.conv1", "layer2.0.downsample"])
def test_ablation_cam_weighs_each_channel_by_the_fall_of_the_score_without_it(layer):
    one = classifier("resnet20", **SHALLOW)
    pixels = image()
    maps, _ = by_hand(one, pixels, layer, 3)
    module = one.network.get_submodule(layer)
    falls = []
    with torch.no_grad():
        whole = one.network(pixels[None])[0, 3]
        for channel in range(len(maps)):

            def off(module, inputs, output, channel=channel):
                output = output.clone()
                output[:, channel] = 0
                return output

            with module.register_forward_hook(off):
                falls.append(whole - one.network(pixels[None])[0, 3])
    cam = (torch.stack(falls)[:, None, None] * maps.float()).sum(0).relu()
    expected = interpolate(cam[None, None], (8, 8), mode="bilinear")[0, 0]
    found = analysis.attribute(one, pixels, "ablation_cam", 3, layer)
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-3, atol=1e-5)


def test_ablation_cam_tries_the_channels_first_that_the_gradient_expects_most_of():
    one = classifier("resnet20", **SHALLOW)
    maps, gradients = by_hand(one, image(), "layer3", 3)
    best = (maps * gradients).sum((1, 2)).abs().argsort(descending=True)[:4]
    found = analysis.attribute(one, image(), "ablation_cam", 3, "layer3", channels=4)
    # Behind the last stage all is linear: what falls is what the gradient expects.
    falls = (maps * gradients).sum((1, 2))[best].float()
    cam = (falls[:, None, None] * maps[best].float()).sum(0).relu()
    expected = interpolate(cam[None, None], (8, 8), mode="bilinear")[0, 0]
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-3, atol=1e-5)
    assert "Of the 64 channels, the 4 from which" in found.note


def test_a_row_needs_a_weight_and_nothing_else_to_share_the_pass(monkeypatch):
    row = analysis.METHODS[EACH[0]]
    facts = vars(row) | {"name": "strength", "weigh": lambda a, g: a.abs().sum(1)[0]}
    monkeypatch.setitem(analysis.METHODS, "strength", Method(**facts))
    one = classifier("resnet20", **SHALLOW)
    assert ("strength", "layer1") in analysis.attribute_all(one, image(), layers=["layer1"])
