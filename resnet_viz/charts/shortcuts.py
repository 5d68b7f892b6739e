"""Charts about what stands on a shortcut."""

import math
from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREY, RESIDUAL
from resnet_viz.charts.layout import FONT, finish, powers_of_ten

# Of errors that are close the test's ring lies around the training's dot.
SYMBOLS = {"train_error": ("circle", 6, "training"), "test_error": ("circle-open", 14, "test")}


def errors_by_shortcut(ends: pd.DataFrame) -> go.Figure:
    """Final errors of recorded runs: a row a shortcut, a point a seed, and the seeds' mean.

    Args:
        ends: a row a run with ``shortcut``, ``seed``, ``train_error`` and ``test_error`` (%).
    """
    figure = go.Figure()
    names = list(dict.fromkeys(ends["shortcut"]))
    for column, (symbol, size, split) in SYMBOLS.items():
        figure.add_scatter(
            x=ends[column],
            y=ends["shortcut"],
            mode="markers",
            name=f"{split}, a point a seed",
            marker={
                "symbol": symbol,
                "size": size,
                "color": RESIDUAL,
                "line": {"width": 2, "color": RESIDUAL},
            },
            customdata=ends["seed"],
            hovertemplate="seed %{customdata}: %{x:.1f} %",
        )
    mean = ends.groupby("shortcut", sort=False)["test_error"].mean()
    figure.add_scatter(
        x=mean,
        y=mean.index,
        mode="markers",
        name="mean on the test split",
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": GREY}},
        hovertemplate="%{x:.1f} %",
    )
    figure.update_xaxes(title="error after the last epoch (%)", range=(-2, 102))
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1])
    return finish(figure, height=110 + 52 * len(names))


def signal_left(scale: float, blocks: int, marks: Mapping[str, int]) -> go.Figure:
    """The factor on x after each of so many shortcuts that multiply it with a constant.

    Args:
        marks: numbers of blocks to name on the axis, such as those of ResNet-56.
    """
    figure = go.Figure()
    numbers = list(range(blocks + 1))
    figure.add_scatter(
        x=numbers,
        y=[scale**number for number in numbers],
        mode="lines",
        name=f"{scale:g}ᴸ",
        line={"color": RESIDUAL, "width": 3},
        hovertemplate="after block %{x}: %{y}",
    )
    figure.add_hline(y=1, line={"color": GREY, "width": 1, "dash": "dot"})
    for name, number in marks.items():
        if number <= blocks:
            figure.add_vline(
                x=number,
                line={"color": GREY, "width": 1, "dash": "dot"},
                annotation={"text": name, "font": {"size": FONT - 2}},
                # Beyond the line at 1, and inside the chart on a telephone too.
                annotation_position=f"{'top' if scale < 1 else 'bottom'} "
                f"{'right' if number < blocks / 3 else 'left'}",
            )
    figure.update_xaxes(title="blocks that x has passed", range=(0, blocks))
    low, high = sorted((0.0, blocks * math.log10(scale)))
    room = 0.2 + 0.12 * (high - low)  # for the names
    span = (low - 0.2, high + room) if scale < 1 else (low - room, high + 0.2)
    figure.update_yaxes(title="factor on x", **powers_of_ten(span))
    return finish(figure, height=360, legend=False)
