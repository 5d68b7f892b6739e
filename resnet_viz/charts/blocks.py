"""Blocks: how much of each block's output came over the shortcut, and how strong its branch is."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import RESIDUAL, line_styles
from resnet_viz.charts.layout import finish
from resnet_viz.numbers import number


def shortcut_share(blocks: pd.DataFrame) -> go.Figure:
    """A bar a block, split into what came through the branch and over the shortcut.

    Args:
        blocks: columns ``block`` (name) and ``share`` (of the shortcut, 0 … 1).
    """
    figure = go.Figure()
    for name, share, hue in (
        ("shortcut", blocks["share"], RESIDUAL),
        ("branch F(x)", 1 - blocks["share"], "#999999"),
    ):
        figure.add_bar(
            x=blocks["block"],
            y=100 * share,
            name=name,
            marker_color=hue,
            hovertemplate="%{x}: %{y:.0f} %",
        )
    figure.update_layout(barmode="stack")
    figure.update_yaxes(title="share of the sum (%)", range=(0, 100))
    figure.update_xaxes(tickangle=-90, type="category")
    return finish(figure, height=330)


def responses(blocks: pd.DataFrame) -> go.Figure:
    """Standard deviation of F(x) by block, a line a network (He et al. 2015, figure 7).

    Args:
        blocks: columns ``label``, ``residual``, ``block``, ``response``.
    """
    figure = _by_block(blocks, "response")
    figure.update_yaxes(title="standard deviation of F(x)", rangemode="tozero")
    return finish(figure, height=330)


def agreement_by_block(blocks: pd.DataFrame) -> go.Figure:
    """Rank correlation of each block's map with the last one's, a line a network.

    Args:
        blocks: columns ``label``, ``residual``, ``block``, ``agreement`` (-1 … 1, or NaN).
    """
    figure = _by_block(blocks, "agreement")
    lowest = min(0.0, float(blocks["agreement"].min()))
    figure.update_yaxes(title="rank correlation", range=(lowest - 0.05, 1.05))
    return finish(figure, height=300)


def _by_block(blocks: pd.DataFrame, column: str) -> go.Figure:
    figure = go.Figure()
    styles = line_styles(blocks)
    for label, line in blocks.groupby("label", sort=False):
        figure.add_scatter(
            x=list(range(1, len(line) + 1)),
            y=line[column],
            mode="lines+markers",
            name=str(label),
            customdata=line["block"],
            text=line[column].map(number),
            hovertemplate="%{customdata}: %{text}",
            **styles[str(label)],
        )
    figure.update_xaxes(title="block, from the image (1) to the classes", rangemode="tozero")
    return figure
