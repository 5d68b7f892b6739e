"""Integrated gradients: how much each pixel adds to a class's score on the way from black.

The integral is a sum over points of the way. Their number is doubled where it matters until two
numbers give the same map; Captum takes one number, whose map may be far off while its sum is right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.batches import at_once
from resnet_viz.analysis.attribution.method import (
    WIDEST_ERROR,
    WIDEST_GAP,
    Explanation,
    Method,
    Parameter,
    Progress,
    Target,
)
from resnet_viz.analysis.attribution.pixels import shade, within
from resnet_viz.analysis.attribution.question import Question, ask

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import ResNet

STEPS = 16  # of the whole way, at first
INTERVALS = 8  # of a piece of it
MOST_POINTS = 1024  # of the way between small images
PIXELS_IN_ALL = 112 * 224 * 224  # bounds the time: 112 images of 224×224

Point = tuple["Tensor", float]  # ∂yᶜ/∂x · (x − x′) summed over the channels, (H, W), and yᶜ


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of the way from one image to another.

    Attributes:
        begin, length: shares of the way.
        points: at the ends of its equal intervals.
    """

    begin: float
    length: float
    points: Sequence[Point]

    @cached_property
    def heatmap(self) -> "Tensor":
        """The integral over this piece, shape (H, W), float64."""
        return self._integral(1)

    @cached_property
    def doubt(self) -> "Tensor":
        """What half of the points would give more, shape (H, W)."""
        return self._integral(2) - self.heatmap

    @cached_property
    def gap(self) -> float:
        """Between the sum of the map and the change of the score."""
        return abs(self.heatmap.sum().item() - (self.points[-1][1] - self.points[0][1]))

    @property
    def between(self) -> list[float]:
        """The shares of the way in the middle of each interval."""
        return [self.begin + self.length * (place + 0.5) / INTERVALS for place in range(INTERVALS)]

    def halved(self, middles: Sequence[Point]) -> "list[Piece]":
        """Its two halves, given the points `between`."""
        inner = chain.from_iterable(zip(self.points, middles, strict=False))
        points, half = [*inner, self.points[-1]], self.length / 2
        return [
            Piece(self.begin, half, points[: INTERVALS + 1]),
            Piece(self.begin + half, half, points[INTERVALS:]),
        ]

    def _integral(self, every: int) -> "Tensor":
        """By the trapezoidal rule over every so many points."""
        import torch

        slopes = torch.stack([slope for slope, _ in self.points[::every]]).double()
        inner = slopes.sum(dim=0) - (slopes[0] + slopes[-1]) / 2
        return inner * (self.length * every / INTERVALS)


def integrated_gradients(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    steps: int = STEPS,
    most_points: int = MOST_POINTS,
    progress: Progress | None = None,
) -> Explanation:
    """x′ is the black image (the paper's equation 1).

    Signed: negative pixels speak against the class. All pixels together make yᶜ(x) − yᶜ(x′)
    (completeness, the paper's proposition 1). A sum may be right by chance, so the map is compared
    with that of half of the points too: as long as they differ by more than a tenth (relative L2),
    or the sum is off by more than a twentieth, the pieces of the way that are worst are halved.
    """
    import torch

    network = classifier.network
    black = shade(classifier, pixels)  # (1, C, H, W)
    with torch.no_grad():
        logits = network(torch.cat([pixels, black]))  # (2, classes)
    question = ask(network, pixels, logits, target)
    change = (question.score(logits[:1]) - question.score(logits[1:])).item()
    least = max(abs(change), 1e-12)
    most_points = min(most_points, PIXELS_IN_ALL // pixels[0, 0].numel())
    taken = 0

    def look(shares: Sequence[float]) -> list[Point]:
        nonlocal taken
        found = []
        size = at_once(pixels, graph=True)
        for begin in range(0, len(shares), size):
            found += _points(network, question, black, pixels, shares[begin : begin + size])
            taken = min(taken + size, most_points)
            if progress is not None:
                progress(taken, most_points)
        return found

    pieces = first(look, -(-steps // INTERVALS))
    points = len(pieces) * INTERVALS + 1
    while True:
        heatmap = torch.stack([piece.heatmap for piece in pieces]).sum(dim=0)  # (H, W)
        size = max(heatmap.norm().item(), 1e-300)
        doubt = torch.stack([piece.doubt for piece in pieces]).sum(dim=0)
        error = doubt.norm().item() / size
        gap = abs(heatmap.sum().item() - change) / least
        room = (most_points - points) // INTERVALS
        if (error <= WIDEST_ERROR and gap <= WIDEST_GAP) or room < 1:
            break
        # How much of what is allowed each piece takes.
        missing = {
            piece: max(
                piece.doubt.norm().item() / size / WIDEST_ERROR, piece.gap / least / WIDEST_GAP
            )
            for piece in pieces
        }
        worst = sorted(pieces, key=missing.__getitem__, reverse=True)[:room]
        worst = [piece for piece in worst if missing[piece] >= missing[worst[0]] / 2]
        found = iter(look([share for piece in worst for share in piece.between]))
        for piece in worst:
            place = pieces.index(piece)
            pieces[place : place + 1] = piece.halved([next(found) for _ in range(INTERVALS)])
        points += INTERVALS * len(worst)
    note = _note(gap, error)
    return Explanation(heatmap.to(pixels.dtype), logits[0], question.target, note, gap, error)


def first(ask: Callable[[Sequence[float]], list[Point]], pieces: int) -> list[Piece]:
    """The whole way in equal pieces."""
    intervals = pieces * INTERVALS
    points = ask([number / intervals for number in range(intervals + 1)])
    return [
        Piece(
            number / pieces,
            1 / pieces,
            points[number * INTERVALS : (number + 1) * INTERVALS + 1],
        )
        for number in range(pieces)
    ]


def _points(
    network: "ResNet", question: Question, start: "Tensor", end: "Tensor", shares: Sequence[float]
) -> list[Point]:
    import torch

    difference = end - start
    places = end.new_tensor(shares)[:, None, None, None]
    images = (start + places * difference).detach().requires_grad_()
    scores = question.score(network(images))  # (n,)
    (slopes,) = torch.autograd.grad(scores.sum(), images)  # (n, C, H, W)
    maps = (slopes * difference).sum(dim=1)  # (n, H, W)
    return [*zip(maps, scores.detach().double().tolist(), strict=True)]


def _note(gap: float, error: float) -> str:
    is_exact = gap <= WIDEST_GAP and error <= WIDEST_ERROR
    said = (
        "the pixels add up to the change of the score from the black image "
        f"{within(gap)}, and half as many steps give the same map {within(error)}"
    )
    return f"Complete: {said}." if is_exact else f"Inexact: {said}, so compare places, not amounts."


INTEGRATED_GRADIENTS = Method(
    name="integrated_gradients",
    title="Integrated gradients",
    sentence="How much each pixel adds to the class's score (or takes from it) on the way from "
    "a black image to this one.",
    paper="Sundararajan et al. 2017, arXiv:1703.01365",
    equation="(x − x′) · ∫₀¹ ∂yᶜ(x′ + a(x − x′))/∂x da, summed over the channels",
    family="gradient",
    assumes="The black image is one without any reason for the class.",
    distrust="Where the map says that it is inexact. What is black in the image gets nothing, "
    "however much it matters.",
    cost=48,
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no pixel changes the score of this class; "
    "choose another image or class.",
    explain=integrated_gradients,
    parameters=(
        Parameter(
            name="steps",
            title="Steps",
            sentence="Of the whole way, at first; a multiple of 8 at least as large is taken.",
            default=STEPS,
            least=1,
            most=512,
        ),
        Parameter(
            name="most_points",
            title="Points at most",
            sentence="At which the gradient is taken; fewer for large images.",
            default=MOST_POINTS,
            least=INTERVALS + 1,
            most=8 * MOST_POINTS,
        ),
    ),
    slow=True,
)
