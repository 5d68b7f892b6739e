"""A block of many paths: its two forms, its width at equal cost, and what it costs in time."""

from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import RESIDUAL, translucent
from resnet_viz.charts.layout import FONT, finish

GREY, CHOSEN = "#808080", "#009E73"
MOST_DRAWN = 4  # paths beside each other; of more the first two and the last are drawn
INPUT, BOXES, MERGE, SUM = 9.3, (7.6, 5.6, 3.6), 2.0, 0.8  # heights in the drawing
MIDDLE, ASIDE = 0.47, 0.97  # where the branch and the shortcut run
HALF = 0.65  # of a box's height
BLOCK_HEIGHT = 440


def block_as_paths(cardinality: int, width: int, outer: int) -> go.Figure:
    """Split, transform, merge: C narrow branches whose outputs are added (Xie et al. 2016, 3a).

    Args:
        width: channels of each path.
        outer: channels that the block takes in and puts out.
    """
    if cardinality <= MOST_DRAWN:
        slots: list[int | None] = list(range(cardinality))
    else:
        slots = [0, 1, None, cardinality - 1]
    figure = _canvas(outer)
    room = 0.9 / len(slots)
    for number, path in enumerate(slots):
        middle = 0.02 + room * (number + 0.5)
        if path is None:
            _text(figure, middle, BOXES[1], f"… {cardinality - 3}<br>more …")
            continue
        half = min(0.42 * room, 0.2)
        steps = (("1×1", outer, width), ("3×3", width, width), ("1×1", width, outer))
        for height, (kernel, before, after) in zip(BOXES, steps, strict=True):
            _box(figure, middle, height, half, f"{kernel}<br>{before} → {after}")
        _wires(figure, middle)
    if cardinality > 1:
        _plus(figure, MERGE)
    return finish(figure, height=BLOCK_HEIGHT, legend=False)


def block_grouped(cardinality: int, width: int, outer: int) -> go.Figure:
    """The same block as three convolutions, of which the middle one is grouped (figure 3c)."""
    figure, inner = _canvas(outer), cardinality * width
    groups = f"{cardinality} group{'s' if cardinality > 1 else ''} of {width} channels"
    steps = (
        f"1×1, {outer} → {inner}",
        f"3×3, {inner} → {inner}<br>in {groups}",
        f"1×1, {inner} → {outer}",
    )
    for height, text in zip(BOXES, steps, strict=True):
        _box(figure, MIDDLE, height, 0.4, text)
    # What keeps the groups apart, as far as the lines can be told from each other.
    if cardinality <= 2 * MOST_DRAWN**2:
        for number in range(1, cardinality):
            place = 0.07 + 0.8 * number / cardinality
            for edge in (-HALF, HALF):
                _line(figure, place, BOXES[1] + edge, place, BOXES[1] + 0.65 * edge, RESIDUAL)
    _wires(figure, MIDDLE)
    return finish(figure, height=BLOCK_HEIGHT, legend=False)


def connections(cardinality: int, width: int) -> go.Figure:
    """Which channels the 3×3 convolution reads for which: a square on the diagonal each group."""
    inner = cardinality * width
    figure = go.Figure()
    figure.add_scatter(x=[None], y=[None], showlegend=False)
    for number in range(cardinality):
        low, high = number * width, (number + 1) * width
        figure.add_shape(
            type="rect",
            x0=low,
            y0=low,
            x1=high,
            y1=high,
            fillcolor=RESIDUAL,
            line={"width": 0},
        )
    figure.add_shape(type="rect", x0=0, y0=0, x1=inner, y1=inner, line={"color": GREY, "width": 1})
    axis = {"range": (0, inner), "showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_xaxes(title="channel that is read", **axis)
    figure.update_yaxes(
        title="channel that is written", **axis | {"range": (inner, 0), "scaleanchor": "x"}
    )
    return finish(figure, height=BLOCK_HEIGHT, legend=False)


def width_over_cardinality(
    curve: pd.DataFrame, published: pd.DataFrame, chosen: tuple[int, int]
) -> go.Figure:
    """Channels of a path over the number of paths, along equal cost, both logarithmic.

    Args:
        curve: columns ``cardinality`` and ``width``, at equal cost.
        published: the paper's pairs: ``cardinality``, ``width`` and ``error`` (per cent).
        chosen: the pair that the page shows.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=curve["cardinality"],
        y=curve["width"],
        mode="lines",
        name="equal cost",
        line={"color": GREY, "width": 2, "shape": "hv"},
        hovertemplate="%{x} paths of %{y} channels<extra></extra>",
    )
    figure.add_scatter(
        x=published["cardinality"],
        y=published["width"],
        mode="markers+text",
        name="in the paper, with its error on ImageNet",
        marker={"symbol": "circle-open", "size": 12, "color": RESIDUAL, "line": {"width": 3}},
        text=[f"{error} %" for error in published["error"]],
        textposition="top right",
        cliponaxis=False,
        hovertemplate="%{x} paths of %{y} channels: %{text}<extra></extra>",
    )
    figure.add_scatter(
        x=[chosen[0]],
        y=[chosen[1]],
        mode="markers",
        name="chosen above",
        marker={"symbol": "x", "size": 12, "color": CHOSEN},
        hovertemplate="%{x} paths of %{y} channels<extra></extra>",
    )
    doubling = [2**power for power in range(9)]
    axis = {"type": "log", "tickvals": doubling, "ticktext": list(map(str, doubling))}
    figure.update_xaxes(title="paths of a block, C", range=(-0.1, 2.45), **axis)
    figure.update_yaxes(title="channels of a path, d", range=(-0.1, 2.45), **axis)
    return finish(figure, height=380)


def relative(rows: pd.DataFrame, *, of: str, to: str) -> go.Figure:
    """Quantities of one network as multiples of another's, a bar each, with 1 marked.

    Args:
        rows: columns ``quantity`` and ``ratio``, from top to bottom.
    """
    figure = go.Figure(
        go.Bar(
            x=rows["ratio"],
            y=rows["quantity"],
            orientation="h",
            marker_color=RESIDUAL,
            text=[f"{ratio:.2f} ×" for ratio in rows["ratio"]],
            textposition="auto",
            hovertemplate="%{y}: %{x:.3f} ×<extra></extra>",
        )
    )
    figure.add_vline(x=1, line={"color": GREY, "width": 2, "dash": "dot"})
    most = max(1.0, float(rows["ratio"].max()))
    figure.update_xaxes(title=f"{of} as a multiple of {to}", range=(0, 1.25 * most))
    figure.update_yaxes(type="category", autorange="reversed")
    return finish(figure, height=80 + 46 * len(rows), legend=False)


def _canvas(outer: int) -> go.Figure:
    """What both forms share: x comes in, the shortcut goes by, both are added."""
    figure = go.Figure()
    figure.update_xaxes(range=(0, 1), visible=False, fixedrange=True)
    figure.update_yaxes(range=(-0.2, 9.9), visible=False, fixedrange=True)
    _text(figure, MIDDLE, INPUT, f"x: {outer} channels", anchor="bottom")
    _line(figure, MIDDLE, INPUT, ASIDE, INPUT, RESIDUAL, width=3)
    _line(figure, ASIDE, INPUT, ASIDE, SUM, RESIDUAL, width=3)
    _line(figure, ASIDE, SUM, MIDDLE, SUM, RESIDUAL, width=3)
    _line(figure, MIDDLE, MERGE, MIDDLE, SUM, GREY)
    _plus(figure, SUM)
    _text(figure, MIDDLE, SUM - 0.6, "<b>F(x) + x</b>")
    return figure


def _wires(figure: go.Figure, x: float) -> None:
    """From the input through the three boxes at x to where the paths meet."""
    _line(figure, MIDDLE, INPUT, x, BOXES[0] + HALF, GREY)
    for above, below in pairwise(BOXES):
        _line(figure, x, above - HALF, x, below + HALF, GREY)
    _line(figure, x, BOXES[-1] - HALF, MIDDLE, MERGE, GREY)


def _plus(figure: go.Figure, y: float) -> None:
    """The sign of an addition."""
    figure.add_scatter(
        x=[MIDDLE],
        y=[y],
        mode="markers+text",
        marker={"size": 22, "color": RESIDUAL},
        text="<b>+</b>",
        textfont={"size": FONT + 2, "color": "#FFFFFF"},
        hoverinfo="skip",
        showlegend=False,
    )


def _box(figure: go.Figure, x: float, y: float, half: float, text: str) -> None:
    figure.add_shape(
        type="rect",
        x0=x - half,
        x1=x + half,
        y0=y - HALF,
        y1=y + HALF,
        line={"color": RESIDUAL, "width": 2},
        fillcolor=translucent(RESIDUAL, 0.12),
    )
    _text(figure, x, y, text)


def _line(
    figure: go.Figure, x0: float, y0: float, x1: float, y1: float, hue: str, width: float = 1.5
) -> None:
    figure.add_shape(
        type="line", x0=x0, y0=y0, x1=x1, y1=y1, line={"color": hue, "width": width}, layer="below"
    )


def _text(figure: go.Figure, x: float, y: float, text: str, anchor: str = "middle") -> None:
    figure.add_annotation(
        x=x, y=y, text=text, showarrow=False, font={"size": FONT - 1}, yanchor=anchor
    )
