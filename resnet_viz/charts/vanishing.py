"""An activation with its slope, and how much of a gradient reaches each layer."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREEN, GREY, colour, translucent
from resnet_viz.charts.gradients import log_range
from resnet_viz.charts.layout import FONT, finish, powers_of_ten
from resnet_viz.numbers import number

# Named as above the chart; dotted are networks without normalisation.
CHAIN = {"product": ("chain: the product", "solid"), "bound": ("chain: at most", "dashdot")}
NOTE = 46  # pixels from a maximum to its note: below the slopes beside it


def activation(
    curve: pd.DataFrame, *, name: str, largest: float, first: float, last: float
) -> go.Figure:
    """An activation, its derivative and the derivative's maximum.

    Args:
        curve: columns ``x``, ``value``, ``derivative``.
        largest: the derivative's maximum.
        first, last: the inputs between which it is reached.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=curve["x"],
        y=curve["value"],
        mode="lines",
        name=f"{name}(z)",
        line={"color": GREY, "width": 2},
        hovertemplate="z = %{x:.2f}: %{y:.3f}",
    )
    figure.add_scatter(
        x=curve["x"],
        y=curve["derivative"],
        mode="lines",
        name="its derivative",
        line={"color": GREEN, "width": 3},
        hovertemplate="z = %{x:.2f}: %{y:.4f}",
    )
    figure.add_scatter(
        x=[first] if first == last else [first, last],
        y=[largest] if first == last else [largest, largest],
        mode="markers",
        name=f"its maximum, {largest:.4g}",
        marker={"color": GREEN, "size": 11, "symbol": "diamond"},
        hovertemplate="z = %{x:.2f}: %{y:.4f}",
        cliponaxis=False,
        showlegend=False,  # the note says it, and a third entry would lie under the row of buttons
    )
    beside = curve["value"].iloc[(curve["x"] - last).abs().argmin()]
    figure.add_annotation(
        x=last,
        y=largest,
        text=f"maximum {largest:.4g}",
        font={"color": GREEN, "size": FONT + 1},
        xanchor="center" if first == last else "right",
        showarrow=first == last,
        yshift=0 if first == last else NOTE / -2,  # under a line, over which the activation goes
        ax=0,
        ay=NOTE if beside > largest else -NOTE / 2,  # away from the activation
        arrowcolor=GREEN,
        arrowwidth=1,
        arrowhead=0,
    )
    drawn = curve[["value", "derivative"]]
    least, most = min(-1.0, drawn.min().min()), max(1.0, drawn.max().max())
    room = 0.05 * (most - least)
    figure.update_xaxes(title="z, what the activation is given", range=(-6, 6))
    figure.update_yaxes(range=(least - room, most + 2 * room))
    return finish(figure, height=360)


def reaching(
    chain: pd.DataFrame,
    norms: pd.DataFrame | None = None,
    *,
    y_range: tuple[float, float] | None = None,
) -> go.Figure:
    """How much of the last gradient is left in each layer, on a logarithmic axis.

    Args:
        chain: a row a layer: ``layer``, ``product`` and ``bound``; signs are not drawn.
        norms: a row a layer and seed: ``label`` (one legend entry each, a network), ``residual``,
            ``normalised`` (a solid line; others are dotted), ``seed``, ``position`` (0 …),
            ``relative``. A line is the median of the seeds, its band reaches from the least to
            the largest.
        y_range: in powers of ten.
    """
    figure = go.Figure()
    for _, group in norms.groupby("label", sort=False) if norms is not None else ():
        _network(figure, group)
    for column, (name, dash) in CHAIN.items():
        figure.add_scatter(
            x=chain["layer"],
            y=_drawn(chain[column].abs()),
            mode="lines",
            name=name,
            line={"color": GREY, "width": 2.4, "dash": dash},
            text=chain[column].abs().map(number),
            hovertemplate="layer %{x}: %{text}",
        )
    values = pd.concat([chain["product"].abs(), chain["bound"]])
    if norms is not None:
        values = pd.concat([values, norms["relative"]])
    figure.update_xaxes(title="layer, from the image (1) to the classes", rangemode="tozero")
    figure.update_yaxes(
        title="gradient, the last = 1", **powers_of_ten(y_range or log_range(values))
    )
    return finish(figure, height=460)


def _network(figure: go.Figure, group: pd.DataFrame) -> None:
    label, hue = str(group["label"].iloc[0]), colour(bool(group["residual"].iloc[0]))
    normalised = bool(group["normalised"].iloc[0])
    layers = group.groupby("position")["relative"].agg(["min", "median", "max"])
    symbol = "circle" if group["residual"].iloc[0] else "square"
    style: dict[str, Any] = {
        "line": {"color": hue, "width": 2.4, "dash": "solid" if normalised else "dot"},
        "marker": {
            "symbol": symbol if normalised else f"{symbol}-open",
            "size": 7,
            "color": hue,
            "maxdisplayed": 14,
        },
    }
    x = layers.index + 1
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=_drawn(pd.concat([layers["max"], layers["min"][::-1]])),
        mode="lines",  # of few points Plotly would mark each
        fill="toself",
        fillcolor=translucent(hue, 0.15),
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=label,
    )
    figure.add_scatter(
        x=x,
        y=_drawn(layers["median"]),
        mode="lines+markers",
        name=label,
        legendgroup=label,
        text=layers["median"].map(number),
        hovertemplate="layer %{x}: %{text}",
        **style,
    )


def _drawn(values: pd.Series) -> pd.Series:
    """What a logarithmic axis has a place for."""
    return values.where(values > 0)
