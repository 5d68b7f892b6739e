"""Runs in words for a terminal: a list, a line of progress, how one ended."""

import contextlib
import shutil
import time
from collections.abc import Sequence
from typing import TextIO

from resnet_viz.runs.engines import ENGINES, has_queue
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.launcher import Launcher
from resnet_viz.runs.run import Run
from resnet_viz.wording import several

INTERVAL_SECONDS = 0.5
WAS = {"failed": "failed", "interrupted": "was interrupted", "queued": "waits", "running": "runs"}
CLEAR = "\r\x1b[K"


def follow(launcher: Launcher, run: Run, out: TextIO, reported: int = 0) -> Run:
    """Report on a run until it ends: one line rewritten on a terminal, one an epoch elsewhere.

    Epochs up to ``reported`` are not reported again.
    Ctrl-C stops the run and goes on reporting; another one leaves it (KeyboardInterrupt).
    """
    stopping = False
    try:
        while True:
            try:
                run = launcher.store.run(run.id)
                if out.isatty():
                    columns = shutil.get_terminal_size().columns - 1
                    _write(out, CLEAR + _progress(run, stopping)[:columns])
                elif run.epoch > reported:
                    reported = _epochs(launcher, run, reported, out)
                if not run.is_active:
                    return run
                launcher.pump()
                time.sleep(INTERVAL_SECONDS)
            except KeyboardInterrupt:
                if stopping:
                    raise
                stopping = True
                with contextlib.suppress(RunError):  # it has just ended
                    launcher.stop(run.id)
    finally:
        if out.isatty():
            _write(out, CLEAR)


def summary(run: Run) -> str:
    """What became of a run, in one sentence."""
    if run.status == "finished":
        tested = run.latest["test_accuracy"]
        accuracy = "" if tested is None else f": test accuracy {tested:.2f} %"
        after = f"{several(run.epoch, 'epoch')} and {run.seconds:.0f} s"
        return f"{run.name} is finished after {after}{accuracy}."
    if run.status == "stopped":
        return f"{run.name} is stopped at {_steps(run)}: resume it to go on from there."
    if run.error:
        return f"{run.name} {WAS.get(run.status, run.status)}: {run.error}"
    return f"{run.name} {WAS.get(run.status, run.status)}."


def table(runs: Sequence[Run]) -> str:
    """A list of runs in columns."""
    if not runs:
        return "There are no runs yet."
    errors = ("TRAIN LOSS", "TEST LOSS", "TRAIN %", "TEST %")
    head = ("NAME", "STATUS", "ENGINE", "EPOCH", "STEP", *errors)
    rows = [
        (
            run.name,
            run.status,
            run.engine,
            f"{run.epoch}/{run.config.epochs if run.is_readable else '?'}",
            str(run.step),
            _number(run.latest["train_loss"], 4),
            _number(run.latest["test_loss"], 4),
            _number(run.latest["train_accuracy"], 2),
            _number(run.latest["test_accuracy"], 2),
        )
        for run in runs
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if index < 3 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    reasons = [f"{run.name}: {run.error}" for run in runs if not run.is_readable]
    return "\n".join(lines + reasons)


def _progress(run: Run, stopping: bool) -> str:
    if run.status == "queued":
        if has_queue(run.engine):
            why = f": {run.error}" if run.error else ""
            return f"{run.name}: waiting for {ENGINES[run.engine].title}{why}"
        return f"{run.name}: waiting for other runs"
    if run.is_starting and not stopping:
        if run.data_read is not None:
            return f"{run.name}: reading the pictures, {run.data_read:.0%}"
        return f"{run.name}: starting{' again' if run.step else ''}"
    parts = [f"{run.name}: {'stopping' if stopping else f'{100 * run.progress:.0f} %'}"]
    parts.append(f"epoch {run.epoch_under_way}/{run.config.epochs}, {_steps(run)}")
    loss, accuracy = run.latest["train_loss"], run.latest["test_accuracy"]
    if loss is not None and accuracy is not None:
        parts.append(f"train loss {loss:.4f}, test error {100 - accuracy:.2f} %")
    if images := run.latest["images_per_second"]:
        parts.append(f"{images:.0f} images/s")
    if run.seconds_left is not None:
        parts.append(f"{run.seconds_left:.0f} s left")
    return " · ".join(parts)


def _epochs(launcher: Launcher, run: Run, after: int, out: TextIO) -> int:
    """Write a line an epoch after that one; the last of them, which may be newer than ``run``."""
    frame = launcher.store.epochs(run.id)
    new = frame[frame["epoch"] > after]
    for row in new.itertuples():
        _write(
            out,
            f"epoch {row.epoch}/{run.config.epochs}  train loss {row.train_loss:.4f}  "
            f"test loss {row.test_loss:.4f}  train accuracy {row.train_accuracy:.2f} %  "
            f"test accuracy {row.test_accuracy:.2f} %  {row.images_per_second:.0f} images/s\n",
        )
    return int(new["epoch"].max()) if len(new) else after


def _steps(run: Run) -> str:
    return f"step {run.step}/{run.total_steps}" if run.total_steps else "step 0"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _write(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()
