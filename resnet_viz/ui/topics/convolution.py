"""The lesson on sizes: choosing its window and its cell, and the walk through a network."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.results import opened
from resnet_viz.ui.shell import links

LARGEST = 300  # pixels a side that are drawn
ARTICLE = ("resnet34", 300)  # network and pixels a side of the article's walk
OUTPUT = "output"
PHOTOGRAPH, TRAINED = "horses", "resnet56-cifar10-jpeg-seed0"
# The question that the lesson asks, and what the wrong answers left out.
STEM = Window(300, 7, padding=3, stride=2)
WRONG = {
    "Without the zeros": Window(300, 7, stride=2),
    "Moving by 1 pixel": Window(300, 7, padding=3),
}
# What to notice follows from these.
EXAMPLES = {
    "same": Window(56, 3, padding=1),
    "half": Window(56, 3, padding=1, stride=2),
    "odd": Window(75, 3, padding=1, stride=2),
    "pointwise": Window(56, 1, stride=2),
}


def choose_window() -> dict[str, int]:
    """Draw the five numbers of a window in one row."""
    with st.container(horizontal=True):
        return {
            "size": links.number(f"n: pixels a side (1–{LARGEST})", 1, LARGEST, 8, key="size"),
            "kernel": links.number("f: kernel (1–15)", 1, 15, 3, key="kernel"),
            "padding": links.number("p: padding (0–15)", 0, 15, 0, key="padding"),
            "stride": links.number("s: stride (1–15)", 1, 15, 2, key="stride"),
            "dilation": links.number("d: dilation (1–8)", 1, 8, 1, key="dilation"),
        }


def choose_cell(window: Window) -> tuple[int, int]:
    """Draw the row and the column of a cell of the output."""
    last = window.output - 1
    if last == 0:
        return 0, 0
    with st.container(horizontal=True):
        row = links.number(f"Row of the output (0–{last})", 0, last, 0, key="row")
        column = links.number(f"Column of the output (0–{last})", 0, last, 0, key="column")
    return int(row), int(column)


def follow() -> None:
    """Let row and column follow a click into the output."""
    if points := st.session_state[OUTPUT]["selection"]["points"]:
        st.session_state["row"], st.session_state["column"] = points[-1]["y"], points[-1]["x"]


def choose_walk() -> tuple[str, int]:
    """Draw the network and the size of the image that goes through it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = links.select(
            "Network", list(ARCHITECTURES), key="walk", names=TITLES, default=ARTICLE[0]
        )
        label = "Pixels a side of the image (1–4,096)"
        pixels = links.number(label, 1, 4096, ARTICLE[1], key="pixels")
    return name, int(pixels)


@st.cache_data(max_entries=32, show_spinner=False)
def photograph(size: int) -> NDArray[np.float32]:
    """The first shipped photograph's centre square in grey, shape (n, n), 0 … 1."""
    from resnet_viz.data import Cut

    square = Cut().apply(opened.photograph(PHOTOGRAPH)).convert("L").resize((size, size))
    return (np.asarray(square) / 255).astype(np.float32)


def choose_weights(kernel: int) -> tuple[NDArray[np.float32], int | None]:
    """Trained weights of the first layer of ResNet-56, of a filter that is chosen; and its number.

    A grey pixel has one value in all three colours, so the weights of the three are added up. Of
    a kernel of another size the mean is taken, and the number is None.
    """
    filters = _filters()
    if filters is None or kernel != filters.shape[-1]:
        return np.full((kernel, kernel), 1 / kernel**2, dtype=np.float32), None
    last = len(filters) - 1
    number = int(links.number(f"Filter (0–{last})", 0, last, 0, key="filter", width=200))
    return filters[number], number


@st.cache_data(show_spinner=False)
def _filters() -> NDArray[np.float32] | None:
    """The filters of the shipped network, shape (K, f, f); None where it is not there."""
    path = shipped_checkpoint(TRAINED)
    if path is None:
        return None
    weights = opened.classifier(path).network.conv1.weight.detach()  # (K, 3, f, f)
    return weights.float().sum(dim=1).numpy()


@st.cache_data(max_entries=128, show_spinner="Sending an image without numbers through …")
def walk(name: str, pixels: int) -> pd.DataFrame:
    """`analysis.structure.sizes.size_walk`, once for each network and size."""
    from resnet_viz.analysis.structure.sizes import size_walk

    return size_walk(ARCHITECTURES[name], pixels)
