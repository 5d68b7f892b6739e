"""Curves of any number of runs: training above, test below, under one cursor."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from resnet_viz.charts.brackets import bracket
from resnet_viz.charts.colours import (
    GOLD,
    GREEN,
    GREY,
    PURPLE,
    colour,
    hue_of,
    translucent,
)
from resnet_viz.charts.curves import (
    AXES,
    DASHES,
    FEW_EPOCHS,
    HOLLOW,
    METRICS,
    SPLITS,
    THICKER,
    THINNEST,
    depth_markers,
    limits,
    thin_rows,
)
from resnet_viz.charts.end_labels import (
    CHARACTER_PIXELS,
    LABEL_PIXELS,
    SIGNS,
    short_names,
    spread_labels,
)
from resnet_viz.charts.layout import FONT, finish, powers_of_ten, verbatim
from resnet_viz.numbers import number

FEW = 4  # lines that keep the colour of their family
MOST_LABELS = 8  # lines that are named at their ends
MOST_WITH_RAW = 8  # lines under which the raw one stays when they are smoothed
MARKS_OF_ALL = 240  # marks of all lines of a panel together
ALL_POINTS = 24_000  # points of all lines of both panels together
FEWEST_POINTS = 40  # of one line
HEIGHT = 464  # what is left of a screen of 720 below the page's controls
AXIS = {"train": "y", "test": "y2"}
DOMAINS = {"train": (0.54, 1.0), "test": (0.0, 0.46)}
TITLES = {"train": "On the training data", "test": "On the test data"}
FAMILY_DASH = {False: "dash", True: "solid", None: "dashdot"}
FAMILY_MARK = {False: "square", True: "circle", None: "diamond"}
# Of few lines: those of which no depth is known, and the colour where no family is known either.
LOG_MARKS = tuple((mark, filled) for filled in (True, False) for mark in ("diamond", "cross"))
LOG_COLOURS = (GREEN, PURPLE, GREY, GOLD)
FAINT = 0.2

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """How a line is drawn; without a dash, training is solid and test dashed."""

    colour: str
    symbol: str
    dash: str = ""
    width: float = THINNEST
    filled: bool = True


def run_looks(lines: pd.DataFrame) -> dict[str, Look]:
    """Colour, dash and mark of each line.

    Few lines have the colour of their family and the width of their depth. Of more each has a hue
    of its own, which it keeps whatever else is shown, and dash and mark tell plain (dashed, square)
    from residual (solid, round). A log of another program whose family nobody knows has neither
    colour, dash nor mark of these two.

    Args:
        lines: a row a line: ``label``, ``residual``, ``depth`` and ``place``, its number in the
            list of all that can be shown; of a log the depth, and the family too, may be none.
    """
    families = [None if pd.isna(known) else bool(known) for known in lines["residual"]]
    if len(lines) > FEW:
        facts = zip(lines["label"], families, lines["place"], strict=True)
        return {
            str(label): Look(hue_of(int(place)), FAMILY_MARK[residual], FAMILY_DASH[residual])
            for label, residual, place in facts
        }
    logs = lines["depth"].isna().to_numpy()
    return _looks_of_runs(lines[~logs]) | _looks_of_logs(
        [str(label) for label in lines.loc[logs, "label"]],
        [family for family, log in zip(families, logs, strict=True) if log],
    )


def _looks_of_logs(labels: Sequence[str], families: Sequence[bool | None]) -> dict[str, Look]:
    return {
        label: Look(
            LOG_COLOURS[place] if family is None else colour(family),
            LOG_MARKS[place][0],
            filled=LOG_MARKS[place][1],
        )
        for place, (label, family) in enumerate(zip(labels, families, strict=True))
    }


def _looks_of_runs(lines: pd.DataFrame) -> dict[str, Look]:
    depths, marks = sorted(lines["depth"].unique()), depth_markers(lines)
    return {
        str(line.label): Look(
            colour(bool(line.residual)),
            marks[str(line.label)][0],
            width=THINNEST + THICKER * depths.index(line.depth),
            filled=marks[str(line.label)][1],
        )
        for line in lines.itertuples()
    }


def seed_means(history: pd.DataFrame, x: str, columns: Sequence[str]) -> pd.DataFrame:
    """The mean of the runs of each label at each step, and what is least and largest among them.

    A label's mean ends where the first of its runs ends: later it would be of other runs.

    Returns:
        ``label``, ``step``, x, the columns, and each column's ``… low`` and ``… high``.
    """
    # A log of another program may have counted epochs alone.
    history = history.assign(moment=history["step"].fillna(history["epoch"]))
    last = history.groupby(["label", "run"], sort=False)["moment"].transform("max")
    common = history[history["moment"] <= last.groupby(history["label"]).transform("min")]
    wanted: dict[str, Any] = {"step": ("step", "first")} | ({x: (x, "mean")} if x != "step" else {})
    for column in columns:
        wanted |= {
            column: (column, "mean"),
            f"{column} low": (column, "min"),
            f"{column} high": (column, "max"),
        }
    means = common.groupby(["label", "moment"], sort=False).agg(**wanted)
    return means.reset_index().drop(columns="moment")


def run_curves(
    history: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    metric: str = "error",
    x: str = "epoch",
    smoothing: float = 0.0,
    front: str = "",
) -> go.Figure:
    """Two panels with one axis of x: its cursor goes through both, and zooming moves both.

    Args:
        history: as `charts.curves` takes it; runs that share a label are their mean, with a band
            from the least to the largest.
        lines: of the labels, as `run_looks` takes them.
        smoothing: weight of the past in an exponential mean, 0 … 0.99; under few lines the raw one
            stays visible, and so does the band.
        front: label of the line that stands before all others, which are faint then.
    """
    columns = {split: f"{split}_{metric}" for split in SPLITS}
    several = (history.groupby("label")["run"].nunique() > 1).to_dict()
    means = seed_means(history, x, list(columns.values()))
    # Arrays: of two hundred lines pandas would take longer to cut them out than all else together.
    values = {str(name): means[name].to_numpy() for name in means}
    rows_of = means.groupby("label", sort=False).indices
    shown = sorted(means["label"].unique(), key=lambda label: label == front)  # the last lies above
    looks, span = run_looks(lines), limits(history, metric)
    most = max(FEWEST_POINTS, ALL_POINTS // (2 * len(shown)))
    traces: list[dict[str, Any]] = []
    ends: dict[str, list[tuple[str, float]]] = {split: [] for split in SPLITS}
    last: dict[str, list[tuple[float, float]]] = {split: [] for split in SPLITS}
    for label in shown:
        for split, column in columns.items():
            rows = rows_of[label]
            known = ~np.isnan(values[column][rows]) & ~np.isnan(values[x][rows])
            rows = thin_rows(rows[known], most)
            at, drawn = values[x][rows], values[column][rows]
            style = _style(label, looks[label], split, len(shown), front)
            if several[label]:
                low, high = (values[f"{column} {end}"][rows] for end in ("low", "high"))
                traces.append(_band(at, low, high, style))
            raw = len(shown) <= MOST_WITH_RAW
            traces += _line(at, drawn, style, smoothing, raw=raw, logarithmic=metric == "loss")
            if len(rows):
                ends[split].append((label, float(drawn[-1])))
                last[split].append((float(at[-1]), float(drawn[-1])))
    # Plotly's own checks of each value take ten times as long as all the rest.
    figure = go.Figure(data=traces, _validate=False)
    finish(figure, height=HEIGHT, legend=False)
    reach = float(history[x].max()) if history[x].notna().any() else 1.0
    few = len(shown) <= MOST_LABELS
    figure.update_layout(
        hovermode="x unified" if few else "closest",
        hoversubplots="axis",
        hoverlabel={"namelength": -1},
        margin_t=24,
    )
    figure.update_xaxes(
        title=AXES[x],
        range=(0.0, 1.03 * reach),
        anchor=AXIS["test"],
        dtick=1 if x == "epoch" and reach <= FEW_EPOCHS else None,
        showspikes=True,
        spikemode="across",
        spikesnap="cursor",
        spikethickness=1,
        spikedash="dot",
        spikecolor="#888888",
    )
    scale = {"type": "linear", "range": span} if metric == "error" else powers_of_ten(span)
    sizes = {"title_font_size": FONT, "tickfont_size": FONT - 1}
    figure.update_layout(
        yaxis=scale | {"domain": DOMAINS["train"], "title": METRICS[metric]},
        yaxis2=scale | {"domain": DOMAINS["test"], "title": METRICS[metric], "matches": "y"},
    )
    figure.update_yaxes(**sizes)
    for split, title in TITLES.items():
        _title(figure, split, title)
        if few:
            _name_ends(figure, split, ends[split], looks, metric, span)
        if len(shown) == len(last[split]) == 2 and metric == "error":
            one, other = last[split]
            bracket(figure, one, other, span, axis=AXIS[split])
    return figure


def _style(label: str, look: Look, split: str, count: int, front: str) -> dict[str, Any]:
    """What all traces of a line have in common, as plotly takes it."""
    here = label == front
    marks = max(2, min(30, MARKS_OF_ALL // count))
    return {
        "type": "scatter",
        "xaxis": "x",
        "yaxis": AXIS[split],
        "name": verbatim(label),
        "legendgroup": verbatim(label),
        "line": {
            "color": look.colour,
            "width": look.width * (2 if here else 1),
            "dash": look.dash or DASHES[split],
        },
        "marker": {
            "symbol": look.symbol,
            "size": 5 + look.width,
            "color": look.colour if look.filled else HOLLOW,
            "line": {"color": look.colour, "width": 0 if look.filled else 2},
            "maxdisplayed": marks,
        },
        "opacity": FAINT if front and not here else 1.0,
        "hovertemplate": f"%{{y:.4~g}} {SPLITS[split]}",
    }


def _band(at: Values, low: Values, high: Values, style: dict[str, Any]) -> dict[str, Any]:
    return {name: style[name] for name in ("type", "xaxis", "yaxis", "legendgroup", "opacity")} | {
        "x": [*at.tolist(), *at[::-1].tolist()],
        "y": [*high.tolist(), *low[::-1].tolist()],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": translucent(style["line"]["color"], 0.15),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(
    at: Values,
    values: Values,
    style: dict[str, Any],
    smoothing: float,
    *,
    raw: bool,
    logarithmic: bool,
) -> list[dict[str, Any]]:
    # Lists: plotly packs arrays, which takes longer for many short ones than it saves.
    drawn = style | {"x": at.tolist(), "y": values.tolist(), "mode": "lines+markers"}
    if not smoothing:
        return [drawn]
    # On a logarithmic axis the mean is that of the logarithm, or one large loss hides the rest.
    rough = np.log10(np.where(values > 0, values, np.nan)) if logarithmic else values
    smooth = pd.Series(rough).ewm(alpha=1 - smoothing).mean().to_numpy()
    smoothed = drawn | {"y": (10**smooth if logarithmic else smooth).tolist()}
    under = drawn | {"mode": "lines", "opacity": 0.3 * style["opacity"], "hoverinfo": "skip"}
    under.pop("hovertemplate")
    return [under, smoothed] if raw else [smoothed]


def _title(figure: go.Figure, split: str, text: str) -> None:
    figure.add_annotation(
        x=0,
        xref="paper",
        xanchor="left",
        y=DOMAINS[split][1],
        yref="paper",
        yanchor="bottom",
        text=f"<b>{text}</b>",
        showarrow=False,
        font={"size": FONT},
    )


def _name_ends(
    figure: go.Figure,
    split: str,
    ends: Sequence[tuple[str, float]],
    looks: Mapping[str, Look],
    metric: str,
    span: tuple[float, float],
) -> None:
    """Write name and last value right of a panel, each as near to its line as there is room."""
    ends = [(label, value) for label, value in ends if math.isfinite(value)]
    if not ends:
        return
    names = short_names([label for label, _ in ends])
    bottom, top = DOMAINS[split]
    plot = (HEIGHT - 80) * (top - bottom)  # pixels of the panel, without axis and title
    gap = LABEL_PIXELS * (span[1] - span[0]) / plot
    at = [
        value if metric == "error" else math.log10(max(value, 10 ** span[0])) for _, value in ends
    ]
    at = [min(max(value, span[0]), span[1]) for value in at]
    texts = []
    for place, (label, value) in zip(spread_labels(at, gap, span), ends, strict=True):
        look = looks[label]
        last = f"{value:.1f}" if metric == "error" else number(value)
        texts.append(f"{names[label]} {last}")
        sign = f'<span style="color:{look.colour}">{SIGNS[look.symbol]}</span>'
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            y=place,
            yref=AXIS[split],
            text=f"{sign} {verbatim(names[label])} <b>{last}</b>",
            showarrow=False,
            font={"size": FONT - 1},
        )
    room = round(26 + CHARACTER_PIXELS * max(map(len, texts)))
    figure.update_layout(margin_r=max(room, figure.layout.margin.r or 0))
