"""What the run store needs of SQLite alone: one file, many readers, one writer at a time."""

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from resnet_viz.runs.errors import DISK_FULL, RunError, StoreBusyError

BUSY_SECONDS = 30
UNWRITABLE = "The run store cannot be written: set RESNET_VIZ_HOME to a folder that can."
IS_SHARED = False  # locks of a file hold within one machine
READING: Mapping[str, Any] = {}
WRITING: Mapping[str, Any] = {"resnet_viz_immediate": True}

# What the driver's message contains -> what to tell the person.
_FAILURES: tuple[tuple[str, type[RunError], str], ...] = (
    ("locked", StoreBusyError, "The run store is busy: try again in a moment."),
    ("disk is full", RunError, DISK_FULL),
    ("malformed", RunError, "The run store is damaged: move its file away to start a new one."),
    (
        "not a database",
        RunError,
        "The run store's file is no database: move it away, or set RESNET_VIZ_STORE to another.",
    ),
    ("readonly", RunError, UNWRITABLE),
    ("unable to open", RunError, UNWRITABLE),
    ("disk I/O error", RunError, UNWRITABLE),
)


def resolved(url: URL) -> URL:
    """A worker runs in another folder, so the file is named by its whole path.

    Raises:
        RunError: if no file is named.
    """
    if not url.database or url.database == ":memory:":
        raise RunError("A run store in memory cannot be shared with workers: name a file instead.")
    return url.set(database=str(Path(url.database).expanduser().absolute()))


def engine(url: URL) -> Engine:
    """Connections to the file, whose folder is made if it is not there."""
    assert url.database is not None
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(UNWRITABLE) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver would otherwise begin on its own, and late
        _write_ahead(connection)
        # Without a sync at each commit a power cut may lose the last seconds, never consistency.
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads before it writes can fail with "locked" at once.
        immediate = connection.get_execution_options().get("resnet_viz_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def lock_schema(connection: Connection) -> None:
    """Nothing: whoever writes is alone already."""


def failure(cause: BaseException) -> RunError | None:
    """What a driver's error says to the person; None if it is none that is known."""
    for text, kind, message in _FAILURES:
        if text in str(cause):
            return kind(message)
    return None


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers not wait for writers; the switch ignores the busy timeout, so it is repeated."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
