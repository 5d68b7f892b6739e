"""The ways in which tensors may be used where an import had to assume one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from resnet_viz.data import DataSet
from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.choices import STEMS, ZERO_PADDINGS
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.inference import rows_of
from resnet_viz.models.told import INPUT_SIZE, NORMALISATION, SHORTCUTS_THERE, zeros_placed

ZEROS = {zeros_placed(where): where for where in ZERO_PADDINGS}


@dataclass(frozen=True)
class Way:
    """A way to use tensors: as this network, for pictures of this size, normalised so.

    Attributes:
        turned: whether blue is the first channel.
        clauses: by what it differs from how they were imported.
    """

    architecture: Architecture
    size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    turned: bool = False
    clauses: tuple[str, ...] = ()


def assumed_of(classifier: Classifier) -> Sequence[Any]:
    """What was assumed of an imported network; a foreign card may hold anything."""
    assumed = classifier.card.get("assumed")
    return assumed if isinstance(assumed, list) else ()


def ways_to_use(classifier: Classifier, data: DataSet) -> Iterator[Way]:
    """Each form with each size and each normalisation, as imported first."""
    assumed = assumed_of(classifier)
    sizes = [("", classifier.input_size)]
    side = data.test.images.shape[-1]
    if INPUT_SIZE in assumed and side != classifier.input_size:
        sizes.append((f"pictures of {side} pixels", side))
    normalisations = [("", classifier.mean, classifier.std)]
    if NORMALISATION in assumed:
        normalisations += _normalisations(classifier, data)
    for form, architecture in _forms(classifier.architecture, assumed):
        for large, size in sizes:
            for normalised, mean, std in normalisations:
                clauses = tuple(filter(None, (form, large, normalised)))
                yield Way(architecture, size, mean, std, clauses=clauses)


def _forms(known: Architecture, assumed: Sequence[Any]) -> Iterator[tuple[str, Architecture]]:
    """The networks of the same tensors, with what is to be said of each."""
    yield "", known
    if any(what in ZEROS for what in assumed):
        for where in ZERO_PADDINGS:
            if where != known.zero_padding:
                yield zeros_placed(where), known.with_options(zero_padding=where)
    if SHORTCUTS_THERE in assumed and known.is_residual:
        plain = known.with_shortcut("none")
        rows = [name for name in rows_of(known) if not ARCHITECTURES[name].is_residual]
        yield "no shortcuts", replace(plain, name=rows[0]) if rows else plain


def _normalisations(
    classifier: Classifier, data: DataSet
) -> Iterator[tuple[str, tuple[float, ...], tuple[float, ...]]]:
    """Means and deviations in use, but the network's own, for pixels in 0 … 1."""
    usual = STEMS["imagenet"].mean
    known = [
        (_moments_of(data.title), data.mean, data.std),
        *((_moments_of(stem.pictures), stem.mean, stem.std) for stem in STEMS.values()),
        ("pixels in −1 … 1", (0.5,) * 3, (0.5,) * 3),
        ("pixels in 0 … 1", (0.0,) * 3, (1.0,) * 3),
        ("pixels in 0 … 255", (0.0,) * 3, (1 / 255,) * 3),
        ("pixels in 0 … 255 less the mean of ImageNet", usual, (1 / 255,) * 3),
    ]
    for title, mean, std in known:
        if not np.allclose([*mean, *std], [*classifier.mean, *classifier.std], atol=1e-4):
            yield title, mean, std


def _moments_of(pictures: str) -> str:
    return f"the mean and deviation of {pictures}"
