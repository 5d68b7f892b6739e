"""Attribution by any method of the table, checked and in one form."""

from dataclasses import dataclass
from math import isfinite
from operator import index

from PIL import Image
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.access import copy_for_long_work, inspecting
from resnet_viz.analysis.attribution import DEFAULT, METHODS
from resnet_viz.analysis.attribution.method import WIDEST_ERROR, WIDEST_GAP
from resnet_viz.analysis.checked import batch_of_one
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.maps_of_layers import default_layer
from resnet_viz.models.classifier import Classifier


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
        gap: how far the map's sum is from the change of the score that it has to make, as a share
            of that; None for a method that promises no sum.
        error: how far the map may be from the one with infinitely many steps, as a share of its
            size (relative L2); None for a method without steps.
    """

    heatmap: Tensor
    method: str
    target: int
    layer: str | None
    probabilities: Tensor
    blank: bool
    note: str
    gap: float | None = None
    error: float | None = None

    @property
    def inexact(self) -> bool:
        """Whether its amounts are not to be trusted."""
        return (self.gap or 0) > WIDEST_GAP or (self.error or 0) > WIDEST_ERROR


def attribute(
    classifier: Classifier,
    image: Image.Image | Tensor,
    method: str = DEFAULT,
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
    checks.choice("attribution method", method, METHODS, error=AnalysisError)
    row = METHODS[method]
    classes = classifier.architecture.classes
    if target is not None and not 0 <= index(target) < classes:
        raise AnalysisError(f"There is no class {target}; choose one from 0 to {classes - 1}.")
    chosen = (layer or default_layer(classifier)) if row.needs_layer else None
    pixels = batch_of_one(classifier, image)
    used = copy_for_long_work(classifier) if row.slow else classifier
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
        error=found.error,
    )
