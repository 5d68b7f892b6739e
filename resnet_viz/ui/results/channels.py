"""What channels answer to, computed once for all visitors."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz.ui.results import free_threads, opened
from resnet_viz.ui.results.analyses import KNOWN_BY
from resnet_viz.ui.results.long_work import Place
from resnet_viz.ui.results.samples import Sample

if TYPE_CHECKING:
    from resnet_viz.models import Classifier


def exciting(classifier: "Classifier", data: str, layer: str) -> pd.DataFrame:
    """`analysis.exciting_pictures` of a test split, all channels of a layer at once, behind a bar.

    Whoever turns to something else ends it.

    Raises:
        DataError, AnalysisError: if the data cannot be read, or there is nothing to see.
    """
    from resnet_viz import analysis
    from resnet_viz.data import identity

    free_threads.take()
    kept = _exciting(classifier.digest, data, identity(data), layer)
    if kept.found is not None:  # the data need not be read for it again
        return kept.found
    split = opened.data_set(data).test
    return kept.result(
        f"{classifier.architecture.title} looks at {len(split):,} test pictures …",
        lambda progress: analysis.exciting_pictures(classifier, split, layer, progress=progress),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _exciting(digest: str, data: str, identity: str, layer: str) -> "Place[pd.DataFrame]":
    return Place()


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=KNOWN_BY)
def important(
    classifier: "Classifier", sample: Sample, layer: str, target: int | None
) -> pd.DataFrame:
    """`analysis.important_channels`, once for each network, picture, layer and class."""
    from resnet_viz import analysis

    free_threads.take()
    return analysis.important_channels(classifier, sample.image, layer, target)


def given(classifier: "Classifier", data: str, places: list[int]) -> NDArray[np.uint8]:
    """Test pictures as a network is given them: shape (N, H, W, 3), H and W its input size."""
    from resnet_viz.data.feed import Feed

    images = opened.data_set(data).test.images[places]
    inputs = Feed(classifier.mean, classifier.std, classifier.input_size)(images)
    seen = [classifier.picture(one).convert("RGB") for one in inputs]
    return np.stack([np.asarray(one) for one in seen])


def labels(data: str, places: list[int]) -> list[str]:
    """The classes of test pictures."""
    known = opened.data_set(data)
    return [known.classes[number] for number in known.test.labels[places].tolist()]
