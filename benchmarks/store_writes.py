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

import psutil
from sqlalchemy import func, insert, select

from benchmarks import postgres_server
from benchmarks.home import own_home
from benchmarks.table import Row
from benchmarks.timing import in_turn
from benchmarks.training import ON_CPU, BareLoop
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.runs import Store, postgresql
from resnet_viz.runs.database import runs, steps
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.pulse import Pulse
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from resnet_viz.training import StepRow
from resnet_viz.training.config import RunConfig

WORKERS = 100
LAYERS = 20  # of the network that trains, and as many norms a moment
WINDOW_SECONDS = 0.25  # of a recorded row of the loss curve, and of norms
SIDE_SECONDS, ROUNDS = 3.0, 10
AT_MOST = 1.02
WHAT = f"training step beside {WORKERS} workers' writes"


def store_writes() -> list[Row]:
    """ResNet-20 on the digits, with its records written and with none, in turn."""
    if postgres_server.binaries() is None:
        return [Row(what=WHAT, measured="–", how=f"{postgres_server.ABSENT} here")]
    config = RunConfig.from_recipe("resnet20", **ON_CPU)
    with own_home(), postgres_server.server_for_a_while() as server:
        import torch

        torch.set_num_threads(1)
        store = Store(server.url())
        ids = _running(store, config)
        loop = BareLoop(config)
        recorder, attempt = _recorder(store, ids[0])
        with _others(store.url, ids[1:]):
            before, began = _written(store), time.monotonic()
            pairs = in_turn(
                lambda: _recorded(loop, recorder, attempt),
                lambda: _mean_step(loop.step),
                rounds=ROUNDS,
            )
            rate = (_written(store) - before) / (time.monotonic() - began)
        store.database.close()
    how = f"{ARCHITECTURES[config.architecture].title} digits, one thread, with all records in "
    how += f"PostgreSQL on the same machine, which took {rate:.0f} rows/s; the same without any. "
    how += f"The thread that writes took {100 * median(_shares):.1f} % of a core"
    return [Row.ratio(WHAT, how, [(one, other) for one, other in pairs], AT_MOST)]


def _recorded(loop: BareLoop, recorder: StoreRecorder, attempt: Attempt) -> float:
    keep = _in_windows(recorder)

    def step() -> None:
        loop.step()
        keep()
        recorder.stop_requested()

    with Pulse(attempt, recorder):
        began = time.monotonic()
        mean = _mean_step(step)
        _shares.append(_pulse_seconds() / (time.monotonic() - began))
        return mean


def _pulse_seconds() -> float:
    """Seconds of a core that the thread beside the training has taken so far."""
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


_shares: list[float] = []  # of a core, one a turn
_moments: dict[StoreRecorder, int] = {}


def _in_windows(recorder: StoreRecorder) -> Callable[[], None]:
    """Hand over, at most once a window, what a worker records."""
    last = time.monotonic()

    def keep() -> None:
        nonlocal last
        if time.monotonic() - last < WINDOW_SECONDS:
            return
        last = time.monotonic()
        moment = _moments[recorder] = _moments.get(recorder, 0) + 1
        at = {"step": moment, "epoch": moment / 100}
        recorder.step(StepRow(**at, seconds=float(moment), train_loss=1.0, learning_rate=0.1))
        norms = [1.0] * LAYERS
        recorder.gradients(**at, weight_norms=norms, gradient_norms=norms)

    return keep


def _recorder(store: Store, run_id: str) -> tuple[StoreRecorder, Attempt]:
    attempt = Attempt(store.database, run_id, run_id)
    attempt.introduce()
    return StoreRecorder(attempt, 1), attempt


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
def _others(url: str, ids: Sequence[str]) -> Iterator[None]:
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
        recorder, attempt = _recorder(store, run_id)
        keep = _in_windows(recorder)
        with Pulse(attempt, recorder):
            while not over.wait(WINDOW_SECONDS):
                keep()

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
