"""Where a study stands, and what can be done to it as a whole."""

from dataclasses import replace

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.models.architecture import ARCHITECTURES, CIFAR_DEPTHS
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.studies import deleted, doing
from resnet_viz.runs.study_plan import Study, family
from resnet_viz.runs.study_standing import Standing
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs.run_actions import do, show_problem
from resnet_viz.wording import several

MOST_SEEDS = 100


def show(standing: Standing) -> None:
    """Its progress, and the buttons."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, standing.share), text=doing(standing), width=420)
        buttons(standing)
    show_problem()


def buttons(standing: Standing) -> None:
    """Pause, resume, stop, retry, extend and delete: those that make sense now."""
    if not visitor.current().may(Right.CHANGE_RUNS):
        return
    found, counts = stored_runs.studies(), standing.counts
    wanted = {
        "Pause": (found.pause, ":material/pause:", bool(counts["queued"]) and not standing.paused),
        "Resume": (found.resume, ":material/resume:", standing.can_resume),
        "Stop": (found.stop, ":material/stop:", bool(counts["running"] or counts["queued"])),
        "Retry": (found.retry, ":material/replay:", bool(counts["failed"])),
    }
    for label, (action, icon, is_there) in wanted.items():
        if is_there:
            said = f"Retry {counts['failed']:,} failed" if label == "Retry" else label
            st.button(
                said,
                icon=icon,
                key=f"study {label} {standing.id}",
                on_click=do,
                args=(action, [standing.id]),
            )
    with st.popover("Extend", icon=":material/add:"):
        _extend(standing)
    if not counts["running"] and st.button(
        "Delete", icon=":material/delete:", key=f"study delete {standing.id}"
    ):
        _confirm(standing)


def _extend(standing: Standing) -> None:
    """More depths and seeds; what is there is not trained again."""
    study = standing.study
    depths = st.multiselect(
        "More depths",
        _depths(study),
        key=f"study depths {standing.id}",
        help="Of every family that the study has.",
    )
    seeds = st.number_input(
        "Seeds",
        len(study.seeds),
        MOST_SEEDS,
        len(study.seeds),
        key=f"study seeds {standing.id}",
        help="How many each network has in all.",
    )
    wanted = extended(study, depths, int(seeds))
    new = 0 if wanted == study else len(stored_runs.studies().missing(wanted))
    st.button(
        f"Add {several(new, 'run')}",
        disabled=not new,
        type="primary",
        key=f"study add {standing.id}",
        on_click=do,
        args=(lambda _: stored_runs.studies().submit(wanted), [standing.id]),
    )


def extended(study: Study, depths: list[int], seeds: int) -> Study:
    """A study with further depths, in each of its families, and with so many seeds."""
    more = [
        f"{family}{depth}"
        for family in dict.fromkeys(filter(None, map(family, study.architectures)))
        for depth in depths
        if f"{family}{depth}" in ARCHITECTURES
    ]
    new = [seed for seed in range(seeds + len(study.seeds)) if seed not in study.seeds]
    return replace(
        study,
        architectures=tuple(dict.fromkeys((*study.architectures, *more))),
        seeds=(*study.seeds, *new[: max(0, seeds - len(study.seeds))]),
    )


def _depths(study: Study) -> list[int]:
    """The depths of the paper's networks for small pictures that the study has not."""
    there = {ARCHITECTURES[name].depth for name in study.architectures if family(name)}
    return [depth for depth in CIFAR_DEPTHS if depth not in there] if there else []


@st.dialog("Delete for good?")
def _confirm(standing: Standing) -> None:
    st.write(literal(deleted(standing)))
    with st.container(horizontal=True):
        if st.button("Delete", type="primary"):
            do(stored_runs.studies().delete, [standing.id])
            st.rerun()
        if st.button("Keep"):
            st.rerun()
