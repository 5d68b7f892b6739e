"""What may be asked of the methods, what is refused, and what is said where little is to say."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import analysis
from resnet_viz.analysis.attribution import batches
from resnet_viz.analysis.attribution.explaining import ONE_COLOUR
from resnet_viz.analysis.attribution.method import Parameter
from tests.unit.analysis_support import QUICK, SHALLOW, classifier, image, quick, same, state

__all__ = ["quick"]

SLOW = [name for name, row in analysis.METHODS.items() if row.slow]
CAMS = [name for name, row in analysis.METHODS.items() if row.family == "cam"]
PARAMETERS = [
    (name, parameter.name)
    for name, row in analysis.METHODS.items()
    for parameter in row.parameters
    if isinstance(parameter, Parameter)
]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", analysis.METHODS)
def test_one_class_rather_than_another_is_taken_or_refused_in_words(method):
    one = classifier("resnet20", 16, **SHALLOW)
    if not analysis.METHODS[method].asks_class:
        with pytest.raises(analysis.AnalysisError, match="asks for no class"):
            analysis.attribute(one, image(16), method, (3, 4))
        return
    found = analysis.attribute(one, image(16), method, (3, 4))
    assert (found.target, found.rather_than) == (3, 4)
    alone = analysis.attribute(one, image(16), method, 3)
    assert alone.rather_than is None
    assert not torch.equal(found.heatmap, alone.heatmap)
    row = analysis.METHODS[method]
    assert row.signed or (found.heatmap >= 0).all()


@pytest.mark.parametrize("target", [(3, 3), (3, 10), (1, 2, 3), (-1, 2)])
def test_a_comparison_takes_two_different_classes_that_exist(target):
    with pytest.raises(analysis.AnalysisError):
        analysis.attribute(classifier("resnet20", **SHALLOW), image(), target=target)


@pytest.mark.parametrize("method", ["saliency", "guided_grad_cam", "rise"])
def test_layers_are_averaged_for_class_activation_maps_alone(method):
    one = classifier("resnet20", **SHALLOW)
    with pytest.raises(analysis.AnalysisError, match="Only class activation maps"):
        analysis.attribute(one, image(), method, layer=["layer1", "layer2"])


@pytest.mark.parametrize(("method", "name"), PARAMETERS)
def test_a_number_outside_its_bounds_is_refused_with_the_bounds(method, name):
    one = classifier("resnet20", **SHALLOW)
    parameter = next(p for p in analysis.METHODS[method].parameters if p.name == name)
    for value in (parameter.least - 1, parameter.most + 1, "many", math.nan, True):
        with pytest.raises(analysis.AnalysisError, match=f"{name} is a ") as refused:
            analysis.attribute(one, image(), method, **{name: value})
        assert f"{parameter.most:,}" in str(refused.value) or f"{parameter.most:g}" in str(
            refused.value
        )
    parameter.check(parameter.least)
    parameter.check(parameter.most)


def test_an_option_that_a_method_does_not_know_is_refused():
    one = classifier("resnet20", **SHALLOW)
    with pytest.raises(analysis.AnalysisError, match="RISE has no option 'steps'; choose from mas"):
        analysis.attribute(one, image(), "rise", steps=3)
    with pytest.raises(analysis.AnalysisError, match="Grad-CAM has no option 'steps'; it takes no"):
        analysis.attribute(one, image(), steps=3)
    with pytest.raises(analysis.AnalysisError, match="background is a tensor"):
        analysis.attribute(one, image(), "expected_gradients", background="digits")
    with pytest.raises(analysis.AnalysisError, match="take more samples or fewer superpixels"):
        analysis.attribute(
            classifier("resnet20", 32, **SHALLOW), image(32), "kernel_shap", samples=16
        )


@pytest.mark.parametrize("method", SLOW)
def test_the_same_seed_gives_the_same_map_and_random_numbers_are_left_alone(method):
    one = classifier("resnet20", 16, **SHALLOW)
    options = QUICK[method]
    before = torch.get_rng_state()
    first = analysis.attribute(one, image(16), method, 3, **options)
    torch.randn(5)
    torch.set_rng_state(before)
    again = analysis.attribute(one, image(16), method, 3, **options)
    assert torch.equal(first.heatmap, again.heatmap)
    assert torch.equal(torch.get_rng_state(), before)
    if any(parameter.name == "seed" for parameter in analysis.METHODS[method].parameters):
        other = analysis.attribute(one, image(16), method, 3, **options | {"seed": 1})
        assert method == "kernel_shap" or not torch.equal(first.heatmap, other.heatmap)


class LeftError(Exception):
    """Somebody left."""


@pytest.mark.parametrize("method", SLOW)
def test_long_work_says_how_far_it_is_and_can_be_cancelled(method, monkeypatch):
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(batches, "MOST_WITH_GRAPH", 4)
    one = classifier("resnet20", 16, **SHALLOW)
    before, told = state(one), []
    analysis.attribute(
        one, image(16), method, 3, progress=lambda *done: told.append(done), **QUICK[method]
    )
    assert told
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(0 < done <= of for done, of in told)
    passes = []

    def leave(done, of):
        passes.append(done)
        raise LeftError

    with pytest.raises(LeftError):
        analysis.attribute(one, image(16), method, 3, progress=leave, **QUICK[method])
    assert len(passes) == 1
    assert same(before, state(one))


SHORT = ["score_cam", "ablation_cam", "occlusion", "rise", "kernel_shap", "smooth_grad"]


@pytest.mark.parametrize("method", SHORT)
def test_where_memory_is_short_half_as_many_images_run_at_once_and_that_is_said(
    method, monkeypatch
):
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 8)
    monkeypatch.setattr(batches, "MOST_WITH_GRAPH", 8)
    one = classifier("resnet20", 16, **SHALLOW)
    options = QUICK[method] | ({"samples": 16} if "samples" in QUICK[method] else {})
    whole = analysis.attribute(one, image(16), method, 3, **options)
    forward = type(one.network.fc).forward

    def small(module, x):
        if len(x) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(module, x)

    monkeypatch.setattr(type(one.network.fc), "forward", small)
    found = analysis.attribute(one, image(16), method, 3, **options)
    assert "Memory was short: 2 images at a time instead of 8." in found.note
    if method != "smooth_grad":  # whose numbers are drawn again for a batch that is tried again
        torch.testing.assert_close(found.heatmap, whole.heatmap, rtol=1e-3, atol=1e-4)


def test_memory_for_not_even_one_image_is_said_in_words():
    def work(begin, end):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")

    with pytest.raises(analysis.AnalysisError, match="too little memory for one image"):
        batches.in_batches(work, 8, 4)

    def broken(begin, end):
        raise RuntimeError("a shape is wrong")

    with pytest.raises(RuntimeError, match="a shape is wrong"):
        batches.in_batches(broken, 8, 4)


@pytest.mark.parametrize("method", CAMS)
def test_a_map_of_one_pixel_is_refused_in_words(method):
    one = classifier("resnet20", **SHALLOW)
    with pytest.raises(analysis.AnalysisError, match="avgpool are of one pixel, which says noth"):
        analysis.attribute(one, image(), method, layer="avgpool")


@pytest.mark.parametrize("brightness", [0, 128])
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", analysis.METHODS)
def test_a_picture_of_one_colour_is_explained_with_a_warning(method, brightness):
    one = classifier("resnet20", 16, **SHALLOW)
    found = analysis.attribute(one, Image.new("RGB", (16, 16), (brightness,) * 3), method)
    assert found.heatmap.isfinite().all()
    assert found.note.endswith(ONE_COLOUR)
    row = analysis.METHODS[method]
    from_black = row.signed and method != "expected_gradients" and method != "lrp"
    assert brightness or not from_black or found.blank
    picture = Image.fromarray(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3))
    assert ONE_COLOUR not in analysis.attribute(one, picture, method).note


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", analysis.METHODS)
def test_a_network_of_grey_pictures_is_explained(method):
    one = classifier("plain20", 16, channels=1, **SHALLOW)
    found = analysis.attribute(one, Image.linear_gradient("L"), method, 3)
    assert found.heatmap.shape == (16, 16)
    assert found.heatmap.isfinite().all()


def test_smooth_grad_says_when_there_is_no_noise():
    one = classifier("resnet20", 16, **SHALLOW)
    flat = torch.zeros(3, 16, 16)
    found = analysis.attribute(one, flat, "smooth_grad", 3, samples=2)
    assert found.note.startswith("The image has one value, so its noise is none")
    plain = analysis.attribute(one, flat, "saliency", 3)
    torch.testing.assert_close(found.heatmap, plain.heatmap)
