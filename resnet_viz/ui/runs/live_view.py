"""What every visitor sees alike of the runs under way: looked up, drawn and written once."""

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from resnet_viz import charts
from resnet_viz.reporting import histories, live, run_labels
from resnet_viz.reporting.runs import doing
from resnet_viz.runs import Run
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import growing_chart
from resnet_viz.ui.runs.growing_chart import Points
from resnet_viz.ui.runs.run_actions import is_residual

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 350  # of a chart, which ends with the first screen of a projector
# Metric -> how its curves are drawn, what they show, and what is said while there are none.
CURVES: dict[str, tuple[dict[str, Any], str, str]] = {
    "error": (
        {"splits": ("train", "test"), "metric": "error"},
        "Training and test error",
        "The first point of the error curves comes with the end of the first epoch.",
    ),
    "loss": (
        {"splits": ("train",), "metric": "loss"},
        "Training loss by step",
        "The loss curve begins with the first step.",
    ),
}
TITLES = {"error": "Error", "loss": "Training loss"}


@dataclass(frozen=True)
class Curves:
    """One chart: what its lines are drawn like, on a page and on a stage, and their points.

    Attributes:
        base: another one wherever more than points at the ends of its lines has changed.
        look: what the figures show beside the points.
    """

    base: str
    look: object
    figure: dict[str, Any]
    large: dict[str, Any]
    points: tuple[Points, ...]


@dataclass(frozen=True)
class View:
    """The runs at one moment, as all pages show them.

    Attributes:
        moment: a later one is greater, also after a restart of the server.
        status_since: the moment since when no run has begun or ended.
        told: error, share that is done and what it does, in words, by a run's id.
    """

    moment: int
    runs: Sequence[Run]
    shown: Sequence[Run] = ()
    status_since: int = 0
    finding: str = ""
    told: Mapping[str, tuple[str, float, str]] = field(default_factory=dict)
    curves: Mapping[str, Curves] = field(default_factory=dict)


def shown_among(runs: Sequence[Run]) -> list[Run]:
    """The oldest runs under way with their pair, or else the newest with theirs; plain first.

    Those of students come after all others.

    Args:
        runs: all that can be read, newest first.
    """
    runs = sorted(runs, key=lambda run: run.owner is not None)
    under_way = [run for run in runs if run.status == "running"] or [
        run for run in runs if run.is_active
    ]
    others = [run for run in under_way if run.owner is None]
    first = next(reversed(others or under_way), runs[0] if runs else None)
    if first is None:
        return []
    together = [run for run in runs if run.pair == first.pair] if first.pair else [first]
    return sorted(together, key=is_residual)[:4]


def now() -> View:
    """The view of this moment, the same for all who ask before something changes.

    Raises:
        UserError: if a run's history cannot be read.
    """
    return _views.of(stored_runs.every())


class _Views:
    """The latest view, made anew where the store says something else of the runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = View(moment=0, runs=())

    def of(self, runs: Sequence[Run]) -> View:
        with self._lock:
            if not self._last.moment or list(runs) != list(self._last.runs):
                self._last = _view(runs, self._last)
            return self._last


_views = _Views()


def _view(runs: Sequence[Run], last: View) -> View:
    moment = max(last.moment + 1, time.time_ns() // 1_000_000)
    shown = shown_among([run for run in runs if run.is_readable])
    waiting = live.waiting(runs)
    same = _statuses(runs) == _statuses(last.runs)
    return View(
        moment=moment,
        runs=runs,
        shown=shown,
        status_since=last.status_since if same else moment,
        finding=live.standing(shown) if shown else "",
        told={
            run.id: (live.error_now(run), run.progress, waiting.get(run.id) or doing(run))
            for run in shown
        },
        curves=_curves(shown, last.curves),
    )


def _statuses(runs: Sequence[Run]) -> list[tuple[str, str, bool]]:
    return [(run.id, run.status, run.is_stopping) for run in runs]


def _curves(shown: Sequence[Run], last: Mapping[str, Curves]) -> dict[str, Curves]:
    if not shown:
        return {}
    return {
        metric: _chart(shown, metric, history, last.get(metric))
        for metric, history in read_histories(shown).items()
    }


def _chart(shown: Sequence[Run], metric: str, history: pd.DataFrame, last: Curves | None) -> Curves:
    lines = charts.points(history, **CURVES[metric][0])
    ranges = axes(shown, metric, history)
    points = tuple((growing_chart.numbers(x), growing_chart.numbers(y)) for x, y in lines.values())
    look = ([run.id for run in shown], list(lines), ranges)
    if last and last.look == look and not _is_shorter(points, last.points):
        return Curves(last.base, look, last.figure, last.large, points)
    drawn = figure(metric, history, TITLES[metric], **ranges)
    plain, large = (growing_chart.plain(drawn, large=size) for size in (False, True))
    for trace in (*plain["data"], *large["data"]):
        trace |= {"x": [], "y": []}  # they come as points
    return Curves(secrets.token_hex(4), look, plain, large, points)


def _is_shorter(points: tuple[Points, ...], before: tuple[Points, ...]) -> bool:
    """Whether points have gone, as when a run goes on from an earlier step than it had come to."""
    return any(len(now[0]) < len(then[0]) for now, then in zip(points, before, strict=True))


def read_histories(shown: Sequence[Run]) -> dict[str, pd.DataFrame]:
    """What the charts of the runs show, each run under a name that no other has."""
    store = stored_runs.store()
    titles = [run_labels.setting(run.config) for run in shown]
    names = titles if len(set(titles)) == len(titles) else [run.name for run in shown]
    groups = {name: [run] for name, run in zip(names, shown, strict=True)}
    return {
        "error": histories.epochs(groups, lambda run: store.epochs(run.id)),
        "loss": histories.steps(groups, lambda run: store.steps(run.id)),
    }


def axes(
    shown: Sequence[Run], metric: str, history: pd.DataFrame
) -> dict[str, tuple[float, float]]:
    """The ranges of a chart's axes, which seldom change while its runs may go on."""
    open_end = any(run.is_active or run.status in RESUMABLE for run in shown)
    y_range = charts.still if open_end else charts.limits
    longest = max(run.config.epochs for run in shown)
    return {"x_range": (0.0, 1.02 * longest), "y_range": y_range(history, metric)}


def figure(metric: str, history: pd.DataFrame, title: str, **ranges: Any) -> "go.Figure":
    """The chart of a metric, as high as the panel has room for."""
    drawn = charts.curves(history, title=title, **CURVES[metric][0], **ranges)
    return drawn.update_layout(height=HEIGHT)
