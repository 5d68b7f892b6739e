"""The analyses on a CUDA device: the CPU's numbers, and memory given back."""

import copy
from contextlib import suppress

import pytest
import torch

from resnet_viz import analysis
from tests.unit.analysis_support import batch, classifier, image

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(autouse=True)
def _exact_arithmetic(monkeypatch):
    monkeypatch.setattr(torch.backends.cuda.matmul, "allow_tf32", False)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


def _pair(name, **options):
    here = classifier(name, 32, **options)
    there = copy.copy(here)
    there.network = copy.deepcopy(here.network).cuda()
    return here, there


@pytest.mark.parametrize("name", ["plain20", "resnet20", "resnet50"])
def test_gradient_norms_are_the_cpus(name):
    here, there = _pair(name, classes=10)
    images, labels = batch(16, 32)
    expected = analysis.gradient_norms(here, images, labels)
    found = analysis.gradient_norms(there, images, labels)
    assert found.layer.tolist() == expected.layer.tolist()
    assert found.gradient_norm.tolist() == pytest.approx(expected.gradient_norm.tolist(), rel=1e-2)
    on_device = analysis.gradient_norms(there, images.cuda(), labels.cuda())
    assert on_device.gradient_norm.tolist() == pytest.approx(found.gradient_norm.tolist(), rel=1e-3)


@pytest.mark.parametrize("method", analysis.METHODS)
def test_attributions_are_the_cpus(method):
    here, there = _pair("resnet20")
    try:
        expected = analysis.attribute(here, image(32), method, target=2)
    except ModuleNotFoundError as error:
        pytest.skip(f"needs {error.name}")
    found = analysis.attribute(there, image(32), method, target=2)
    assert found.heatmap.device.type == found.probabilities.device.type == "cpu"
    scale = expected.heatmap.abs().max().item()
    torch.testing.assert_close(found.heatmap, expected.heatmap, rtol=1e-2, atol=1e-2 * scale)


def test_maps_and_predictions_are_the_cpus():
    here, there = _pair("resnet20")
    expected = analysis.feature_maps(here, image(32), ["layer2", "fc"])
    found = analysis.feature_maps(there, image(32), ["layer2", "fc"])
    for layer, tensor in found.items():
        assert tensor.device.type == "cpu"
        torch.testing.assert_close(tensor, expected[layer], rtol=1e-3, atol=1e-3)
    for block in analysis.block_maps(there, image(32)).values():
        assert torch.equal(block.sum, block.branch + block.shortcut)
    probabilities = [analysis.predict(one, image(32)).probability.tolist() for one in (here, there)]
    assert probabilities[1] == pytest.approx(probabilities[0], abs=1e-3)


def test_device_memory_is_given_back():
    _, there = _pair("resnet50", classes=10)

    def all_of_it():
        analysis.gradient_norms(there, *batch(8, 32))
        analysis.block_maps(there, image(32))
        for method in analysis.METHODS:
            with suppress(ModuleNotFoundError):  # which the test above names
                analysis.attribute(there, image(32), method)

    all_of_it()
    before = torch.cuda.memory_allocated()
    for _ in range(3):
        all_of_it()
    assert torch.cuda.memory_allocated() <= before
