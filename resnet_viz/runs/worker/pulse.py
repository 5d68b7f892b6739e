"""Pulse: what a worker does beside training, so that it is seen to live and can be spoken to."""

import os
import signal
import sys
import threading
import traceback
from contextlib import suppress

from resnet_viz.runs.environment import is_job
from resnet_viz.runs.errors import RunError, StoreBusyError, Superseded
from resnet_viz.runs.liveness import BEAT_SECONDS
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import STOPPED, StoreRecorder

INTERVAL_SECONDS = 0.5
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ENDED_BY_ENGINE = (
    "Its engine ended its job (cancelled, or its machine was wanted): resume it to go on from the "
    "last checkpoint."
)
# What an engine signals its job -> the status that the run ends with, and its error. The first says
# that the job's time is nearly over, and that it will be started again.
_JOB = {signal.SIGUSR1: ("queued", None), signal.SIGTERM: ("interrupted", ENDED_BY_ENGINE)}


class Pulse:
    """A thread that beats, looks for a wish to stop and commits what the recorder holds."""

    def __init__(self, attempt: Attempt, recorder: StoreRecorder) -> None:
        self._attempt = attempt
        self._recorder = recorder
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(INTERVAL_SECONDS):
            try:
                self._attempt.look(BEAT_SECONDS)
                if self._recorder.failure is None:
                    self._recorder.commit()
            except Superseded:
                leave()
            except StoreBusyError:
                continue
            except RunError as error:
                log_exception()
                self._recorder.failure = error
            except Exception:
                log_exception()
                self._recorder.failure = RunError(
                    "What the run measured could not be recorded: see its log, then resume it."
                )


def leave() -> None:
    """End at once, without another word to the store or the folder: they belong to someone else."""
    text = "Another worker has taken this run over, or it was deleted."
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)
    os._exit(0)


def log_exception() -> None:
    """Write what went wrong into the run's log, if there is room for it on the disk."""
    with suppress(OSError):
        traceback.print_exc()


def block_signals() -> None:
    """Keep the signals for ``listen``, whatever handlers a library installs meanwhile."""
    numbers = _heard()
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)  # a shell's background jobs inherit to ignore SIGINT


def listen(recorder: StoreRecorder) -> None:
    """Let SIGTERM and SIGINT stop the run after its step; an engine's mean what ``_JOB`` says."""
    numbers = _heard()

    def wait() -> None:
        while True:
            number = signal.Signals(signal.sigwait(numbers))
            recorder.stop(_JOB.get(number, STOPPED) if is_job() else STOPPED)

    threading.Thread(target=wait, name="signals", daemon=True).start()


def _heard() -> tuple[signal.Signals, ...]:
    return (*SIGNALS, signal.SIGUSR1) if is_job() else SIGNALS
