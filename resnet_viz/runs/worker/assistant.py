"""The processes beside a run's first one, in a training on several GPUs or processes.

Lightning starts one for each further share of the batches. They record nothing, and none outlives
the first: it alone is known to the store, and what it was killed with says nothing to them.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from resnet_viz.runs.database import runs
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.liveness import SILENCE, is_gone
from resnet_viz.runs.store import Store
from resnet_viz.runs.worker.pulse import SIGNALS
from resnet_viz.training.errors import ProcessLost, Stopped

LOOK_SECONDS = 1.0
_WATCHED: tuple[ColumnElement[Any], ...] = (
    runs.c.token,
    runs.c.host,
    runs.c.pid,
    runs.c.process_started,
    SILENCE,
)


class Silent:
    """The recorder of a process whose measurements the first one records."""

    def __getattr__(self, name: str) -> Callable[..., bool]:
        return lambda *_, **__: False


def assist(run_id: str, token: str, fit: Callable[..., Any]) -> int:
    """Train the run that was launched under a token as long as its first process does."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # the first process ends it by a signal
    store = Store()
    first = _first(store, run_id)
    threading.Thread(
        target=_watch, args=(store, run_id, token, first), name="first process", daemon=True
    ).start()
    run = store.run(run_id)
    # Of a process that ends with an error Lightning kills the first, which may still be recording.
    with suppress(Stopped, ProcessLost):
        fit(run.config, Silent(), run.folder, resume=True)
    return 0


def _watch(store: Store, run_id: str, token: str, first: Row[Any] | None) -> None:
    """End this process at once when the first one is gone, or the run is no longer its own.

    Waiting for the others it may sit in a call that no exception reaches.
    """
    while first is not None and first.token == token and not is_gone(first):
        time.sleep(LOOK_SECONDS)
        with suppress(RunError):  # the process table says it too while the store cannot be read
            first = _first(store, run_id)
    with suppress(OSError):
        print("The run's first process is gone, and this one ends.", file=sys.stderr, flush=True)
    os._exit(1)


def _first(store: Store, run_id: str) -> Row[Any] | None:
    """What the store knows of the run's first process; nothing if the run was deleted."""
    with store.database.reading() as connection:
        return connection.execute(select(*_WATCHED).where(runs.c.id == run_id)).one_or_none()
