"""The worker process: ``python -m resnet_viz.runs.worker RUN_ID TOKEN`` trains one run.

It beats before it imports anything heavy, and starts what waits in the queue when it ends.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from resnet_viz.runs import ending
from resnet_viz.runs.attempt import Attempt
from resnet_viz.runs.errors import Superseded, sentence
from resnet_viz.runs.launcher import WORKER, Launcher
from resnet_viz.runs.pulse import SIGNALS, Pulse, block_signals, leave, listen, log_exception
from resnet_viz.runs.recorder import StoreRecorder
from resnet_viz.runs.run import Run
from resnet_viz.runs.store import Store
from resnet_viz.training.errors import Stopped

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
    if "LOCAL_RANK" in os.environ:
        return _assist(run_id)
    block_signals()
    store = Store()
    attempt = Attempt(store.database, run_id, token)
    try:
        attempt.introduce()
        run = store.run(run_id)
        recorder = StoreRecorder(attempt, run.config.threads)
        listen(recorder)
        ending.set_aside(run.folder)
        with Pulse(attempt, recorder):
            status, error = _train(run, recorder, fit)
        ending.leave(run.folder, token, status, error)
        attempt.end(status, error)
        ending.remove(run.folder)
    except Superseded:
        leave()
    with suppress(OSError):  # the disk of the log is full
        print(f"{run.name}: {status}", flush=True)
    Launcher(store, worker).pump()
    return int(status == "failed")


def _train(
    run: Run, recorder: StoreRecorder, fit: Callable[..., Any] | None
) -> tuple[str, str | None]:
    """The status that training ends with, and its error."""
    try:
        fit = fit or _fit()
        if recorder.stop_requested():
            return "stopped", None
        try:
            # Without a saved state there is nothing to resume: training starts at the beginning.
            fit(run.config, recorder, run.folder, resume=True)
        finally:
            recorder.flush()
    except Stopped:
        return "stopped", None
    except Exception as error:
        log_exception()
        return "failed", sentence(error) or UNEXPECTED
    return "finished", None


def _fit() -> Callable[..., Any]:
    from resnet_viz.training import fit

    return fit


def _assist(run_id: str) -> int:
    """Train as one of the processes that Lightning starts beside the first, one a GPU."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # the first process ends it by a signal
    run = Store().run(run_id)
    _fit()(run.config, Silent(), run.folder, resume=True)
    return 0


class Silent:
    """The recorder of the processes beside the first, in a training on several GPUs."""

    def __getattr__(self, name: str) -> Callable[..., bool]:
        return lambda **_: False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
