"""Which channels matter for a class, and the patches of pictures that excite one."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from resnet_viz.charts.colours import Pixels, colour
from resnet_viz.charts.layout import finish
from resnet_viz.charts.pictures import FRAME

PALE = 0.4  # opacity of the bars of channels that are not shown
DIM = 0.35  # brightness of what a patch leaves out
ACROSS, GAP, THICK = 3, 6, 3  # pictures in a row; pixels between them, and of a frame


def important_channels(
    channels: pd.DataFrame, *, residual: bool, shown: int, most: int = 10
) -> go.Figure:
    """A bar a channel, of those that count most and the one shown, what speaks for the class first.

    Args:
        channels: columns ``channel`` and ``score``, the largest score first.
        shown: the channel whose bar is solid; the others are pale.
        most: number of bars, without that of the channel shown.
    """
    largest = channels["score"].abs().nlargest(most).index
    top = channels[channels.index.isin(largest) | (channels["channel"] == shown)]
    names = [f"channel {number}" for number in top["channel"]]
    figure = go.Figure(
        go.Bar(
            x=top["score"],
            y=names,
            orientation="h",
            customdata=top["channel"],
            marker={
                "color": colour(residual),
                "opacity": [1.0 if number == shown else PALE for number in top["channel"]],
            },
            # A click chooses a channel, whose bar is drawn anew: it marks nothing by itself.
            selected={"marker": {"opacity": 1.0}},
            unselected={"marker": {"opacity": PALE}},
            hovertemplate="%{y}: %{x:.3g}<extra></extra>",
        )
    )
    figure.update_xaxes(title="gradient × activation, summed over the map", zeroline=True)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1])
    return finish(figure, height=70 + 24 * len(top), legend=False)


def patches(pictures: Pixels, boxes: NDArray[np.integer], *, width: int = 480) -> Image.Image:
    """Pictures in rows of three, in each a part in a frame and the rest dimmed.

    A part that is the whole picture has no frame.

    Args:
        pictures: shape (N, H, W, 3).
        boxes: left, top, right and bottom of each part in pixels, shape (N, 4).
        width: pixels that the sheet should be wide at least.
    """
    height, side = pictures.shape[1:3]
    factor = max(1, math.ceil((width - (ACROSS - 1) * GAP) / (ACROSS * side)))
    tall, wide = factor * height + GAP, factor * side + GAP
    rows = math.ceil(len(pictures) / ACROSS)
    sheet = np.zeros((rows * tall - GAP, ACROSS * wide - GAP, 4), np.uint8)
    for place, (pixels, box) in enumerate(zip(pictures, boxes, strict=True)):
        left, top, right, bottom = (int(edge) for edge in box)
        dimmed = (pixels * DIM).astype(np.uint8)
        dimmed[top:bottom, left:right] = pixels[top:bottom, left:right]
        large = dimmed.repeat(factor, axis=0).repeat(factor, axis=1)
        if (right - left) * (bottom - top) < height * side:
            _frame(large[factor * top : factor * bottom, factor * left : factor * right])
        down, across = place // ACROSS * tall, place % ACROSS * wide
        cell = sheet[down : down + factor * height, across : across + factor * side]
        cell[..., :3], cell[..., 3] = large, 255
    return Image.fromarray(sheet)


def _frame(part: Pixels) -> None:
    part[:THICK] = part[-THICK:] = part[:, :THICK] = part[:, -THICK:] = FRAME
