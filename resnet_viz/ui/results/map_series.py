"""Maps of many layers and of many pictures, computed once for all visitors."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.ui.results import free_threads, opened
from resnet_viz.ui.results.analyses import KNOWN_BY, SLOW
from resnet_viz.ui.results.long_work import Place
from resnet_viz.ui.results.samples import Sample

if TYPE_CHECKING:
    from resnet_viz.analysis import Attribution
    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.analysis.class_maps import ClassMap
    from resnet_viz.models import Classifier


@st.cache_data(max_entries=24, show_spinner="Looking for reasons …", hash_funcs=KNOWN_BY)
def of_blocks(
    classifier: "Classifier", sample: Sample, method: str, target: "Target"
) -> "dict[str, Attribution]":
    """The map of a method of one pass at the end of each block, all from one pass.

    Blocks whose maps are of one pixel are left out: they say nothing of where.
    """
    from resnet_viz import analysis

    free_threads.take()
    sizes = analysis.layers(classifier).set_index("layer")[["height", "width"]].prod(axis=1)
    blocks = [block for block in classifier.network.blocks() if sizes[block] > 1]
    found = analysis.attribute_all(classifier, sample.image, target, blocks, [method])
    return {layer: one for (_, layer), one in found.items()}


def agreement(known: tuple[Any, ...], one: "Attribution", other: "Attribution") -> float:
    """The rank correlation of two maps; NaN where they differ in size or one is constant.

    Args:
        known: what tells the two maps from all others: to look at their pixels takes longer.
    """
    if one.heatmap.shape != other.heatmap.shape:
        return float("nan")
    return _agreement(known, one, other)


@st.cache_data(max_entries=512, show_spinner=False)
def _agreement(known: tuple[Any, ...], _one: "Attribution", _other: "Attribution") -> float:
    from resnet_viz.analysis.trust.agreement import rank_correlation

    return rank_correlation(_one.heatmap, _other.heatmap)


def class_map(
    classifier: "Classifier", data: str, name: str, method: str, layer: str | None
) -> "ClassMap":
    """`class_maps.class_map` of the test pictures of a class, behind a bar.

    Raises:
        AnalysisError: as `class_maps.class_map`.
    """
    from resnet_viz.analysis import class_maps
    from resnet_viz.data import identity

    free_threads.take()
    kept = _class_map(classifier.digest, data, identity(data), name, method, layer)
    return kept.result(
        f"{classifier.architecture.title} looks at pictures of {name} …",
        lambda tell: class_maps.class_map(
            classifier,
            opened.data_set(data).test,
            classifier.classes.index(name),
            method=method,
            layer=layer,
            progress=tell,
        ),
        SLOW,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _class_map(
    digest: str, data: str, identity: str, name: str, method: str, layer: str | None
) -> "Place[ClassMap]":
    return Place()
