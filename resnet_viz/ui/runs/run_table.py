"""The table of all runs, and what can be done to the chosen ones."""

from functools import partial

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.reporting import engines, run_labels
from resnet_viz.reporting import studies as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Run, machine
from resnet_viz.runs.engines import ENGINES, VARIABLE, from_environment
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.runs.store import MOST_RECENT
from resnet_viz.runs.study_standing import Standing
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import study_actions
from resnet_viz.ui.runs.run_actions import (
    SIDES,
    do,
    is_residual,
    rename,
    show,
    show_problem,
)
from resnet_viz.ui.shell import navigation, panels
from resnet_viz.ui.shell.push import LIVE, hub

REFRESH = 2.0  # seconds between two looks at runs under way
FEW = 5  # browsers, whose looks cost the server little
SELDOM = 30.0  # seconds between two looks of each further one: fifty took two thirds of a core


def show_table() -> None:
    """All runs, newest first, and what can be done to the chosen ones."""
    runs, studies = stored_runs.every(), stored_runs.every_study()
    if stored_runs.trouble():
        return
    if visitor.current().may(Right.SETTINGS):
        with panels.sentences():
            _settings()
    if not runs and not studies:
        st.caption("Runs appear here. The shipped ones are on the Curves page.")
        return
    words = ""
    if (number := stored_runs.store().count()) > MOST_RECENT:
        words = st.text_input(
            "Find a run by its name",
            key="runs_found",
            help=f"The list has room for the newest {MOST_RECENT:,} of {number:,} runs.",
        )
    active = any(run.is_active for run in runs) or any(each.is_active for each in studies)
    # Errors and progress are pushed above, and a run that begins or ends draws the page anew.
    pause = REFRESH if hub.followers(LIVE) <= FEW else SELDOM
    read = [(stored_runs.every(words) if words else runs, studies)]
    st.fragment(_table, run_every=pause if active else None)(words, read)


@panels.sentences()
def _table(words: str, read: list[tuple[list[Run], list[Standing]]]) -> None:
    """Draw the table.

    Args:
        read: what the page has just read, which is taken out: the fragment alone reads for itself.
    """
    runs, studies = read.pop() if read else (stored_runs.every(words), stored_runs.every_study())
    entries = reported.in_one_list(studies, runs)
    if not entries:
        return
    event = st.dataframe(
        reported.table(entries, runs),
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        # Rows are chosen by number: nothing stays chosen once another run may have a row's number.
        key=f"runs_table {entries[0].id} {len(entries)}",
        column_config={
            "progress": st.column_config.ProgressColumn(format="%.1f %%", max_value=100),
            "test error": st.column_config.NumberColumn(format="%.1f %%"),
            "training error": st.column_config.NumberColumn(format="%.1f %%"),
            "started": st.column_config.DatetimeColumn(format="distance"),
        },
        alt="All studies and runs with status, progress and errors; choose rows to act on them.",
    )
    chosen = [entries[row] for row in event["selection"]["rows"] if row < len(entries)]
    if single := [entry for entry in chosen if isinstance(entry, Run)]:
        _actions(single)
    for entry in chosen:
        if isinstance(entry, Standing):
            _study(entry)
    if not chosen:
        st.caption("Choose rows on the left edge to stop, resume, rename, delete or open them.")
    show_problem()


def _study(standing: Standing) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        navigation.link(
            "error_against_depth",
            f"Open {literal(standing.name)}",
            ":material/query_stats:",
            grid=standing.name,
        )
        study_actions.buttons(standing)


def _actions(chosen: list[Run]) -> None:
    launcher = stored_runs.launcher()
    own = [run for run in chosen if launcher.may_change(run)]
    active = [run.name for run in own if run.is_active]
    resumable = [run.name for run in own if run.status in RESUMABLE]
    known = [run for run in chosen if run.is_readable]
    opened = sorted((run for run in known if run.checkpoint), key=is_residual)
    with st.container(horizontal=True, vertical_alignment="center"):
        if active:
            st.button("Stop", on_click=do, args=(launcher.stop, active), icon=":material/stop:")
        if resumable:
            st.button(
                "Resume", on_click=do, args=(launcher.resume, resumable), icon=":material/resume:"
            )
        for side, run in zip(SIDES, opened * 2, strict=False):  # one alone may go to either side
            st.button(
                f"Show {literal(run.name)} on the {side}",
                on_click=show,
                args=(side, run.name),
                help="In the pair that every page shows.",
            )
        if any(run.epoch for run in known):
            navigation.link(
                "curves",
                "Compare curves",
                ":material/show_chart:",
                runs=[run.name for run in run_labels.in_order(known) if run.epoch],
            )
        if len(chosen) == len(own) == 1:
            with st.popover("Rename"):
                new = st.text_input("New name", chosen[0].name, max_chars=80)
                renaming = partial(rename, new=new)
                st.button("Rename it", on_click=do, args=(renaming, [chosen[0].name]))
        if own and st.button("Delete", icon=":material/delete:"):
            _confirm(own)
    if len(own) < len(chosen):
        st.caption("Only your own runs are yours to stop, resume, rename or delete.")


@st.dialog("Delete for good?")
def _confirm(chosen: list[Run]) -> None:
    names = ", ".join(literal(run.name) for run in chosen)
    st.write(f"{names}: the curves, gradient norms and checkpoints will be gone.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary"):
            do(stored_runs.launcher().delete, [run.name for run in chosen])
            st.rerun()
        if st.button("Keep"):
            st.rerun()


def _settings() -> None:
    store = stored_runs.store()
    popover = st.popover(
        "Settings", icon=":material/settings:", key="runs_settings", on_change="rerun"
    )
    with popover:
        slots = store.settings.slots
        wanted = st.number_input(
            "Runs at once",
            1,
            machine.most_runs(),
            slots,
            help="On this machine. A pair counts as one. The rest wait, in order. "
            f"At most {machine.most_runs()}, {machine.why_no_more_runs()}.",
        )
        if wanted != slots:
            stored_runs.launcher().set_slots(int(wanted))
        _engine(asks=popover.open is not False)


def _engine(asks: bool) -> None:
    """Which engine new runs train on, and what it has.

    Args:
        asks: whether it is asked now, for which a page that shows nothing of it need not wait.
    """
    launcher = stored_runs.launcher()
    now, fixed = stored_runs.store().settings.engine, from_environment() is not None
    wanted = st.selectbox(
        "Engine",
        list(ENGINES),
        list(ENGINES).index(now),
        format_func=engines.title,
        disabled=fixed,
        help=f"What new runs train on. {f'Set by {VARIABLE}.' if fixed else ''}",
    )
    if wanted != now:
        try:
            launcher.set_engine(wanted)
        except UserError as error:
            st.warning(literal(f"{error} New runs train on {engines.title(now)}."))
            return
    if asks:
        line, answers = stored_runs.engine_line(wanted)
        (st.caption if answers else st.warning)(literal(line))
