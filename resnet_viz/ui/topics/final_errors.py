"""Which study the page Error against depth shows, and what is measured of it now."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.charts.final_errors import final_errors
from resnet_viz.data import registry
from resnet_viz.data.local_sets import row_of
from resnet_viz.reporting import final_errors as reported
from resnet_viz.reporting import studies
from resnet_viz.reporting.final_errors import DEPTH, Axis
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_labels import data_title
from resnet_viz.runs.study_plan import Study
from resnet_viz.runs.study_standing import Standing
from resnet_viz.ui.results import drawings, stored_runs
from resnet_viz.ui.runs import growing_chart, study_actions
from resnet_viz.ui.shell import links, panels, stage

REFRESH = 2.0  # seconds between two looks at a study under way
RECORDED = "{} (recorded)"


@dataclass(frozen=True)
class Chosen:
    """A study of the person's own, or a recorded one.

    Attributes:
        standing: of one of the person's own as it was when it was chosen.
    """

    study: Study
    standing: Standing | None

    @property
    def members(self) -> list[Any]:
        """Its runs, as ``Studies.members`` gives them, as they are now."""
        if self.standing:
            return stored_runs.studies().members(self.standing.id)
        return stored_runs.recorded_studies()[self.study.name].members

    @property
    def epochs(self) -> pd.DataFrame:
        """The curves of its runs."""
        if self.standing:
            return stored_runs.studies().epochs(self.standing.id)
        return stored_runs.recorded_studies()[self.study.name].epochs

    @property
    def on_paper_data(self) -> bool:
        """Whether it is on the pictures of the paper's table 6."""
        row = row_of(self.study.data)
        return self.study.data == registry.PAPER or getattr(row, "of", "") == registry.PAPER

    @property
    def numbers(self) -> pd.DataFrame:
        """The numbers of its runs now."""
        return studies.members(self.members)


def choose_study() -> Chosen:
    """Draw the chooser: the person's own studies, newest first, and the recorded ones."""
    own = {each.name: each for each in stored_runs.every_study()}
    recorded = {RECORDED.format(name): name for name in stored_runs.recorded_studies()}
    names = [*own, *recorded]
    if not names:
        st.info("There is no study yet: vary something on the Training page, and train it.")
        st.stop()
    default = next((name for name in own if own[name].is_active), next(iter(recorded), names[0]))
    name = links.select("Study", names, key="grid", default=default, width=320)
    if name in own:
        return Chosen(own[name].study, own[name])
    return Chosen(stored_runs.recorded_studies()[recorded[name]].study, None)


def choose_axis(axes: list[Axis]) -> Axis:
    """Draw what may stand on the horizontal axis, where there is more than one thing."""
    by_name = {axis.name: axis for axis in axes}
    if len(axes) == 1:
        return axes[0]
    return by_name[
        links.segments(
            "Over",
            list(by_name),
            key="over",
            names={axis.name: axis.title for axis in axes},
        )
    ]


def show(chosen: Chosen, axis: Axis) -> None:
    """The chart, its finding and where the study stands; anew again and again while it trains."""
    active = bool(chosen.standing and chosen.standing.is_active)
    st.fragment(_show, run_every=REFRESH if active else None)(chosen, axis)


@panels.sentences()
def _show(chosen: Chosen, axis: Axis) -> None:
    standing = chosen.standing
    if standing:
        standing = stored_runs.studies().standing(standing.id)
        if chosen.standing and _state(standing) != _state(chosen.standing):
            st.rerun()  # what stands around this is of another moment
    frame, axes = reported.with_varied(chosen.numbers)
    points = reported.points(frame, axes, axis.name)
    panels.finding(reported.finding(points, axis))
    alt = reported.described(points, axis, data_title(chosen.study.data))
    draw = drawn(points, axis)
    with panels.evidence():
        if standing and standing.is_active:
            large = stage.is_set()
            message = {
                "base": hashlib.sha256(f"{points.to_json()}{large}".encode()).hexdigest()[:16],
                "figure": growing_chart.plain(draw(), large=large),
                "large": large,
            }
            growing_chart.show(message, key="final-errors-live", alt=alt)
        else:
            panels.chart(draw(), key="final-errors", alt=alt)
    if standing:
        study_actions.show(standing)
    if waiting := reported.under_way(points):
        st.caption(waiting)


def drawn(points: pd.DataFrame, axis: Axis) -> Callable[[], Any]:
    """What draws the chart, once for all visitors."""
    return lambda: drawings.figure(
        final_errors, points, x_title=axis.title, categorical=axis.name != DEPTH
    )


def _state(standing: Standing) -> tuple[object, ...]:
    return standing.is_active, standing.paused, standing.size


def legend(chosen: Chosen) -> str:
    """What the lines are, and on what machine the runs were trained, for Markdown."""
    hints = reported.hints()
    machine = ""
    if not chosen.standing:
        hardware = stored_runs.recorded_studies()[chosen.study.name].hardware
        machine = f" Trained on: {literal(hardware)}."
    return f"Training is solid, test dashed. {hints['band']}{machine}"
