"""Attribution: where in an image a network finds its reasons for a class."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from operator import index

from PIL import Image
from torch import Tensor

from resnet_viz.analysis.inspection import AnalysisError, apart, batch_of_one, inspecting
from resnet_viz.analysis.maps import default_layer
from resnet_viz.analysis.methods import (
    WIDEST_GAP,
    Explanation,
    grad_cam,
    integrated_gradients,
    saliency,
)
from resnet_viz.models.classifier import Classifier


@dataclass(frozen=True)
class Method:
    """An attribution method as the pages show it.

    Attributes:
        sentence: what its map shows.
        signed: whether negative values (against the class) occur.
        needs_layer: whether the map is one of a layer, which can be chosen.
        blank: what a map of zeros means.
        slow: whether it takes many passes through the network.
    """

    title: str
    sentence: str
    paper: str
    signed: bool
    needs_layer: bool
    blank: str
    explain: Callable[..., Explanation]
    slow: bool = False


METHODS: dict[str, Method] = {
    "grad_cam": Method(
        title="Grad-CAM",
        sentence="Where the features of a layer speak for the class.",
        paper="Selvaraju et al. 2017, arXiv:1610.02391",
        signed=False,
        needs_layer=True,
        blank="The map is blank: nowhere in {layer} do the features speak for this class; "
        "choose another layer or class.",
        explain=grad_cam,
    ),
    "saliency": Method(
        title="Saliency",
        sentence="Which pixels would change the class's score most if they changed a little.",
        paper="Simonyan et al. 2014, arXiv:1312.6034",
        signed=False,
        needs_layer=False,
        blank="The map is blank: no pixel changes the score of this class, because the gradient "
        "dies out on its way to the image; choose another class or network.",
        explain=saliency,
    ),
    "integrated_gradients": Method(
        title="Integrated gradients",
        sentence="How much each pixel adds to the class's score (or takes from it) on the way from "
        "a black image to this one.",
        paper="Sundararajan et al. 2017, arXiv:1703.01365",
        signed=True,
        needs_layer=False,
        blank="The map is blank: the image is black, or no pixel changes the score of this class; "
        "choose another image or class.",
        explain=integrated_gradients,
        slow=True,
    ),
}


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where a network finds its reasons for a class in one image.

    Attributes:
        heatmap: float32, shape (H, W) of the network's input, on the CPU, in the method's units.
        method: its name in ``METHODS``.
        target: index of the class that the map is about.
        layer: the layer that the map comes from; None for a method that needs none.
        probabilities: of all classes for the image, shape (classes,).
        blank: whether the map is zero everywhere.
        note: a sentence on how to read this map; empty where there is nothing to say.
        gap: how far the map's sum may be from the change of the score that it has to make, as a
            share of that; None for a method that promises no sum.
    """

    heatmap: Tensor
    method: str
    target: int
    layer: str | None
    probabilities: Tensor
    blank: bool
    note: str
    gap: float | None = None

    @property
    def inexact(self) -> bool:
        """Whether its amounts are not to be trusted."""
        return self.gap is not None and self.gap > WIDEST_GAP


def attribute(
    classifier: Classifier,
    image: Image.Image | Tensor,
    method: str = "grad_cam",
    target: int | None = None,
    layer: str | None = None,
) -> Attribution:
    """Which parts of an image speak for a class, in the eyes of a network.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        method: a name in ``METHODS``.
        target: class index; the predicted class without it.
        layer: for methods that need one, which others ignore; `default_layer` without it.

    Raises:
        AnalysisError: if the method, class or layer does not exist, the layer puts out no maps, the
            image has another shape, or the network's numbers are not finite.
    """
    if method not in METHODS:
        raise AnalysisError(
            f"There is no attribution method {method!r}; choose from {', '.join(METHODS)}."
        )
    row = METHODS[method]
    classes = classifier.architecture.classes
    if target is not None and not 0 <= index(target) < classes:
        raise AnalysisError(f"There is no class {target}; choose one from 0 to {classes - 1}.")
    chosen = (layer or default_layer(classifier)) if row.needs_layer else None
    pixels = batch_of_one(classifier, image)
    used = apart(classifier) if row.slow else classifier
    with inspecting(used):
        found = row.explain(used, pixels, target, chosen)
    heatmap = found.heatmap.detach().float().cpu()  # (H, W)
    peak = heatmap.abs().amax().item()
    if not isfinite(peak):
        raise AnalysisError(
            f"{row.title} of {classifier.architecture.title} overflows; choose another layer or "
            "method, or a network with normalisation."
        )
    blank = peak == 0
    return Attribution(
        heatmap=heatmap,
        method=method,
        target=found.target,
        layer=chosen,
        probabilities=found.logits.float().softmax(dim=0).cpu(),
        blank=blank,
        note=row.blank.format(layer=chosen) if blank else found.note,
        gap=found.gap,
    )
