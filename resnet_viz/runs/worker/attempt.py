"""Attempt: one launch of a run's worker, which may write as long as it is the latest launch."""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from sqlalchemy import Connection, func, select, update

from resnet_viz.runs import clock
from resnet_viz.runs.database import Database, runs
from resnet_viz.runs.errors import RunError, Superseded
from resnet_viz.runs.liveness import here

INSIST_SECONDS = 60.0


class Attempt:
    """Writes to a run under the token of its launch.

    Every method raises Superseded once the run has another token, was deleted or was queued again.
    """

    def __init__(self, database: Database, run_id: str, token: str) -> None:
        self.run_id = run_id
        self.stop_requested = False
        self._database = database
        self._token = token
        self._beat = -math.inf

    @contextmanager
    def writing(self, **values: Any) -> Iterator[Connection]:
        """A transaction that also beats; a run taken for interrupted is running again.

        One that waits under this token was in an engine's queue, and begins.
        """
        now = time.monotonic()
        alive = {"status": "running", "beat": clock.now(), "ended": None, "error": None}
        with self._database.writing() as connection:
            written = connection.execute(
                update(runs)
                .where(
                    runs.c.id == self.run_id,
                    runs.c.token == self._token,
                    runs.c.status.in_(("running", "interrupted", "queued")),
                )
                .values(alive | values)
            )
            if written.rowcount != 1:
                raise Superseded
            yield connection
        self._beat = now

    def introduce(self) -> None:
        """Say which process works on the run."""
        process = psutil.Process()
        with self.writing(
            host=here(),
            pid=os.getpid(),
            process_started=process.create_time(),
            started=func.coalesce(runs.c.started, clock.now()),
        ) as connection:
            self._look(connection)

    def look(self, beat_after: float) -> None:
        """Notice a wish to stop and a successor; beat if the last one is so many seconds old."""
        if time.monotonic() - self._beat >= beat_after:
            with self.writing() as connection:
                self._look(connection)
        else:
            with self._database.reading() as connection:
                self._look(connection)

    def end(self, status: str, error: str | None = None) -> None:
        """Say how it ended. A store that is busy or full is asked again for a while.

        Raises:
            RunError: if it stays so; see `ending`.
        """

        def write() -> None:
            with self.writing(status=status, error=error, ended=clock.now()):
                pass

        insist(write)

    def _look(self, connection: Connection) -> None:
        query = select(runs.c.token, runs.c.stop_requested).where(runs.c.id == self.run_id)
        row = connection.execute(query).one_or_none()
        if row is None or row.token != self._token:
            raise Superseded
        if row.stop_requested:
            self.stop_requested = True


def insist(write: Callable[[], None], temporary: type[RunError] = RunError) -> None:
    """Try until it succeeds, for as long as the errors are of a kind that may pass."""
    deadline = time.monotonic() + INSIST_SECONDS
    while True:
        try:
            return write()
        except temporary:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
