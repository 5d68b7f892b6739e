"""The mean map of a class: where a network looks in many pictures of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.attribution import DEFAULT
from resnet_viz.analysis.attribution.explaining import attribute
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed
from resnet_viz.models.classifier import Classifier

MOST = 200


@dataclass(frozen=True, eq=False)
class ClassMap:
    """A mean over pictures of one class.

    Attributes:
        heatmap: the mean of maps each scaled to its peak, shape (H, W).
        picture: the mean of the pictures as the network sees them, shape (C, H, W), normalised.
        pictures: how many there are.
        blank: how many of them had a blank map, which counts as zero everywhere.
        right: how many were taken for the class.
    """

    heatmap: Tensor
    picture: Tensor
    pictures: int
    blank: int
    right: int


def class_map(
    classifier: Classifier,
    split: Split,
    label: int,
    *,
    method: str = DEFAULT,
    layer: str | None = None,
    most: int = MOST,
    progress: Callable[[float], object] | None = None,
    **options: Any,
) -> ClassMap:
    """The mean map of the first pictures of a class, for that class.

    Args:
        split: of the classifier's classes.
        label: index of the class.
        method, layer, options: as `analysis.attribute` takes them.
        most: pictures.
        progress: told the share that is done, 0 … 1; what it raises ends the work.

    Raises:
        AnalysisError: as `analysis.attribute`, or if there is no picture of the class.
    """
    checks.whole("The number of pictures", most, least=1, most=10_000, error=AnalysisError)
    places = (split.labels == label).nonzero()[:most, 0]
    if not len(places):
        raise AnalysisError("There is no picture of this class; choose another class.")
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    heatmap, blank, right = None, 0, 0
    shown = feed(split.images[places])
    for done, pixels in enumerate(shown, start=1):
        found = attribute(classifier, pixels, method, label, layer, **options)
        peak = found.heatmap.abs().amax().clamp(min=torch.finfo(torch.float32).tiny)
        scaled = found.heatmap / peak
        heatmap = scaled if heatmap is None else heatmap + scaled
        blank += found.blank
        right += int(found.probabilities.argmax()) == label
        if progress is not None:
            progress(done / len(places))
    assert heatmap is not None
    return ClassMap(heatmap / len(places), shown.mean(dim=0), len(places), blank, right)
