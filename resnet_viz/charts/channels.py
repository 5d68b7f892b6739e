"""All channels of a layer in one picture, of which one can be chosen; and its scale in a file."""

import base64
import math

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw, ImageFont

from resnet_viz.charts.layout import finish
from resnet_viz.charts.pictures import colour_bar

LETTERS, EDGE = 14, 8  # pixels


def channel_sheet(png: bytes, channels: int, *, height: int) -> go.Figure:
    """The picture that `grid` draws, with an unseen point over each channel to choose it by.

    Args:
        png: the picture as a file.
        channels: how many are in it, row by row.
        height: of the chart in pixels.
    """
    columns = math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    numbers = np.arange(channels)
    figure = go.Figure(
        go.Scatter(
            x=numbers % columns + 0.5,
            y=numbers // columns + 0.5,
            customdata=numbers,
            mode="markers",
            marker={"size": max(6, height // columns), "symbol": "square", "opacity": 0},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            hovertemplate="channel %{customdata}<extra></extra>",
        )
    )
    figure.add_layout_image(
        source=f"data:image/png;base64,{base64.b64encode(png).decode()}",
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=columns,
        sizey=rows,
        sizing="stretch",
        layer="below",
    )
    axis = {"visible": False, "constrain": "domain", "fixedrange": True}
    figure.update_xaxes(range=(0, columns), **axis)
    figure.update_yaxes(range=(rows, 0), scaleanchor="x", **axis)
    finish(figure, height=height, legend=False)
    figure.update_layout(dragmode=False, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def with_scale(image: Image.Image, text: str, *, top: float, signed: bool) -> Image.Image:
    """A picture over the bar of its colours, with its ends and what it shows: for a file.

    Args:
        text: what is to be seen.
        top: the value with the strongest colour.
    """
    font = ImageFont.load_default(LETTERS)
    width = max(image.width, math.ceil(font.getlength(text)) + 2 * EDGE)
    paper = Image.new("RGB", (width, image.height + 4 * EDGE + 3 * LETTERS), "white")
    flat = image.convert("RGBA")
    paper.paste(flat, (0, 0), flat)
    draw, line = ImageDraw.Draw(paper), image.height + EDGE
    draw.text((EDGE, line), text, fill="black", font=font)
    line += LETTERS + EDGE
    paper.paste(colour_bar(signed=signed, width=width - 2 * EDGE, height=LETTERS), (EDGE, line))
    line += LETTERS + EDGE // 2
    draw.text((EDGE, line), f"{-top:.2g}" if signed else "0", fill="black", font=font)
    end = f"{top:.2g}"
    draw.text((width - EDGE - font.getlength(end), line), end, fill="black", font=font)
    return paper
