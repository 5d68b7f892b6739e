"""How long a run will take on this machine, from a few steps of it.

As a script, ``python -m resnet_viz.training.estimate``, it measures what each line of its input
asks: in a process of its own, because a number of threads is set for all threads that a process
starts later. The process stays for the next question, since to import torch takes longest.
"""

import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.models.architecture import MOST_SERVED
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import TooLarge, TrainingError, Unmeasured

# Of a measured batch, for what the server spends on it is bounded: images, and what all
# convolutions put out for them, of which a step keeps about three times as many numbers.
MOST_IMAGES = 64
MOST_VALUES = 100_000_000
PATIENCE = 60.0  # seconds, the start of the process included
IDLE = 120.0  # seconds after which a process that nobody asks is over
PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_ONE_AT_A_TIME = threading.Lock()  # two that measure slow each other down


def seconds(config: RunConfig, *, training: int, test: int, size: int) -> float:
    """Measure optimiser steps and one evaluation batch, and count up to the whole run.

    Args:
        training, test: images in each split.
        size: their side in pixels.

    Returns:
        Seconds of training, without the worker's start and without what processes that train
        together wait for each other.

    Raises:
        TooLarge: if the server has no room for a step of such a network.
        Unmeasured: if the measurement takes too long or fails.
        TrainingError: if this machine cannot train so.
    """
    images = min(MOST_IMAGES, MOST_VALUES // config.network.values(size))
    if config.network.parameters > MOST_SERVED or images < 2:
        raise TooLarge(
            f"{config.network.title} is too large to be measured on this server: how long it takes "
            "is seen once it trains."
        )
    share = _share(config)
    few = dataclasses.replace(share, batch_size=min(share.batch_size, images))
    with _ONE_AT_A_TIME:
        step, evaluation = _measured(few, size)
    batches = config.epochs / few.batch_size / config.processes
    return batches * (step * training + evaluation * test)


def _share(config: RunConfig) -> RunConfig:
    """What one of a run's processes computes, as a run of its own."""
    if config.processes == 1:
        return config
    kind, _, numbers = config.device.partition(":")
    device = kind if kind == "cpu" else f"{kind}:{numbers.split(',')[0]}"
    size = config.batch_size // config.processes
    return dataclasses.replace(config, device=device, batch_size=size)


class Prober:
    """Asks ``probe`` in a process that is kept for the next question, and started when needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, config: RunConfig, size: int) -> Any:
        """What ``probe`` gives for a config and a size, or the sentence with which it refuses.

        Raises:
            OSError, ValueError, queue.Empty: if there is no answer, or none in time.
        """
        if self._process is not None and self._process.poll() is not None:
            self.end()  # it has gone, because nobody had asked for long
        is_new = self._process is None
        try:
            return self._answer(json.dumps([config.to_dict(), size]) + "\n")
        except (OSError, ValueError):  # the pipe is closed
            self.end()
            if is_new:
                raise
        except queue.Empty:
            self.end()
            raise
        return self.ask(config, size)  # it has just gone

    def _answer(self, question: str) -> Any:
        if self._process is None:
            self._process = _started()
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        asking.write(question)
        asking.flush()
        threading.Thread(target=lambda: answers.put(answering.readline()), daemon=True).start()
        return json.loads(answers.get(timeout=PATIENCE))

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _started() -> "subprocess.Popen[str]":
    path = [str(PACKAGE_PARENT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
        stdin=subprocess.PIPE,  # closed when this process ends, whatever ends it
        stdout=subprocess.PIPE,
        text=True,
    )


_prober = Prober()


def _measured(config: RunConfig, size: int) -> tuple[float, float]:
    """What ``probe`` gives in a process of its own."""
    try:
        found = _prober.ask(config, size)
    except (OSError, queue.Empty, ValueError) as error:
        raise Unmeasured(
            "How long this takes could not be measured here: it is seen once it trains."
        ) from error
    if isinstance(found, str):
        raise TrainingError(found)
    step, evaluation = found
    return step, evaluation


def main() -> None:
    """Answer each line of the input; end with it, or when nobody has asked for a while."""
    questions: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    from resnet_viz.training.probe import probe  # imports torch, which takes a while

    while True:
        try:
            config, size = json.loads(questions.get(timeout=IDLE))
        except queue.Empty:
            return
        try:
            found: object = probe(RunConfig.from_dict(config), size)
        except UserError as error:
            found = str(error)
        print(json.dumps(found), flush=True)


def _listen(questions: "queue.SimpleQueue[str]") -> None:
    """Hand lines on; whoever asks holds the other end, and is gone where it is closed."""
    for line in sys.stdin:
        questions.put(line)
    os._exit(1)


if __name__ == "__main__":
    main()
