"""The worker process: ``python -m resnet_viz.runs.worker RUN_ID TOKEN`` trains one run.

It beats before it imports anything heavy, and starts what waits in the queue when it ends.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from resnet_viz.runs import environment, starting
from resnet_viz.runs.engines import named
from resnet_viz.runs.errors import RunError, Superseded, sentence
from resnet_viz.runs.launcher import WORKER, Launcher
from resnet_viz.runs.run import Run
from resnet_viz.runs.store import Store
from resnet_viz.runs.worker import ending
from resnet_viz.runs.worker.assistant import assist
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.pulse import Pulse, block_signals, leave, listen, log_exception
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from resnet_viz.training.errors import Stopped

GRACE = 2.0  # seconds that a server has for it
TIME_IS_UP = "Its time was up: what it had learnt until then is kept."
UNEXPECTED = "Something unexpected ended the run: the last lines of its log say what."


def main(
    arguments: Sequence[str],
    fit: Callable[..., Any] | None = None,
    worker: Sequence[str] = WORKER,
) -> int:
    """Train the run that was launched under a token, then start what waits.

    Args:
        fit: ``training.fit`` unless given.
        worker: the command that the next worker is started with.
    """
    run_id, token = arguments
    if "LOCAL_RANK" in os.environ:  # one of the processes that the first one has started
        return assist(run_id, token, fit or _fit)
    given = dict(os.environ)
    block_signals()
    store = Store()
    attempt = Attempt(store.database, run_id, token)
    try:
        attempt.introduce()
        run = store.run(run_id)
        recorder = StoreRecorder(attempt, run.config.threads, run.budget)
        listen(recorder)
        ending.set_aside(run.folder)
        with Pulse(attempt, recorder):
            status, error = _train(run, recorder, fit or _fit)
        ending.leave(run.folder, token, status, error)
        attempt.end(status, error)
        ending.remove(run.folder)
        if status == "queued":
            return _requeue(attempt, worker)
    except Superseded:
        leave()
    with suppress(OSError):  # the disk of the log is full
        print(f"{run.name}: {status}", flush=True)
    os.environ.clear()  # what libraries have said there of this run is not for the next one
    os.environ.update(given)
    launcher = Launcher(store, worker)
    if not starting.template.is_ready() and launcher.is_serving():
        time.sleep(GRACE)  # the server starts what waits from a process that has its imports
    launcher.pump()
    return int(status == "failed")


def _requeue(attempt: Attempt, worker: Sequence[str]) -> int:
    """Have the engine start this job again, which ends it; whether that could not be done."""
    try:
        engine = named(os.environ[environment.ENGINE_HERE]).engine(tuple(worker))
        engine.requeue(os.environ[environment.JOB_HERE])
    except RunError as error:
        log_exception()
        attempt.end("interrupted", str(error))
        return 1
    return 0


def _train(run: Run, recorder: StoreRecorder, fit: Callable[..., Any]) -> tuple[str, str | None]:
    """The status that training ends with, and its error."""
    try:
        if recorder.stop_requested():
            return recorder.ending
        try:
            # Without a saved state there is nothing to resume: training starts at the beginning.
            fit(run.config, recorder, run.folder, resume=True)
        finally:
            recorder.flush()
    except Stopped:
        return ("stopped", TIME_IS_UP) if recorder.time_is_up else recorder.ending
    except Exception as error:
        log_exception()
        return "failed", sentence(error) or UNEXPECTED
    return "finished", None


def _fit(*arguments: Any, **options: Any) -> Any:
    """``training.fit``, imported when the worker has begun to beat."""
    from resnet_viz.training import fit

    return fit(*arguments, **options)
