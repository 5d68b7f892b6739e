"""Networks with a spurious cue: accuracy by where it is, and where their maps are strongest."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREEN, GREY, PURPLE, colour
from resnet_viz.charts.layout import finish

# Bars of a training: filled, or hatched in the same colour.
PATTERNS = ("", "/")
LEAST = 4  # per cent of a bar, below which its number finds no room
# Column of the scores -> its colour and what the legend calls it.
PLACES = {
    "in_shape": (GREEN, "in the shape"),
    "in_tag": (PURPLE, "in the tag"),
    "elsewhere": (GREY, "elsewhere"),
}


def accuracy_by_tag(rows: pd.DataFrame) -> go.Figure:
    """Accuracy of one family's networks for each place of the tag, a bar a training.

    Args:
        rows: columns ``trained``, ``tag``, ``residual`` and ``accuracy`` (per cent), from top to
            bottom.
    """
    figure = go.Figure()
    for pattern, (trained, bars) in zip(
        PATTERNS, rows.groupby("trained", sort=False), strict=False
    ):
        hue = colour(bool(bars["residual"].iloc[0]))
        figure.add_bar(
            x=bars["accuracy"],
            y="tag " + bars["tag"],
            orientation="h",
            name=f"trained {trained}",
            marker={
                "color": hue,
                "pattern": {"shape": pattern, "fillmode": "replace", "fgcolor": hue},
                "line": {"width": 1.5, "color": hue},
            },
            text=[f"{value:.1f}" for value in bars["accuracy"]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1f} %",
        )
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(title="accuracy (%)", range=(0, 112), tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(type="category", autorange="reversed")
    return finish(figure, height=90 + 54 * rows["tag"].nunique())


def strongest_points(rows: pd.DataFrame) -> go.Figure:
    """Where the strongest point of maps lies: a bar a kind of map, divided by place.

    Args:
        rows: columns ``map``, ``in_shape``, ``in_tag`` and ``elsewhere`` (per cent), from top to
            bottom.
    """
    figure = go.Figure()
    for column, (hue, name) in PLACES.items():
        figure.add_bar(
            x=rows[column],
            y=rows["map"],
            orientation="h",
            name=name,
            marker={"color": hue},
            text=[f"{value:.0f}" if value >= LEAST else "" for value in rows[column]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            insidetextfont={"color": "#000000"},  # white is too pale on any of the three
            hovertemplate=f"%{{y}}: %{{x:.0f}} % {name}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_xaxes(title="maps (%)", range=(0, 100))
    figure.update_yaxes(type="category", autorange="reversed")
    finish(figure, height=90 + 34 * len(rows))
    return figure.update_layout(legend_traceorder="normal")  # as the parts lie, from the left
