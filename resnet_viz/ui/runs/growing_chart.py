"""A chart whose lines grow in place: the browser keeps it, and is sent what is new.

Streamlit's own chart is another element whenever its figure is another one, so that each point
makes it anew: it is blank for a moment, and forgets zoom and hover.
"""

import base64
import math
import secrets
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from resnet_viz.charts.brackets import FAR_APART
from resnet_viz.charts.curves import DASHES
from resnet_viz.charts.layout import TITLE
from resnet_viz.ui.shell import panels, stage
from resnet_viz.ui.shell.plotly_code import ADDRESS

if TYPE_CHECKING:
    import plotly.graph_objects as go

Lines = Mapping[str, tuple[list[float], list[float]]]
DIGITS = 6  # of a number that is drawn
LETTER = 7.5  # pixels that a letter of a line's name takes, about
MOST_NAMED = 4  # lines that have their names at their ends, rather than in a legend
WAITING_LETTERS = 44  # in a line of what is said while there is nothing to draw

_mount = st.components.v2.component(
    "growing_chart",
    js=Path(__file__).with_suffix(".js").read_text("utf-8").replace("__PLOTLY__", ADDRESS),
    isolate_styles=False,  # plotly's and the page's rules for charts hold in it
)


@dataclass
class Sent:
    """What one visitor's browser has of a chart; another one is made whenever the page runs."""

    base: str = ""
    look: object = None
    counts: dict[str, int] = field(default_factory=dict)
    number: int = 0

    def forget(self) -> None:
        """Send everything again: the browser misses something."""
        self.base = ""

    def message(
        self, lines: Lines, look: object, draw: "Callable[[], go.Figure]"
    ) -> dict[str, Any]:
        """The whole figure at first and where it looks otherwise, or else the points that are new.

        Args:
            lines: of the figure, in its order; points are added to them and never taken away.
            look: what else the figure shows.
        """
        shorter = any(len(lines.get(name, ((),))[0]) < had for name, had in self.counts.items())
        if not self.base or shorter or (tuple(lines), look) != self.look:
            self.base, self.look = secrets.token_hex(4), (tuple(lines), look)
            self.number = 0
            self._count(lines)
            return {"base": self.base, "upto": 0, "figure": _plain(draw())}
        points = [
            [_numbers(values[self.counts[name] :]) for values in line]
            for name, line in lines.items()
        ]
        known = self.number
        self.number += sum(len(x) for x, _ in points)
        self._count(lines)
        return {"base": self.base, "from": known, "upto": self.number, "points": points}

    def _count(self, lines: Lines) -> None:
        self.counts = {name: len(x) for name, (x, _) in lines.items()}


def show(message: dict[str, Any], sent: Sent, *, key: str, alt: str, waiting: str = "") -> None:
    """Draw a chart from what `Sent.message` gave, or make the one that is there grow.

    Args:
        waiting: what stands in it as long as it has no line.
    """
    wrapped = "<br>".join(textwrap.wrap(waiting, WAITING_LETTERS))
    _mount(
        key=key,
        data=message | {"alt": alt, "waiting": wrapped},
        on_missed_change=sent.forget,
    )


def _plain(figure: "go.Figure") -> dict[str, Any]:
    """A figure in values that JSON has, whose lines are named at their ends where they are few."""
    height = figure.layout.height
    figure = stage.enlarged(figure)
    layout = figure.layout.to_plotly_json()
    layout["height"] = height  # what stands above it is higher on the stage, too
    layout.pop("template", None)  # the page's own colours and letters take its place
    traces = [
        trace.to_plotly_json() | {"x": _numbers(trace.x), "y": _numbers(trace.y)}
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


def _numbers(values: Any) -> list[float | None]:
    if isinstance(values, dict):  # as plotly packs those of a figure that was copied
        values = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return [
        float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
        for value in map(float, values if values is not None else ())
    ]
