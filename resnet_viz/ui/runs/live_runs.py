"""What trains now, or ended last: its errors now, curves that grow, buttons to stop and resume."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import histories, live, run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.runs import button_label, doing, runs_table
from resnet_viz.runs import Record, Run
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.results import drawings, stored_runs
from resnet_viz.ui.runs import growing_chart
from resnet_viz.ui.runs.growing_chart import Sent
from resnet_viz.ui.runs.run_actions import SIDES, do, is_residual, show
from resnet_viz.ui.shell import panels, stage
from resnet_viz.ui.shell.page_table import PAGES

if TYPE_CHECKING:
    import plotly.graph_objects as go

REFRESH = 1.0  # seconds between two looks at a run under way
STARTING = 0.4  # and at one of which the first point is awaited
IDLE = 5.0  # and, while nothing runs, at whether somebody has started one
HEIGHT = 350  # of a chart, which ends with the first screen of a projector
PANEL = "live"


def _tone(hue: str) -> str:
    """A network's colour, brighter on a dark page, for a rule of a style sheet."""
    return f"light-dark({hue}, {panels.BRIGHTER[hue]})"


# The panel is drawn anew so often that Streamlit's fading of what is old would only flicker; bars
# and numbers have the colours of their networks' lines, and what a bar says has room for two lines.
LOOK = f"""<style>
.st-key-{PANEL} [data-testid="stElementContainer"] {{ opacity: 1; transition: none; }}
[class*="st-key-{PANEL}-plain"] {{ --of-network: {_tone(charts.PLAIN)}; }}
[class*="st-key-{PANEL}-residual"] {{ --of-network: {_tone(charts.RESIDUAL)}; }}
[class*="st-key-{PANEL}-"] [data-testid="stProgressBarTrack"] > div {{
  background: var(--of-network);
}}
[class*="st-key-{PANEL}-"] [data-testid="stMetricValue"] {{
  color: var(--of-network); font-variant-numeric: tabular-nums; font-weight: 600;
}}
[class*="st-key-{PANEL}-"] [data-testid="stProgress"] p {{
  align-content: end; min-height: 2lh;
}}
</style>"""
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


@dataclass
class Browser:
    """What one visitor's browser has of the two charts."""

    charts: dict[str, Sent] = field(default_factory=lambda: {metric: Sent() for metric in CURVES})


def shown_runs() -> list[Run]:
    """The oldest runs under way with their pair, or else the newest with theirs; plain first."""
    runs = stored_runs.readable()
    under_way = [run for run in runs if run.status == "running"] or [
        run for run in runs if run.is_active
    ]
    first = under_way[-1] if under_way else runs[0] if runs else None
    if first is None:
        return []
    together = [run for run in runs if run.pair == first.pair] if first.pair else [first]
    return sorted(together, key=is_residual)[:4]


def recorded(configs: Sequence[RunConfig]) -> dict[str, list[Record]]:
    """The runs that ship with the product and differ from these at most by the seed, by network."""
    wanted = {run_labels.described(config): run_labels.setting(config) for config in configs}
    groups: dict[str, list[Record]] = {}
    for record in stored_runs.shipped_records().values():
        if name := wanted.get(run_labels.described(record.config)):
            groups.setdefault(name, []).append(record)
    return {name: groups[name] for name in wanted.values() if name in groups}


def recorded_beside(configs: Sequence[RunConfig]) -> list[Record]:
    """The recorded runs like those that the page shows: under way or ended, or else in the form."""
    shown = [run.config for run in shown_runs()] or configs
    return [record for records in recorded(shown).values() for record in records]


def show_live(configs: Sequence[RunConfig]) -> None:
    """The runs under way, or else the newest ones that ended; before any, what is recorded.

    Args:
        configs: what the form describes.
    """
    runs = stored_runs.every()
    st.html(LOOK)
    panel = st.fragment(_live, run_every=_pause(runs))
    panel(_statuses(runs), Browser(), recorded(configs))


@panels.sentences()
def _live(
    seen: dict[str, tuple[str, bool]], browser: Browser, known: dict[str, list[Record]]
) -> None:
    runs = stored_runs.every()
    if stored_runs.trouble():  # which is said above
        return
    if stored_runs.launcher().pump():
        runs = stored_runs.every()
    if _statuses(runs) != seen:
        st.rerun()  # the table below and this panel's clock are of another moment
    shown = shown_runs()
    panels.finding(live.standing(shown) if shown else live.recorded(known))
    with st.container(key=PANEL):
        if shown:
            _numbers(shown, live.waiting(runs))
            _curves(shown, browser)
            if said := live.kept(shown):  # under the charts, which stay where they are
                st.caption(said)
        else:
            _recorded(known, browser)


def _statuses(runs: list[Run]) -> dict[str, tuple[str, bool]]:
    return {run.id: (run.status, run.is_starting) for run in runs}


def _pause(runs: list[Run]) -> float:
    if any(run.is_starting for run in runs):
        return STARTING
    return REFRESH if any(run.is_active for run in runs) else IDLE


def _numbers(shown: list[Run], waiting: dict[str, str]) -> None:
    """The error of each network now, in large, beside what it does; and the buttons."""
    *rooms, buttons = st.columns([5] * len(shown) + [2], vertical_alignment="center")
    for room, run in zip(rooms, shown, strict=True):
        family = "residual" if is_residual(run) else "plain"
        with room, st.container(key=f"{PANEL}-{family}-{run.id}", gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                hue = "blue" if is_residual(run) else "orange"
                name = literal(run_labels.setting(run.config))
                st.metric(
                    f":{hue}[●] {name}: test error",
                    live.error_now(run),
                    width=stage.width(170),
                    help=f"The run {literal(run.name)}, after its last epoch.",
                )
                st.progress(min(1.0, run.progress), text=waiting.get(run.id) or doing(run))
            if run.error:
                st.error(literal(run.error))
            if run.status in ("failed", "interrupted") and (log := run.log_tail()):
                with st.expander("The last lines of its log"):
                    st.code(log, language=None)
    with buttons:
        _buttons(shown)


def _buttons(shown: list[Run]) -> None:
    """Stop those of the runs that are under way, and resume those that did not come to an end."""
    launcher = stored_runs.launcher()
    own = [run for run in shown if launcher.may_change(run)]
    active = [run for run in own if run.is_active and not run.is_stopping]
    resumable = [run for run in own if run.status in RESUMABLE]
    stopping = any(run.is_stopping for run in own)
    if active or stopping:
        st.button(
            button_label("Stop", active, shown) if active else "Stopping",
            # One button whatever it says, or the last one would stand beside it for a moment.
            key=f"stop {' '.join(run.id for run in shown)}",
            icon=":material/stop:",
            disabled=not active,
            on_click=do,
            args=(launcher.stop, [run.name for run in active]),
        )
    if resumable and not stopping:  # some end before the others, and a click would fall on these
        st.button(
            button_label("Resume", resumable, shown),
            key=f"resume {' '.join(run.id for run in resumable)}",
            icon=":material/resume:",
            on_click=do,
            args=(launcher.resume, [run.name for run in resumable]),
        )
    trained = [run for run in shown if run.checkpoint]
    ended = not any(run.is_active or run.status in RESUMABLE for run in shown)
    if ended and trained and _press_to_look_inside(trained):
        st.switch_page(PAGES["gradients"].script)


def _press_to_look_inside(trained: list[Run]) -> bool:
    return st.button(
        "Look inside",
        icon=":material/network_node:",
        key=f"inside {' '.join(run.id for run in trained)}",
        help="The networks as they were trained become the pair that every page shows, and the "
        "page Gradients opens.",
        on_click=_show,
        args=(trained,),
    )


def _show(trained: list[Run]) -> None:
    """Make the pair of networks that were trained; one alone stands on its family's side."""
    sides = SIDES if len(trained) > 1 else SIDES[is_residual(trained[0]) :]
    for side, run in zip(sides, trained, strict=False):
        show(side, run.name)


def _histories(shown: list[Run]) -> dict[str, pd.DataFrame]:
    """What the charts of the runs show, each run under a name that no other has."""
    store = stored_runs.store()
    titles = [run_labels.setting(run.config) for run in shown]
    names = titles if len(set(titles)) == len(titles) else [run.name for run in shown]
    groups = {name: [run] for name, run in zip(names, shown, strict=True)}
    return {
        "error": histories.epochs(groups, lambda run: store.epochs(run.id)),
        "loss": histories.steps(groups, lambda run: store.steps(run.id)),
    }


def _axes(shown: list[Run], metric: str, history: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The ranges of a chart's axes, which seldom change while its runs may go on."""
    open_end = any(run.is_active or run.status in RESUMABLE for run in shown)
    y_range = charts.still if open_end else charts.limits
    longest = max(run.config.epochs for run in shown)
    return {"x_range": (0.0, 1.02 * longest), "y_range": y_range(history, metric)}


def _figure(metric: str, history: pd.DataFrame, **axes: Any) -> "go.Figure":
    look = CURVES[metric][0] | axes
    return drawings.figure(_high_enough, history, title=TITLES[metric], **look)


def _curves(shown: list[Run], browser: Browser) -> None:
    """The curves of the runs, two charts beside each other."""
    found = _histories(shown)
    for column, (metric, (drawn, described, waiting)) in zip(
        st.columns(2), CURVES.items(), strict=True
    ):
        history, sent = found[metric], browser.charts[metric]
        axes = _axes(shown, metric, history)
        message = sent.message(
            charts.points(history, **drawn), axes, partial(_figure, metric, history, **axes)
        )
        names = " and ".join(run_labels.setting(run.config) for run in shown)
        with column:
            growing_chart.show(
                message, sent, key=f"live-{metric}", alt=f"{described} of {names}.", waiting=waiting
            )


def _recorded(known: dict[str, list[Record]], browser: Browser) -> None:
    """The recorded curves of the chosen networks, in the place where their own will grow."""
    if not known:
        st.info(f"{live.NOTHING} No runs of these settings are recorded either.")
        return
    for column, (metric, (_, described, _)) in zip(st.columns(2), CURVES.items(), strict=True):
        sent = browser.charts[metric]
        message = sent.message({}, tuple(known), partial(_recorded_figure, metric, known))
        with column:
            alt = f"{described} of {' and '.join(known)}, as recorded."
            growing_chart.show(message, sent, key=f"live-{metric}", alt=alt)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=stored_runs.KNOWN_BY)
def _recorded_figure(metric: str, known: dict[str, list[Record]]) -> "go.Figure":
    history = histories.epochs(known) if metric == "error" else histories.steps(known)
    return _high_enough(
        history,
        title=f"{TITLES[metric]}, recorded",
        x_range=(0.0, 1.02 * float(history["epoch"].max())),
        **CURVES[metric][0],
    )


def _high_enough(history: pd.DataFrame, **look: Any) -> "go.Figure":
    return charts.curves(history, **look).update_layout(height=HEIGHT)


def offer_downloads() -> None:
    """The table of runs and, once they grow no more, the curves shown above."""
    runs = stored_runs.every()
    if not runs:
        return
    tables, figures = {"Runs": runs_table(runs)}, {}
    shown = shown_runs()
    if shown and not any(run.is_active for run in runs):
        found = _histories(shown)
        tables |= {"Epochs": found["error"], "Steps": found["loss"]}
        figures = {
            metric: _figure(metric, history, **_axes(shown, metric, history))
            for metric, history in found.items()
            if not history.empty
        }
    panels.downloads("training", tables=tables, figures=figures)
