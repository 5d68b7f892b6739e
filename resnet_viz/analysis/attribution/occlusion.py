"""Occlusion: how much a class's score falls when a black square covers a part of the image."""

from itertools import product
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.batches import at_once, in_batches
from resnet_viz.analysis.attribution.method import (
    Explanation,
    Method,
    Parameter,
    Progress,
    Target,
)
from resnet_viz.analysis.attribution.pixels import changes, shade
from resnet_viz.analysis.attribution.question import ask

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

WINDOW = 0.25
STRIDE = 0.0625


def occlusion(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    window: float = WINDOW,
    stride: float = STRIDE,
    progress: Progress | None = None,
) -> Explanation:
    """Q goes over the squares that cover a pixel (the paper's section 4.2).

    The last square of a row ends with the image. Captum's is the same, but cannot be cancelled and
    gives up where memory is short.
    """
    import torch

    network = classifier.network
    with torch.no_grad():
        logits = network(pixels)
    question = ask(network, pixels, logits, target)
    height, width = pixels.shape[2:]
    side = max(1, round(window * min(height, width)))
    step = max(1, round(stride * min(height, width)))
    corners = list(product(_starts(height, side, step), _starts(width, side, step)))
    black = shade(classifier, pixels)[:, :, :side, :side]

    def work(begin: int, end: int) -> "Tensor":
        images = pixels.repeat(end - begin, 1, 1, 1)
        for image, (top, left) in zip(images, corners[begin:end], strict=True):
            image[:, top : top + side, left : left + side] = black[0]
        with torch.no_grad():
            return question.score(network(images))

    scores, note = in_batches(work, len(corners), at_once(pixels), progress)
    drops = -changes(scores, question.score(logits), logits)
    total, times = pixels.new_zeros(2, height, width)
    for drop, (top, left) in zip(drops, corners, strict=True):
        total[top : top + side, left : left + side] += drop
        times[top : top + side, left : left + side] += 1
    return Explanation(total / times, logits[0], question.target, note)


def _starts(length: int, side: int, step: int) -> list[int]:
    """Where squares begin, the last one so that it ends with the image."""
    return sorted({*range(0, length - side, step), length - side})


OCCLUSION = Method(
    name="occlusion",
    title="Occlusion",
    sentence="How much the class's score falls (or rises) where a black square covers the image.",
    paper="Zeiler & Fergus 2014, arXiv:1311.2901",
    equation="mean over the squares Q that cover a pixel of yᶜ(x) − yᶜ(x with Q black)",
    family="perturbation",
    assumes="A black square only takes away, and does not look like anything itself.",
    distrust="For what is larger than the square, or there twice: one part covered leaves "
    "the rest, and a black square is nothing that the network has learned from.",
    cost=169,
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no square changes the score of this class; "
    "choose another image or class.",
    explain=occlusion,
    parameters=(
        Parameter(
            name="window",
            title="Square",
            sentence="Its side, as a share of the image's.",
            default=WINDOW,
            least=0.02,
            most=1.0,
        ),
        Parameter(
            name="stride",
            title="Step",
            sentence="From one square to the next, as a share of the image's side.",
            default=STRIDE,
            least=0.02,
            most=1.0,
        ),
    ),
    slow=True,
)
