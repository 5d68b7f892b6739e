"""What the methods share of images: black, and the sum that a map of pixels has to make."""

import math
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import WIDEST_GAP

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

ROUNDING = 1e-5  # of float32 logits, after some hundred layers


def shade(classifier: "Classifier", pixels: "Tensor", brightness: float = 0.0) -> "Tensor":
    """An image of one brightness (0 black, 1 white), normalised, with the shape of another."""
    mean, std = pixels.new_tensor(classifier.mean), pixels.new_tensor(classifier.std)  # (C,)
    return ((brightness - mean) / std)[None, :, None, None].expand_as(pixels)


def changes(scores: "Tensor", start: "Tensor", logits: "Tensor") -> "Tensor":
    """How far scores are from one of them; zero where rounding alone can make the difference.

    The same image has another last digit in another batch.

    Args:
        logits: whose size says what rounding is.
    """
    found = scores - start
    return found.where(found.abs() > ROUNDING * logits.abs().amax(), 0)


def gap_between(total: float, promised: float) -> float:
    """How far a map's sum is from what it has to be, as a share of that."""
    return abs(total - promised) / max(abs(promised), 1e-12)


def completeness(gap: float, promised: str) -> str:
    """How near a map's sum is to what it has to be, and what follows.

    Args:
        promised: what the pixels add up to, in words.
    """
    said = f"the pixels add up to {promised} {within(gap)}"
    return (
        f"Complete: {said}."
        if gap <= WIDEST_GAP
        else f"Inexact: {said}, so compare places, not amounts."
    )


def within(share: float) -> str:
    """A share that is not exceeded, in words."""
    return f"within {math.ceil(100 * share)} %" if share < 1 else "no better than within 100 %"
