"""The paper's experiment: its figure 6, whether depth overfits, and gradients through training."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.brackets import bracket
from resnet_viz.charts.colours import colour
from resnet_viz.charts.curves import (
    DASHES,
    MARKERS,
    SPLITS,
    THICKER,
    THINNEST,
    band_of,
    limits,
)
from resnet_viz.charts.end_labels import End, label_ends
from resnet_viz.charts.gradients import log_range
from resnet_viz.charts.layout import finish, powers_of_ten
from resnet_viz.frames import QUANTITIES, convolutions
from resnet_viz.numbers import number

END_DASHES = {"first": "solid", "last": "dot"}
GRADIENT_WIDTH = 2.4
HEIGHT = 400
PLOT_HEIGHT = HEIGHT - 110
SHOWN_MARKERS = 12


def figure6(
    history: pd.DataFrame,
    *,
    title: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> go.Figure:
    """One panel of figure 6 of He et al. 2015, with the lines of every chart of curves.

    Training is solid and test dashed, which the paper has the other way about, and a deeper network
    is thicker; markers tell the networks apart too, and each curve ends in its last number. Runs
    that share a label are their mean, with a band from the least to the largest.

    Args:
        history: as `curves` takes it, with ``train_error`` and ``test_error``.
    """
    figure = go.Figure()
    span = y_range or limits(history, "error")
    x_range = x_range or (0.0, 1.03 * float(history["epoch"].max()))
    ends, depths = [], sorted(history["depth"].unique())
    trained: list[tuple[float, float]] = []  # last epoch and training error
    for marker, (label, group) in _marked(history):
        hue = colour(bool(group["residual"].iloc[0]))
        width = THINNEST + THICKER * depths.index(group["depth"].iloc[0])
        for split in SPLITS:
            column = f"{split}_error"
            style: dict[str, Any] = {
                "name": f"{label} {SPLITS[split]}",
                "legendgroup": split,
                "showlegend": False,
                "line": {"color": hue, "width": width, "dash": DASHES[split]},
                "marker": {
                    "symbol": marker,
                    "size": 8,
                    "color": hue,
                    "maxdisplayed": SHOWN_MARKERS,
                },
            }
            several = group["run"].nunique() > 1
            line = band_of(figure, group, "epoch", column, style) if several else group
            line = line.dropna(subset=[column])
            figure.add_scatter(x=line["epoch"], y=line[column], mode="lines+markers", **style)
            value = float(line[column].iloc[-1]) if len(line) else np.nan
            text = f"{group['depth'].iloc[0]} {split} {value:.1f}"
            if split == "train" and len(line):
                trained.append((float(line["epoch"].iloc[-1]), value))
            ends.append(End(value, marker, hue, text, bold=split == "test"))
    for split, name in SPLITS.items():
        _legend(figure, split, name, {"width": THINNEST, "dash": DASHES[split]})
    figure.update_xaxes(title="epoch", range=x_range)
    figure.update_yaxes(title="error (%)", range=span)
    figure.update_layout(hovermode="x unified")
    finish(figure, height=HEIGHT, title=title)
    if len(trained) == 2:
        one, other = trained
        bracket(figure, one, other, span)
    return label_ends(figure, ends, span, height=PLOT_HEIGHT)


def gaps(ends: pd.DataFrame, *, most: float | None = None) -> go.Figure:
    """Training and test error of networks at the end, the gap between them as a bar.

    Args:
        ends: a row a network, from top to bottom: ``label``, ``residual``, ``train_error``,
            ``test_error``.
        most: the largest error that the axis has a place for, to share between panels.
    """
    figure = go.Figure()
    rows = ends.iloc[::-1]
    hues = [colour(bool(residual)) for residual in rows["residual"]]
    for row in rows.itertuples():
        figure.add_scatter(
            x=[row.train_error, row.test_error],
            y=[row.label, row.label],
            mode="lines",
            line={"color": colour(bool(row.residual)), "width": 8},
            opacity=0.35,
            hoverinfo="skip",
            showlegend=False,
        )
    for split, symbol, place in (("train", "circle", "top"), ("test", "diamond-open", "bottom")):
        values = rows[f"{split}_error"]
        figure.add_scatter(
            x=values,
            y=rows["label"],
            mode="markers+text",
            name=f"{SPLITS[split]} error",
            marker={
                "symbol": symbol,
                "size": 11,
                "color": hues,
                "line": {"width": 2, "color": hues},
            },
            text=[f"{value:.1f} %" for value in values],
            textposition=f"{place} center",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2f} %",
        )
    if most is None:
        most = float(rows[["train_error", "test_error"]].max().max())
    end = 1.1 * most + 1
    figure.update_xaxes(title="error (%)", range=(-0.06 * most - 0.5, end))
    if end > 50:  # left to itself a narrow panel would mark 0 and 50 only
        figure.update_xaxes(range=(-6, max(end, 106)), tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(type="category", range=(-0.6, len(rows) - 0.4))
    return finish(figure, height=130 + 80 * len(rows))


def gradient_ends(
    history: pd.DataFrame,
    *,
    title: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> go.Figure:
    """Gradient norm of the first and the last convolution through training, for several networks.

    Args:
        history: columns ``label``, ``residual``, ``depth``, ``epoch``, ``position`` (of the layer),
            ``layer`` and ``gradient_norm``.
        y_range: log₁₀ of the least and the largest value, to share between panels.
    """
    figure = go.Figure()
    span = y_range or log_range(history["gradient_norm"])
    ends = []
    for marker, (label, group) in _marked(convolutions(history)):
        hue = colour(bool(group["residual"].iloc[0]))
        places = {"first": group["position"].min(), "last": group["position"].max()}
        for end, place in places.items():
            line = group[(group["position"] == place) & (group["gradient_norm"] > 0)]
            if line.empty:
                continue
            figure.add_scatter(
                x=line["epoch"],
                y=line["gradient_norm"],
                mode="lines+markers",
                name=f"{label} {line['layer'].iloc[0]}",
                legendgroup=end,
                showlegend=False,
                line={"color": hue, "width": GRADIENT_WIDTH, "dash": END_DASHES[end]},
                marker={"symbol": marker, "size": 8, "maxdisplayed": SHOWN_MARKERS},
                text=line["gradient_norm"].map(number),
                hovertemplate="%{text}",
            )
            value = float(np.log10(line["gradient_norm"].iloc[-1]))
            ends.append(End(value, marker, hue, f"{group['depth'].iloc[0]} {end}"))
    for end, dash in END_DASHES.items():
        _legend(figure, end, f"{end} convolution", {"width": GRADIENT_WIDTH, "dash": dash})
    figure.update_xaxes(title="epoch", range=x_range)
    figure.update_yaxes(title=QUANTITIES["gradient_norm"], **powers_of_ten(span))
    figure.update_layout(hovermode="x unified")
    return label_ends(finish(figure, height=HEIGHT, title=title), ends, span, height=PLOT_HEIGHT)


def _marked(history: pd.DataFrame) -> list[tuple[str, tuple[Any, pd.DataFrame]]]:
    """The groups of one label each, the shallowest first, with a marker."""
    groups = sorted(history.groupby("label", sort=False), key=lambda pair: pair[1]["depth"].iloc[0])
    return [(MARKERS[rank % len(MARKERS)], pair) for rank, pair in enumerate(groups)]


def _legend(figure: go.Figure, group: str, name: str, line: dict[str, Any]) -> None:
    """An entry for a style; choosing it shows or hides every line that is drawn so."""
    grey = line | {"color": "#888888"}
    figure.add_scatter(x=[None], y=[None], mode="lines", name=name, legendgroup=group, line=grey)
