"""Maps of attributions: over a picture, alone, as a mask of it; many of them on one sheet."""

import io
import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from resnet_viz.charts.layout import finish
from resnet_viz.charts.pictures import Array, paint

OVERLAY, ALONE, MASKED = "over the picture", "alone", "picture masked"
LOOKS = (OVERLAY, ALONE, MASKED)
HIDDEN = (127, 127, 127)
MARK = "#E69F00"
MOST_POINTS = 32  # across a map, that can be chosen
LETTERS, INK, PAPER = 26, (20, 20, 20), (255, 255, 255)


def drawn_map(
    image: Image.Image,
    heatmap: Array,
    look: str,
    *,
    opacity: float = 0.6,
    strongest: float = 0.2,
    signed: bool = False,
    most: float | None = None,
) -> Image.Image:
    """A heat map (h, w) in one of the ``LOOKS``, in the resolution of the picture it explains.

    Args:
        opacity: of the map over the picture, 0 … 1.
        strongest: the share of the picture that is seen through a mask.
        most: the value with the strongest colour; the map's largest magnitude without it.
    """
    if look == MASKED:
        return masked(image, heatmap, strongest=strongest)
    if look == ALONE:
        top = most or _peak(heatmap)
        return Image.fromarray(paint(_fitted(heatmap / top, image), 1.0, signed))
    return overlay(image, heatmap, opacity=opacity, signed=signed, most=most)


def overlay(
    image: Image.Image,
    heatmap: Array,
    *,
    opacity: float,
    signed: bool = False,
    most: float | None = None,
) -> Image.Image:
    """A heat map (h, w) over the picture that it explains, in the picture's own resolution.

    Signed maps stay transparent where they are 0.

    Args:
        most: the value with the strongest colour; the map's largest magnitude without it, because
            maps of different networks have different units.
    """
    values = _fitted(heatmap / (most or _peak(heatmap)), image)
    base = np.asarray(image.convert("RGB"), dtype=np.float32)
    colours = paint(values, 1.0, signed).astype(np.float32)
    weight = opacity * (np.abs(values).clip(0, 1) ** 0.5 if signed else np.ones_like(values))
    mixed = base * (1 - weight[..., None]) + colours * weight[..., None]
    return Image.fromarray(mixed.round().astype(np.uint8))


def masked(image: Image.Image, heatmap: Array, *, strongest: float) -> Image.Image:
    """A picture of which only the share is seen where a map (h, w) is strongest; grey elsewhere.

    What has no value at all stays hidden, also where the share would have room for it.
    """
    values = np.abs(_fitted(heatmap, image))
    count = max(1, round(strongest * values.size))
    least = np.partition(values, -count, axis=None)[-count]
    hidden = (values < least) | (values == 0)
    pixels = np.asarray(image.convert("RGB")).copy()
    pixels[hidden] = HIDDEN
    return Image.fromarray(pixels)


def blank_map(side: int) -> Image.Image:
    """What stands for a map that is zero everywhere: grey with a diagonal."""
    paper = Image.new("RGB", (side, side), HIDDEN)
    ImageDraw.Draw(paper).line((0, side, side, 0), PAPER, 2)
    return paper


def strongest(heatmap: Array) -> str:
    """Where a map (h, w) is strongest, in words: ``top left`` … ``centre`` … ``bottom right``."""
    row, column = np.unravel_index(np.abs(heatmap).argmax(), heatmap.shape)
    vertical = ("top", "middle", "bottom")[int(3 * row / heatmap.shape[0])]
    horizontal = ("left", "centre", "right")[int(3 * column / heatmap.shape[1])]
    if vertical == "middle":
        return "the centre" if horizontal == "centre" else f"the {horizontal}"
    return f"the {vertical}" if horizontal == "centre" else f"the {vertical} {horizontal}"


def pressable(
    drawn: Image.Image, heatmap: Array, *, marked: tuple[int, int], height: int = 300
) -> go.Figure:
    """A map (h, w) as it is drawn, whose pixels can be chosen; of many, a raster of them.

    Over each lies an unseen point, because Plotly lets nobody choose a pixel of a picture; each has
    its row and column with it.

    Args:
        marked: row and column of the pixel to draw a frame around.
    """
    rows, columns = heatmap.shape
    step = math.ceil(max(rows, columns) / MOST_POINTS)
    down, across = np.mgrid[step // 2 : rows : step, step // 2 : columns : step].reshape(2, -1)
    figure = go.Figure()
    figure.add_layout_image(
        source=drawn,
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=columns,
        sizey=rows,
        sizing="stretch",
        layer="below",
    )
    figure.add_scatter(
        x=across,
        y=down,
        mode="markers",
        marker={"size": max(4, height // MOST_POINTS), "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=np.stack([down, across, heatmap[down, across]], axis=-1),
        hovertemplate="row %{customdata[0]}, column %{customdata[1]}: %{customdata[2]:.3g}"
        "<extra></extra>",
        showlegend=False,
    )
    row, column = marked
    figure.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": MARK, "width": 3},
    )
    axis = {"visible": False, "constrain": "domain"}
    figure.update_xaxes(range=(-0.5, columns - 0.5), **axis)
    figure.update_yaxes(range=(rows - 0.5, -0.5), scaleanchor="x", **axis)
    figure.update_layout(dragmode=False)
    return finish(figure, height=height, legend=False)


def contact_sheet(
    rows: Sequence[tuple[str, Sequence[bytes | None]]], heads: Sequence[str], *, side: int = 192
) -> Image.Image:
    """Maps in rows, each with its title on the left, and the columns' titles on top.

    Args:
        rows: of each its title and its pictures as the content of files; None leaves a gap.
        heads: as many as a row has pictures.
        side: pixels of a picture.
    """
    font = ImageFont.load_default(size=LETTERS)
    top, gap = 2 * LETTERS, 8
    left = gap + max((int(font.getlength(title)) for title, _ in rows), default=0) + 2 * gap
    widths = [max(side, int(font.getlength(head))) + gap for head in heads]
    paper = Image.new("RGB", (left + sum(widths), top + len(rows) * (side + gap)), PAPER)
    pen = ImageDraw.Draw(paper)
    places = [left + sum(widths[:number]) for number in range(len(heads))]
    for x, head in zip(places, heads, strict=True):
        pen.text((x, LETTERS // 2), head, INK, font)
    for number, (title, pictures) in enumerate(rows):
        y = top + number * (side + gap)
        pen.text((gap, y + side // 2 - LETTERS // 2), title, INK, font)
        for x, picture in zip(places, pictures, strict=True):
            if picture is not None:
                square = ImageOps.fit(Image.open(io.BytesIO(picture)).convert("RGB"), (side, side))
                paper.paste(square, (x, y))
    return paper


def _peak(heatmap: Array) -> float:
    return float(np.abs(heatmap).max()) or 1.0


def _fitted(heatmap: Array, image: Image.Image) -> NDArray[np.float32]:
    """A map in the resolution of a picture."""
    if heatmap.shape == image.size[::-1]:
        return heatmap.astype(np.float32)
    scaled = Image.fromarray(heatmap.astype(np.float32))
    return np.asarray(scaled.resize(image.size, Image.Resampling.BICUBIC))
