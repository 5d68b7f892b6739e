"""A switch for classrooms: larger text and charts, and no sidebar; kept in the URL."""

import copy
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.ui.shell import links

if TYPE_CHECKING:
    import plotly.graph_objects as go

KEY = "projector"
LARGER = 1.35
TRACE_FONTS = ("textfont", "colorbar.tickfont", "colorbar.title.font")
# All of Streamlit's sizes follow the root's; its sidebar has no switch that a page may use.
STYLE = f"""<style>
html {{ font-size: {100 * LARGER:.0f}%; }}
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] {{ display: none; }}
</style>"""


def switch() -> None:
    """Draw the switch in the sidebar; while it is on, make the page large and offer a way back."""
    with st.sidebar:
        on = links.toggle(
            "Projector view",
            key=KEY,
            says="the page without it",
            help="Larger text and charts, without this sidebar. The link keeps it.",
        )
    if on:
        st.html(STYLE)
        st.button("Leave the projector view", icon=":material/close_fullscreen:", on_click=_leave)


def _leave() -> None:
    st.session_state[KEY] = False


def is_on() -> bool:
    """Whether the page is shown large."""
    return bool(st.session_state.get(KEY))


def enlarged(figure: "go.Figure") -> "go.Figure":
    """The chart in larger type and higher, while the projector is on; the same chart otherwise."""
    if not is_on():
        return figure
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
    for note in layout.annotations:
        note.font.size = round((note.font.size or 14) * LARGER)
    if layout.margin.r:  # where the texts at the ends of curves stand
        layout.margin.r = round(layout.margin.r * LARGER)
    if layout.height:
        layout.height = height(layout.height)
    return large


def height(pixels: int) -> int:
    """How high a chart of so many pixels is shown."""
    return round(pixels * 1.2) if is_on() else pixels
