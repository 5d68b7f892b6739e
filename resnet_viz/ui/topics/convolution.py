"""The lesson on sizes: its window, in numbers and in words, and the walk through a network."""

import pandas as pd
import streamlit as st

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.ui.shell import links

LARGEST = 300  # pixels a side that are drawn
ARTICLE = ("resnet34", 300)  # network and pixels a side of the article's walk
OUTPUT = "output"
MOST_NAMED = 8


def choose() -> dict[str, int]:
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


def formula(window: Window) -> str:
    """The formula with the window's numbers in it, down to the result."""
    n, f, p, s, d = window.size, window.kernel, window.padding, window.stride, window.dilation
    return (
        f"⌊(n + 2p − d(f − 1) − 1) / s⌋ + 1 = ⌊({n} + 2·{p} − {d}·({f} − 1) − 1) / {s}⌋ + 1 = "
        f"⌊{window.room} / {s}⌋ + 1 = **{window.output}**"
    )


def lost(window: Window) -> str:
    """Which pixels no cell of the output reads, and why."""
    rest, unread, side = window.rest, window.unread, window.size
    picture = "padded picture" if window.padding else "picture"
    if rest == 0:
        said = f"{window.room} divides by {window.stride}: the last window ends at the border."
    else:
        end = "row and column" if rest == 1 else f"{rest} rows and columns"
        said = (
            f"{window.room} does not divide by {window.stride}, {rest} is left: the last {end} of "
            f"the {picture} are out of reach."
        )
    if not unread:
        return f"{said} {'That is padding: every' if rest else 'Every'} pixel is read."
    beyond = [pixel for pixel in unread if pixel >= side + window.padding - rest]
    between = [pixel for pixel in unread if pixel not in beyond]
    if beyond:
        said += f" Lost at the end: {_lines(beyond)}."
    if between:
        said += f" Jumped over: {_lines(between)}."
    count = side**2 - (side - len(unread)) ** 2
    return (
        f"{said} So {count:,} of {side**2:,} pixels ({100 * count / side**2:.0f} %) change nothing "
        "in what comes out."
    )


def _lines(pixels: list[int]) -> str:
    named = ", ".join(map(str, pixels[:MOST_NAMED]))
    more = f" and {len(pixels) - MOST_NAMED} more" if len(pixels) > MOST_NAMED else ""
    return f"{'row and column' if len(pixels) == 1 else 'rows and columns'} {named}{more}"


def choose_walk() -> tuple[str, int]:
    """Draw the network and the size of the image that goes through it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = links.select(
            "Network", list(ARCHITECTURES), key="walk", names=TITLES, default=ARTICLE[0]
        )
        label = "Pixels a side of the image (1–4,096)"
        pixels = links.number(label, 1, 4096, ARTICLE[1], key="pixels")
    return name, int(pixels)


@st.cache_data(max_entries=128, show_spinner="Sending an image without numbers through …")
def walk(name: str, pixels: int) -> pd.DataFrame:
    """`analysis.structure.sizes.size_walk`, once for each network and size."""
    from resnet_viz.analysis.structure.sizes import size_walk

    return size_walk(ARCHITECTURES[name], pixels)


def steps(layers: pd.DataFrame) -> pd.DataFrame:
    """The layers of a walk that change the size, after the image: ``step``, ``side``, ``shape``."""
    changing = layers[layers["side"] != layers["side_in"]]
    rows = [("the image", layers["side_in"].iloc[0], 3)]
    rows += [
        ("{layer} {kernel}×{kernel}/{stride}".format_map(row), row["side"], row["channels"])
        for row in changing.to_dict("records")
    ]
    return pd.DataFrame(
        [(step, side, f"{side}×{side}×{channels}") for step, side, channels in rows],
        columns=["step", "side", "shape"],
    )


def in_numbers(layers: pd.DataFrame) -> pd.DataFrame:
    """The table of a walk, what decides first: the formula with its numbers, and what came out."""
    formula = "⌊({side_in} + 2·{padding} − {kernel}) / {stride}⌋ + 1 = {formula}"
    rows = layers.to_dict("records")
    return pd.DataFrame(
        {
            "layer": layers["layer"],
            "formula": [formula.format_map(row) for row in rows],
            "shape that came out": ["{side}×{side}×{channels}".format_map(row) for row in rows],
            "f": layers["kernel"],
            "p": layers["padding"],
            "s": layers["stride"],
            "kind": layers["kind"],
            "rows never read": layers["lost"],
        }
    )
