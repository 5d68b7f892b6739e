"""A block of many paths: its two forms, its width at equal cost, and what it costs in time."""

import math
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREEN, GREY, RESIDUAL, translucent
from resnet_viz.charts.layout import finish
from resnet_viz.wording import several

MOST_DRAWN = 4  # paths beside each other; of more the first two and the last are drawn
INPUT, BOXES, MERGE, SUM = 9.3, (7.6, 5.6, 3.6), 2.0, 0.8  # heights in the drawing
MIDDLE, ASIDE = 0.47, 0.97  # where the branch and the shortcut run
HALF = 0.65  # of a box's height
BLOCK_HEIGHT = 440
MOST_MARKS = 32  # groups that can be told apart in a box

Line = tuple[tuple[float, float], tuple[float, float]]


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
    drawing, room = _Drawing(outer), 0.9 / len(slots)
    steps = (("1×1", outer, width), ("3×3", width, width), ("1×1", width, outer))
    for number, path in enumerate(slots):
        x = 0.02 + room * (number + 0.5)
        if path is None:
            drawing.texts.append((x, BOXES[1], f"… {cardinality - 3}<br>more …"))
            continue
        for y, (kernel, before, after) in zip(BOXES, steps, strict=True):
            drawing.box(x, y, min(0.42 * room, 0.2), f"{kernel}<br>{before} → {after}")
        drawing.branch(x)
    if cardinality > 1:
        drawing.sums.append(MERGE)
    return drawing.figure()


def block_grouped(cardinality: int, width: int, outer: int) -> go.Figure:
    """The same block as three convolutions, of which the middle one is grouped (figure 3c)."""
    drawing, inner, half = _Drawing(outer), cardinality * width, 0.4
    groups = f"{several(cardinality, 'group')} of {several(width, 'channel')}"
    texts = (
        f"1×1, {outer} → {inner}",
        f"3×3, {inner} → {inner}<br>in {groups}",
        f"1×1, {inner} → {outer}",
    )
    for y, text in zip(BOXES, texts, strict=True):
        drawing.box(MIDDLE, y, half, text)
    if cardinality <= MOST_MARKS:  # what keeps the groups apart
        for number in range(1, cardinality):
            x = MIDDLE - half + 2 * half * number / cardinality
            drawing.marks += [
                ((x, BOXES[1] + edge), (x, BOXES[1] + 0.8 * edge)) for edge in (-HALF, HALF)
            ]
    drawing.branch(MIDDLE)
    return drawing.figure()


def connections(cardinality: int, width: int) -> go.Figure:
    """Which channels the 3×3 convolution reads for which: a square on the diagonal each group."""
    inner = cardinality * width
    corners = [(number * width, (number + 1) * width) for number in range(cardinality)]
    figure = go.Figure(
        go.Scatter(
            x=[place for low, high in corners for place in (low, high, high, low, low, None)],
            y=[place for low, high in corners for place in (low, low, high, high, low, None)],
            mode="lines",
            fill="toself",
            fillcolor=RESIDUAL,
            line={"width": 0},
            hoverinfo="skip",
        )
    )
    figure.add_shape(type="rect", x0=0, y0=0, x1=inner, y1=inner, line={"color": GREY, "width": 1})
    axis = {
        "range": (0, inner),
        "tick0": 0,
        "dtick": _round_step(inner),
        "showgrid": False,
        "zeroline": False,
        "constrain": "domain",
    }
    figure.update_xaxes(title="channel that is read", **axis)
    figure.update_yaxes(
        title="channel that is written", **axis | {"range": (inner, 0), "scaleanchor": "x"}
    )
    return finish(figure, height=BLOCK_HEIGHT, legend=False)


def _round_step(length: int) -> int:
    """A round number of which a length holds at most five."""
    power = 10 ** max(0, math.floor(math.log10(length / 5)))
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if 5 * step >= length)


def width_over_cardinality(
    curve: pd.DataFrame, published: pd.DataFrame, chosen: tuple[int, int]
) -> go.Figure:
    """Channels of a path over the number of paths, along equal cost, both logarithmic.

    Args:
        curve: columns ``cardinality`` and ``width``, at equal cost.
        published: the paper's pairs at this cost: ``cardinality``, ``width`` and ``error`` (per
            cent); left out where there are none.
        chosen: the pair that the page shows.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=curve["cardinality"],
        y=curve["width"],
        mode="lines",
        name="equal cost",
        line={"color": GREY, "width": 2, "shape": "hv"},
        hovertemplate="C = %{x}, d = %{y}<extra></extra>",
    )
    if len(published):
        figure.add_scatter(
            x=published["cardinality"],
            y=published["width"],
            mode="markers+text",
            name="in the paper, with its error on ImageNet",
            marker={"symbol": "circle-open", "size": 12, "color": RESIDUAL, "line": {"width": 3}},
            text=[f"{error} %" for error in published["error"]],
            textposition="top right",
            cliponaxis=False,
            hovertemplate="C = %{x}, d = %{y}: %{text}<extra></extra>",
        )
    figure.add_scatter(
        x=[chosen[0]],
        y=[chosen[1]],
        mode="markers",
        name="chosen above",
        marker={"symbol": "diamond-open", "size": 20, "color": GREEN, "line": {"width": 3}},
        hovertemplate="C = %{x}, d = %{y}<extra></extra>",
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


@dataclass
class _Drawing:
    """A block that is drawn in few traces: Plotly takes long for many shapes."""

    outer: int
    boxes: list[tuple[float, float, float]] = field(default_factory=list)
    texts: list[tuple[float, float, str]] = field(default_factory=list)
    wires: list[Line] = field(default_factory=list)
    marks: list[Line] = field(default_factory=list)
    sums: list[float] = field(default_factory=lambda: [SUM])

    def box(self, x: float, y: float, half: float, text: str) -> None:
        """A convolution, ``half`` its width to either side."""
        self.boxes.append((x, y, half))
        self.texts.append((x, y, text))

    def branch(self, x: float) -> None:
        """From the input through the three boxes at x to where the paths meet."""
        self.wires.append(((MIDDLE, INPUT), (x, BOXES[0] + HALF)))
        self.wires += [((x, y - HALF), (x, below + HALF)) for y, below in pairwise(BOXES)]
        self.wires.append(((x, BOXES[-1] - HALF), (MIDDLE, MERGE)))

    def figure(self) -> go.Figure:
        """All of it, and what every block has: x comes in, passes by, and is added."""
        texts = [
            (MIDDLE, INPUT + 0.35, f"x: {self.outer} channels"),
            *self.texts,
            (MIDDLE, SUM - 0.65, "<b>F(x) + x</b>"),
        ]
        corners = [(MIDDLE, INPUT), (ASIDE, INPUT), (ASIDE, SUM), (MIDDLE, SUM)]
        figure = go.Figure(
            [
                _lines([*self.wires, ((MIDDLE, MERGE), (MIDDLE, SUM))], GREY, 1.5),
                _lines(list(pairwise(corners)), RESIDUAL, 3),
                go.Scatter(
                    x=[
                        v
                        for x, _, w in self.boxes
                        for v in (x - w, x + w, x + w, x - w, x - w, None)
                    ],
                    y=[
                        v
                        for _, y, _ in self.boxes
                        for v in (y - HALF, y - HALF, y + HALF, y + HALF, y - HALF, None)
                    ],
                    mode="lines",
                    fill="toself",
                    fillcolor=translucent(RESIDUAL, 0.12),
                    line={"color": RESIDUAL, "width": 2},
                    hoverinfo="skip",
                ),
                _lines(self.marks, RESIDUAL, 1.5),
                go.Scatter(
                    x=[x for x, _, _ in texts],
                    y=[y for _, y, _ in texts],
                    text=[text for _, _, text in texts],
                    mode="text",
                    hoverinfo="skip",
                ),
                go.Scatter(
                    x=[MIDDLE] * len(self.sums),
                    y=self.sums,
                    text="<b>+</b>",
                    mode="markers+text",
                    marker={"size": 22, "color": RESIDUAL},
                    textfont={"color": "#FFFFFF"},
                    hoverinfo="skip",
                ),
            ]
        )
        figure.update_xaxes(range=(0, 1), visible=False, fixedrange=True)
        figure.update_yaxes(range=(-0.2, 9.9), visible=False, fixedrange=True)
        return finish(figure, height=BLOCK_HEIGHT, legend=False)


def _lines(lines: list[Line], hue: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=[x for start, end in lines for x in (start[0], end[0], None)],
        y=[y for start, end in lines for y in (start[1], end[1], None)],
        mode="lines",
        line={"color": hue, "width": width},
        hoverinfo="skip",
    )
