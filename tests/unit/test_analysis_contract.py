"""What holds for every analysis and every network."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from inspect import signature

import pandas as pd
import pytest
import torch

from resnet_viz import analysis
from resnet_viz.analysis.attribution.method import FAMILIES
from resnet_viz.models import ARCHITECTURES
from resnet_viz.models.choices import ACTIVATIONS, NORMS, SHORTCUTS
from tests.unit.analysis_support import (
    BRIGHTNESS,
    SHALLOW,
    batch,
    classifier,
    image,
    quick,
    same,
    state,
)

__all__ = ["quick"]

ANALYSES = {
    "gradient_norms": lambda one: analysis.gradient_norms(one, *batch(4)),
    "feature_maps": lambda one: analysis.feature_maps(one, image(), ["layer1", "layer2.0.conv1"]),
    "block_maps": lambda one: analysis.block_maps(one, image()),
    "layers": analysis.layers,
    "default_layer": analysis.default_layer,
    "predict": lambda one: analysis.predict(one, image()),
    **{
        method: partial(lambda one, method: analysis.attribute(one, image(), method), method=method)
        for method in analysis.METHODS
    },
}


pytestmark = pytest.mark.usefixtures("quick")


def _in_the_middle_of_training():
    """A classifier in every state that an analysis could spoil."""
    one = classifier("resnet20", dropout=0.3, blocks=(1, 1, 2))
    network = one.network.train()
    network.layer1.eval()
    network.layer2.requires_grad_(False)
    images, labels = batch(4)
    torch.nn.functional.cross_entropy(network(images), labels).backward()
    network.layer3.register_forward_hook(lambda *_: None)
    return one


@pytest.mark.parametrize("name", ANALYSES)
def test_the_network_is_left_as_found(name):
    one = _in_the_middle_of_training()
    before = state(one)
    ANALYSES[name](one)
    assert same(before, state(one))


@pytest.mark.parametrize("name", [name for name in ANALYSES if "layer" not in name])
def test_the_network_is_left_as_found_after_an_error(name, monkeypatch):
    one = _in_the_middle_of_training()
    before = state(one)

    def fail(x):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(one.network.layer3[1].conv2, "forward", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        ANALYSES[name](one)
    assert same(before, state(one))
    free = threading.Event()
    thread = threading.Thread(target=lambda: one.lock.acquire(timeout=5) and free.set())
    thread.start()
    thread.join()
    assert free.is_set(), "the lock was given back"


@pytest.mark.parametrize("name", ANALYSES)
def test_the_image_is_left_as_found(name, monkeypatch):
    pixels, copy = image(), image()
    monkeypatch.setitem(globals(), "image", lambda: pixels)
    ANALYSES[name](classifier("resnet20", **SHALLOW))
    assert torch.equal(pixels, copy)
    assert not pixels.requires_grad
    assert pixels.grad is None


@pytest.mark.parametrize("name", ANALYSES)
def test_analyses_work_where_gradients_are_off(name):
    one = classifier("resnet20", **SHALLOW)
    expected = ANALYSES[name](one)
    with torch.no_grad():
        assert _equal(ANALYSES[name](one), expected)
        assert not torch.is_grad_enabled()


def test_two_visitors_of_one_network_do_not_disturb_each_other():
    one = classifier("resnet20", **SHALLOW)
    before = state(one)
    alone = {name: analyse(one) for name, analyse in ANALYSES.items()}
    names = [name for name in ANALYSES for _ in range(6)]
    both = threading.Barrier(2)

    def visit(order):
        both.wait()
        return [(name, ANALYSES[name](one)) for name in order]

    with ThreadPoolExecutor(2) as pool:
        visits = [pool.submit(visit, names), pool.submit(visit, names[::-1])]
        results = [result for visit in visits for result in visit.result()]
    assert len(results) == 2 * len(names)
    for name, result in results:
        assert _equal(result, alone[name]), name
    assert same(before, state(one))


def _equal(first, second):
    if isinstance(first, pd.DataFrame):
        return first.equals(second)
    if hasattr(first, "__dataclass_fields__"):
        return same(vars(first), vars(second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(_equal(first[k], second[k]) for k in first)
    return same(first, second)


def _everything(one, size):
    """All analyses of one network; what must hold for any."""
    a = one.architecture
    norms = analysis.gradient_norms(one, *batch(2, size, channels=a.channels, classes=a.classes))
    weights = [p for n, p in one.network.named_parameters() if n.endswith("weight") and p.dim() > 1]
    assert norms.parameters.sum() == sum(weight.numel() for weight in weights)
    assert norms.notna().all(axis=None)
    pixels = image(size, channels=a.channels)
    layers = analysis.layers(one)
    maps = analysis.feature_maps(one, pixels, layers.layer)
    shapes = list(zip(layers.channels, layers.height, layers.width, strict=True))
    assert [tuple(tensor.shape) for tensor in maps.values()] == shapes
    blocks = analysis.block_maps(one, pixels)
    assert len(blocks) == sum(a.blocks)
    for name, block in blocks.items():
        shortcut = 0 if block.shortcut is None else block.shortcut
        assert torch.equal(block.sum, block.branch + shortcut)
        assert (block.shortcut is None) == (not a.is_residual)
        assert torch.equal(block.output, maps[name])
    assert analysis.predict(one, pixels).probability.sum() == pytest.approx(1)
    for method in analysis.METHODS:
        found = analysis.attribute(one, pixels, method)
        assert found.heatmap.shape == (size, size)
        assert found.probabilities.argmax() == found.target


# Size of the images and options by stem. Analyses depend on what follows what, not on sixty million
# weights: so the large networks are narrow, and none has more than two blocks in a stage.
STEMS = {
    "cifar": (8, {}),
    "imagenet": (32, {"stem_width": 16, "widths": (16, 32, 64, 128)}),
}


def _small(name):
    row = ARCHITECTURES[name]
    _, options = STEMS[row.stem]
    blocks = tuple(min(count, 2) for count in row.blocks)
    return row.with_options(classes=10, blocks=blocks, **options)


# Rows that are one network when they are made small are tried once, by the name of the first.
DIFFERENT = {replace(_small(name), name="resnet20"): name for name in reversed(ARCHITECTURES)}


@pytest.mark.parametrize("name", DIFFERENT.values())
def test_every_analysis_works_for_every_architecture(name):
    row = _small(name)
    size, _ = STEMS[row.stem]
    _everything(classifier(name, size, **row.options), size)


def test_every_analysis_works_at_full_width():
    _everything(classifier("resnext50_32x4d", 32, classes=10, blocks=(1, 1, 1, 1)), 32)


@pytest.mark.parametrize(
    "options",
    [
        *({"activation": activation} for activation in ACTIVATIONS),
        *({"norm": norm} for norm in NORMS),
        *({"shortcut": shortcut} for shortcut in SHORTCUTS),
        {"shortcut": "C", "norm": "none", "activation": "silu"},
        {"stem": "imagenet"},
        {"channels": 1},
        {"classes": 2, "dropout": 0.5, "zero_init": True},
    ],
    ids=str,
)
def test_every_analysis_works_for_every_option(options):
    _everything(classifier("resnet20", 8, **SHALLOW | options), 8)


def test_importing_the_package_does_not_wait_for_torch():
    code = (
        "import sys, resnet_viz.analysis as analysis; "
        "assert not {'torch', 'pandas', 'captum'} & sys.modules.keys(), 'too early'; "
        "analysis.METHODS, analysis.AnalysisError; "
        "assert 'torch' not in sys.modules, 'too early for the table of methods'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_what_takes_many_passes_keeps_no_other_visitor_waiting(monkeypatch):
    one = classifier("resnet20", **SHALLOW)
    begun, answered = threading.Event(), threading.Event()
    row = analysis.METHODS["integrated_gradients"]

    def wait(*arguments, **options):
        begun.set()
        assert answered.wait(30), "the other visitor was kept waiting"
        return row.explain(*arguments, **options)

    monkeypatch.setitem(analysis.METHODS, row.name, replace(row, explain=wait))
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(analysis.attribute, one, image(), row.name)
        assert begun.wait(30)
        analysis.attribute(one, image())
        answered.set()
        found = slow.result()
    monkeypatch.setitem(analysis.METHODS, row.name, row)
    assert _equal(found, analysis.attribute(one, image(), row.name))


def test_every_name_of_the_package_is_somewhere():
    assert set(analysis.__all__) == set(analysis._MODULES)
    assert all(getattr(analysis, name) for name in analysis.__all__)


ROWS = dict(analysis.METHODS)  # before a test has made one quick


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_all_of_its_method(name):
    row = ROWS[name]
    assert row.name == name
    assert all((row.title, row.sentence, row.paper, row.equation, row.blank))
    assert all((row.assumes, row.distrust, row.family in FAMILIES, row.cost >= 1))
    assert row.slow == (row.cost > 5)
    parameters = signature(row.explain).parameters
    assert list(parameters)[:4] == ["classifier", "pixels", "target", "layer"]
    told = {
        parameter.name: parameter.default
        for parameter in list(parameters.values())[4:]
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert len(told) == len(parameters) - 4
    assert ("progress" in told) == row.slow
    known = {parameter.name: getattr(parameter, "default", None) for parameter in row.parameters}
    assert told == known | ({"progress": None} if row.slow else {})
    for parameter in row.parameters:
        assert parameter.title
        assert parameter.sentence
        if known[parameter.name] is not None:
            parameter.check(known[parameter.name])


def test_a_new_method_is_one_row(monkeypatch):
    monkeypatch.setitem(analysis.METHODS, BRIGHTNESS.name, BRIGHTNESS)
    one = classifier("resnet20", **SHALLOW)
    found = analysis.attribute(one, image(), BRIGHTNESS.name, target=3)
    assert torch.equal(found.heatmap, image().abs().mean(0))
    assert (found.method, found.target, found.layer) == (BRIGHTNESS.name, 3, None)
    with pytest.raises(analysis.AnalysisError, match=f"choose from .*{BRIGHTNESS.name}"):
        analysis.attribute(one, image(), "tea_leaves")
