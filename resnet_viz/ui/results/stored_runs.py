"""The person's own runs as pages read them: a store that cannot be read costs a page only its runs.

What ships with the product is shown all the same, and one sentence stands where runs would stand.
"""

import pickle
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.home import home
from resnet_viz.reporting import engines
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_lines import TOLD
from resnet_viz.runs import Launcher, Record, Run, Store, shipped
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_record import StudyRecord, shipped_studies
from resnet_viz.runs.study_standing import Standing
from resnet_viz.ui.classroom import visitor

ASKED_SECONDS = 15.0  # for which an engine's answer is believed
PAUSE_SECONDS = 3.0  # in which a store that could not be read is not asked, and waited for, again


def _known_by(record: Record) -> tuple[object, ...]:
    """What tells a record from every other, and from itself when more of it has been recorded."""
    lengths = (len(record.steps), len(record.gradients))
    return record.name, repr(record.config), record.status, *lengths, pickle.dumps(record.epochs)


# How Streamlit tells arguments of cached functions apart that are records.
KNOWN_BY: dict[Any, Any] = {Record: _known_by}


@dataclass
class Trouble:
    """Why the store could not be read when it was last asked, and until when that is believed."""

    sentence: str = ""
    until: float = 0.0


def store() -> Store:
    """The run store of this server."""
    return _store(str(home()))


@st.cache_resource(show_spinner=False)
def _store(folder: str) -> Store:
    return Store()


def launcher() -> Launcher:
    """What starts, stops and resumes runs, as far as the visitor of this page may."""
    return Launcher(store(), by=visitor.current)


def why_no_run() -> str:
    """Why the visitor can start no run now, as a sentence; empty if one can be started."""
    if visitor.current().may(Right.UNLIMITED_RUNS):
        return ""
    try:
        return launcher().why_none()
    except UserError as error:
        return str(error)


def studies() -> Studies:
    """The studies of this server's store."""
    return Studies(launcher())


def every_study() -> list[Standing]:
    """All studies, newest first; none without a store."""
    if trouble():
        return []
    try:
        return studies().all()
    except UserError as error:
        _note(error)
        return []


@st.cache_resource(show_spinner=False)
def recorded_studies() -> Mapping[str, StudyRecord]:
    """The recorded studies that come with the product, by name."""
    return shipped_studies()


@st.cache_resource(show_spinner=False)
def shipped_records() -> Mapping[str, Record]:
    """The recorded runs that come with the product, by name."""
    return shipped()


def every(words: str = "") -> list[Run]:
    """The newest runs, also those that this version cannot read; none without a store.

    Args:
        words: what their names contain.
    """
    if trouble():
        return []
    try:
        return store().recent(words)
    except UserError as error:
        _note(error)
        return []


def named(names: Iterable[str]) -> list[Run]:
    """Readable runs that something asks for by name, for which `every` may have no room.

    Args:
        names: as a page calls them, which is not a run's own name where that is a shipped one's.
    """
    if trouble() or not (names := [name.removesuffix(TOLD.format("")) for name in names]):
        return []
    try:
        return [run for run in store().named(names) if run.is_readable]
    except UserError as error:
        _note(error)
        return []


def _note(error: UserError) -> None:
    _store.clear()  # its file may have been moved away
    known = _trouble(str(home()))
    known.sentence, known.until = str(error), time.monotonic() + PAUSE_SECONDS


def readable() -> list[Run]:
    """The runs whose networks and curves can be shown, newest first."""
    return [run for run in every() if run.is_readable]


def trouble() -> str:
    """What keeps the runs from being shown, as one sentence; empty if nothing does."""
    known = _trouble(str(home()))
    return known.sentence if time.monotonic() < known.until else ""


def records(runs: Iterable[Run | Record]) -> list[Record]:
    """The histories of runs, or records as they are; a sentence for each that cannot be read."""
    found = []
    for run in runs:
        try:
            found.append(run if isinstance(run, Record) else store().record(run.id))
        except UserError as error:
            st.error(literal(str(error)), icon=":material/error:")
    return found


def slots() -> int:
    """How many runs, or pairs, train at once; one as long as the store does not say."""
    try:
        return store().settings.slots
    except UserError:
        return 1


@st.cache_data(ttl=ASKED_SECONDS, show_spinner=False)
def engine_line(name: str) -> tuple[str, bool]:
    """What an engine has for runs, or why that is not known, as one line; and whether it is."""
    try:
        return engines.resources(name, launcher().queues.resources(name)), True
    except UserError as error:
        return str(error), False


def log(run: Run) -> str:
    """The last lines of a run's log, else what its engine says."""
    return run.log_tail() or (_engine_log(run.id, run.job) if run.job else "")


@st.cache_data(ttl=ASKED_SECONDS, show_spinner=False)
def _engine_log(run_id: str, job: str) -> str:
    return launcher().queues.logs(store().run(run_id))


@st.cache_resource(show_spinner=False)
def _trouble(folder: str) -> Trouble:
    return Trouble()
