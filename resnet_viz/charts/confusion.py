"""Confusion matrices, accuracy by class, and pictures side by side."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import Image

from resnet_viz.charts.colours import Pixels, colour
from resnet_viz.charts.layout import FONT, finish, verbatim
from resnet_viz.wording import whole_share

MARK = "#E69F00"
LONGEST = 14  # characters of a class name on an axis
BRIGHT = 44  # per cent from which viridis is so bright that black is read better than white
PATTERNS = ("", "/")


def confusion(
    counts: pd.DataFrame, *, marked: tuple[int, int] | None = None, height: int = 470
) -> go.Figure:
    """Share of each true class (rows) that was taken for each class (columns), in per cent.

    The colours run from 0 to 100 %, so that any two figures can be compared. A cell can be chosen:
    over each lies an unseen point, because Plotly lets nobody choose a cell of a heat map.

    Args:
        counts: images; rows true, columns predicted.
        marked: row and column of a cell to draw a frame around.
    """
    values = counts.to_numpy()
    images = values.sum(axis=1, keepdims=True)  # (classes, 1)
    shares = 100 * values / np.maximum(images, 1)
    places = list(range(len(counts)))
    texts = np.vectorize(_per_cent, otypes=[object])(shares, values)
    figure = go.Figure()
    for bright, ink in ((False, "#FFFFFF"), (True, "#000000")):
        here = (shares >= BRIGHT) == bright
        figure.add_heatmap(
            x=places,
            y=places,
            z=np.where(here, shares, np.nan),
            zmin=0,
            zmax=100,
            colorscale="Viridis",
            showscale=False,
            xgap=1,
            ygap=1,
            text=np.where(here, texts, ""),
            texttemplate="%{text}",
            textfont={"size": FONT - 2, "color": ink},
            hoverinfo="skip",
            hoverongaps=False,
        )
    rows, columns = np.indices(values.shape).reshape(2, -1)
    names = counts.index.to_numpy(dtype=object)
    figure.add_scatter(
        x=columns,
        y=rows,
        mode="markers",
        marker={"size": 26, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=np.stack([names[rows], names[columns], values.ravel(), shares.ravel()], axis=-1),
        text=[
            f"{verbatim(names[row])} taken for {verbatim(names[column])}"
            for row, column in zip(rows, columns, strict=True)
        ],
        hovertemplate="%{text}: %{customdata[2]} (%{customdata[3]:.1f} %)<extra></extra>",
        showlegend=False,
    )
    if marked is not None:
        row, column = marked
        figure.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": MARK, "width": 3},
        )
    axis = {
        "tickvals": places,
        "ticktext": [_short(name) for name in names],
        "showgrid": False,
        "zeroline": False,
        "range": (-0.5, len(places) - 0.5),
    }
    angle = -60 if max(map(len, names), default=0) > 3 else 0
    figure.update_xaxes(title="predicted class", tickangle=angle, **axis)
    figure.update_yaxes(title="true class", **axis | {"range": (len(places) - 0.5, -0.5)})
    figure.update_layout(dragmode=False)
    return finish(figure, height=height, legend=False)


def class_accuracy(classes: pd.DataFrame, *, most: int = 20) -> go.Figure:
    """Accuracy by class, a bar for each network, the hardest class on top.

    Args:
        classes: columns ``label`` (of the network), ``residual``, ``class``, ``accuracy`` (%).
        most: number of classes; of more the hardest are shown.
    """
    means = classes.groupby("class", sort=False)["accuracy"].mean()
    hardest = means.sort_values(kind="stable").index[:most]
    figure = go.Figure()
    for number, (label, rows) in enumerate(classes.groupby("label", sort=False)):
        values = rows.drop_duplicates("class").set_index("class")["accuracy"].reindex(hardest)
        figure.add_bar(
            x=values,
            y=[_short(name) for name in hardest],
            orientation="h",
            name=str(label),
            marker={
                "color": colour(bool(rows["residual"].iloc[0])),
                "pattern": {
                    "shape": PATTERNS[number % len(PATTERNS)],
                    "fillmode": "overlay",
                    "fgcolor": "rgba(255, 255, 255, 0.5)",
                    "solidity": 0.2,
                },
            },
            text=["" if np.isnan(value) else whole_share(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1f} %",
        )
    figure.update_layout(barmode="group", bargap=0.25)
    figure.update_xaxes(title="accuracy (%)", range=(0, 106), tickvals=[0, 20, 40, 60, 80, 100])
    figure.update_yaxes(type="category", autorange="reversed")
    networks = max(1, classes["label"].nunique())
    return finish(figure, height=130 + len(hardest) * (10 + 16 * networks))


def sheet(pictures: Pixels, *, columns: int = 8, width: int = 640) -> Image.Image:
    """Pictures (N, H, W, 3) in rows, enlarged without blurring."""
    number, height, side, _ = pictures.shape
    rows = math.ceil(number / columns)
    factor = max(1, round(width / (columns * side)))
    tall, wide = factor * height + 2, factor * side + 2
    paper = np.zeros((rows * tall, min(columns, number) * wide, 4), np.uint8)
    for place, pixels in enumerate(pictures):
        top, left = place // columns * tall, place % columns * wide
        inside = paper[top + 1 : top + tall - 1, left + 1 : left + wide - 1]
        inside[..., :3] = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
        inside[..., 3] = 255
    return Image.fromarray(paper)


def _per_cent(share: float, images: int) -> str:
    if not images:
        return ""
    return "<1" if share < 1 else whole_share(share)


def _short(name: str) -> str:
    return verbatim(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")
