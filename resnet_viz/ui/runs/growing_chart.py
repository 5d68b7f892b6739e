"""A chart whose lines grow in place: the browser keeps it, and puts new points at their ends.

Streamlit's own chart is another element whenever its figure is another one, so that each point
makes it anew: it is blank for a moment, and forgets zoom and hover.
"""

import base64
import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from resnet_viz.charts.brackets import FAR_APART
from resnet_viz.charts.curves import DASHES
from resnet_viz.charts.layout import TITLE
from resnet_viz.ui.shell import panels, stage
from resnet_viz.ui.shell.plotly_code import ADDRESS
from resnet_viz.ui.shell.push import FOLLOW

if TYPE_CHECKING:
    import plotly.graph_objects as go

Points = tuple[list[float | None], list[float | None]]  # x and y of a line
DIGITS = 6  # of a number that is drawn
LETTER = 7.5  # pixels that a letter of a line's name takes, about
MOST_NAMED = 4  # lines that have their names at their ends, rather than in a legend
WAITING_LETTERS = 44  # in a line of what is said while there is nothing to draw

_mount = st.components.v2.component(
    "growing_chart",
    js=FOLLOW + Path(__file__).with_suffix(".js").read_text("utf-8").replace("__PLOTLY__", ADDRESS),
    isolate_styles=False,  # plotly's and the page's rules for charts hold in it
)


def show(message: dict[str, Any], *, key: str, alt: str, waiting: str = "") -> None:
    """Draw a chart, or make the one that is there grow.

    Args:
        message: ``base``, which is another one for another chart; its ``figure``, as `plain` gives
            it; where its lines grow, their ``points``, which the figure then lacks, ``from`` which
            number on; whether it is ``large``; and where it grows by what is pushed, ``channel``,
            ``metric`` in its messages, and the ``moment`` before which these are of no use.
        waiting: what stands in it as long as it has no line.
    """
    wrapped = "<br>".join(textwrap.wrap(waiting, WAITING_LETTERS))
    _mount(key=key, data=message | {"alt": alt, "waiting": wrapped})


def plain(figure: "go.Figure", *, large: bool) -> dict[str, Any]:
    """A figure in values that JSON has, whose lines are named at their ends where they are few."""
    height = figure.layout.height
    if large:
        figure = stage.enlarge(figure)
    layout = figure.layout.to_plotly_json()
    layout["height"] = height  # what stands above it is higher on the stage, too
    layout.pop("template", None)  # the page's own colours and letters take its place
    traces = [
        trace.to_plotly_json() | {"x": numbers(trace.x), "y": numbers(trace.y)}
        for trace in figure.data
    ]
    names = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    size = figure.layout.font.size or 14
    return {
        "data": traces,
        "layout": layout,
        "config": panels.CHART_CONFIG,
        "named": 0 < len(names) <= MOST_NAMED,
        "top": round(TITLE * size / 14) + 4,
        "right": round(20 + LETTER * size / 14 * max(map(len, names), default=0)),
        "apart": _compared(figure),
        "far": FAR_APART,
    }


def _compared(figure: "go.Figure") -> list[int]:
    """The numbers of the two lines between whose ends their distance is written: training's."""
    solid = [
        number
        for number, line in enumerate(figure.data)
        if line.name and line.showlegend is not False and line.line.dash == DASHES["train"]
    ]
    return solid if len(solid) == 2 and figure.layout.yaxis.type == "linear" else []


def numbers(values: Any) -> list[float | None]:
    """The values of an axis as JSON has them, in as many digits as are drawn."""
    if isinstance(values, dict):  # as plotly packs those of a figure that was copied
        values = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return [
        float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
        for value in map(float, values if values is not None else ())
    ]
