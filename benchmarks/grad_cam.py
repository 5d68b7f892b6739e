"""Grad-CAM of the last stage at 224×224 against a forward pass and against Captum's own."""

import warnings
from typing import TYPE_CHECKING

from benchmarks.table import Row
from benchmarks.timing import in_turn, timed

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models import Classifier

SIZE = 224
LAYER = "layer4"
ROUNDS = 30


def grad_cam() -> list[Row]:
    """ResNet-18 and ResNet-50, random weights, one image."""
    return [row for name in ("resnet18", "resnet50") for row in _network(name)]


def subject(name: str, size: int = SIZE) -> "tuple[Classifier, Tensor]":
    """A network of its usual classes with random weights, and an image for it: (3, size, size)."""
    import torch

    from resnet_viz import models

    network = models.build(name, seed=0)
    classifier = models.Classifier(
        network=network,
        classes=tuple(map(str, range(network.architecture.classes))),
        input_size=size,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    )
    return classifier, torch.randn(3, size, size, generator=torch.Generator().manual_seed(0))


def _network(name: str) -> list[Row]:
    import torch
    from captum.attr import LayerGradCam

    from resnet_viz import analysis

    classifier, image = subject(name)
    network = classifier.network
    captum = LayerGradCam(network, network.get_submodule(LAYER))

    def forward() -> None:
        with torch.no_grad():
            network(image[None])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        times = in_turn(
            timed(lambda: analysis.attribute(classifier, image, layer=LAYER)),
            timed(forward),
            timed(lambda: captum.attribute(image[None], target=0)),
            rounds=ROUNDS,
            warm_up=3,
        )
    title = f"Grad-CAM {network.architecture.title} 224×224, {LAYER}"
    return [
        Row.ratio(
            title, "against a forward pass without graph", [(t[0], t[1]) for t in times], 1.2
        ),
        Row.ratio(title, "against Captum's LayerGradCam", [(t[0], t[2]) for t in times], 1.0),
    ]
