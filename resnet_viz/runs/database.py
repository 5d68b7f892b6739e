"""The tables behind the run store, and one way to read and one to write them.

Types and statements are portable; what SQLite needs beyond them is in ``_engine`` alone.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Connection,
    Double,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from resnet_viz.runs.errors import DISK_FULL, RunError, StoreBusyError
from resnet_viz.training.recorder import EpochRow, StepRow, columns, latest

SCHEMA = 1
BUSY_SECONDS = 30
UNWRITABLE = "The run store cannot be written: set RESNET_VIZ_HOME to a folder that can."

# What a listing repeats of a run's last epoch, apart from the number of it, which it always has.
LATEST = tuple(name for name in latest(EpochRow) if name != "epoch")

_metadata = MetaData()
# A float may be null: that is how a store without NaN keeps a loss that is no number.
_TYPES = {int: Integer, float: Double}


def _columns(row: type[StepRow] | type[EpochRow], key: str) -> list[Column[Any]]:
    """A column for each field of a row of the history; with the run, ``key`` tells them apart."""
    return [
        Column(name, _TYPES[kind], primary_key=name == key, nullable=kind is float)
        for name, kind in columns(row).items()
    ]


settings = Table(
    "settings",
    _metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Moments are seconds since 1970, UTC. ``position`` orders the queue; ``token`` names the launch
# whose worker may write; ``host``, ``pid``, ``process_started`` and ``beat`` say whether it lives.
runs = Table(
    "runs",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("config", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("pair", String(32)),
    Column("position", Integer, nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("error", Text),
    Column("device", String(64)),
    Column("data_read", Double),
    Column("hardware", Text),
    Column("layers", Text),
    Column("steps_per_epoch", Integer),
    Column("total_steps", Integer, nullable=False, default=0),
    Column("epoch", Integer, nullable=False, default=0),
    Column("step", Integer, nullable=False, default=0),
    Column("seconds", Double, nullable=False, default=0.0),
    *(Column(name, Double) for name in LATEST),
    Column("slot", Integer),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("token", String(32)),
    Column("host", String(255)),
    Column("pid", Integer),
    Column("process_started", Double),
    Column("beat", Double),
    Column("tags", Text),
    Column("notes", Text),
    # A student's id and the seconds that it may train, see ``permission``; null of all others.
    Column("owner", String(32)),
    Column("budget", Double),
)
Index("runs_by_age", runs.c.created, runs.c.position)

steps = Table(
    "steps",
    _metadata,
    Column("run_id", String(32), primary_key=True),
    *_columns(StepRow, key="step"),
    sqlite_with_rowid=False,
)

epochs = Table(
    "epochs",
    _metadata,
    Column("run_id", String(32), primary_key=True),
    *_columns(EpochRow, key="epoch"),
    sqlite_with_rowid=False,
)

# One row a moment; the norms are little-endian float32, one a layer, in the order of runs.layers.
gradients = Table(
    "gradients",
    _metadata,
    Column("run_id", String(32), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("epoch", Double, nullable=False),
    Column("weight_norms", LargeBinary, nullable=False),
    Column("gradient_norms", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

HISTORY = (steps, epochs, gradients)


class Database:
    """A run store's tables behind an SQLAlchemy URL; every failure is a ``RunError``."""

    def __init__(self, url: str) -> None:
        with _sentences():
            parsed = _absolute(make_url(url))
            self.url = parsed.render_as_string(hide_password=False)
            self._engine = _engine(parsed)
        self._immediate = self._engine.execution_options(resnet_viz_immediate=True)
        self._prepare()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store."""
        with _sentences(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or not at all."""
        with _sentences(), self._immediate.begin() as connection:
            yield connection

    @contextmanager
    def deciding(self) -> Iterator[Connection]:
        """A writing transaction that no other of its kind runs beside: what is read stays true."""
        with self.writing() as connection:
            connection.execute(
                select(settings.c.value).where(settings.c.name == "schema").with_for_update()
            )
            yield connection

    def _prepare(self) -> None:
        if (version := self._version()) is None:
            with self.writing() as connection:
                _metadata.create_all(connection)
                if connection.scalar(_VERSION) is None:
                    connection.execute(insert(settings).values(name="schema", value=str(SCHEMA)))
            version = self._version()
        if version != SCHEMA:
            raise RunError(
                f"The run store was written by another version of resnet_viz (schema {version}, "
                f"this one knows {SCHEMA}): update resnet_viz, or set RESNET_VIZ_STORE to another."
            )
        if self._lacking():
            with self.deciding() as connection:
                for column in self._lacking():
                    added = CreateColumn(column).compile(dialect=connection.dialect)
                    connection.execute(DDL(f"ALTER TABLE {column.table.name} ADD COLUMN {added}"))

    def _lacking(self) -> list[Column[Any]]:
        """Columns of which the store's tables know nothing, since they are younger than it."""
        with self.reading() as connection:
            known = inspect(connection)
            there = {
                table.name: {column["name"] for column in known.get_columns(table.name)}
                for table in _metadata.sorted_tables
            }
        return [
            column
            for table in _metadata.sorted_tables
            for column in table.columns
            if column.name not in there[table.name]
        ]

    def _version(self) -> int | None:
        with self.reading() as connection:
            if not inspect(connection).has_table("settings"):
                return None
            value = connection.scalar(_VERSION)
            return None if value is None else int(value)


_VERSION = select(settings.c.value).where(settings.c.name == "schema")


def _absolute(url: URL) -> URL:
    """A worker runs in another folder, so a SQLite file is named by its whole path."""
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:":
        raise RunError("A run store in memory cannot be shared with workers: name a file instead.")
    return url.set(database=str(Path(url.database).expanduser().absolute()))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
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


# What a driver's message contains -> what to tell the person.
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


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, ImportError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        for text, kind, message in _FAILURES:
            if text in str(cause):
                raise kind(message) from error
        reason = (str(cause).splitlines() or [type(cause).__name__])[0].rstrip(".")
        raise RunError(f"The run store cannot be used ({reason}): see RESNET_VIZ_STORE.") from error
