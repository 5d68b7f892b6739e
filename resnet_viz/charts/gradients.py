"""Norms of weights and gradients, by layer and through training."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import line_styles
from resnet_viz.charts.end_labels import MOST_LABELS, End, label_ends, short_names
from resnet_viz.charts.layout import FONT, finish, powers_of_ten, verbatim
from resnet_viz.frames import QUANTITIES
from resnet_viz.numbers import number


def gradient_norms(
    norms: pd.DataFrame,
    *,
    quantity: str = "gradient_norm",
    y_range: tuple[float, float] | None = None,
) -> go.Figure:
    """One point a layer on one logarithmic axis, a line a network.

    Args:
        norms: columns ``label``, ``residual``, ``layer`` (name), ``position`` (0 … in forward
            order), ``gradient_norm``, ``weight_norm``, ``ratio``.
        y_range: in powers of ten, to keep the axis still from one moment to the next.
    """
    figure = go.Figure()
    styles, ends = line_styles(norms), []
    span = y_range or log_range(norms[quantity])
    names = short_names([str(label) for label in styles])
    for label, line in norms.groupby("label", sort=False):
        figure.add_scatter(
            x=line["position"] + 1,
            y=line[quantity].where(line[quantity] > 0),
            mode="lines+markers",
            name=str(label),
            **styles[str(label)],
            customdata=line["layer"],
            text=line[quantity].map(number),
            hovertemplate="%{customdata}<br>%{text}",
        )
        drawn = line.loc[line[quantity] > 0, quantity]
        if len(drawn):
            style = styles[str(label)]
            hue, symbol = style["line"]["color"], style["marker"]["symbol"]
            end = math.log10(drawn.iloc[-1])
            ends.append(End(end, symbol, hue, verbatim(names[str(label)])))
    figure.update_xaxes(title="layer, from the image (1) to the classes", rangemode="tozero")
    figure.update_yaxes(title=QUANTITIES[quantity], **powers_of_ten(span))
    height = 420
    finish(figure, height=height, legend=not 0 < len(ends) <= MOST_LABELS)
    return label_ends(figure, ends, span, height=height - 80)


def gradient_heatmap(
    history: pd.DataFrame,
    *,
    quantity: str = "gradient_norm",
    colour_range: tuple[float, float] | None = None,
) -> go.Figure:
    """Layer × time as colours; one network.

    Args:
        history: columns ``epoch``, ``layer``, ``position`` and the quantity.
        colour_range: log₁₀ of the least and the largest value, to share between networks.
    """
    table = history.pivot(index="position", columns="epoch", values=quantity)
    names = history.drop_duplicates("position").set_index("position")["layer"]
    values = table.to_numpy(dtype=float)
    low, high = colour_range or log_range(history[quantity])
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.where(values > 0, np.log10(values), np.nan)
    figure = go.Figure(
        go.Heatmap(
            x=table.columns,
            y=table.index + 1,
            z=logarithms,
            zmin=low,
            zmax=high,
            colorscale="Viridis",
            customdata=np.broadcast_to(names.loc[table.index].to_numpy()[:, None], values.shape),
            text=table.map(number).to_numpy(),
            hovertemplate="epoch %{x:.2f}<br>%{customdata}<br>%{text}<extra></extra>",
            colorbar={
                "title": {
                    "text": f"log₁₀ {QUANTITIES[quantity]}",
                    "side": "right",
                    "font": {"size": FONT},
                },
                "tickfont": {"size": FONT - 1},
            },
        )
    )
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(title="layer, from the image (1)", autorange="reversed")
    return finish(figure, height=380, legend=False)


def log_range(values: pd.Series) -> tuple[float, float]:
    """log₁₀ of the least and the largest positive value, a little wider."""
    positive = values[(values > 0) & np.isfinite(values)]
    if positive.empty:
        return -1.0, 1.0
    low, high = np.log10(positive.min()), np.log10(positive.max())
    margin = 0.05 * (high - low) + 0.05
    return float(low - margin), float(high + margin)
