"""The tables behind the run store, and one way to read and one to write them.

Types and statements are portable; what one database needs beyond them is in the module of its name.
A change of the tables is a revision in ``migrations`` too.
"""

import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import (
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
    TypeDecorator,
    make_url,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from resnet_viz.runs import class_tables, postgresql, schema, sqlite
from resnet_viz.runs.errors import RunError, StoreBusyError
from resnet_viz.training.recorder import EpochRow, StepRow, columns, latest

# What a listing repeats of a run's last epoch, apart from the number of it, which it always has.
LATEST = tuple(name for name in latest(EpochRow) if name != "epoch")

metadata = MetaData()


class Measured(TypeDecorator[float]):
    """A number that may be none: null in every database, since not all have a NaN."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Any) -> float | None:
        return None if value is None or math.isnan(value) else value


_TYPES = {int: Integer, float: Measured}


def _columns(row: type[StepRow] | type[EpochRow], key: str) -> list[Column[Any]]:
    """A column for each field of a row of the history; with the run, ``key`` tells them apart."""
    return [
        Column(name, _TYPES[kind], primary_key=name == key, nullable=kind is float)
        for name, kind in columns(row).items()
    ]


settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Moments are seconds since 1970, UTC, by the store's clock. ``position`` orders the queue;
# ``token`` names the launch whose worker may write; ``host``, ``pid``, ``process_started`` and
# ``beat`` say whether it lives. ``engine`` starts the worker and calls it ``job``; a run that waits
# with a token is in that engine's own queue since ``beat``. ``stop_asked`` is when a running one
# was asked to stop.
runs = Table(
    "runs",
    metadata,
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
    *(Column(name, Measured) for name in LATEST),
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
    Column("study", String(32)),
    Column("cost", Double),
    Column("engine", String(16)),
    Column("job", String(120)),
    Column("restarts", Integer),
    Column("stop_asked", Double),
)
Index("runs_by_age", runs.c.created, runs.c.position)
Index("runs_by_study", runs.c.study, runs.c.status)

# A run's ``study`` is the id of one; ``cost`` weighs it against the others, see ``study_plan``.
studies = Table(
    "studies",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("plan", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
)

steps = Table(
    "steps",
    metadata,
    Column("run_id", String(32), primary_key=True),
    *_columns(StepRow, key="step"),
    sqlite_with_rowid=False,
)

epochs = Table(
    "epochs",
    metadata,
    Column("run_id", String(32), primary_key=True),
    *_columns(EpochRow, key="epoch"),
    sqlite_with_rowid=False,
)

# One row a moment; the norms are little-endian float32, one a layer, in the order of runs.layers.
gradients = Table(
    "gradients",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("epoch", Double, nullable=False),
    Column("weight_norms", LargeBinary, nullable=False),
    Column("gradient_norms", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

HISTORY = (steps, epochs, gradients)

for table in class_tables.metadata.sorted_tables:
    table.to_metadata(metadata)


class Backend(Protocol):
    """What one database needs beyond portable statements: a module each."""

    IS_SHARED: bool  # whether other machines can reach it
    READING: Mapping[str, Any]  # options of a transaction that reads, and of one that writes
    WRITING: Mapping[str, Any]

    def resolved(self, url: URL) -> URL: ...

    def engine(self, url: URL) -> Engine: ...

    def lock_schema(self, connection: Connection) -> None: ...

    def failure(self, cause: BaseException) -> RunError | None: ...


BACKENDS: Mapping[str, Backend] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "postgres": postgresql,  # as many services write it
}


class Database:
    """A run store's tables behind an SQLAlchemy URL; every failure is a ``RunError``."""

    def __init__(self, url: str) -> None:
        self._backend: Backend = sqlite
        with self._sentences():
            parsed = make_url(url)
            kind = parsed.drivername.split("+")[0]
            if kind not in BACKENDS:
                raise RunError(f"A run store is SQLite or PostgreSQL, not {kind}.")
            self._backend = BACKENDS[kind]
            parsed = self._backend.resolved(parsed)
            self.kind = parsed.get_backend_name()
            self.url = parsed.render_as_string(hide_password=False)
            self._engine = self._backend.engine(parsed)
        self._readers = self._engine.execution_options(**self._backend.READING)
        self._writers = self._engine.execution_options(**self._backend.WRITING)
        self._prepare()

    @property
    def is_shared(self) -> bool:
        """Whether processes of other machines can use it."""
        return self._backend.IS_SHARED

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store."""
        with self._sentences(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or not at all."""
        with self._sentences(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def deciding(self) -> Iterator[Connection]:
        """A writing transaction that no other of its kind runs beside: what is read stays true."""
        with self.writing() as connection:
            connection.execute(
                select(settings.c.value).where(settings.c.name == schema.LOCK).with_for_update()
            )
            yield connection

    def close(self) -> None:
        """Give back the connections that no transaction uses."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            if schema.is_current(connection):
                return
        with self.writing() as connection:
            self._backend.lock_schema(connection)
            schema.bring_up_to_date(connection, metadata)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except NoConnection as error:
            raise StoreBusyError("The run store is busy: try again in a moment.") from error
        except (SQLAlchemyError, sqlite3.Error, ImportError) as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            if told := self._backend.failure(cause):
                raise told from error
            reason = (str(cause).splitlines() or [type(cause).__name__])[0].rstrip(".")
            raise RunError(
                f"The run store cannot be used ({reason}): see RESNET_VIZ_STORE."
            ) from error
