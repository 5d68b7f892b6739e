"""A convolution's window on a picture's grid, what comes out of it, and how sizes shrink."""

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from resnet_viz.charts.colours import GREEN, GREY, PURPLE
from resnet_viz.charts.layout import FONT, finish

# What a cell is -> its colour and what is written into it; padding is zeros, so it says so.
CELLS = {
    "padding": ("rgba(128, 128, 128, 0.12)", "0"),
    "pixel": ("rgba(128, 128, 128, 0.45)", ""),
    "never read": (PURPLE, "×"),
    "read for the chosen cell": (GREEN, ""),
}
PADDING, PIXEL, UNREAD, READ = range(4)
MOST_GAPS = 80  # cells a side, up to which lines between them are seen
MOST_TEXTS = 20  # and up to which a text fits into each
HEIGHT = 430


def window_on_picture(
    size: int, padding: int, taps: tuple[Sequence[int], Sequence[int]], unread: Collection[int]
) -> go.Figure:
    """The padded picture as cells: which are read for one cell of the output, and which never.

    Args:
        size: pixels a side.
        taps: the rows and the columns that are read, from 0; outside the picture they are padding.
        unread: rows, and as well columns, that no cell of the output reads.
    """
    places = np.arange(-padding, size + padding)
    inside = (places >= 0) & (places < size)
    cells = np.where(np.outer(inside, inside), PIXEL, PADDING).astype(np.uint8)
    lost = np.isin(places, list(unread))
    cells[(lost[:, None] | lost[None, :]) & (cells == PIXEL)] = UNREAD
    read = np.outer(np.isin(places, taps[0]), np.isin(places, taps[1]))
    texts = np.array([text for _, text in CELLS.values()])[cells]
    cells[read] = READ
    figure = _grid(cells, places, texts if len(places) <= MOST_TEXTS else None)
    present = set(np.unique(cells).tolist())
    for kind, (name, (hue, _)) in enumerate(CELLS.items()):
        if kind in present:
            _legend(figure, name, hue)
    figure.add_shape(  # the picture's border, inside its padding
        type="rect",
        x0=-0.5,
        y0=-0.5,
        x1=size - 0.5,
        y1=size - 0.5,
        line={"color": GREY, "width": 2},
    )
    return _squares(figure, places, len(places))


def pressable(output: int, padded: int) -> bool:
    """Whether the cells of `output_grid` are drawn large enough for a finger or a pointer."""
    return max(output, padded) <= MOST_GAPS


def output_grid(output: int, chosen: tuple[int, int], padded: int) -> go.Figure:
    """What comes out, on the scale of what went in, with one cell chosen.

    Over each cell lies an unseen point, because Plotly lets nobody choose a cell of a heat map.

    Args:
        output: cells a side.
        chosen: row and column of a cell.
        padded: pixels a side of the padded picture.
    """
    cells = np.full((output, output), PIXEL, dtype=np.uint8)
    cells[chosen] = READ
    places = np.arange(output)
    figure = _grid(cells, places, None)
    rows, columns = np.indices(cells.shape).reshape(2, -1)
    if pressable(output, padded):
        figure.add_scatter(
            x=columns,
            y=rows,
            mode="markers",
            marker={"size": 18, "symbol": "square", "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            hovertemplate="row %{y}, column %{x}<extra></extra>",
            showlegend=False,
        )
    # As a point too, for among many cells one alone is not seen.
    _legend(figure, "chosen cell", GREEN, (chosen[1], chosen[0]))
    _legend(figure, "other cells of the output", CELLS["pixel"][0])
    return _squares(figure, places, max(padded, output))


def size_walk(steps: pd.DataFrame) -> go.Figure:
    """The side of what each step puts out as a bar, from the image at the top to the classes.

    Args:
        steps: a row a step: ``step`` (what is done), ``side`` and ``shape`` (as a text).
    """
    figure = go.Figure(
        go.Bar(
            x=steps["side"],
            y=[f"{number}. {step}" for number, step in enumerate(steps["step"])],
            orientation="h",
            marker_color=GREEN,
            text=steps["shape"],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(range=(0, 1.45 * float(steps["side"].max())), visible=False)
    figure.update_yaxes(type="category", autorange="reversed")
    return finish(figure, height=24 + 34 * len(steps), legend=False)


def _grid(
    cells: NDArray[np.uint8], places: NDArray[np.integer], texts: NDArray[np.str_] | None
) -> go.Figure:
    hues = [hue for hue, _ in CELLS.values()]
    edges = np.linspace(0, 1, len(hues) + 1)
    gap = 1 if len(places) <= MOST_GAPS else 0
    return go.Figure(
        go.Heatmap(
            x=places,
            y=places,
            z=cells,
            zmin=-0.5,
            zmax=len(hues) - 0.5,
            colorscale=[
                (float(edge), hue)
                for hue, ends in zip(hues, pairwise(edges), strict=True)
                for edge in ends
            ],
            showscale=False,
            xgap=gap,
            ygap=gap,
            text=texts,
            texttemplate="" if texts is None else "%{text}",
            textfont={"size": FONT},
            hovertemplate="row %{y}, column %{x}<extra></extra>",
        )
    )


def _legend(
    figure: go.Figure, name: str, hue: str, place: tuple[int | None, int | None] = (None, None)
) -> None:
    """An entry of the legend, and a point if it has a place."""
    figure.add_scatter(
        x=place[:1],
        y=place[1:],
        mode="markers",
        name=name,
        marker={"symbol": "square", "size": 12, "color": hue},
        hoverinfo="skip",
    )


def _squares(figure: go.Figure, places: NDArray[np.integer], side: int) -> go.Figure:
    """Square cells of which so many find room a side, row 0 at the top, numbered where it fits."""
    start = float(places[0]) - 0.5
    span = (start, start + side)
    axis = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    if side <= MOST_TEXTS:
        axis["tickvals"] = places
    # The first row is at the top, and so are the columns' numbers: an output is drawn to scale, and
    # below it lies an empty space.
    figure.update_xaxes(range=span, side="top", **axis)
    figure.update_yaxes(range=span[::-1], scaleanchor="x", **axis)
    return finish(figure, height=HEIGHT)
