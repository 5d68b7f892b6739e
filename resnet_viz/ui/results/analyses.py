"""What networks make of pictures and data, computed once for all visitors.

A network is known by its digest, a picture by its key, and a map by what was asked for.
"""

import json
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz.charts import OVERLAY
from resnet_viz.ui.results import free_threads, opened
from resnet_viz.ui.results.long_work import Place, Turns
from resnet_viz.ui.results.samples import Sample

if TYPE_CHECKING:
    from PIL import Image

    from resnet_viz.analysis import AssumptionCheck, Attribution, BlockMaps, Confusion
    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.data import DataSet, Split
    from resnet_viz.models import Classifier

SLOW = Turns(2)  # slow computations of all visitors at once
# How Streamlit tells the arguments of these functions apart; by names, so that torch can wait.
KNOWN_BY: dict[Any, Any] = {
    "resnet_viz.models.classifier.Classifier": attrgetter("digest"),
    "resnet_viz.ui.results.samples.Sample": attrgetter("key"),
    "resnet_viz.analysis.attribution.explaining.Attribution": attrgetter(
        "method", "target", "rather_than", "layer"
    ),
}


def attribution(
    classifier: "Classifier", sample: Sample, method: str, target: "Target", layer: str | None
) -> "Attribution":
    """`analysis.attribute`, once for each network, picture and setting; behind a bar if it is slow.

    Whoever turns to something else ends a slow one. Shared between visitors: nobody may change it.
    """
    from resnet_viz import analysis

    free_threads.take()
    row = analysis.METHODS[method]
    if row.weigh is not None and (row.asks_class or not isinstance(target, tuple)):
        return _of_one_pass(classifier, sample, target, layer)[method]
    if not row.slow:
        return _attribution(classifier, sample, method, target, layer)
    return _slow_attribution(classifier.digest, sample.key, method, target, layer).result(
        f"{row.title} of {classifier.architecture.title} …",
        lambda tell: analysis.attribute(
            classifier,
            sample.image,
            method,
            target,
            layer,
            progress=lambda done, of: tell(done / of),
        ),
        SLOW,
    )


def is_attributed(
    classifier: "Classifier", sample: Sample, method: str, target: "Target", layer: str | None
) -> bool:
    """Whether nobody waits for `attribution`: it is a matter of moments, or known."""
    from resnet_viz.analysis import METHODS

    if not METHODS[method].slow:
        return True
    place = _slow_attribution(classifier.digest, sample.key, method, target, layer)
    return place.found is not None


def forget_attributions() -> None:
    """Compute every map anew."""
    for kept in (_attribution, _of_one_pass, _slow_attribution):
        kept.clear()


@st.cache_resource(max_entries=96, show_spinner="Looking for reasons …", hash_funcs=KNOWN_BY)
def _attribution(
    classifier: "Classifier", sample: Sample, method: str, target: "Target", layer: str | None
) -> "Attribution":
    from resnet_viz import analysis

    return analysis.attribute(classifier, sample.image, method, target, layer)


@st.cache_resource(max_entries=64, show_spinner="Looking for reasons …", hash_funcs=KNOWN_BY)
def _of_one_pass(
    classifier: "Classifier", sample: Sample, target: "Target", layer: str | None
) -> "dict[str, Attribution]":
    from resnet_viz import analysis

    found = analysis.attribute_all(classifier, sample.image, target, [layer] if layer else [])
    return {method: one for (method, _), one in found.items()}


@st.cache_resource(max_entries=96, show_spinner=False)
def _slow_attribution(
    digest: str, picture: str, method: str, target: "Target", layer: str | None
) -> "Place[Attribution]":
    return Place()


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=KNOWN_BY)
def prediction(classifier: "Classifier", sample: Sample) -> pd.DataFrame:
    """`analysis.predict`, once for each network and picture."""
    from resnet_viz import analysis

    return analysis.predict(classifier, sample.image)


@st.cache_data(max_entries=96, show_spinner=False, hash_funcs=KNOWN_BY)
def seen(classifier: "Classifier", sample: Sample) -> "Image.Image":
    """The pixels that a network is given of a picture, one for one."""
    return classifier.picture(classifier.preprocess(sample.image))


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=KNOWN_BY)
def part_seen(classifier: "Classifier", sample: Sample) -> tuple[int, int]:
    """Width and height of the part of a picture that the network is given, in its own pixels."""
    return classifier.crop(sample.image).size


@st.cache_data(max_entries=96, show_spinner=False, hash_funcs=KNOWN_BY)
def seen_large(classifier: "Classifier", sample: Sample) -> bytes:
    """The pixels that a network is given as a PNG file, every pixel a square."""
    from resnet_viz import charts

    return charts.png(charts.magnify(seen(classifier, sample)))


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=KNOWN_BY)
def overlay(
    classifier: "Classifier",
    sample: Sample,
    found: "Attribution",
    opacity: float,
    look: str = OVERLAY,
    strongest: float = 1.0,
    most: float | None = None,
) -> bytes:
    """A map with the pixels that the network is given, as a PNG file, every pixel a square.

    Args:
        opacity: of the map over them, 0 … 1.
        look: one of `charts.LOOKS`.
        strongest: the share of pixels that a mask leaves.
        most: the value with the strongest colour; the map's own without it.
    """
    from resnet_viz import analysis, charts

    drawn = charts.drawn_map(
        seen(classifier, sample),
        found.heatmap.numpy(),
        look,
        opacity=opacity,
        strongest=strongest,
        signed=analysis.METHODS[found.method].signed,
        most=most,
    )
    return charts.png(charts.magnify(drawn))


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=KNOWN_BY)
def thumbnail(sample: Sample, side: int) -> "Image.Image":
    """A whole picture, at most so many pixels a side."""
    small = sample.image.copy()
    small.thumbnail((side, side))
    return small


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=KNOWN_BY)
def shortcut_outputs(classifier: "Classifier", sample: Sample, block: str) -> Any:
    """`analysis.shortcut_outputs` of one block."""
    from resnet_viz import analysis

    free_threads.take()
    return analysis.shortcut_outputs(classifier, sample.image, block)


@st.cache_data(max_entries=16, show_spinner="Looking into the block …", hash_funcs=KNOWN_BY)
def block_maps(classifier: "Classifier", sample: Sample, block: str) -> "BlockMaps":
    """`analysis.block_maps` of one block."""
    from resnet_viz import analysis

    free_threads.take()
    return analysis.block_maps(classifier, sample.image, block)[block]


@st.cache_data(max_entries=256, show_spinner="Walking through the blocks …", hash_funcs=KNOWN_BY)
def blocks(classifier: "Classifier", sample: Sample) -> pd.DataFrame:
    """One row a block: block, share (of the shortcut in the sum), response; no maps are kept."""
    from resnet_viz import analysis

    free_threads.take()
    walk = analysis.block_maps(classifier, sample.image)
    return pd.DataFrame(
        {
            "block": list(walk),
            "share": [maps.shortcut_share for maps in walk.values()],
            "response": [maps.response for maps in walk.values()],
        }
    )


@st.cache_data(max_entries=64, show_spinner="Running the network …", hash_funcs=KNOWN_BY)
def feature_map(classifier: "Classifier", sample: Sample, layer: str) -> Any:
    """`analysis.feature_maps` of one layer as an array (K, h, w)."""
    from resnet_viz import analysis

    free_threads.take()
    return analysis.feature_maps(classifier, sample.image, [layer])[layer].numpy()


def gradient_norms(classifier: "Classifier", data: str, batch: int, seed: int) -> pd.DataFrame:
    """`analysis.batch_gradient_norms`, for each state of the data once.

    Raises:
        AnalysisError: if the network knows other classes than the data hold.
    """
    from resnet_viz.data import identity

    source = opened.data_set(data)
    return _gradient_norms(classifier, data, identity(data), batch, seed, source)


@st.cache_data(max_entries=64, show_spinner="Measuring gradients …", hash_funcs=KNOWN_BY)
def _gradient_norms(
    classifier: "Classifier", data: str, identity: str, batch: int, seed: int, _source: "DataSet"
) -> pd.DataFrame:
    from resnet_viz import analysis

    free_threads.take()
    return analysis.batch_gradient_norms(classifier, _source, batch, seed)


def confusion(classifier: "Classifier", data: str, label: int | None = None) -> "Confusion":
    """`analysis.confusion` on the test split of a data set, or on its pictures of one class.

    Computed once for all visitors, behind a bar.
    """
    from resnet_viz import analysis
    from resnet_viz.data import identity

    free_threads.take()

    kept = _confusion(classifier.digest, data, identity(data), label)
    if kept.found is not None:  # the data need not be read for it again
        return kept.found
    split = opened.data_set(data).test
    split = split if label is None else _of_class(split, label)
    return kept.result(
        f"{classifier.architecture.title} looks at {len(split):,} test pictures …",
        lambda progress: analysis.confusion(classifier, split, progress=progress),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _confusion(digest: str, data: str, identity: str, label: int | None) -> "Place[Confusion]":
    return Place()


def assumption_check(classifier: "Classifier", data: str) -> "AssumptionCheck":
    """`analysis.check_assumptions` on a data set, once for all visitors and behind a bar.

    Raises:
        DataError, AnalysisError: if the data cannot be read, or are of other classes.
    """
    from resnet_viz.analysis import check_assumptions
    from resnet_viz.training.start import data_for

    def compute(progress: Callable[[float], None]) -> "AssumptionCheck":
        source = data_for(data, classifier.input_size, lambda share: progress(share / 2))
        return check_assumptions(
            classifier, source, progress=lambda share: progress((1 + share) / 2)
        )

    free_threads.take()
    kept = _assumption_check(*_assumption_key(classifier, data))
    return kept.result("Checking on labelled pictures …", compute)


def is_checked(classifier: "Classifier", data: str) -> bool:
    """Whether `assumption_check` is known, so that nobody waits for it."""
    return _assumption_check(*_assumption_key(classifier, data)).found is not None


def _assumption_key(classifier: "Classifier", data: str) -> tuple[str, str, str, str]:
    from resnet_viz.data import identity

    return classifier.digest, json.dumps(classifier.card.get("assumed")), data, identity(data)


@st.cache_resource(max_entries=64, show_spinner=False)
def _assumption_check(
    digest: str, assumed: str, data: str, identity: str
) -> "Place[AssumptionCheck]":
    return Place()


def pictures_taken_for(
    classifier: "Classifier", data: str, label: int, predicted: int
) -> NDArray[np.uint8]:
    """The test pictures of one class that a network takes for another: shape (N, H, W, 3)."""
    split = _of_class(opened.data_set(data).test, label)
    taken = confusion(classifier, data, label).predicted == predicted
    return split.images[taken].permute(0, 2, 3, 1).numpy()


def _of_class(split: "Split", label: int) -> "Split":
    from resnet_viz.data import Split

    chosen = split.labels == label
    return Split(images=split.images[chosen], labels=split.labels[chosen])
