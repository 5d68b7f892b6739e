"""Insertion and deletion: how the probability follows the pixels that a map puts first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_viz import checks
from resnet_viz.analysis.attribution.pixels import shade
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.trust.check import Check
from resnet_viz.analysis.trust.controls import blurred

if TYPE_CHECKING:
    import pandas as pd
    from PIL import Image
    from torch import Tensor

    from resnet_viz.analysis.attribution.method import Progress
    from resnet_viz.models.classifier import Classifier

STEPS = 32
_BIAS = (
    "It prefers blurry maps: patches take away more of a picture than as many single pixels do, "
    "as the blurred random map beside it shows (arXiv:2304.13836). And a picture with holes is "
    "none that the network was trained on (Hooker et al. 2019, arXiv:1806.10758)."
)
INSERTION = Check(
    name="insertion",
    title="Insertion",
    sentence="The pixels that the map puts first are put back into an empty picture, one share "
    "after the other: the mean probability of the class on the way.",
    better="higher",
    paper="Petsiuk et al. 2018, arXiv:1806.07421",
    bias=_BIAS,
)
DELETION = Check(
    name="deletion",
    title="Deletion",
    sentence="The pixels that the map puts first are taken out of the picture, one share after "
    "the other: the mean probability of the class on the way.",
    better="lower",
    paper="Petsiuk et al. 2018, arXiv:1806.07421",
    bias=_BIAS,
)


@dataclass(frozen=True)
class Replacement:
    """What stands in the place of a pixel that is taken out."""

    title: str
    make: "Callable[[Classifier, Tensor], Tensor]"


REPLACEMENTS: dict[str, Replacement] = {
    "blur": Replacement("blurred", lambda _, pixels: blurred(pixels)),
    "mean": Replacement(
        "the picture's mean colour",
        lambda _, pixels: pixels.mean(dim=(1, 2), keepdim=True).expand_as(pixels),
    ),
    "zero": Replacement("black", lambda classifier, pixels: shade(classifier, pixels[None])[0]),
}


@dataclass(frozen=True, eq=False)
class Removal:
    """What insertion and deletion find for some maps of one picture.

    Attributes:
        curves: one row a map and share: map, share (of the pixels, 0 … 1), insertion and deletion
            (the probability of the class).
        areas: one row a map: map, insertion and deletion (mean probability on the way).
    """

    curves: "pd.DataFrame"
    areas: "pd.DataFrame"


def removal(
    classifier: "Classifier",
    image: "Image.Image | Tensor",
    heatmaps: "Mapping[str, Tensor]",
    target: int,
    *,
    replacement: str = "blur",
    steps: int = STEPS,
    progress: "Progress | None" = None,
) -> Removal:
    """Take the pixels that maps put first out of a picture, and put them into an empty one.

    Of pixels with one value, such as those of a map that is zero there, the order is random and
    the same for all maps.

    Args:
        image: a picture, or a preprocessed tensor of shape (C, H, W).
        heatmaps: name -> shape (H, W); more means earlier.
        target: index of the class.
        replacement: a name in ``REPLACEMENTS``.
        steps: equal shares of the pixels; one batch of so many images and one is a curve.
        progress: told the maps that are done and of how many; what it raises ends the work.

    Raises:
        AnalysisError: if an argument makes no sense or the scores are not finite.
    """
    import pandas as pd
    import torch

    from resnet_viz.analysis.access import inspecting
    from resnet_viz.analysis.checked import batch_of_one, check_scores

    checks.choice("replacement", replacement, REPLACEMENTS, error=AnalysisError)
    checks.whole("The number of steps", steps, least=1, most=256, error=AnalysisError)
    [pixels] = batch_of_one(classifier, image)  # (C, H, W)
    empty = REPLACEMENTS[replacement].make(classifier, pixels)
    shares = torch.arange(steps + 1) / steps
    curves = []
    for name, heatmap in heatmaps.items():
        if heatmap.shape != pixels.shape[1:]:
            raise AnalysisError(
                f"The map {name} has the shape {tuple(heatmap.shape)}, "
                f"the picture {tuple(pixels.shape[1:])}."
            )
        places = order(heatmap).to(pixels.device)  # (H, W): 0 for the first
        counts = (shares * places.numel()).round().to(pixels.device)
        first = (places < counts[:, None, None])[:, None]  # (steps + 1, 1, H, W)
        found = {}
        for way, (inside, outside) in {
            "insertion": (pixels, empty),
            "deletion": (empty, pixels),
        }.items():
            with inspecting(classifier) as network, torch.no_grad():
                logits = network(torch.where(first, inside, outside))
                check_scores(network, pixels, logits)
            found[way] = logits.double().softmax(dim=1)[:, target].tolist()
        curves.append(pd.DataFrame({"map": name, "share": shares.tolist()} | found))
        if progress:
            progress(len(curves), len(heatmaps))
    areas = [
        {"map": curve["map"].iloc[0]}
        | {way: _area(curve[way]) for way in ("insertion", "deletion")}
        for curve in curves
    ]
    columns = ["map", "insertion", "deletion"]
    return Removal(pd.concat(curves, ignore_index=True), pd.DataFrame(areas, columns=columns))


def order(heatmap: "Tensor", *, seed: int = 0) -> "Tensor":
    """The place of each pixel when they are sorted, the largest first; ties in a random order."""
    import torch

    values = heatmap.detach().cpu().flatten()
    shuffled = torch.randperm(values.numel(), generator=torch.Generator().manual_seed(seed))
    sorted_places = shuffled[values[shuffled].argsort(descending=True, stable=True)]
    places = torch.empty_like(sorted_places)
    places[sorted_places] = torch.arange(values.numel())
    return places.reshape(heatmap.shape)


def _area(values: "pd.Series") -> float:
    """The mean height of a curve, by the trapezoidal rule."""
    inner = values.sum() - (values.iloc[0] + values.iloc[-1]) / 2
    return float(inner / (len(values) - 1))
