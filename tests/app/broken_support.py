"""Networks that a test has spoilt, among the imported ones."""

import torch

from resnet_viz import models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.networks import catalogue


def broken(spoil) -> str:
    """The shipped ResNet-56 with weights that a test has spoilt, among the imported ones."""
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    with torch.no_grad():
        spoil(classifier.network)
    return catalogue.keep(classifier, "broken")
