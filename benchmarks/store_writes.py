"""What a worker's training step costs more while a hundred workers write to one PostgreSQL.

As a script it is all workers but one: what each does with the store, without training anything.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

import psutil
from sqlalchemy import func, insert, select

from benchmarks import postgres_server
from benchmarks.home import own_home
from benchmarks.table import Row, quartiles, seconds
from benchmarks.timing import in_turn
from benchmarks.training import ON_CPU, BareLoop
from resnet_viz.runs import Store, postgresql
from resnet_viz.runs.database import runs, steps
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.pulse import Pulse
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from resnet_viz.training import StepRow
from resnet_viz.training.config import RunConfig

WORKERS = 100
LAYERS = 20  # of the network that trains, and as many norms a moment
WINDOW_SECONDS = 0.25  # between two moments of the others, and between norms of the one that trains
SIDE_SECONDS, ROUNDS, FLUSHES = 3.0, 10, 20
AT_MOST = 0.02
WHAT = f"training step beside {WORKERS} workers' writes"


def store_writes() -> list[Row]:
    """ResNet-20 on the digits, with its records written and with none, in turn.

    What holds up the training is what its own thread does for the records and, as long as they
    share a core or the interpreter, what the thread that writes them does. That is the bound; the
    ratio of the steps' times, which whatever else runs here blurs, stands beside it.
    """
    if postgres_server.binaries() is None:
        return [Row(what=WHAT, measured="–", how=f"{postgres_server.ABSENT} here")]
    config = RunConfig.from_recipe("resnet20", **ON_CPU)
    with own_home(), postgres_server.server_for_a_while() as server:
        import torch

        torch.set_num_threads(1)
        store = Store(server.url())
        first, *others = _running(store, config)
        loop, worker = BareLoop(config), Worker(store, first)
        with _writing(store.url, others):
            before, began = _written(store), time.monotonic()
            pairs = in_turn(
                lambda: worker.train(loop.step), lambda: _mean_step(loop.step), rounds=ROUNDS
            )
            rate = (_written(store) - before) / (time.monotonic() - began)
            flushes = [worker.flush() for _ in range(FLUSHES)]
        store.database.close()
    low, middle, high = quartiles([one / other for one, other in pairs])
    return [
        Row(
            what=WHAT,
            measured=f"at most {100 * worker.share:.1f} % longer",
            how=f"ResNet-20 digits, one thread, with all records: seconds of the recorder's calls "
            f"and of the thread that writes; with and without records in turn {middle:.2f}× "
            f"({low:.2f}–{high:.2f}), {len(pairs)} times; PostgreSQL on the same machine took "
            f"{rate:.0f} rows of losses/s; a flush, as at a checkpoint, {seconds(median(flushes))}",
            bound=f"{100 * AT_MOST:.0f} %",
            holds=worker.share <= AT_MOST,
        )
    ]


class Worker:
    """What a worker does with the store, and what its training is held up by."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.attempt = Attempt(store.database, run_id, run_id)
        self.attempt.introduce()
        self.recorder = StoreRecorder(self.attempt, 1)
        self._moment = 0
        self._norms_after = 0.0
        self._busy = self._trained = 0.0

    @property
    def share(self) -> float:
        """Seconds that the records took of a second of training."""
        return self._busy / self._trained

    def train(self, step: Callable[[], None]) -> float:
        """Seconds a step takes with all that is recorded of it."""

        def recorded() -> None:
            step()
            began = time.perf_counter()
            self.record()
            self.recorder.stop_requested()
            self._busy += time.perf_counter() - began

        with Pulse(self.attempt, self.recorder):
            began = time.perf_counter()
            mean = _mean_step(recorded)
            self._busy += _seconds_of_pulse()
            self._trained += time.perf_counter() - began
        return mean

    def flush(self) -> float:
        """Seconds until what was recorded is in the store."""
        self.record()
        began = time.perf_counter()
        self.recorder.flush()
        return time.perf_counter() - began

    def record(self) -> None:
        """Hand over the loss of a moment, and its norms where the last are old enough."""
        self._moment += 1
        at: dict[str, Any] = {"step": self._moment, "epoch": self._moment / 100}
        self.recorder.step(StepRow(**at, seconds=1.0, train_loss=1.0, learning_rate=0.1))
        if time.monotonic() >= self._norms_after:
            self._norms_after = time.monotonic() + WINDOW_SECONDS
            norms = [1.0] * LAYERS
            self.recorder.gradients(**at, weight_norms=norms, gradient_norms=norms)


def _seconds_of_pulse() -> float:
    """Seconds of a core that the thread beside the training has taken since it began."""
    [pulse] = [thread for thread in threading.enumerate() if thread.name == "pulse"]
    taken = {thread.id: thread for thread in psutil.Process().threads()}[pulse.native_id]
    return taken.user_time + taken.system_time


def _mean_step(step: Callable[[], None]) -> float:
    """Seconds a step takes, of as many as there are in a while."""
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < SIDE_SECONDS:
        step()
        done += 1
    return passed / done


def _running(store: Store, config: RunConfig) -> list[str]:
    """As many runs, each with a worker under a token that is its own id."""
    ids = [f"worker-{number}" for number in range(WORKERS)]
    settings = json.dumps(config.to_dict(), sort_keys=True)
    same = {"config": settings, "status": "running", "position": 0, "created": time.time()}
    with store.database.writing() as connection:
        connection.execute(
            insert(runs), [same | {"id": run_id, "name": run_id, "token": run_id} for run_id in ids]
        )
    return ids


def _written(store: Store) -> int:
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(steps)) or 0


@contextmanager
def _writing(url: str, ids: Sequence[str]) -> Iterator[None]:
    """All other workers, from when they write until the end."""
    command = [sys.executable, "-m", "benchmarks.store_writes", url, *ids]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.stdin.close()


def main(url: str, ids: Sequence[str]) -> int:
    """Work as so many workers do until standard input ends."""
    postgresql.KEPT = len(ids)  # a connection each, in one process instead of in so many
    store = Store(url)
    over = threading.Event()

    def work(run_id: str) -> None:
        worker = Worker(store, run_id)
        with Pulse(worker.attempt, worker.recorder):
            while not over.wait(WINDOW_SECONDS):
                worker.record()

    threads = [threading.Thread(target=work, args=(run_id,)) for run_id in ids]
    for thread in threads:
        thread.start()
    print("writing", flush=True)
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
