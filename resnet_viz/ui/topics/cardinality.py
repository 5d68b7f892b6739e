"""The lesson on cardinality: its pair, and times that are measured when asked for."""

import threading
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz.analysis.experiments.equal_cost import (
    MOST_PATHS,
    MOST_WIDTH,
    CardinalityError,
    weights,
    width_at_equal_cost,
)
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.reporting.cardinality import NETWORKS, ONE_PATH, beside_published
from resnet_viz.ui.shell import links
from resnet_viz.wording import several

if TYPE_CHECKING:
    from resnet_viz.analysis.experiments.pass_times import Times
    from resnet_viz.analysis.experiments.separate_paths import Forms

EQUAL, OWN = "at equal cost", "my own"
MOST_WEIGHTS = 1_000_000  # of a block that is built while somebody waits
ROUNDS, SIDE = 15, 224


def choose_paths(hidden: tuple[int, ...] = ()) -> tuple[int, int, int]:
    """Draw the pair; return C, d, and the weights of one path that it is compared with.

    Args:
        hidden: widths that the cost of `ONE_PATH` must not give away yet.

    Raises:
        CardinalityError: if there are more paths than the cost allows, a block is too large, or a
            width is hidden.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = f"C: paths of a block (1–{MOST_PATHS})"
        paths = int(links.number(label, 1, MOST_PATHS, 4, key="paths"))
        label = f"Cost of one path of … channels (1–{MOST_WIDTH})"
        one = int(links.number(label, 1, MOST_WIDTH, ONE_PATH, key="one_path"))
        way = links.segments("d: channels of a path", (EQUAL, OWN), key="width")
        if way == OWN:
            own = int(links.number(f"d (1–{MOST_WIDTH})", 1, MOST_WIDTH, 24, key="channels"))
    budget = weights(1, one)
    width = own if way == OWN else width_at_equal_cost(paths, budget)
    if way == EQUAL and one == ONE_PATH and width in hidden:
        raise CardinalityError(
            f"How wide {paths} paths are at this cost is asked above: make your prediction first."
        )
    if weights(paths, width) > MOST_WEIGHTS:
        raise CardinalityError(
            f"{several(paths, 'path')} of {several(width, 'channel')} "
            f"{'has' if paths == 1 else 'have'} {weights(paths, width):,} weights, and blocks of "
            f"more than {MOST_WEIGHTS:,} are not built here: choose fewer or narrower paths."
        )
    return paths, width, budget


@st.cache_data(max_entries=128, show_spinner="Taking the block apart …")
def forms(cardinality: int, width: int) -> "Forms":
    """`separate_paths.compare` of one pair."""
    from resnet_viz.analysis.experiments import separate_paths

    return separate_paths.compare(cardinality, width)


@st.cache_data(show_spinner="Counting weights and multiply-adds …")
def counted() -> pd.DataFrame:
    """`cardinality.beside_published` of what ResNet-50 and ResNeXt-50 cost."""
    from resnet_viz.analysis.experiments import pass_times

    rows = [ARCHITECTURES[name] for name in NETWORKS]
    return beside_published(pass_times.counted_costs(rows, SIDE))


@st.cache_resource(show_spinner=False)
def _kept() -> "dict[str, Times]":
    """The one result of this server.

    No `long_work.Place`: it is measured again whenever somebody asks for it, and whoever comes
    meanwhile is told so instead of waiting.
    """
    return {}


@st.cache_resource(show_spinner=False)
def _turn() -> threading.Lock:
    """Held while somebody measures: two at once would make each other slow."""
    return threading.Lock()


def times() -> "Times | None":
    """What was measured on this server, if anything was."""
    return _kept().get("times")


def measure() -> None:
    """Take the times behind a bar that says how far it is; whoever moves on ends it."""
    from resnet_viz.analysis.experiments import pass_times

    if not _turn().acquire(blocking=False):
        st.info(
            "Somebody measures at this moment, and two at once would slow each other down: press "
            "again in half a minute."
        )
        return
    text = "Both networks look at one picture, again and again in turn …"
    try:
        bar = st.progress(0.0, text=text)
        _kept()["times"] = pass_times.forward_times(
            [ARCHITECTURES[name] for name in NETWORKS],
            size=SIDE,
            rounds=ROUNDS,
            progress=lambda share: bar.progress(share, text=text),
        )
        bar.empty()
    finally:
        _turn().release()
