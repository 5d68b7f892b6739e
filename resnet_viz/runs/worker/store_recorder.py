"""StoreRecorder: takes a run's measurements without keeping the training waiting."""

import json
import math
import sys
import threading
import time
from array import array
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from resnet_viz.runs import machine
from resnet_viz.runs.database import HISTORY, epochs, gradients, runs, steps
from resnet_viz.runs.errors import RunError, StoreBusyError
from resnet_viz.runs.worker.attempt import Attempt, insist
from resnet_viz.training.recorder import EpochRow, StepRow, latest

Ending = tuple[str, str | None]
STOPPED: Ending = ("stopped", None)


class StoreRecorder:
    """The ``Recorder`` of a worker: buffers in the training thread, writes from another.

    A failure to write reaches the training thread at its next question whether to stop, and ends
    the run there with its sentence.
    """

    def __init__(
        self, attempt: Attempt, threads: int | None = None, budget: float | None = None
    ) -> None:
        """The recorder of an attempt.

        Args:
            budget: seconds of training, those before a resumption too, at which the run ends.
        """
        self.failure: RunError | None = None
        self.time_is_up = False
        self._attempt = attempt
        self._threads = threads
        self._budget = budget
        self._deadline = math.inf
        self._stop = threading.Event()
        self._ending = STOPPED
        self._writing = threading.Lock()
        self._buffering = threading.Lock()
        self._rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in HISTORY}
        self._progress: dict[str, Any] = {}

    def begin(
        self,
        *,
        total_steps: int,
        steps_per_epoch: int,
        layers: list[str],
        device: str,
        resumed_step: int,
    ) -> None:
        """Forget what was recorded after ``resumed_step`` and note what the run consists of."""
        with self._buffering:
            self._progress.pop("data_read", None)
        with (
            self._writing,
            self._attempt.writing(
                total_steps=total_steps,
                steps_per_epoch=steps_per_epoch,
                layers=json.dumps(layers),
                device=device,
                data_read=None,
                hardware=machine.describe(device, self._threads),
                step=resumed_step,
            ) as connection,
        ):
            for table in HISTORY:
                connection.execute(
                    delete(table).where(
                        table.c.run_id == self._attempt.run_id, table.c.step > resumed_step
                    )
                )
            trained = self._rewind(connection)
        if self._budget is not None:
            self._deadline = time.monotonic() + self._budget - trained

    def reading(self, share: float) -> None:
        """Keep how far the data are read."""
        with self._buffering:
            self._progress["data_read"] = share

    def step(self, row: StepRow) -> None:
        """Keep a row of the loss curve."""
        self._keep(steps, asdict(row), step=row.step, seconds=row.seconds)

    def epoch(self, row: EpochRow) -> None:
        """Keep the figures of a complete epoch."""
        repeated = {name: getattr(row, name) for name in latest(EpochRow)}
        self._keep(epochs, asdict(row), step=row.step, seconds=row.seconds, **repeated)

    def gradients(
        self, *, step: int, epoch: float, weight_norms: list[float], gradient_norms: list[float]
    ) -> None:
        """Keep the norms of every layer at one moment."""
        row = {
            "step": step,
            "epoch": epoch,
            "weight_norms": _blob(weight_norms),
            "gradient_norms": _blob(gradient_norms),
        }
        self._keep(gradients, row)

    def saved(self, *, step: int) -> None:
        """A checkpoint is complete."""
        with self._buffering:
            self._progress["step"] = step

    def stop_requested(self) -> bool:
        """Whether the person, a signal, the clock or a store that is full wants training to end."""
        if self.failure is not None:
            raise self.failure
        self.time_is_up = time.monotonic() >= self._deadline
        return self.time_is_up or self._stop.is_set() or self._attempt.stop_requested

    def stop(self, ending: Ending = STOPPED) -> None:
        """Ask the training to stop after its step.

        Args:
            ending: the status that the run then has, and its error.
        """
        self._ending = ending
        self._stop.set()

    @property
    def ending(self) -> Ending:
        """The status and the error of a run that has stopped; what the person wants comes first."""
        return STOPPED if self._attempt.stop_requested else self._ending

    def flush(self) -> None:
        """Commit what was handed over, and wait for a store that is busy.

        Raises:
            RunError: if the store cannot take it.
        """
        if self.failure is not None:
            raise self.failure
        insist(self.commit, StoreBusyError)

    def commit(self) -> None:
        """Commit what was handed over.

        Raises:
            StoreBusyError: if the store is; then it is kept for the next time.
            RunError: if the store cannot take it; then the run is to end.
        """
        with self._writing:
            with self._buffering:
                rows = {table: kept for table, kept in self._rows.items() if kept}
                progress = self._progress
                self._rows = {table: [] for table in HISTORY}
                self._progress = {}
            if not rows and not progress:
                return
            try:
                with self._attempt.writing(**progress) as connection:
                    for table, kept in rows.items():
                        self._insert(connection, table, kept)
            except StoreBusyError:
                with self._buffering:
                    for table, kept in rows.items():
                        self._rows[table][:0] = kept
                    self._progress = progress | self._progress
                raise
            except RunError as error:
                self.failure = error
                raise

    def _keep(self, table: Table, row: dict[str, Any], **progress: Any) -> None:
        with self._buffering:
            self._rows[table].append(row)
            self._progress.update(progress)

    def _insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows in the place of those that an earlier attempt left for the same moments."""
        run_id = self._attempt.run_id
        key = list(table.primary_key)[1]
        moments = [row[key.name] for row in rows]  # of which a statement takes only so many
        again = key.between(min(moments), max(moments))
        connection.execute(delete(table).where(table.c.run_id == run_id, again))
        connection.execute(insert(table), [{"run_id": run_id} | row for row in rows])

    def _rewind(self, connection: Connection) -> float:
        """Let the run's row say what its history says after the rows beyond it are gone.

        The seconds of training that it says.
        """
        mine = {table: table.c.run_id == self._attempt.run_id for table in HISTORY}
        newest = {
            table: connection.execute(
                select(table).where(mine[table]).order_by(table.c.step.desc()).limit(1)
            ).one_or_none()
            for table in (steps, epochs)
        }
        at = [row.seconds for row in newest.values() if row]
        last = newest[epochs]
        # Of a run without an epoch nothing is known but that it has none.
        repeated = {name: getattr(last, name, None) for name in latest(EpochRow)}
        repeated["epoch"] = last.epoch if last else 0
        seconds = max(at, default=0.0)
        connection.execute(
            runs.update()
            .where(runs.c.id == self._attempt.run_id)
            .values(seconds=seconds, **repeated)
        )
        return float(seconds)


def _blob(norms: Sequence[float]) -> bytes:
    """Little-endian float32, without waiting for numpy before the first beat."""
    numbers = array("f", norms)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
