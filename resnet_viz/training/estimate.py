"""How long a run will take on this machine, from a few steps of it.

As a script, ``python -m resnet_viz.training.estimate CONFIG SIZE``, it measures them: in a process
of its own, because a number of threads is set for all threads that a process starts later.
"""

import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.models.architecture import MOST_SERVED
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import TooLarge, TrainingError, Unmeasured

# Of a measured batch, for what the server spends on it is bounded: images, and what all
# convolutions put out for them, of which a step keeps about three times as many numbers.
MOST_IMAGES = 64
MOST_VALUES = 100_000_000
PATIENCE = 60.0  # seconds, the start of the process included
PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_ONE_AT_A_TIME = threading.Lock()  # two that measure slow each other down


def seconds(config: RunConfig, *, training: int, test: int, size: int) -> float:
    """Measure optimiser steps and one evaluation batch, and count up to the whole run.

    Args:
        training, test: images in each split.
        size: their side in pixels.

    Returns:
        Seconds of training, without the worker's start.

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
    few = dataclasses.replace(config, batch_size=min(config.batch_size, images))
    with _ONE_AT_A_TIME:
        step, evaluation = _measured(few, size)
    epochs = config.epochs
    return epochs * (step * training + evaluation * test) / few.batch_size


def main(arguments: Sequence[str]) -> None:
    """Print what ``probe`` gives, or its sentence, as JSON; end when who asks is gone."""
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    from resnet_viz.training.probe import probe  # imports torch, which takes a while

    config, size = arguments
    try:
        found: object = probe(RunConfig.from_dict(json.loads(config)), int(size))
    except UserError as error:
        found = str(error)
    print(json.dumps(found), flush=True)


def _end_with_stdin() -> None:
    """What asked holds the other end, and writes nothing."""
    sys.stdin.read()
    os._exit(1)


def _measured(config: RunConfig, size: int) -> tuple[float, float]:
    """What ``probe`` gives in a process of its own, which is over afterwards."""
    path = [str(PACKAGE_PARENT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        with subprocess.Popen(
            [sys.executable, "-m", __name__, json.dumps(config.to_dict()), str(size)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
            stdin=subprocess.PIPE,  # closed when this process ends, whatever ends it
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            try:
                process.wait(PATIENCE)
                found = json.load(process.stdout)
            finally:
                process.kill()
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise Unmeasured(
            "How long this takes could not be measured here: it is seen once it trains."
        ) from error
    if isinstance(found, str):
        raise TrainingError(found)
    step, evaluation = found
    return step, evaluation


if __name__ == "__main__":
    main(sys.argv[1:])
