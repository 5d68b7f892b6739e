"""Whether a run's worker is still there, decided by whoever asks."""

import functools
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Row, select, update

from resnet_viz.runs import clock
from resnet_viz.runs.database import runs
from resnet_viz.runs.worker import ending

BEAT_SECONDS = 2.0  # between two beats
# Of silence from elsewhere: longer than a server takes to start again or a starved machine to
# breathe, and short enough that a run whose machine went off is interrupted within half a minute.
PATIENCE_SECONDS = 20.0
# How long a run has been silent: both moments are told by the store's clock, none by a machine's.
SILENCE = (clock.now() - runs.c.beat).label("silence")
GONE = (
    "Its process is gone (killed, out of memory, or the machine went off): resume it to go on "
    "from the last checkpoint."
)


@functools.cache
def here() -> str:
    """This machine, or this container of it: where process numbers mean the same."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # no Linux
        return platform.node()[:200]
    return f"{platform.node()[:200]}/{namespace}"


def is_gone(worker: Row[Any]) -> bool:
    """Whether a running run's worker has ended: the process table says so here, silence elsewhere.

    Args:
        worker: a row with host, pid, process_started and SILENCE.
    """
    silent = worker.silence > PATIENCE_SECONDS
    if worker.pid is None or worker.host != here():
        return silent
    try:
        process = psutil.Process(worker.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        same = abs(process.create_time() - worker.process_started) < 2
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        same = False
    # Start times shift when the clock is set, so another one alone does not prove another process.
    return silent and not same


def interrupt(connection: Connection, gone: Iterable[Row[Any]], home: Path) -> None:
    """Mark runs whose worker is gone, unless it beat since the row was read.

    They are interrupted, or else what their worker left as its last word in its folder.

    Args:
        home: where the folders of the runs are.
    """
    rows = {worker.id: worker for worker in gone}
    # A row that another transaction holds is being spoken for: nobody waits for it here.
    free = select(runs.c.id).where(runs.c.id.in_(rows)).with_for_update(skip_locked=True)
    for worker in [rows[run_id] for run_id in connection.scalars(free).all()]:
        interrupted = {"status": "interrupted", "ended": worker.beat, "error": GONE}
        connection.execute(
            update(runs)
            .where(
                runs.c.id == worker.id,
                runs.c.token == worker.token,
                runs.c.beat == worker.beat,
                runs.c.status == "running",
            )
            .values(interrupted | ending.found(home / worker.id, worker.token))
        )
