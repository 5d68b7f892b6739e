"""What the tests of the analyses share: small classifiers, and a record of a network's state."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from resnet_viz import analysis, models
from resnet_viz.analysis.attribution.method import Explanation, Method
from resnet_viz.models import Classifier

SHALLOW: dict[str, Any] = {"blocks": (1, 1, 1)}  # 8 layers, for what does not depend on depth

# Of the methods that take many passes, as few as show that they work.
QUICK: dict[str, dict[str, Any]] = {
    "integrated_gradients": {"steps": 8, "most_points": 17},
    "expected_gradients": {"samples": 16},
    "smooth_grad": {"samples": 3},
    "occlusion": {"window": 0.5, "stride": 0.5},
    "score_cam": {"channels": 8},
    "ablation_cam": {"channels": 8},
    "rise": {"masks": 8, "cells": 4},
    "kernel_shap": {"segments": 4, "samples": 16},
}


@pytest.fixture
def quick(monkeypatch):
    """Methods of the table that are over soon."""
    for name, options in QUICK.items():
        row = analysis.METHODS[name]
        few = replace(row, explain=partial(row.explain, **options))
        monkeypatch.setitem(analysis.METHODS, name, few)


def classifier(name: str, size: int = 8, *, seed: int = 0, **options: Any) -> Classifier:
    """A classifier with random weights and settled running statistics, for inputs of that size."""
    network = models.build(name, seed=seed, **options)
    a = network.architecture
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.train().modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None  # the plain mean of the batches so far
        for _ in range(2):
            network(torch.randn(8, a.channels, size, size, generator=generator))
    return Classifier(
        network=network,
        classes=tuple(f"class {number}" for number in range(a.classes)),
        input_size=size,
        mean=(0.5,) * a.channels,
        std=(0.25,) * a.channels,
    )


def image(size: int = 8, seed: int = 0, channels: int = 3) -> Tensor:
    """A preprocessed image, (channels, size, size)."""
    return torch.randn(channels, size, size, generator=torch.Generator().manual_seed(seed))


def batch(
    images: int, size: int = 8, *, channels: int = 3, classes: int = 10
) -> tuple[Tensor, Tensor]:
    """Normalised images (N, channels, size, size) and labels (N,)."""
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(images, channels, size, size, generator=generator)
    return pixels, torch.randint(classes, (images,), generator=generator)


def state(classifier: Classifier) -> dict[str, Any]:
    """All of a network that an analysis might leave changed, and PyTorch's own state."""
    network = classifier.network
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return {
        "modes": {name: module.training for name, module in network.named_modules()},
        "hooks": {
            name: [len(getattr(module, kind)) for kind in hooks]
            for name, module in network.named_modules()
        },
        "tensors": {name: tensor.clone() for name, tensor in network.state_dict().items()},
        "identities": {
            name: id(tensor) for name, tensor in network.state_dict(keep_vars=True).items()
        },
        "flags": {name: tensor.requires_grad for name, tensor in network.named_parameters()},
        "gradients": {
            name: None if tensor.grad is None else tensor.grad.clone()
            for name, tensor in network.named_parameters()
        },
        "random": torch.get_rng_state(),
        "grad mode": torch.is_grad_enabled(),
    }


def same(first: Any, second: Any) -> bool:
    """Whether two states are equal, tensors bit for bit."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, Tensor):
        return isinstance(second, Tensor) and torch.equal(first, second)
    return bool(first == second)


def _brightness(
    classifier: Classifier, pixels: Tensor, target: int | None, layer: str | None
) -> Explanation:
    """How far each pixel is from the middle grey."""
    logits = classifier.network(pixels)[0]
    return Explanation(pixels[0].abs().mean(0), logits, int(target or logits.argmax()))


# An attribution method that does not ship: all that a new one has to be.
BRIGHTNESS = Method(
    name="brightness",
    title="Brightness",
    sentence="How bright each pixel is, whatever the network makes of it.",
    paper="Nobody 1839, arXiv:0000.00000",
    equation="|x|",
    family="gradient",
    assumes="That light is reason.",
    distrust="Always.",
    cost=1,
    signed=False,
    needs_layer=False,
    blank="The map is blank: the image is grey; choose another image.",
    explain=_brightness,
)
