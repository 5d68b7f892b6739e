"""The form that takes another program's log of training, and asks what the log does not say."""

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_lines import LOG
from resnet_viz.runs.foreign_logs import reading
from resnet_viz.runs.foreign_logs.log import NETWORKS, ForeignLog, open_log
from resnet_viz.runs.foreign_logs.reading import CURVES, FIRST_EPOCHS, NONE, Reading
from resnet_viz.runs.foreign_logs.table import LoggedTable
from resnet_viz.ui.results import imported_logs

SHOWN = "runs"  # the key under which the names of what is shown stand
PROBLEM, DONE = "log_problem", "log_done"
LAST = "log opened"  # the file that was read last, and its runs
MEGABYTES = 50
NEITHER = "not known"
COUNTS = {"epoch": "epochs", "step": "optimiser steps"}
UNITS = {"percent": "0 … 100 %", "share": "0 … 1"}


def draw(shown: list[str]) -> None:
    """The popover that takes a log, and removes those of this visit.

    Args:
        shown: the names of the lines in the charts, to which a log is added.
    """
    with st.popover("Import a log", icon=":material/upload_file:"):
        st.caption(
            "TensorBoard's event file, or CSV from Lightning, Keras, W&B and others. Only you see "
            "it, until you leave; `python -m resnet_viz import-log FILE` keeps it for everybody."
        )
        file = st.file_uploader("Log of a training", key="log_file", max_upload_size=MEGABYTES)
        if file and (tables := _opened(file)):
            _ask(file, tables, shown)
        if own := list(imported_logs.own()):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                name = st.selectbox("Logs of this visit", own)
                st.button("Remove", on_click=_remove, args=(name,), key="log_remove")


def _opened(file: Any) -> list[LoggedTable]:
    """The runs of an uploaded file, read once; none, and a sentence, where it cannot be read."""
    known = st.session_state.get(LAST)
    if known is None or known[0] != file.file_id:
        with st.spinner("Reading the log"):
            known = file.file_id, *_read(file)
        st.session_state[LAST] = known
    _, tables, problem = known
    if problem:
        st.error(literal(problem))
    return tables


def _read(file: Any) -> tuple[list[LoggedTable], str]:
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "log"
            path.write_bytes(file.getbuffer())
            return open_log(path), ""
    except UserError as error:
        return [], str(error)
    except OSError:
        return [], "The log could not be read, because the disk is full or cannot be written to."


def _ask(file: Any, tables: list[LoggedTable], shown: list[str]) -> None:
    """Fields with what the log says, empty where it does not, and the button that draws it."""
    runs = {table.run: table for table in tables}
    run = tables[0].run
    if len(runs) > 1:
        run = st.selectbox("Which of its runs", list(runs), key=f"log_run {file.file_id}")
    table = runs[run]
    known = reading.recognised(table)
    st.text_input("Name", Path(file.name).name.partition(".")[0], key="log_name", max_chars=80)
    key = f"{file.file_id} {run}"  # of another file all fields begin anew
    told: dict[str, Any] = {"columns": _columns(table, known, key)}
    with st.container(horizontal=True):
        told["unit"] = _one("Accuracies and errors are", UNITS, known.unit, f"log_unit {key}")
        if not reading.has_both(table):
            told["counts"] = _one("Its rows count", COUNTS, known.counts, f"log_counts {key}")
        if known.first_epoch is not None:
            first = {number: str(number) for number in FIRST_EPOCHS}
            told["first_epoch"] = _one(
                "Its first epoch is", first, known.first_epoch, f"log_first {key}"
            )
        family = st.segmented_control(
            "Its network is",
            [NEITHER, *NETWORKS],
            default=NEITHER,
            required=True,
            key=f"log_network {key}",
            help="Decides the colour of its line.",
        )
    how = known.with_told(**told)
    asked = reading.missing(table, how)
    if asked:
        st.info(literal(reading.question(table, asked[0])))
    # Above the button: below it nobody would see them.
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(literal(problem))
    if done := st.session_state.pop(DONE, None):
        st.success(literal(done))
    st.button(
        "Draw it",
        type="primary",
        disabled=bool(asked),
        on_click=_take,
        args=(table, how, NETWORKS.get(family or NEITHER), tuple(shown)),
        key="log_draw",
    )


def _columns(table: LoggedTable, known: Reading, key: str) -> dict[str, str] | None:
    """The columns that were chosen otherwise than the log says; None if none was."""
    names = [NONE, *map(str, table.values)]
    chosen = {}
    with st.expander("Its columns", expanded=not known.columns):
        for first in range(0, len(CURVES), 2):
            for place, curve in zip(st.columns(2), list(CURVES)[first : first + 2], strict=True):
                usual = known.columns.get(curve, NONE)
                chosen[curve] = place.selectbox(
                    CURVES[curve].capitalize(),
                    names,
                    index=names.index(usual),
                    key=f"log_{curve} {key}",
                )
    changed = {
        curve: name for curve, name in chosen.items() if name != known.columns.get(curve, NONE)
    }
    return changed or None


def _one(label: str, options: dict[Any, str], known: Any, key: str) -> Any:
    """One of a few, chosen already where the log says it; None where it is as the log says."""
    chosen = st.segmented_control(
        label, list(options), default=known, format_func=lambda name: options[name], key=key
    )
    return None if chosen == known else chosen


def _take(table: LoggedTable, how: Reading, residual: bool | None, shown: tuple[str, ...]) -> None:
    """Have the log as a line from now on, and draw it."""
    state = st.session_state
    try:
        log = ForeignLog.of(state["log_name"], table, how, residual)
        imported_logs.add(log)
    except UserError as error:
        state[PROBLEM] = str(error)
        return
    state[SHOWN] = [*shown, LOG.format(log.name)]
    state[DONE] = f"{log.name} is drawn."


def _remove(name: str) -> None:
    imported_logs.remove(name)
    label = LOG.format(name)
    st.session_state[SHOWN] = [shown for shown in st.session_state[SHOWN] if shown != label]
