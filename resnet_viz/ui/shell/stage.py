"""The stage: the evidence fills the screen, in letters that a back row can read; kept in the URL.

Everything is laid out as on a screen of 720 lines and enlarged as a whole to the height of the
window (`stage.css`), so that text, lines, marks, tables and pictures grow together.
"""

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.ui.shell import links

if TYPE_CHECKING:
    import plotly.graph_objects as go

STYLE = Path(__file__).with_name("stage.css")
KEY = "stage"
LARGER = 1.35  # the smallest letters of a chart, 12 pixels, become 2.2 % of the height
HIGHER = 1.06  # as much as is left of the screen where there is no navigation
WIDER = 1.15  # as the letters of the page, by `stage.css`
TRACE_FONTS = ("textfont", "colorbar.tickfont", "colorbar.title.font")


def begin() -> None:
    """Send the rules of the stage with a page that is on it, before any of its elements."""
    if st.session_state.get(KEY) or links.asked(KEY) == "true":
        st.html(STYLE)


def is_on() -> bool:
    """Whether the page is on the stage, as its link or the switch says."""
    return links.flag(KEY, says="the page without it")


def switch() -> None:
    """Draw the button that enters the stage, or leaves it."""
    on = bool(st.session_state[KEY])
    st.button(
        "Leave" if on else "Stage",
        key="stage_switch",
        icon=":material/close_fullscreen:" if on else ":material/slideshow:",
        type="tertiary",
        shortcut="p",
        help="Back to the page." if on else "The evidence fills the screen. The link keeps it.",
        on_click=_turn,
    )


def _turn() -> None:
    st.session_state[KEY] = not st.session_state[KEY]


def enlarged(figure: "go.Figure") -> "go.Figure":
    """The chart in larger type and higher on the stage; the same chart elsewhere."""
    return enlarge(figure) if is_set() else figure


def is_set() -> bool:
    """Whether what is drawn now is drawn for the stage."""
    return bool(st.session_state.get(KEY))


def enlarge(figure: "go.Figure") -> "go.Figure":
    """A copy of the chart as the stage shows it."""
    large = copy.deepcopy(figure)
    layout = large.layout
    for font in (layout.font, layout.title.font, layout.legend.font):
        font.size = round((font.size or 14) * LARGER)
    for axis in (*large.select_xaxes(), *large.select_yaxes()):
        for font in (axis.title.font, axis.tickfont):
            font.size = round((font.size or 13) * LARGER)
    for trace in large.data:
        for font in TRACE_FONTS:
            if font in trace and trace[font].size:  # the others follow the chart's own
                trace[font].size = round(trace[font].size * LARGER)
        for part in ("line", "marker"):
            _thicken(trace, part)
    for note in layout.annotations:
        note.font.size = round((note.font.size or 14) * LARGER)
    if layout.margin.r:  # where the texts at the ends of curves stand
        layout.margin.r = round(layout.margin.r * LARGER)
    if layout.height:
        layout.height = round(layout.height * HIGHER)
    return large


def _thicken(trace: "go.Scatter", part: str) -> None:
    """Widen a trace's line, or enlarge its marks, where they have one size."""
    if part not in trace:
        return
    name = "width" if part == "line" else "size"
    if isinstance(size := getattr(trace[part], name, None), int | float):
        trace[part][name] = size * LARGER


def height(pixels: int) -> int:
    """How high a chart of so many pixels is shown."""
    return round(pixels * HIGHER) if is_set() else pixels


def width(pixels: int) -> int:
    """How wide what holds a line of so many pixels is; rows of a table grow in height alike."""
    return round(pixels * WIDER) if is_set() else pixels
