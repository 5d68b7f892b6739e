"""Transfer learning: accuracy over a network's parameters, and over images a class."""

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREEN, GREY, RESIDUAL
from resnet_viz.charts.end_labels import CHARACTER_PIXELS, LABEL_PIXELS, spread_labels
from resnet_viz.charts.layout import FONT, finish

ORIGINS = {  # origin of a number -> its colour, and whether its markers are filled
    "imagenet": (GREY, False),
    "article": (RESIDUAL, False),
    "here": (RESIDUAL, True),
}
# Of the ways only one can have the residual networks' blue.
STYLES = ((RESIDUAL, "circle"), (GREEN, "square"), (GREY, "diamond"))
HEIGHT = 440
LABEL_WIDTH = 11  # characters of a name's line, so that it takes little of a telephone's width
LABEL_LINES = 2.4  # of a label of two, with what plotly leaves between lines
PLOT_HEIGHT = HEIGHT - 70


def accuracy_over_parameters(points: pd.DataFrame, names: dict[str, str]) -> go.Figure:
    """A point a network and origin of the number; a diamond where the cardinality is above 1.

    Args:
        points: columns ``network``, ``parameters``, ``cardinality``, ``origin`` (``imagenet``,
            ``article`` or ``here``), ``accuracy`` (per cent) and ``text`` (for who points at it).
        names: what each origin is called in the legend.
    """
    figure, largest = go.Figure(), float(points["parameters"].max())
    for origin, group in points.groupby("origin", sort=False):
        hue, filled = ORIGINS[str(origin)]
        symbols = ["diamond" if grouped else "circle" for grouped in group["cardinality"] > 1]
        figure.add_scatter(
            x=group["parameters"] / 1e6,
            y=group["accuracy"],
            mode="markers+text",
            name=names[str(origin)],
            marker={
                "symbol": symbols if filled else [f"{symbol}-open" for symbol in symbols],
                "size": 13,
                "color": hue,
                "line": {"width": 2.5, "color": hue},
            },
            text=group["network"] if origin == "imagenet" else None,
            textposition=[
                _place(symbol, size)
                for symbol, size in zip(symbols, group["parameters"] / largest, strict=True)
            ],
            cliponaxis=False,
            customdata=group["text"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if (points["cardinality"] > 1).any():
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name="cardinality above 1 (ResNeXt)",
            marker={"symbol": "diamond-open", "size": 12, "color": GREY, "line": {"width": 2.5}},
        )
    low = float(points["accuracy"].min())
    figure.update_xaxes(title="parameters (millions)", range=(0, largest / 9e5))
    figure.update_yaxes(title="top-1 accuracy (%)", range=(low - 0.15 * (100 - low), 100))
    return finish(figure, height=HEIGHT)


def accuracy_over_images(rows: pd.DataFrame, ways: Sequence[str], *, chance: float) -> go.Figure:
    """Test accuracy over training images a class: the mean of the seeds, and their range as bars.

    The lines are solid, for no training accuracy is beside them, and have their names at the end.

    Args:
        rows: a row a run: ``way``, ``images`` (a class) and ``test_accuracy`` (per cent).
        ways: the ways to draw, the best known first.
        chance: accuracy of guessing, in per cent.
    """
    figure = go.Figure()
    sizes = sorted(rows["images"].unique())
    ends = {}
    for way, (hue, symbol) in zip(ways, STYLES, strict=False):
        found = rows[rows["way"] == way].groupby("images")["test_accuracy"]
        mean, least, most = found.mean(), found.min(), found.max()
        ends[way] = float(mean.iloc[-1]), hue
        figure.add_scatter(
            x=mean.index,
            y=mean,
            mode="lines+markers",
            name=way,
            line={"color": hue, "width": 2.5},
            marker={"symbol": symbol, "size": 10, "color": hue},
            error_y=_range(most - mean, mean - least, hue),
            hovertemplate="%{y:.1f} %",
        )
    figure.add_hline(
        y=chance,
        line={"color": GREY, "width": 1, "dash": "dot"},
        annotation={"text": "guessing", "font": {"size": FONT - 2}},
        annotation_position="bottom left",
    )
    figure.update_xaxes(
        title="training images a class",
        type="log",
        tickvals=sizes,
        ticktext=[f"{size:,}" for size in sizes],
    )
    figure.update_yaxes(title="test accuracy (%)", range=(0, 100))
    figure.update_layout(hovermode="x unified")
    return _named(finish(figure, height=HEIGHT, legend=False), ends)


def _named(figure: go.Figure, ends: dict[str, tuple[float, str]]) -> go.Figure:
    """The figure with each line's name at its end."""
    texts = ["<br>".join(textwrap.wrap(way, LABEL_WIDTH)) for way in ends]
    values, hues = zip(*ends.values(), strict=True)
    gap = 100 * LABEL_LINES * LABEL_PIXELS / PLOT_HEIGHT
    for text, place, hue in zip(texts, spread_labels(values, gap, (0, 100)), hues, strict=True):
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            y=place,
            text=text,
            align="left",
            showarrow=False,
            font={"size": FONT - 1, "color": hue},
        )
    figure.update_layout(margin_r=round(16 + CHARACTER_PIXELS * LABEL_WIDTH))
    return figure


def _place(symbol: str, size: float) -> str:
    """Where a point's name has room, also on a telephone, by its share of the largest size."""
    if symbol == "diamond":
        return "top left"
    return "top center" if size > 0.6 else "middle right"


def _range(above: pd.Series, below: pd.Series, hue: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "color": hue,
        "thickness": 2,
        "width": 7,
    }
