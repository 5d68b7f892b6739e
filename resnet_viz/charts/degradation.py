"""Degradation: how soon the identity is learnt, and how strongly each layer answers."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import colour, line_styles, translucent
from resnet_viz.charts.gradients import log_range
from resnet_viz.charts.layout import finish, powers_of_ten
from resnet_viz.numbers import number

NAMES = {False: "without shortcut", True: "with shortcut"}


def identity_losses(losses: pd.DataFrame) -> go.Figure:
    """The loss of y = x over steps, the median of the seeds with a band from least to largest.

    Args:
        losses: columns ``shortcut`` (bool), ``seed``, ``step``, ``loss``.
    """
    figure = go.Figure()
    drawn = losses.assign(loss=losses["loss"].where(losses["loss"] > 0))
    for shortcut, name in NAMES.items():
        steps = drawn[drawn["shortcut"] == shortcut].groupby("step")["loss"]
        band = steps.agg(["min", "median", "max"])
        figure.add_scatter(
            x=[*band.index, *band.index[::-1]],
            y=[*band["max"], *band["min"][::-1]],
            fill="toself",
            fillcolor=translucent(colour(shortcut), 0.15),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=name,
        )
        figure.add_scatter(
            x=band.index,
            y=band["median"],
            mode="lines",
            name=name,
            legendgroup=name,
            line={"color": colour(shortcut), "width": 2.6},
            text=band["median"].map(number),
            hovertemplate="step %{x}: %{text}",
        )
    figure.update_xaxes(title="step", rangemode="tozero")
    figure.update_yaxes(title="mean squared error", **powers_of_ten(log_range(drawn["loss"])))
    return finish(figure, height=380)


def layer_responses(layers: pd.DataFrame, *, ordered: bool = False, title: str = "") -> go.Figure:
    """Standard deviation of each layer's response, a line a network.

    Args:
        layers: columns ``label``, ``residual``, ``layer`` (name), ``position`` (0 …) and
            ``response``.
        ordered: from the strongest to the weakest, as in the lower half of figure 7 of He et al.
            2015, instead of from the image to the classes.
    """
    figure = go.Figure()
    styles = line_styles(layers)
    for label, line in layers.groupby("label", sort=False):
        line = line.sort_values("response", ascending=False) if ordered else line
        style = styles[str(label)]
        figure.add_scatter(
            x=list(range(1, len(line) + 1)),
            y=line["response"],
            mode="lines+markers",
            name=str(label),
            customdata=line["layer"],
            text=line["response"].map(number),
            hovertemplate="%{customdata}: %{text}",
            line=style["line"],
            marker=style["marker"] | {"maxdisplayed": 14},
        )
    order = "from the strongest" if ordered else "from the image (1)"
    figure.update_xaxes(title=f"layer, {order}", rangemode="tozero")
    figure.update_yaxes(title="standard deviation", rangemode="tozero")
    return finish(figure, height=400, title=title)
