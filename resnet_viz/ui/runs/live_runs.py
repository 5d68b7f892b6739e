"""What trains now, or ended last: progress, curves that grow, buttons to stop and resume."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.curves import HEIGHT
from resnet_viz.reporting import histories, run_labels
from resnet_viz.reporting.runs import button_label, doing, runs_table, so_far
from resnet_viz.runs import Run
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.ui.results import drawings, stored_runs
from resnet_viz.ui.runs.run_actions import do, is_residual
from resnet_viz.ui.shell import panels, stage

if TYPE_CHECKING:
    import plotly.graph_objects as go

REFRESH = 1.0  # seconds between two looks at a run under way
STARTING = 0.4  # and at one of which the first point is awaited
IDLE = 5.0  # and, while nothing runs, at whether somebody has started one
PANEL = "live"
# The panel is drawn anew so often that Streamlit's fading of what is old would only flicker, and
# its bars have the colours of their networks' lines.
LOOK = f"""<style>
.st-key-{PANEL} [data-testid="stElementContainer"] {{ opacity: 1; transition: none; }}
[class*="st-key-{PANEL}-plain"] {{ --bar: {charts.PLAIN}; }}
[class*="st-key-{PANEL}-residual"] {{ --bar: {charts.RESIDUAL}; }}
[class*="st-key-{PANEL}-"] [data-testid="stProgressBarTrack"] > div {{ background: var(--bar); }}
</style>"""
# Metric -> what its chart shows, and what is said while there is nothing to show.
CURVES = {
    "error": (
        "Training and test error",
        "The first point of the error curves comes with the end of the first epoch.",
    ),
    "loss": ("Training loss by step", "The loss curve begins with the first step."),
}


def show_live() -> None:
    """The runs under way, or else the newest ones that ended: progress and growing curves."""
    runs = stored_runs.every()
    st.html(LOOK)
    st.fragment(_live, run_every=_pause(runs))(_statuses(runs))


def _pause(runs: list[Run]) -> float:
    if any(run.is_starting for run in runs):
        return STARTING
    return REFRESH if any(run.is_active for run in runs) else IDLE


@panels.sentences()
def _live(seen: dict[str, tuple[str, bool]]) -> None:
    runs = stored_runs.every()
    if problem := stored_runs.trouble():
        st.error(problem, icon=":material/error:")
        return
    if stored_runs.launcher().pump():
        runs = stored_runs.every()
    if _statuses(runs) != seen:
        st.rerun()  # the table below and this panel's clock are of another moment
    shown = _shown(runs)
    if not shown:
        st.info(
            "Nothing has been trained here yet. Press Train; how long it takes stands beside it."
        )
        return
    with st.container(key=PANEL):
        for column, run in zip(st.columns(len(shown)), shown, strict=True):
            family = "residual" if is_residual(run) else "plain"
            with column, st.container(key=f"{PANEL}-{family}-{run.id}"):
                _progress(run)
                with st.container(horizontal=True, vertical_alignment="center"):
                    if run is shown[0]:
                        _buttons(shown)
                    if said := so_far(run):
                        st.caption(said)
        _curves(shown)


def _statuses(runs: list[Run]) -> dict[str, tuple[str, bool]]:
    return {run.id: (run.status, run.is_starting) for run in runs}


def _shown(runs: list[Run]) -> list[Run]:
    """The oldest runs under way with their pair, or else the newest with theirs; plain first."""
    runs = [run for run in runs if run.is_readable]
    under_way = [run for run in runs if run.status == "running"] or [
        run for run in runs if run.is_active
    ]
    first = under_way[-1] if under_way else runs[0] if runs else None
    if first is None:
        return []
    together = [run for run in runs if run.pair == first.pair] if first.pair else [first]
    return sorted(together, key=is_residual)[:4]


def _progress(run: Run) -> None:
    hue = "blue" if run.config.network.is_residual else "orange"
    st.markdown(f"## :{hue}[●] {run_labels.setting(run.config)}")
    st.progress(min(1.0, run.progress), text=f"{run.name}: {doing(run)}")
    if run.error:
        st.error(run.error)
    if run.status in ("failed", "interrupted") and (log := run.log_tail()):
        with st.expander("The last lines of its log"):
            st.code(log, language=None)


def _buttons(shown: list[Run]) -> None:
    """Stop those of the runs that are under way, and resume those that did not come to an end."""
    active = [run for run in shown if run.is_active and not run.is_stopping]
    resumable = [run for run in shown if run.status in RESUMABLE]
    stopping = any(run.is_stopping for run in shown)
    if active or stopping:
        st.button(
            button_label("Stop", active, shown) if active else "Stopping",
            # One button whatever it says, or the last one would stand beside it for a moment.
            key=f"stop {' '.join(run.id for run in shown)}",
            icon=":material/stop:",
            disabled=not active,
            on_click=do,
            args=(stored_runs.launcher().stop, [run.name for run in active]),
        )
    if resumable and not stopping:  # some end before the others, and a click would fall on these
        st.button(
            button_label("Resume", resumable, shown),
            key=f"resume {' '.join(run.id for run in resumable)}",
            icon=":material/resume:",
            on_click=do,
            args=(stored_runs.launcher().resume, [run.name for run in resumable]),
        )


def _histories(shown: list[Run]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Epochs and steps of the runs, each under a name that no other has."""
    store = stored_runs.store()
    titles = [run_labels.setting(run.config) for run in shown]
    names = titles if len(set(titles)) == len(titles) else [run.name for run in shown]
    groups = {name: [run] for name, run in zip(names, shown, strict=True)}
    return (
        histories.epochs(groups, lambda run: store.epochs(run.id)),
        histories.steps(groups, lambda run: store.steps(run.id)),
    )


def _figures(shown: list[Run], epochs: pd.DataFrame, steps: pd.DataFrame) -> "dict[str, go.Figure]":
    """Error by epoch and training loss by step, as far as there is anything to draw."""
    figures = {}
    x_range = (0.0, 1.02 * max(run.config.epochs for run in shown))
    # A run that may be resumed is not at its end: the axes wait for it.
    open_end = any(run.is_active or run.status in RESUMABLE for run in shown)
    y_range = charts.still if open_end else charts.limits
    # While points come each chart is another one: to keep them would push out those that last.
    last = not any(run.is_active for run in shown)
    curves = partial(drawings.figure, charts.curves) if last else charts.curves
    if not epochs.empty:
        figures["error"] = curves(
            epochs, title="Error", x_range=x_range, y_range=y_range(epochs, "error")
        )
    if not steps.empty:
        figures["loss"] = curves(
            steps,
            splits=("train",),
            metric="loss",
            title="Training loss",
            x_range=x_range,
            y_range=y_range(steps, "loss"),
        )
    return figures


def _curves(shown: list[Run]) -> None:
    """The curves of the runs beside each other."""
    epochs, steps = _histories(shown)
    figures = _figures(shown, epochs, steps)
    for column, (metric, (described, waiting)) in zip(st.columns(2), CURVES.items(), strict=True):
        with column:
            if metric in figures:
                names = " and ".join(steps["label"].unique())
                panels.chart(figures[metric], key=f"live-{metric}", alt=f"{described} of {names}.")
            elif figures or any(run.is_active or run.status == "stopped" for run in shown):
                # As high as the chart that takes its place, so that the page does not jump.
                with st.container(height=stage.height(HEIGHT), border=False):
                    st.info(waiting)


def offer_downloads() -> None:
    """The table of runs and, once they grow no more, the curves shown above."""
    runs = stored_runs.every()
    if not runs:
        return
    tables, figures = {"Runs": runs_table(runs)}, {}
    if not any(run.is_active for run in runs):
        shown = _shown(runs)
        epochs, steps = _histories(shown)
        tables |= {"Epochs": epochs, "Steps": steps}
        figures = _figures(shown, epochs, steps)
    panels.downloads("training", tables=tables, figures=figures)
