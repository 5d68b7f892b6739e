"""Training curves: error on a linear axis, loss on a logarithmic one."""

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from resnet_viz.charts.colours import colour, translucent
from resnet_viz.charts.layout import finish, powers_of_ten, verbatim

AXES = {
    "epoch": "epoch",
    "step": "step (optimiser updates)",
    "seconds": "training time (s)",
}
METRICS = {"error": "error (%)", "loss": "loss (cross-entropy)"}
DASHES = {"train": "solid", "test": "dash"}
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
SPLITS = {"train": "training", "test": "test"}
HOLLOW = "#FFFFFF"  # what fills a marker of a second line, on a dark page too
THINNEST, THICKER = 2.0, 1.4  # width of the shallowest network's line, and more for each deeper one
ALL_ERRORS = (-2.0, 102.0)
MOST_POINTS = 1500
MOST_MARKERS = 30  # on a line, evenly spread
HEIGHT = 380
FEW_EPOCHS = 6  # so few that plotly would put ticks between them


def limits(history: pd.DataFrame, metric: str) -> tuple[float, float]:
    """The range of the value axis that panels of one history share (log₁₀ for the loss)."""
    columns = [name for name in (f"train_{metric}", f"test_{metric}") if name in history]
    values = history[columns].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if metric == "error":
        return ALL_ERRORS[0], min(ALL_ERRORS[1], 1.08 * max(values, default=100.0) + 1)
    positive = values[values > 0]
    if not positive.size:
        return -2.0, 1.0
    return math.log10(positive.min()) - 0.1, math.log10(positive.max()) + 0.1


def still(history: pd.DataFrame, metric: str) -> tuple[float, float]:
    """A range that seldom changes while runs go on: all of the error, whole powers of the loss."""
    if metric == "error":
        return ALL_ERRORS
    low, high = limits(history, metric)
    return min(-1.0, float(math.floor(low))), max(1.0, float(math.ceil(high)))


def curves(
    history: pd.DataFrame,
    *,
    splits: tuple[str, ...] = ("train", "test"),
    metric: str = "error",
    x: str = "epoch",
    title: str = "",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    smoothing: float = 0.0,
    band: bool = True,
) -> go.Figure:
    """Curves over training: a line a run and split, or mean and band over seeds of one setting.

    Colour tells the families apart, width and marker the depths, and filling and shape of the
    marker what has both in common: the dash is the split's alone.

    Args:
        history: a row for each run and moment, with columns ``label`` (one legend entry each),
            ``run``, ``residual`` (bool), ``depth``, ``epoch``, ``step``, ``seconds``, and of
            ``train_error``, ``test_error``, ``train_loss``, ``test_loss`` those that are drawn.
        splits: ``train`` (solid), ``test`` (dashed) or both.
        x_range, y_range: to keep axes equal beside each other and still while a run goes on; in
            powers of ten for the loss.
        smoothing: weight of the past in an exponential mean, 0 … 0.99; the raw line stays visible
            under it, and so does the band.
        band: draw runs that share a label as their mean with a band from the least to the largest.
    """
    figure = go.Figure()
    depths = sorted(history["depth"].unique())
    looks = depth_markers(history)
    for label, group in history.groupby("label", sort=False):
        residual, depth = bool(group["residual"].iloc[0]), int(group["depth"].iloc[0])
        rank, hue = depths.index(depth), colour(residual)
        symbol, filled = looks[str(label)]
        for split in splits:
            column = f"{split}_{metric}"
            name = _line_name(label, split, splits)
            style: dict[str, Any] = {
                "name": name,
                "legendgroup": name,
                "line": {"color": hue, "width": THINNEST + THICKER * rank, "dash": DASHES[split]},
                "marker": {
                    "symbol": symbol,
                    "size": 7 + THICKER * rank,  # to be seen on the line
                    "color": hue if filled else HOLLOW,
                    "line": {"color": hue, "width": 0 if filled else 2},
                    "maxdisplayed": MOST_MARKERS,
                },
            }
            if band and group["run"].nunique() > 1:
                mean = band_of(figure, group, x, column, style)
                _line(figure, mean, x, column, style, smoothing, logarithmic=metric == "loss")
                continue
            for position, (run, line) in enumerate(group.groupby("run", sort=False)):
                told = f" ({verbatim(str(run))})" if group["run"].nunique() > 1 else ""
                style |= {"showlegend": position == 0, "hovertemplate": f"%{{y:.4~g}}{told}"}
                _line(figure, line, x, column, style, smoothing, logarithmic=metric == "loss")
    figure.update_layout(hovermode="x unified")
    span = y_range or limits(history, metric)
    reach = x_range[1] if x_range else float(history[x].max())
    whole = 1 if x == "epoch" and reach <= FEW_EPOCHS else None
    figure.update_xaxes(
        title=AXES[x],
        range=x_range,
        rangemode="tozero",
        dtick=whole,
        unifiedhovertitle={"text": f"{AXES[x].partition(' (')[0]} %{{x:.4~g}}"},
    )
    axis = {"type": "linear", "range": span} if metric == "error" else powers_of_ten(span)
    figure.update_yaxes(title=METRICS[metric], **axis)
    return finish(figure, height=HEIGHT, title=title)


def points(
    history: pd.DataFrame,
    *,
    splits: tuple[str, ...] = ("train", "test"),
    metric: str = "error",
    x: str = "epoch",
) -> dict[str, tuple[list[float], list[float]]]:
    """What the lines of `curves` show, where each label has one run: x and y by the line's name."""
    return {
        _line_name(label, split, splits): (
            line[x].astype(float).tolist(),
            line[column].astype(float).tolist(),
        )
        for label, group in history.groupby("label", sort=False)
        for split, column in ((split, f"{split}_{metric}") for split in splits)
        for line in (group.dropna(subset=[column]),)
    }


def _line_name(label: object, split: str, splits: tuple[str, ...]) -> str:
    return str(label) if len(splits) == 1 else f"{label} {SPLITS[split]}"


def depth_markers(history: pd.DataFrame) -> dict[str, tuple[str, bool]]:
    """Shape and filling of each label's marker: by depth, then such as its family still has.

    The first line of a depth has the depth's marker filled, the second the same one hollow.
    """
    depths = sorted(history["depth"].unique())
    own = {depth: MARKERS[rank % len(MARKERS)] for rank, depth in enumerate(depths)}
    looks: dict[str, tuple[str, bool]] = {}
    lines = history.drop_duplicates("label")
    for _, family in lines.groupby(lines["residual"].astype(bool), sort=False):
        firsts = family.drop_duplicates("depth")
        taken = [(own[depth], True) for depth in firsts["depth"]]
        looks |= dict(zip(firsts["label"].astype(str), taken, strict=True))
        for label, depth in zip(family["label"].astype(str), family["depth"], strict=True):
            if label in looks:
                continue
            every = [(marker, filled) for filled in (False, True) for marker in MARKERS]
            hollow = [(own[depth], False), *every]
            looks[label] = next((look for look in hollow if look not in taken), hollow[0])
            taken.append(looks[label])
    return looks


def thin(values: pd.DataFrame, most: int = MOST_POINTS) -> pd.DataFrame:
    """At most that many rows, evenly spread, the first and the last among them."""
    return values.iloc[thin_rows(np.arange(len(values)), most)] if len(values) > most else values


def thin_rows(rows: NDArray[np.intp], most: int = MOST_POINTS) -> NDArray[np.intp]:
    """The same of the numbers of rows."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]


def band_of(
    figure: go.Figure, group: pd.DataFrame, x: str, column: str, style: dict[str, Any]
) -> pd.DataFrame:
    """The mean of runs of one setting; their band from the least to the largest is added.

    Both end where the first of the runs ends: a mean of those that went on would be of other runs.

    Args:
        style: of the mean's line, as `go.Scatter` takes it.

    Returns:
        Columns x and column, a row a step.
    """
    group = group[group["step"] <= group.groupby("run")["step"].max().min()]
    # Runs of one setting are recorded at the same steps; their seconds differ and are averaged.
    mean = thin(group.groupby("step")[list({x, column} - {"step"})].mean().reset_index())
    spread = thin(group.groupby("step")[column].agg(["min", "max"]))
    figure.add_scatter(
        x=[*mean[x], *mean[x][::-1]],
        y=[*spread["max"], *spread["min"][::-1]],
        fill="toself",
        fillcolor=translucent(style["line"]["color"], 0.15),
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=style["legendgroup"],
    )
    return mean


def _line(
    figure: go.Figure,
    line: pd.DataFrame,
    x: str,
    column: str,
    style: dict[str, Any],
    smoothing: float,
    *,
    logarithmic: bool,
) -> None:
    line = thin(line.dropna(subset=[column]))
    if smoothing:
        raw = style | {"showlegend": False, "opacity": 0.3}
        figure.add_scatter(x=line[x], y=line[column], mode="lines", **raw)
        # On a logarithmic axis the mean is that of the logarithm, or one large loss hides the rest.
        values = np.log10(line[column].where(line[column] > 0)) if logarithmic else line[column]
        smooth = values.ewm(alpha=1 - smoothing).mean()
        smooth = 10**smooth if logarithmic else smooth
        figure.add_scatter(x=line[x], y=smooth, mode="lines+markers", **style)
    else:
        figure.add_scatter(x=line[x], y=line[column], mode="lines+markers", **style)
