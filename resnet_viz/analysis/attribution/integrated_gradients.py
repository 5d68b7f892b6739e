"""Integrated gradients: how much each pixel adds to a class's score on the way from black."""

import math
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import WIDEST_GAP, Explanation, Method

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import ResNet

STEPS = 16  # of the integral over one piece of the way, after Gauss and Legendre
MOST_PIECES = 33  # that the way is cut into
PIXELS_IN_ALL = 112 * 224 * 224  # bounds the integral's time: 112 images of 224×224
PIXELS_AT_ONCE = 4 * 224 * 224  # bounds the memory of its graph

Point = tuple[float, "Tensor", float]  # share of the way, image (1, C, H, W), score


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of the way from one image to another.

    Attributes:
        heatmap: the integral over this piece, shape (H, W).
        gap: between the sum of the map and the change of the score.
    """

    start: Point
    end: Point
    heatmap: "Tensor"
    gap: float


def integrated_gradients(
    classifier: "Classifier",
    pixels: "Tensor",
    target: int | None,
    layer: str | None,
    *,
    steps: int = STEPS,
    pieces: int = MOST_PIECES,
) -> Explanation:
    """x′ is the black image (the paper's equation 1); with Captum.

    Signed: negative pixels speak against the class. All pixels together make yᶜ(x) − yᶜ(x′)
    (completeness, the paper's proposition 1), and the same holds for each piece of the way. Where a
    finite number of steps misses it by more than a twentieth, the piece that misses most is halved,
    and again, until they fit together or there are too many.

    Args:
        steps: of one piece.
        pieces: the most that the way is cut into; fewer for large images.
    """
    import torch

    from resnet_viz.analysis.checked import chosen_class

    network = classifier.network
    black = -pixels.new_tensor(classifier.mean) / pixels.new_tensor(classifier.std)  # (C,)
    black = black[None, :, None, None].expand_as(pixels)  # (1, C, H, W)
    with torch.no_grad():
        logits = network(torch.cat([pixels, black]))  # (2, classes)
    chosen = chosen_class(network, pixels, logits, target)
    scores = logits[:, chosen].tolist()
    # Of a piece that is halved the work is lost: n pieces cost as much as 2n − 1.
    pieces = min(pieces, (PIXELS_IN_ALL // (steps * pixels[0, 0].numel()) + 1) // 2)
    way = [_piece(network, chosen, (0.0, black, scores[1]), (1.0, pixels, scores[0]), steps)]
    change = max(abs(scores[0] - scores[1]), 1e-12)
    while (gap := sum(piece.gap for piece in way) / change) > WIDEST_GAP and len(way) < pieces:
        worst = max(way, key=attrgetter("gap"))
        way.remove(worst)
        share = (worst.start[0] + worst.end[0]) / 2
        middle = black + share * (pixels - black)
        with torch.no_grad():
            halfway = (share, middle, network(middle)[0, chosen].item())
        for start, end in ((worst.start, halfway), (halfway, worst.end)):
            way.append(_piece(network, chosen, start, end, steps))
    heatmap = torch.stack([piece.heatmap for piece in way]).sum(dim=0)  # (H, W)
    within = f"within {math.ceil(100 * gap)} %" if gap < 1 else "no better than within 100 %"
    what = f"the pixels add up to the change of the score from the black image {within}"
    note = (
        f"Inexact: {what}, so compare places, not amounts."
        if gap > WIDEST_GAP
        else f"Complete: {what}."
    )
    return Explanation(heatmap, logits[0], chosen, note, gap)


def _piece(network: "ResNet", chosen: int, start: Point, end: Point, steps: int) -> Piece:
    from captum.attr import IntegratedGradients

    attributions = IntegratedGradients(lambda x: network(x)[:, chosen]).attribute(
        end[1],
        baselines=start[1],
        n_steps=steps,
        internal_batch_size=min(steps, max(1, PIXELS_AT_ONCE // end[1][0, 0].numel())),
    )
    heatmap = attributions.detach().to(end[1].dtype).sum(dim=1)[0]  # (H, W)
    gap = abs(heatmap.double().sum().item() - (end[2] - start[2]))
    return Piece(start, end, heatmap, gap)


INTEGRATED_GRADIENTS = Method(
    name="integrated_gradients",
    title="Integrated gradients",
    sentence="How much each pixel adds to the class's score (or takes from it) on the way from "
    "a black image to this one.",
    paper="Sundararajan et al. 2017, arXiv:1703.01365",
    equation="(x − x′) · ∫₀¹ ∂yᶜ(x′ + a(x − x′))/∂x da, summed over the channels",
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no pixel changes the score of this class; "
    "choose another image or class.",
    explain=integrated_gradients,
    slow=True,
)
