"""Attribution by any method of the table, checked and in one form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from operator import index
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.access import copy_for_long_work, inspecting
from resnet_viz.analysis.attribution import DEFAULT, METHODS
from resnet_viz.analysis.attribution.batches import within_memory
from resnet_viz.analysis.attribution.cam_pass import cam_pass, drawn
from resnet_viz.analysis.attribution.method import (
    WIDEST_ERROR,
    WIDEST_GAP,
    Explanation,
    Method,
    Progress,
    Target,
)
from resnet_viz.analysis.checked import batch_of_one, check_pixels
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.maps_of_layers import default_layer
from resnet_viz.models.classifier import Classifier
from resnet_viz.wording import listed

ONE_COLOUR = (
    "The picture has one colour, so whatever the map shows comes from the network and from the "
    "picture's border."
)


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where a network finds its reasons for a class in one image.

    Attributes:
        heatmap: float32, shape (H, W) of the network's input, on the CPU, in the method's units.
        method: its name in ``METHODS``.
        target: index of the class that the map is about.
        layer: the layer that the map comes from, or several; None for a method that needs none.
        logits: of all classes for the image, shape (classes,), on the CPU.
        blank: whether the map is zero everywhere.
        note: a sentence on how to read this map; empty where there is nothing to say.
        gap: how far the map's sum is from the change of the score that it has to make, as a share
            of that; None for a method that promises no sum.
        error: how far the map may be from the one with infinitely many steps, as a share of its
            size (relative L2); None for a method without steps.
        rather_than: index of the class that the target is compared with, if any.
    """

    heatmap: Tensor
    method: str
    target: int
    layer: str | None
    logits: Tensor
    blank: bool
    note: str
    gap: float | None = None
    error: float | None = None
    rather_than: int | None = None

    @property
    def probabilities(self) -> Tensor:
        """Of all classes for the image, shape (classes,)."""
        return self.logits.softmax(dim=0)

    @property
    def question(self) -> Target:
        """The target with which `attribute` asks the same again."""
        return self.target if self.rather_than is None else (self.target, self.rather_than)

    @property
    def inexact(self) -> bool:
        """Whether its amounts are not to be trusted."""
        return (self.gap or 0) > WIDEST_GAP or (self.error or 0) > WIDEST_ERROR


def attribute(
    classifier: Classifier,
    image: Image.Image | Tensor,
    method: str = DEFAULT,
    target: Target = None,
    layer: str | Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
    **options: Any,
) -> Attribution:
    """Which parts of an image speak for a class, in the eyes of a network.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        method: a name in ``METHODS``.
        target: class index; the predicted class without it; two for the first rather than the
            second, yᵃ − yᵇ.
        layer: for methods that need one, which others ignore; `default_layer` without it. Of
            several, each class activation map is scaled to its peak and their mean is taken.
        progress: of a slow method, is told how many passes are done and of how many; what it raises
            ends the work.
        options: what the method's ``parameters`` name.

    Raises:
        AnalysisError: if the method, class, layer or option does not exist or they do not go
            together, the layer puts out no maps, the image has another shape, the network's
            numbers are not finite, or memory is short for one image.
    """
    checks.choice("attribution method", method, METHODS, error=AnalysisError)
    row = METHODS[method]
    target = _checked(classifier, row, target)
    row.check(options)
    layers = _layers(classifier, row, layer)
    pixels = batch_of_one(classifier, image)
    check_pixels(pixels)
    used = copy_for_long_work(classifier) if row.slow else classifier
    if row.slow:
        options["progress"] = progress
    with inspecting(used), within_memory():
        found = [row.explain(used, pixels, target, name, **options) for name in layers]
    return _said(classifier, row, pixels, target, layers, _fused(found))


def attribute_all(
    classifier: Classifier,
    image: Image.Image | Tensor,
    target: Target = None,
    layers: Iterable[str] = (),
    methods: Iterable[str] = (),
) -> dict[tuple[str, str], Attribution]:
    """All class activation maps that need no more than one forward and one backward pass, from one.

    Args:
        image, target: as for `attribute`.
        layers: `default_layer` without any.
        methods: some of them; without any all, but for one that asks for no class where the target
            is one class rather than another.

    Returns:
        By method and layer, equal to what `attribute` gives one by one.

    Raises:
        AnalysisError: as `attribute`, or if a method takes other passes.
    """
    rows = [row for row in METHODS.values() if row.weigh is not None]
    if named := list(methods):
        known = [row.name for row in rows]
        for name in named:
            checks.choice("method of one pass", name, known, error=AnalysisError)
        rows = [METHODS[name] for name in named]
    else:
        rows = [row for row in rows if row.asks_class or not isinstance(target, tuple)]
    for row in rows:
        target = _checked(classifier, row, target)
    chosen = list(dict.fromkeys(layers)) or [default_layer(classifier)]
    pixels = batch_of_one(classifier, image)
    maps: dict[tuple[str, str], Tensor] = {}
    backward = any(row.asks_class for row in rows)
    with inspecting(classifier), within_memory():
        found = cam_pass(classifier, pixels, target, chosen, backward=backward)
        for row in rows:
            for layer in chosen:
                assert row.weigh is not None
                cam = row.weigh(found.activations[layer], found.gradients[layer])
                maps[row.name, layer] = drawn(cam, pixels)
    logits, class_ = found.logits[0], found.question.target
    return {
        (name, layer): _said(
            classifier, METHODS[name], pixels, target, [layer], Explanation(map_, logits, class_)
        )
        for (name, layer), map_ in maps.items()
    }


def _checked(classifier: Classifier, row: Method, target: Target) -> Target:
    """The target with plain numbers.

    Raises:
        AnalysisError: if there is no such class, or the method takes no such target.
    """
    if target is None:
        return None
    asked = tuple(map(index, target if isinstance(target, tuple) else (target,)))
    classes = classifier.architecture.classes
    for one in asked:
        if not 0 <= one < classes:
            raise AnalysisError(f"There is no class {one}; choose one from 0 to {classes - 1}.")
    if len(asked) == 1:
        return asked[0]
    if len(asked) != 2 or asked[0] == asked[1]:
        raise AnalysisError("One class rather than another takes two different classes.")
    if not row.asks_class:
        raise AnalysisError(
            f"{row.title} asks for no class, so not for one rather than another either: choose "
            "another method or one class."
        )
    return asked[0], asked[1]


def _layers(
    classifier: Classifier, row: Method, layer: str | Sequence[str] | None
) -> Sequence[str | None]:
    """The layers to explain; one None for a method that needs none.

    Raises:
        AnalysisError: if there are several, and the method makes no class activation map.
    """
    names = [layer] if isinstance(layer, str) else list(layer or ())
    if len(names) > 1 and row.family != "cam":
        raise AnalysisError(
            f"Only class activation maps can be averaged over layers, and {row.title} is none: "
            "name one layer or none."
        )
    if not row.needs_layer:
        return [None]
    return names or [default_layer(classifier)]


def _fused(found: Sequence[Explanation]) -> Explanation:
    """The mean of the maps, each scaled to its peak; one alone as it is."""
    if len(found) == 1:
        return found[0]
    peaks = [one.heatmap.abs().amax() for one in found]
    scaled = [
        one.heatmap / peak if peak else one.heatmap for one, peak in zip(found, peaks, strict=True)
    ]
    note = " ".join(dict.fromkeys(one.note for one in found if one.note))
    return replace(found[0], heatmap=torch.stack(scaled).mean(dim=0), note=note)


def _said(
    classifier: Classifier,
    row: Method,
    pixels: Tensor,
    target: Target,
    layers: Sequence[str | None],
    found: Explanation,
) -> Attribution:
    """What was found, on the CPU and in words.

    Raises:
        AnalysisError: if the map is not finite.
    """
    heatmap = found.heatmap.detach().float().cpu()  # (H, W)
    peak = heatmap.abs().amax().item()
    if not isfinite(peak):
        raise AnalysisError(
            f"{row.title} of {classifier.architecture.title} overflows; choose another layer or "
            "method, or a network with normalisation."
        )
    blank = peak == 0
    layer = listed([name for name in layers if name]) if row.needs_layer else None
    notes = [row.blank.format(layer=layer) if blank else found.note]
    if (pixels.amax(dim=(2, 3)) == pixels.amin(dim=(2, 3))).all():
        notes.append(ONE_COLOUR)
    return Attribution(
        heatmap=heatmap,
        method=row.name,
        target=found.target,
        layer=layer,
        logits=found.logits.detach().float().cpu(),
        blank=blank,
        note=" ".join(filter(None, notes)),
        gap=found.gap,
        error=found.error,
        rather_than=target[1] if isinstance(target, tuple) else None,
    )
