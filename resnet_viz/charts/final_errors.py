"""Final errors of networks over their depth, or over whatever else a study varies."""

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import colour, translucent
from resnet_viz.charts.curves import DASHES, HOLLOW, MARKERS
from resnet_viz.charts.curves import SPLITS as NAMES
from resnet_viz.charts.end_labels import MOST_LABELS, End, label_ends
from resnet_viz.charts.layout import finish, verbatim

HEIGHT = 370
PLOT_HEIGHT = HEIGHT - 90
WIDTH = 2.6
ROOM = 0.04  # of the axis, left and right of the first and the last point


def final_errors(points: pd.DataFrame, *, x_title: str, categorical: bool) -> go.Figure:
    """Training (solid) and test error (dashed), mean of the seeds, with a band over their range.

    A point of fewer runs than were asked for is hollow.

    Args:
        points: columns ``line``, ``residual``, ``depth``, ``x``, ``place``, ``runs``, ``of``, and
            ``train`` and ``test`` with ``_least`` and ``_largest`` (per cent), a row a line and
            place.
        categorical: whether the places are names beside each other and not numbers.
    """
    figure = go.Figure()
    most = points[["train_largest", "test_largest"]].max().max()
    top = 100.0 if pd.isna(most) else float(most)
    span = (-0.03 * top - 0.3, 1.06 * top + 0.6)
    ends = []
    names = list(dict.fromkeys(points["line"]))
    of_family = {
        residual: list(dict.fromkeys(group["line"]))
        for residual, group in points.groupby("residual")
    }
    for line in names:
        rows = points[(points["line"] == line) & (points["runs"] > 0)].sort_values("place")
        if rows.empty:
            continue
        residual = bool(rows["residual"].iloc[0])
        hue = colour(residual)
        marker = MARKERS[of_family[residual].index(line) % len(MARKERS)]
        for split, word in NAMES.items():
            least, largest = rows[f"{split}_least"], rows[f"{split}_largest"]
            if (largest > least).any():
                figure.add_scatter(
                    x=[*rows["place"], *rows["place"][::-1]],
                    y=[*largest, *least[::-1]],
                    mode="lines",
                    fill="toself",
                    fillcolor=translucent(hue, 0.15),
                    line={"width": 0},
                    hoverinfo="skip",
                    showlegend=False,
                )
            complete = rows["runs"] >= rows["of"]
            figure.add_scatter(
                x=rows["place"],
                y=rows[split],
                mode="lines+markers",
                name=verbatim(f"{line} {word}"),
                line={"color": hue, "width": WIDTH, "dash": DASHES[split]},
                marker={
                    "symbol": marker,
                    "size": 9,
                    "color": [hue if whole else HOLLOW for whole in complete],
                    "line": {"color": hue, "width": 2},
                },
                customdata=list(zip(least, largest, rows["runs"], strict=True)),
                hovertemplate="%{y:.2f} % (%{customdata[0]:.2f} – %{customdata[1]:.2f}, "
                "runs: %{customdata[2]})",
            )
            value = float(rows[split].iloc[-1])
            text = verbatim(f"{line} {split} {value:.1f}")
            ends.append(End(value, marker, hue, text, bold=split == "test"))
    figure.update_xaxes(title=x_title, **_places(points, categorical=categorical))
    figure.update_yaxes(title="final error (%)", range=span)
    figure.update_layout(hovermode="x unified")
    finish(figure, height=HEIGHT, legend=len(names) * len(NAMES) > MOST_LABELS)
    return label_ends(figure, ends, span, height=PLOT_HEIGHT)


def _places(points: pd.DataFrame, *, categorical: bool) -> dict[str, Any]:
    """The axis with a tick at each place, whose names stand there."""
    ticks = points.drop_duplicates("place").sort_values("place")
    first, last = float(ticks["place"].min()), float(ticks["place"].max())
    if not categorical:  # depths double rather than grow by as much each time
        first, last = math.log10(first), math.log10(last)
    room = 0.4 if categorical else ROOM * max(last - first, 0.5)
    return {
        "type": "linear" if categorical else "log",
        "range": (first - room, last + room),
        "tickmode": "array",
        "tickvals": list(ticks["place"]),
        "ticktext": [verbatim(str(x)) for x in ticks["x"]],
    }
