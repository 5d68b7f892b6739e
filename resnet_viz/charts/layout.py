"""What all charts share: margins, a legend above, type that can be read on a projector."""

import html
import math
from typing import Any

import plotly.graph_objects as go

FONT = 14
TITLE = 34  # height of a title in pixels, with the space below it
LEGEND = {
    "orientation": "h",
    "xref": "container",
    "yref": "container",
    "yanchor": "top",
    "x": 0,
    "font": {"size": FONT},
}
MOST_IN_FULL = 3  # powers of ten between which 2 and 5 find room
MOST_DECADES = 8  # powers of ten that find room beside each other on an axis


def finish(figure: go.Figure, *, height: int, title: str = "", legend: bool = True) -> go.Figure:
    """Give a chart the product's look; colours of text and grid come from the page's theme."""
    above = TITLE if title else 4
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": above + (42 if legend else 4), "b": 8},
        title={"text": title, "x": 0, "y": 0.99, "yanchor": "top", "font": {"size": FONT + 3}},
        showlegend=legend,
        # It hangs below the title: of several rows the last one makes the plot lower.
        legend=LEGEND | {"y": 1 - above / height},
        font={"size": FONT},
        uirevision="keep",
        overwrite=True,  # which is ten times as fast as looking for what to keep
    )
    sizes = {"title_font": {"size": FONT}, "tickfont": {"size": FONT - 1}}
    figure.update_xaxes(**sizes, overwrite=True)
    figure.update_yaxes(**sizes, overwrite=True)
    return figure


def verbatim(text: str) -> str:
    """A stranger's text, such as a class name, for a chart, where Plotly takes tags for markup."""
    return html.escape(text, quote=False)


def powers_of_ten(span: tuple[float, float]) -> dict[str, Any]:
    """A logarithmic axis over so many powers of ten, whose ticks do not overlap."""
    decades = span[1] - span[0]
    axis: dict[str, Any] = {"type": "log", "range": span}
    if decades > MOST_IN_FULL:  # enough powers of ten to read a value by them alone
        tick = math.ceil(decades / MOST_DECADES)
        return axis | {"dtick": tick, "exponentformat": "power", "tickformat": None}
    # Without a format plotly writes 0.2 and 0.5 as 2 and 5, between two powers of ten.
    return axis | {"dtick": "D2" if decades >= 1 else None, "tickformat": "~g"}
