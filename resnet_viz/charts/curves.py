"""Training curves: error on a linear axis, loss on a logarithmic one."""

import math
from collections.abc import Hashable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import colour, translucent

AXES = {
    "epoch": "epoch",
    "step": "step (optimiser updates)",
    "seconds": "training time (s)",
}
METRICS = {"error": "error (%)", "loss": "loss (cross-entropy)"}
DASHES = {"train": "solid", "test": "dash"}
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
MOST_POINTS = 1500


def limits(history: pd.DataFrame, metric: str) -> tuple[float, float]:
    """The range of the value axis that panels of one history share (log₁₀ for the loss)."""
    values = history[[f"train_{metric}", f"test_{metric}"]].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if metric == "error":
        return 0.0, min(100.0, 1.08 * max(values, default=100.0) + 1)
    positive = values[values > 0]
    if not positive.size:
        return -2.0, 1.0
    return math.log10(positive.min()) - 0.1, math.log10(positive.max()) + 0.1


def curves(
    history: pd.DataFrame,
    *,
    split: str,
    metric: str = "error",
    x: str = "epoch",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    smoothing: float = 0.0,
    band: bool = True,
) -> go.Figure:
    """Curves of one split, a line a run, or mean and band over the seeds of one setting.

    Args:
        history: a row for each run and moment, with columns ``label`` (one legend entry each),
            ``run``, ``residual`` (bool), ``depth``, ``epoch``, ``step``, ``seconds``, and
            ``train_error``, ``test_error``, ``train_loss``, ``test_loss``.
        split: ``train`` or ``test``.
        smoothing: weight of the past in an exponential mean, 0 … 0.99; the raw line stays visible
            under it.
        band: draw runs that share a label as their mean with a band from the least to the most.
    """
    column = f"{split}_{metric}"
    figure = go.Figure()
    depths = sorted(history["depth"].unique())
    for label, group in history.groupby("label", sort=False):
        first = group.iloc[0]
        residual, depth = bool(first["residual"]), int(first["depth"])
        style = {
            "line": {
                "color": colour(residual),
                "width": 1.8 + 1.2 * depths.index(depth) / max(1, len(depths) - 1),
                "dash": DASHES[split],
            },
            "marker": {
                "symbol": MARKERS[depths.index(depth) % len(MARKERS)],
                "size": 7,
                "color": colour(residual),
            },
        }
        if band and group["run"].nunique() > 1:
            _mean_and_band(figure, group, x, column, str(label), style)
        else:
            for position, (run, line) in enumerate(group.groupby("run", sort=False)):
                _line(figure, line, x, column, str(label), style, smoothing, position == 0, run)
    figure.update_layout(
        height=380,
        margin={"l": 8, "r": 8, "t": 40, "b": 8},
        title={"text": "Training" if split == "train" else "Test", "x": 0},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        hovermode="x unified",
        uirevision="keep",
    )
    figure.update_xaxes(title=AXES[x], range=x_range, rangemode="tozero")
    figure.update_yaxes(
        title=METRICS[metric],
        type="linear" if metric == "error" else "log",
        range=y_range or limits(history, metric),
        exponentformat="power",
    )
    return figure


def thin(values: pd.DataFrame, most: int = MOST_POINTS) -> pd.DataFrame:
    """At most that many rows, evenly spread, the first and the last among them."""
    if len(values) <= most:
        return values
    return values.iloc[np.linspace(0, len(values) - 1, most).round().astype(int)]


def _mean_and_band(
    figure: go.Figure, group: pd.DataFrame, x: str, column: str, label: str, style: dict
) -> None:
    # Runs of one setting are recorded at the same steps; seconds differ and are averaged.
    moments = group.groupby("step")[[x, column]] if x != "step" else group.groupby("step")[[column]]
    mean = moments.mean().reset_index()
    spread = group.groupby("step")[column].agg(["min", "max"])
    fill = translucent(style["line"]["color"], 0.15)
    figure.add_scatter(
        x=[*mean[x], *mean[x][::-1]],
        y=[*spread["max"], *spread["min"][::-1]],
        fill="toself",
        fillcolor=fill,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=label,
    )
    figure.add_scatter(
        x=mean[x], y=mean[column], mode="lines+markers", name=label, legendgroup=label, **style
    )


def _line(
    figure: go.Figure,
    line: pd.DataFrame,
    x: str,
    column: str,
    label: str,
    style: dict,
    smoothing: float,
    legend: bool,
    run: Hashable,
) -> None:
    line = thin(line.dropna(subset=[column]))
    few = len(line) <= 60
    raw = {**style, "opacity": 0.3} if smoothing else style
    figure.add_scatter(
        x=line[x],
        y=line[column],
        mode="lines+markers" if few and not smoothing else "lines",
        name=label,
        legendgroup=label,
        showlegend=legend and not smoothing,
        hovertext=str(run),
        **raw,
    )
    if smoothing:
        figure.add_scatter(
            x=line[x],
            y=line[column].ewm(alpha=1 - smoothing).mean(),
            mode="lines",
            name=label,
            legendgroup=label,
            showlegend=legend,
            **style,
        )
