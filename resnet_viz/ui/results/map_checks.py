"""Checks of attribution maps, computed once for all visitors."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz.ui.results import analyses, free_threads
from resnet_viz.ui.results.long_work import Place, Result
from resnet_viz.ui.results.samples import Sample

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.analysis import Attribution
    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.analysis.trust.randomisation import Forgotten
    from resnet_viz.analysis.trust.removal import Removal
    from resnet_viz.analysis.trust.sensitivity import Sensitivity
    from resnet_viz.models import Classifier
    from resnet_viz.runs.trust_study import TrustStudy

SMALL = 64  # pixels of an image's side up to which several threads wait for each other


@st.cache_resource(show_spinner=False)
def recorded() -> "Mapping[str, TrustStudy]":
    """The recorded checks that come with the product, by data set."""
    from resnet_viz.runs.trust_study import shipped_trust

    return shipped_trust()


def removal(
    classifier: "Classifier", sample: Sample, found: "Attribution", replacement: str
) -> "Removal":
    """`analysis.removal` of a map, which is called as in `reporting.trust`, and of the controls."""
    from resnet_viz import analysis
    from resnet_viz.reporting.trust import MAP

    def compute(tell: Callable[[float], None]) -> "Removal":
        pixels = classifier.preprocess(sample.image)
        maps = {MAP: found.heatmap, **analysis.controls(pixels)}
        return analysis.removal(
            classifier,
            pixels,
            maps,
            found.target,
            replacement=replacement,
            progress=lambda done, of: tell(done / of),
        )

    _take_threads(classifier)
    title = f"{classifier.architecture.title} looks at the picture without some of its pixels …"
    return _removal(_key(classifier, sample, found), replacement).result(title, compute)


@st.cache_resource(max_entries=64, show_spinner=False)
def _removal(key: tuple[object, ...], replacement: str) -> "Place[Removal]":
    return Place()


def randomisation(
    classifier: "Classifier", sample: Sample, found: "Attribution"
) -> "list[Forgotten]":
    """`analysis.randomisation` of a map."""
    from resnet_viz import analysis

    title = f"{classifier.architecture.title} forgets, part after part …"
    place = _randomisation(_key(classifier, sample, found))
    return _again(place, title, analysis.randomisation, classifier, sample, found)


def is_randomised(classifier: "Classifier", sample: Sample, found: "Attribution") -> bool:
    """Whether `randomisation` is known, so that nobody waits for it."""
    return _randomisation(_key(classifier, sample, found)).found is not None


@st.cache_resource(max_entries=64, show_spinner=False)
def _randomisation(key: tuple[object, ...]) -> "Place[list[Forgotten]]":
    return Place()


def sensitivity(classifier: "Classifier", sample: Sample, found: "Attribution") -> "Sensitivity":
    """`analysis.sensitivity` of a map."""
    from resnet_viz import analysis

    title = f"{classifier.architecture.title} looks at the picture with noise …"
    place = _sensitivity(_key(classifier, sample, found))
    return _again(place, title, analysis.sensitivity, classifier, sample, found)


def is_sensed(classifier: "Classifier", sample: Sample, found: "Attribution") -> bool:
    """Whether `sensitivity` is known, so that nobody waits for it."""
    return _sensitivity(_key(classifier, sample, found)).found is not None


@st.cache_resource(max_entries=64, show_spinner=False)
def _sensitivity(key: tuple[object, ...]) -> "Place[Sensitivity]":
    return Place()


def _again(
    place: "Place[Result]",
    title: str,
    check: "Callable[..., Result]",
    classifier: "Classifier",
    sample: Sample,
    found: "Attribution",
) -> "Result":
    """A check that asks a map's question again and again, behind a bar."""
    _take_threads(classifier)
    return place.result(
        title,
        lambda tell: check(
            classifier,
            sample.image,
            found.method,
            found.question,
            found.layer,
            progress=lambda done, of: tell(done / of),
        ),
    )


def agreement(classifier: "Classifier", sample: Sample, found: "Attribution") -> pd.DataFrame:
    """`analysis.agreement` of the maps that nobody waits for, and of the controls, by their titles.

    These are the methods that take moments, and slow ones that have been computed for this picture.
    """
    from resnet_viz import analysis

    maps = {}
    for method, row in analysis.METHODS.items():
        if isinstance(found.question, tuple) and not row.asks_class:
            continue
        layer = found.layer if row.needs_layer else None
        asked = (classifier, sample, method, found.question, layer)
        if method == found.method or analyses.is_attributed(*asked):
            known = found if method == found.method else analyses.attribution(*asked)
            maps[row.title] = known.heatmap
    given = analysis.controls(classifier.preprocess(sample.image))
    maps |= {analysis.CONTROLS[name].title: heatmap for name, heatmap in given.items()}
    return _agreement(_key(classifier, sample, found), tuple(maps), maps)


@st.cache_data(max_entries=64, show_spinner=False)
def _agreement(
    key: tuple[object, ...], titles: tuple[str, ...], _maps: "dict[str, Tensor]"
) -> pd.DataFrame:
    from resnet_viz import analysis

    return analysis.agreement(_maps)


def _take_threads(classifier: "Classifier") -> None:
    """Let the check have the threads that it is worth."""
    free_threads.take(1 if classifier.input_size <= SMALL else sys.maxsize)


def _key(
    classifier: "Classifier", sample: Sample, found: "Attribution"
) -> "tuple[str, str, str, Target, str | None]":
    """What a map is known by."""
    return classifier.digest, sample.key, found.method, found.question, found.layer
