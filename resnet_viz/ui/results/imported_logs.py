"""Logs of other programs as pages read them: those kept on this server, and the visitor's own."""

from pathlib import Path

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.runs.foreign_logs.log import ForeignLog, saved_paths
from resnet_viz.runs.foreign_logs.table import LogError

OWN = "imported logs"  # of the visitor's session, by name
MOST = 10


def every() -> list[ForeignLog]:
    """Those that the command line has kept here, and those of this visit."""
    return [*_kept().values(), *own().values()]


def own() -> dict[str, ForeignLog]:
    """The logs of this visit by name, which nobody else sees."""
    return st.session_state.setdefault(OWN, {})


def add(log: ForeignLog) -> None:
    """Have a log for the rest of the visit.

    Raises:
        LogError: if there is one of that name, or there are as many as there may be.
    """
    if log.name in own() or log.name in _kept():
        raise LogError(f"There is a log named {log.name} already: choose another name.")
    if len(own()) >= MOST:
        raise LogError(f"A visit has room for {MOST} logs: remove one first.")
    own()[log.name] = log


def remove(name: str) -> None:
    """Have a log of this visit no longer."""
    own().pop(name, None)


def _kept() -> dict[str, ForeignLog]:
    found = {}
    for name, path in saved_paths().items():
        try:
            found[name] = _read(str(path), path.stat().st_mtime_ns)
        except (OSError, UserError):  # deleted just now, or damaged: the command logs has it
            continue
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(path: str, modified: int) -> ForeignLog:
    return ForeignLog.load(Path(path))
