"""Pixels under a kernel, its weights, and their products, number by number."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from resnet_viz.charts.layout import FONT, finish

MOST_TEXTS = 7  # cells a side, up to which a number fits into each
HEIGHT = 240


def products(pixels: NDArray[np.floating], weights: NDArray[np.floating]) -> go.Figure:
    """Three squares side by side: pixels in grey, weights and products from blue to red.

    Args:
        pixels: shape (f, f), 0 … 1, 0 where the kernel lies on padding.
        weights: shape (f, f).
    """
    multiplied = pixels * weights
    figure = make_subplots(1, 3, subplot_titles=("pixels  ×", "weights  =", "products"))
    grey = {"zmin": 0, "zmax": 1, "colorscale": "Greys_r"}
    parts = [(pixels, grey)]
    for values in (weights, multiplied):
        top = float(np.abs(values).max()) or 1.0
        parts.append((values, {"zmin": -top, "zmax": top, "colorscale": "RdBu_r"}))
    for place, (values, colours) in enumerate(parts, start=1):
        figure.add_trace(
            go.Heatmap(
                z=values,
                showscale=False,
                xgap=1,
                ygap=1,
                texttemplate="%{z:.2f}" if len(values) <= MOST_TEXTS else "",
                textfont={"size": FONT - 1},
                hovertemplate="%{z:.3f}<extra></extra>",
                **colours,
            ),
            row=1,
            col=place,
        )
        anchor = "x" if place == 1 else f"x{place}"
        figure.update_xaxes(visible=False, constrain="domain", row=1, col=place)
        figure.update_yaxes(
            visible=False, autorange="reversed", scaleanchor=anchor, row=1, col=place
        )
    finish(figure, height=HEIGHT, legend=False)
    return figure.update_layout(margin_t=34, dragmode=False)
