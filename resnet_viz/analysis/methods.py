"""The attribution methods, one function each: which pixels speak for a class?"""

import math
from dataclasses import dataclass
from operator import attrgetter

import torch
from torch import Tensor, nn

from resnet_viz.analysis.inspection import AnalysisError, check_scores, hooked, module_named
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet

STEPS = 16  # of the integral over one piece of the way, after Gauss and Legendre
MOST_PIECES = 33  # that the way is cut into
PIXELS_IN_ALL = 112 * 224 * 224  # bounds the integral's time: 112 images of 224×224
PIXELS_AT_ONCE = 4 * 224 * 224  # bounds the memory of its graph
WIDEST_GAP = 0.05  # of the score's change, above which a map by integration is called inexact


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a method finds.

    Attributes:
        heatmap: shape (H, W), the input's size.
        logits: shape (classes,).
        target: index of the class that the map is about.
        note: a sentence on how far to trust the map; empty where there is nothing to say.
        gap: how far the pixels' sum may be from what it has to be, as a share of that; None where
            the method promises no sum.
    """

    heatmap: Tensor
    logits: Tensor
    target: int
    note: str = ""
    gap: float | None = None


Point = tuple[float, Tensor, float]  # share of the way, image (1, C, H, W), score


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of the way from one image to another.

    Attributes:
        heatmap: the integral over this piece, shape (H, W).
        gap: between the sum of the map and the change of the score.
    """

    start: Point
    end: Point
    heatmap: Tensor
    gap: float


def grad_cam(
    classifier: Classifier, pixels: Tensor, target: int | None, layer: str | None
) -> Explanation:
    """Grad-CAM: ReLU(Σₖ αₖ Aᵏ), αₖ the spatial mean of ∂yᶜ/∂Aᵏ.

    Selvaraju et al. 2017 (arXiv:1610.02391), equations 1 and 2. Aᵏ are the layer's maps, yᶜ is the
    class's logit; the map is brought to the input's size bilinearly.

    The layer's output is cut from what came before and asks for its gradient there, so that all
    below runs without a graph and the backward pass ends at the layer.
    """
    assert layer is not None
    network = classifier.network
    maps: list[Tensor] = []

    def cut(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        maps.append(output.detach().requires_grad_())
        return maps[0]

    with hooked([module_named(network, layer)], cut):
        logits = network(pixels)
    activations = maps[0]
    if activations.dim() != 4:
        raise AnalysisError(
            f"Grad-CAM needs a layer that puts out maps, which {layer} does not; "
            f"choose one such as {network.stages[-1]}."
        )
    target = _target(network, pixels, logits, target)
    (gradients,) = torch.autograd.grad(logits[0, target], activations)
    with torch.no_grad():
        weights = gradients.mean(dim=(2, 3), keepdim=True)  # (1, K, 1, 1)
        heatmap = (weights * activations).sum(dim=1, keepdim=True).relu()  # (1, 1, h, w)
        heatmap = nn.functional.interpolate(heatmap, pixels.shape[2:], mode="bilinear")
    return Explanation(heatmap[0, 0], logits.detach()[0], target)


def saliency(
    classifier: Classifier, pixels: Tensor, target: int | None, layer: str | None
) -> Explanation:
    """Saliency: maxᵢ |∂yᶜ/∂xᵢ| over the colour channels i of each pixel.

    Simonyan et al. 2014 (arXiv:1312.6034), section 3. Computed with Captum.
    """
    from captum.attr import Saliency

    network = classifier.network
    scores: list[Tensor] = []

    def score(x: Tensor) -> Tensor:
        scores.append(network(x))
        return scores[0][:, _target(network, x, scores[0], target)]

    slopes = Saliency(score).attribute(pixels.requires_grad_())  # (1, C, H, W), absolute
    logits = scores[0].detach()
    return Explanation(slopes.amax(dim=1)[0], logits[0], _target(network, pixels, logits, target))


def integrated_gradients(
    classifier: Classifier,
    pixels: Tensor,
    target: int | None,
    layer: str | None,
    *,
    steps: int = STEPS,
    pieces: int = MOST_PIECES,
) -> Explanation:
    """Integrated gradients: (x − x′) · ∫₀¹ ∂yᶜ(x′ + a(x − x′))/∂x da, summed over the channels.

    Sundararajan et al. 2017 (arXiv:1703.01365), equation 1; x′ is the black image. Signed: negative
    pixels speak against the class. All pixels together make yᶜ(x) − yᶜ(x′) (completeness, their
    proposition 1), and the same holds for each piece of the way. Where a finite number of steps
    misses it by more than a twentieth, the piece that misses most is halved, and again, until they
    fit together or there are too many. Computed with Captum.

    Args:
        steps: of one piece.
        pieces: the most that the way is cut into; fewer for large images.
    """
    network = classifier.network
    black = -pixels.new_tensor(classifier.mean) / pixels.new_tensor(classifier.std)  # (C,)
    black = black[None, :, None, None].expand_as(pixels)  # (1, C, H, W)
    with torch.no_grad():
        logits = network(torch.cat([pixels, black]))  # (2, classes)
    chosen = _target(network, pixels, logits, target)
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


def _piece(network: ResNet, chosen: int, start: Point, end: Point, steps: int) -> Piece:
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


def _target(network: ResNet, pixels: Tensor, logits: Tensor, target: int | None) -> int:
    """The class asked for, or the most probable one of the first image."""
    check_scores(network, pixels, logits)
    return int(logits[0].argmax()) if target is None else target
