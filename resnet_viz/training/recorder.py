"""What a run tells about itself while it trains."""

from typing import Protocol


class Recorder(Protocol):
    """Receives a run's measurements; who implements it decides where they are kept.

    Steps count optimiser steps, ``epoch`` as a float is step / steps_per_epoch, ``seconds`` are
    training seconds over all resumptions without the pauses between, accuracies are per cent.
    """

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

    def step(
        self, *, step: int, epoch: float, seconds: float, train_loss: float, learning_rate: float
    ) -> None:
        """Mean training loss of a window of steps that ends with ``step``; ≤ 2,000 a run."""

    def epoch(
        self,
        *,
        epoch: int,
        step: int,
        seconds: float,
        train_loss: float,
        test_loss: float,
        train_accuracy: float,
        test_accuracy: float,
        learning_rate: float,
        images_per_second: float,
    ) -> None:
        """An epoch is complete; its training figures are those of its training batches."""

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
