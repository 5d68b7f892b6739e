"""What a run tells about itself while it trains."""

from dataclasses import dataclass, field, fields
from typing import Protocol

LATEST = {"latest": True}  # metadata of what a listing of runs repeats of the last epoch


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """A row of the loss curve: a window of steps, of which there are at most 2,000 a run.

    Attributes:
        step: the last one of the window, counted in optimiser steps.
        epoch: step / steps_per_epoch.
        seconds: of training, over all resumptions without the pauses between.
        train_loss: mean of the window.
        learning_rate: of that last step.
    """

    step: int
    epoch: float
    seconds: float
    train_loss: float
    learning_rate: float


@dataclass(frozen=True, kw_only=True)
class EpochRow:
    """A complete epoch. Table, frames, records and listings have a column for each field.

    Attributes:
        epoch: its number, from 1.
        step, seconds: at its end, as in ``StepRow``.
        train_loss, train_accuracy: over its training batches, as they were trained on.
        test_loss, test_accuracy: of the test split after it; accuracies are per cent.
        learning_rate: of its last step.
        images_per_second: training images, without the time that the test took.
    """

    epoch: int = field(metadata=LATEST)
    step: int
    seconds: float
    train_loss: float = field(metadata=LATEST)
    test_loss: float = field(metadata=LATEST)
    train_accuracy: float = field(metadata=LATEST)
    test_accuracy: float = field(metadata=LATEST)
    learning_rate: float
    images_per_second: float = field(metadata=LATEST)


def columns(row: type[StepRow] | type[EpochRow]) -> dict[str, type]:
    """The type of each column of a kind of row, ``int`` or ``float``."""
    return {column.name: column.type for column in fields(row)}  # type: ignore[misc]


def latest(row: type[EpochRow]) -> tuple[str, ...]:
    """The columns of which a listing of runs repeats the last epoch's."""
    return tuple(column.name for column in fields(row) if column.metadata.get("latest"))


class Recorder(Protocol):
    """Receives a run's measurements; who implements it decides where they are kept."""

    def reading(self, share: float) -> None:
        """A share of the data, 0 … 1, is read; told only where reading takes long."""

    def begin(
        self,
        *,
        total_steps: int,
        steps_per_epoch: int,
        layers: list[str],
        device: str,
        resumed_step: int,
    ) -> None:
        """Training starts after ``resumed_step``: whatever was recorded beyond it is dropped.

        That is steps and epochs after ``resumed_step``, and gradients from ``resumed_step`` on,
        because the norms after step n are taken on the way to step n + 1.
        """

    def step(self, row: StepRow) -> None:
        """A window of steps is complete."""

    def epoch(self, row: EpochRow) -> None:
        """An epoch is complete, its test included."""

    def gradients(
        self, *, step: int, epoch: float, weight_norms: list[float], gradient_norms: list[float]
    ) -> None:
        """Norms of each layer after ``step`` steps, in the order of ``layers``; 0 is the start."""

    def flush(self) -> None:
        """Make what was handed over durable: called about twice a second, and before each save.

        A checkpoint must never be ahead of its record, or a kill would leave a gap in the curve.
        """

    def stop_requested(self) -> bool:
        """Whether to stop after this step; asked after every step, so it must be cheap."""

    def saved(self, *, step: int) -> None:
        """A checkpoint that holds the first ``step`` steps is complete on disk."""
