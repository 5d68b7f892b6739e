"""Methods that give each pixel its share, against their definitions and against Captum."""

import itertools
import math
import warnings

import pytest
import torch
from captum.attr import DeepLift, GuidedBackprop, IntegratedGradients, Occlusion
from torch.nn.functional import conv2d

from resnet_viz import analysis
from resnet_viz.analysis.attribution.kernel_shap import coalitions, shapley_values, superpixels
from resnet_viz.analysis.attribution.rise import random_masks
from tests.unit.analysis_support import SHALLOW, batch, classifier, image

BLACK = torch.full((3, 8, 8), -0.5 / 0.25)
SMALL = {"stem_width": 8, "widths": (8, 8, 8, 8), "blocks": (1, 1, 1, 1), "classes": 10}
FAMILIES = [("resnet20", 8, SHALLOW), ("plain20", 8, SHALLOW), ("resnet50", 32, SMALL)]
WITH_CAPTUM = pytest.mark.filterwarnings("ignore::UserWarning")


def black(size: int) -> torch.Tensor:
    return torch.full((1, 3, size, size), -0.5 / 0.25)


def scores(one, images, target=3):
    with torch.no_grad():
        return one.network(images)[:, target]


@pytest.mark.parametrize(("name", "size", "options"), FAMILIES)
def test_input_times_gradient_takes_black_for_nothing(name, size, options):
    one = classifier(name, size, **options)
    x = image(size)[None].requires_grad_()
    (slopes,) = torch.autograd.grad(one.network(x)[0, 3], x)
    expected = (slopes * (x - black(size))).sum(1)[0].detach()
    found = analysis.attribute(one, image(size), "input_x_gradient", 3)
    torch.testing.assert_close(found.heatmap, expected)
    nothing = analysis.attribute(one, black(size)[0], "input_x_gradient", 3)
    assert nothing.blank


def test_smooth_grad_is_the_mean_gradient_of_noisy_images():
    one = classifier("resnet20", **SHALLOW)
    found = analysis.attribute(one, image(), "smooth_grad", 3, samples=20, noise=0.2, seed=5)
    noise = torch.randn(20, 3, 8, 8, generator=torch.Generator().manual_seed(5))
    # Drawn in batches of sixteen and four: the stream of numbers goes on.
    spread = image().max() - image().min()
    x = (image() + 0.2 * spread * noise).requires_grad_()
    (slopes,) = torch.autograd.grad(one.network(x)[:, 3].sum(), x)
    torch.testing.assert_close(found.heatmap, slopes.mean(0).abs().amax(0))
    none = analysis.attribute(one, image(), "smooth_grad", 3, samples=2, noise=0.0)
    plain = analysis.attribute(one, image(), "saliency", 3)
    torch.testing.assert_close(none.heatmap, plain.heatmap)


def test_expected_gradients_from_black_alone_are_integrated_gradients():
    one = classifier("resnet20", activation="tanh", **SHALLOW)
    options = {"background": black(8), "samples": 2048}
    found = analysis.attribute(one, image(), "expected_gradients", 3, **options)
    x = image()[None]
    integrated = IntegratedGradients(one.network).attribute(x, black(8), target=3, n_steps=500)
    expected = integrated.sum(1)[0].float()
    assert ((found.heatmap - expected).norm() / expected.norm()).item() < 0.02
    assert found.gap < 0.02
    assert found.note.startswith("Complete: the pixels add up to the change of the score from")


def test_expected_gradients_are_the_mean_over_the_background():
    one = classifier("resnet20", activation="tanh", **SHALLOW)
    images, _ = batch(4)
    options = {"samples": 4 * 512}
    found = analysis.attribute(one, image(), "expected_gradients", 3, background=images, **options)
    each = IntegratedGradients(one.network).attribute(
        image()[None].expand(4, -1, -1, -1), images, target=3, n_steps=200
    )
    expected = each.sum(1).mean(0).float()
    assert ((found.heatmap - expected).norm() / expected.norm()).item() < 0.03
    change = (scores(one, image()[None]) - scores(one, images).mean()).item()
    assert found.heatmap.sum().item() == pytest.approx(change, abs=0.02)
    noise = analysis.attribute(one, image(), "expected_gradients", 3, samples=8, seed=1)
    assert "No pictures of a data set were given" in noise.note
    wrong = {"background": torch.zeros(2, 3, 9, 9)}
    with pytest.raises(analysis.AnalysisError, match="preprocess both alike"):
        analysis.attribute(one, image(), "expected_gradients", 3, **wrong)


@WITH_CAPTUM
@pytest.mark.parametrize(("name", "size", "options"), FAMILIES)
def test_guided_backpropagation_is_captums(name, size, options):
    one = classifier(name, size, **options)
    expected = GuidedBackprop(one.network).attribute(image(size)[None].requires_grad_(), target=3)
    found = analysis.attribute(one, image(size), "guided_backpropagation", 3)
    torch.testing.assert_close(found.heatmap, expected[0].abs().amax(0).detach())
    both = analysis.attribute(one, image(size), "guided_grad_cam", 3, "layer1")
    cam = analysis.attribute(one, image(size), "grad_cam", 3, "layer1")
    torch.testing.assert_close(both.heatmap, found.heatmap * cam.heatmap)


@WITH_CAPTUM
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("name", ["resnet20", "plain20"])
def test_deep_lift_is_captums_where_nothing_is_pooled(name, activation):
    one = classifier(name, activation=activation, **SHALLOW)
    expected = DeepLift(one.network).attribute(image()[None], black(8), target=3)
    found = analysis.attribute(one, image(), "deep_lift", 3)
    expected = expected.sum(1)[0].detach()
    scale = expected.abs().max().item()
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-3, atol=1e-3 * scale)


@WITH_CAPTUM
@pytest.mark.parametrize("name", ["resnet20", "plain20", "resnet50", "resnet9"])
def test_deep_lift_loses_nothing_in_a_pool_whose_windows_overlap(name):
    options = {} if name == "resnet9" else {"stem": "imagenet", **SHALLOW}
    options = SMALL if name == "resnet50" else options
    one = classifier(name, 32, **options)
    change = (scores(one, image(32)[None]) - scores(one, black(32))).item()
    found = analysis.attribute(one, image(32), "deep_lift", 3)
    assert found.heatmap.sum().item() == pytest.approx(change, rel=1e-3)
    assert found.gap < 1e-3
    if "stem" in options:  # why it is not Captum's
        theirs = DeepLift(one.network).attribute(image(32)[None], black(32), target=3)
        assert abs(theirs.sum().item() / change - 1) > 5 * found.gap + 1e-3


@pytest.mark.parametrize("activation", ["gelu", "silu"])
def test_deep_lift_is_complete_with_activations_that_fall_and_rise(activation):
    one = classifier("resnet20", activation=activation, **SHALLOW)
    assert analysis.attribute(one, image(), "deep_lift", 3).gap < 1e-3


def _matrix(module, weight, shape):
    """A convolution without its bias as a matrix: (inputs, outputs)."""
    basis = torch.eye(math.prod(shape), dtype=torch.float64).reshape(-1, *shape)
    return conv2d(basis, weight, None, module.stride, module.padding).flatten(1)


def _back(x, matrix, relevance):
    """The z⁺ rule, product by product."""
    products = (x[:, None] * matrix).clamp(min=0)
    return (products / products.sum(0).clamp(min=1e-300) * relevance).sum(1)


@pytest.mark.parametrize("name", ["resnet20", "plain20"])
def test_lrp_is_its_rules_product_by_product(name):
    """A network of one block, whose layers are written as matrices."""
    one = classifier(name, 4, blocks=(1,), widths=(4,), stem_width=4)
    with torch.no_grad():
        for module in one.network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.copy_(torch.tensor([1.0, -0.7, 0.4, 1.3]))
                module.bias.copy_(torch.tensor([0.1, -0.2, 0.3, 0.0]))
    found = analysis.attribute(one, image(4), "lrp", 3).heatmap
    network, block = one.network.double(), one.network.layer1[0]
    x = image(4)[None].double()
    with torch.no_grad():
        first = network.act1(network.bn1(network.conv1(x)))
        inner = block.act1(block.bn1(block.conv1(first)))
        branch = block.bn2(block.conv2(inner))
        whole = branch + first if block.add else branch
        mean = whole.relu().mean((2, 3))[0]
        score = network.fc(mean[None])[0, 3]
        products = mean * network.fc.weight[3]
        relevance = products / products.sum() * score  # (4,)
        after = whole.relu()[0]
        relevance = after / after.sum((1, 2), keepdim=True) * relevance[:, None, None]
        relevance = torch.nan_to_num(relevance).flatten()
        speaks = branch.clamp(min=0).flatten()
        other = first.flatten() if block.add else torch.zeros_like(speaks)
        share = torch.nan_to_num(speaks / (speaks + other))
        signed = [
            _matrix(conv, conv.weight * norm.weight.sign()[:, None, None, None], (side, 4, 4))
            for conv, norm, side in (
                (block.conv2, block.bn2, 4),
                (block.conv1, block.bn1, 4),
                (network.conv1, network.bn1, 3),
            )
        ]
        inside = _back(inner.flatten(), signed[0], relevance * share)
        at_first = _back(first.flatten(), signed[1], inside) + relevance * (1 - share)
        low, high = black(4).double().flatten(), -black(4).double().flatten()
        matrix = signed[2]
        least = low[:, None] * matrix.clamp(min=0) + high[:, None] * matrix.clamp(max=0)
        products = x.flatten()[:, None] * matrix - least
        expected = (products / products.sum(0) * at_first).sum(1).reshape(3, 4, 4).sum(0)
    torch.testing.assert_close(found, expected.float(), rtol=1e-3, atol=1e-5)
    assert found.sum().item() == pytest.approx(score.item(), rel=1e-3)


@pytest.mark.parametrize(("name", "size", "options"), [*FAMILIES, ("resnet9", 32, {})])
def test_lrp_conserves_the_score(name, size, options):
    one = classifier(name, size, **options)
    found = analysis.attribute(one, image(size), "lrp", 3)
    assert found.heatmap.sum().item() == pytest.approx(found.logits[3].item(), rel=1e-2)
    assert found.gap < 0.01


def test_occlusion_is_captums_and_reaches_the_end_of_the_image():
    one = classifier("resnet20", **SHALLOW)
    found = analysis.attribute(one, image(), "occlusion", 3, window=0.5, stride=0.25)
    expected = Occlusion(one.network).attribute(
        image()[None], (3, 4, 4), (3, 2, 2), black(8), target=3
    )
    torch.testing.assert_close(found.heatmap, expected[0, 0], rtol=1e-3, atol=1e-5)
    uneven = analysis.attribute(one, image(), "occlusion", 3, window=0.375, stride=0.25)
    assert uneven.heatmap.isfinite().all()
    assert uneven.heatmap[-1, -1] != 0


def test_rise_is_the_mean_of_masks_weighted_by_the_class_behind_them():
    one = classifier("resnet20", **SHALLOW)
    found = analysis.attribute(one, image(), "rise", 3, masks=70, cells=3, seed=2)
    masks = random_masks(70, (8, 8), 3, seed=2)
    assert masks.shape == (70, 8, 8)
    assert masks.min() >= 0
    assert masks.max() <= 1
    assert masks.mean().item() == pytest.approx(0.5, abs=0.05)
    images = black(8) + masks[:, None] * (image() - black(8))
    with torch.no_grad():
        probabilities = one.network(images).softmax(1)[:, 3]
    expected = (probabilities[:, None, None] * masks).sum(0) / (0.5 * 70)
    torch.testing.assert_close(found.heatmap, expected)


def test_kernel_shap_of_few_superpixels_gives_their_shapley_values():
    one = classifier("resnet20", 16, **SHALLOW)
    labels = superpixels(one, image(16)[None], 6)
    parts = int(labels.max()) + 1
    assert 2 <= parts <= 9
    found = analysis.attribute(one, image(16), "kernel_shap", 3, segments=6, samples=1024)

    def worth(seen):
        mask = torch.isin(labels, torch.tensor(seen))
        return scores(one, torch.where(mask, image(16), black(16)))[0].item()

    known = {
        seen: worth(seen)
        for size in range(parts + 1)
        for seen in itertools.combinations(range(parts), size)
    }
    for part in range(parts):
        value = sum(
            (known[tuple(sorted({*seen, part}))] - before)
            / (parts * math.comb(parts - 1, len(seen)))
            for seen, before in known.items()
            if part not in seen
        )
        assert found.heatmap[labels == part].unique().item() == pytest.approx(value, abs=1e-4)


def test_kernel_shap_of_many_superpixels_comes_near_and_adds_up():
    weights = torch.linspace(-1, 2, 30).double()
    seen, even = coalitions(30, 400, seed=0)
    assert (even == 1).all()
    assert torch.equal(seen[::2] + seen[1::2], torch.ones(200, 30))
    values = shapley_values(seen, even, seen.double() @ weights, weights.sum().item())
    torch.testing.assert_close(values, weights)
    bent = (seen.double() @ weights) ** 2
    total = weights.sum().item() ** 2
    assert shapley_values(seen, even, bent, total).sum().item() == pytest.approx(total)


LINEAR = ["input_x_gradient", "expected_gradients", "deep_lift", "lrp", "occlusion", "kernel_shap"]


@pytest.mark.parametrize("method", LINEAR)
def test_one_class_rather_than_another_is_the_difference_of_their_maps(method):
    one = classifier("resnet20", **SHALLOW)
    first, second = (analysis.attribute(one, image(), method, target) for target in (3, 4))
    found = analysis.attribute(one, image(), method, (3, 4))
    expected = first.heatmap - second.heatmap
    torch.testing.assert_close(found.heatmap, expected, rtol=1e-3, atol=1e-4)
    assert (found.target, found.rather_than) == (3, 4)


def test_warnings_of_a_library_do_not_reach_the_person():
    one = classifier("resnet20", **SHALLOW)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in ("guided_backpropagation", "deep_lift", "saliency", "kernel_shap"):
            analysis.attribute(one, image(), method, 3)
