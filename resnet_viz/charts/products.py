"""Pixels under a kernel, its weights, and their products, number by number."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from resnet_viz.charts.colours import ink_on
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
    parts = [(pixels, "Greys_r", 0.0, 1.0)]
    for values in (weights, multiplied):
        top = float(np.abs(values).max()) or 1.0
        parts.append((values, "RdBu_r", -top, top))
    for place, (values, scale, low, high) in enumerate(parts, start=1):
        figure.add_trace(
            go.Heatmap(
                z=values,
                showscale=False,
                xgap=1,
                ygap=1,
                hovertemplate="%{z:.3f}<extra></extra>",
                zmin=low,
                zmax=high,
                colorscale=scale,
            ),
            row=1,
            col=place,
        )
        if len(values) <= MOST_TEXTS:
            inks = ink_on(scale, (values - low) / (high - low))
            rows, columns = np.indices(values.shape).reshape(2, -1)
            figure.add_scatter(
                x=columns,
                y=rows,
                mode="text",
                text=[f"{value:.2f}".replace("-", "−") for value in values.ravel()],
                textfont={"size": FONT - 1, "color": inks},
                hoverinfo="skip",
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
