"""What the run store needs of PostgreSQL alone: a server that many machines can reach.

Writers run at READ COMMITTED: each changes the row of its own run alone, under its token, and waits
for nobody. What decides between runs (names, claims) holds the lock of one row first, see
``Database.deciding``, so that no two such transactions run at once and none has to be repeated, as
it would at SERIALIZABLE. Readers see one moment of the store (REPEATABLE READ) and lock nothing.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL

from resnet_viz.runs.errors import DISK_FULL, RunError, StoreBusyError

LOCK_SECONDS = 30  # how long a transaction waits for another one's row
IDLE_SECONDS = 20  # after which the server gives up a transaction whose process says nothing more
CONNECT_SECONDS = 10
# A worker needs one connection, and a second when its training waits for what its pulse writes;
# a server with many visitors at once opens more and closes them again.
KEPT, MORE = 1, 7

IS_SHARED = True
READING: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING: Mapping[str, Any] = {"isolation_level": "READ COMMITTED"}

# A machine that went off without a word is noticed within half a minute, by libpq's own settings.
_NETWORK = {
    "connect_timeout": str(CONNECT_SECONDS),
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
_SCHEMA_LOCK = 0x7265736E  # any number that no other program on this database locks

_BUSY = "The run store is busy: try again in a moment."
_AWAY = (
    "The run store's PostgreSQL server does not answer ({reason}): see that it runs and that "
    "RESNET_VIZ_STORE names it."
)
_REFUSED = "The run store's PostgreSQL server refuses this ({reason}): see RESNET_VIZ_STORE."
# What an SQLSTATE begins with -> what to tell the person. What may pass is a StoreBusyError.
_FAILURES: tuple[tuple[str, type[RunError], str], ...] = (
    ("55P03", StoreBusyError, _BUSY),  # lock timeout
    ("40", StoreBusyError, _BUSY),  # deadlock, serialisation
    ("25P03", StoreBusyError, _BUSY),  # a transaction that was idle for too long
    (
        "53300",
        StoreBusyError,
        "PostgreSQL has no connection free: raise its max_connections, or train fewer runs at "
        "once.",
    ),
    ("53100", RunError, DISK_FULL),
    (
        "25006",
        RunError,
        "The run store's PostgreSQL server takes no writes now (it is read-only): name the one "
        "that does in RESNET_VIZ_STORE.",
    ),
    (
        "42501",
        RunError,
        "RESNET_VIZ_STORE names a PostgreSQL user who may not write there: grant it the "
        "database's schema.",
    ),
    ("08", StoreBusyError, _AWAY),
    ("57P", StoreBusyError, _AWAY),  # the server shuts down, or starts
)


def resolved(url: URL) -> URL:
    """The URL with the driver that this package uses."""
    return url.set(drivername="postgresql+psycopg")


def engine(url: URL) -> Engine:
    """Connections to the server, of which few stay open.

    Raises:
        ImportError: if the driver is not installed, see ``failure``.
    """
    given = url.query.get("options", "")
    limits = {"lock_timeout": LOCK_SECONDS, "idle_in_transaction_session_timeout": IDLE_SECONDS}
    options = [
        *([given] if isinstance(given, str) else given),
        *(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()),
    ]
    network = {name: value for name, value in _NETWORK.items() if name not in url.query}
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=KEPT,
        max_overflow=MORE,
        pool_timeout=LOCK_SECONDS,
        connect_args=network | {"options": " ".join(filter(None, options))},
    )


def lock_schema(connection: Connection) -> None:
    """Until the transaction ends no other one makes or changes tables."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})


def failure(cause: BaseException) -> RunError | None:
    """What a driver's error says to the person; None if it is none that is known."""
    if isinstance(cause, ImportError):
        return RunError(
            "A run store on PostgreSQL needs a driver: pip install 'resnet_viz[postgres]'."
        )
    reason = (str(cause).splitlines() or [""])[0].rstrip(".: ")
    state = getattr(cause, "sqlstate", None)
    for start, kind, message in _FAILURES:
        if state is not None and state.startswith(start):
            return kind(message.format(reason=reason))
    # What libpq says about a connection that was never made, or was lost, has no SQLSTATE.
    if state is None and type(cause).__name__ == "OperationalError":
        _, refused, words = reason.partition("FATAL: ")  # what the server itself says
        return StoreBusyError(
            _REFUSED.format(reason=words.strip()) if refused else _AWAY.format(reason=reason)
        )
    return None
