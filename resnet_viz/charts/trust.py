"""Checks of attribution maps: curves of removal, rank correlations, recorded scores."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREY, line_styles
from resnet_viz.charts.layout import FONT, finish, verbatim

# A map that asks the network nothing -> its dash; the map that is put to the test is solid.
CONTROL_DASHES = ("dot", "dash", "dashdot", "longdash")
WHOLE = {"range": (-3, 103), "tickvals": [0, 25, 50, 75, 100]}
ROW = 27  # pixels of a method's row


def removal(
    curves: pd.DataFrame, way: str, names: Mapping[str, str], *, hue: str, title: str = ""
) -> go.Figure:
    """How the probability follows the pixels that maps put first; the last maps know nothing.

    Args:
        curves: columns ``map``, ``share`` (of the pixels, 0 … 1) and ``way`` (0 … 1).
        way: ``insertion`` or ``deletion``.
        names: of the maps in the legend; the first is the one that is put to the test.
        hue: its colour; the others are grey.
    """
    figure = go.Figure()
    first, *others = names
    looks: dict[str, dict[str, Any]] = {
        name: {"color": GREY, "dash": dash}
        for name, dash in zip(others, CONTROL_DASHES, strict=False)
    }
    looks[first] = {"color": hue, "width": 3.5}
    for name in (*others, first):  # the tested map on top
        line = curves[curves["map"] == name]
        figure.add_scatter(
            x=100 * line["share"],
            y=100 * line[way],
            mode="lines",
            name=verbatim(names[name]),
            line={"width": 1.8} | looks[name],
            legendrank=1 if name == first else 2,
            hovertemplate="%{y:.0f} %",
        )
    done = {"insertion": "put back", "deletion": "taken out"}[way]
    figure.update_xaxes(title=f"pixels {done} (%)", **WHOLE)
    figure.update_yaxes(title="probability (%)", **WHOLE)
    figure.update_layout(hovermode="x unified")
    return finish(figure, height=400, title=title)


def agreement(correlations: pd.DataFrame, *, title: str = "") -> go.Figure:
    """Rank correlations of maps with each other, blue below 0 and red above.

    Args:
        correlations: square, with the maps' names.
    """
    names = [verbatim(str(name)) for name in correlations.columns]
    values = correlations.to_numpy(dtype=float)
    hidden = np.triu(np.ones_like(values, dtype=bool))  # each pair once
    figure = go.Figure(
        go.Heatmap(
            x=names[:-1],
            y=names[1:],
            z=np.where(hidden, np.nan, values)[1:, :-1],
            zmin=-1,
            zmax=1,
            colorscale="RdBu_r",
            xgap=1,
            ygap=1,
            colorbar={"thickness": 10, "tickvals": [-1, 0, 1]},
            hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
            hoverongaps=False,
        )
    )
    figure.update_xaxes(tickangle=-60, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return finish(figure, height=200 + 22 * len(names), title=title, legend=False)


def recorded_scores(
    rows: pd.DataFrame, *, axis: str, span: tuple[float, float], line: float, says: str
) -> go.Figure:
    """A row a method and a point a network, with bars of one standard error where there is one.

    Args:
        rows: columns ``name`` (of the method, from top to bottom), ``label``, ``residual``,
            ``value`` and ``error``.
        line: a value to compare with, and what it ``says``.
    """
    figure = go.Figure()
    styles = line_styles(rows)
    names = list(dict.fromkeys(rows["name"]))
    for label, points in rows.groupby("label", sort=False):
        marker = styles[str(label)]["marker"]
        hue = styles[str(label)]["line"]["color"]
        figure.add_scatter(
            x=points["value"],
            y=points["name"].map(verbatim),
            mode="markers",
            name=verbatim(str(label)),
            marker=marker | {"color": hue, "size": 10, "line": {"width": 2, "color": hue}},
            error_x={"array": points["error"], "color": hue, "thickness": 1.2, "width": 0},
            hovertemplate="%{y}: %{x:.2~f}",
        )
    figure.add_vline(
        x=line,
        line={"color": GREY, "width": 1.5, "dash": "dot"},
        annotation={"text": says, "font": {"size": FONT - 2}},
        annotation_position="top left" if line > sum(span) / 2 else "top right",
    )
    figure.update_xaxes(title=axis, range=span)
    order = {"categoryorder": "array", "categoryarray": [verbatim(name) for name in names]}
    figure.update_yaxes(type="category", range=(len(names) - 0.5, -0.5), **order)
    return finish(figure, height=110 + ROW * len(names))
