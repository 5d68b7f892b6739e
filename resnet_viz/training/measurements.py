"""The callback that measures a run and tells the recorder, without slowing the run down.

Losses and norms stay on the device until the next flush, so that no step waits for them.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from typing import Any, NamedTuple

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from resnet_viz.training.errors import Diverged
from resnet_viz.training.plan import Plan
from resnet_viz.training.recorder import EpochRow, Recorder, StepRow

SECONDS_BETWEEN_FLUSHES = 0.5


class Step(NamedTuple):
    """A step whose figures are still on the device."""

    seconds: float
    images: int
    loss: Tensor  # ()
    correct: Tensor  # ()


class Norms(NamedTuple):
    """Norms that are still on the device: those of all weights, then those of their gradients."""

    step: int
    values: Tensor  # (2 * layers,)


@dataclass
class Sums:
    """What has been measured and not yet recorded; a resumed run continues with it."""

    seconds: float = 0.0
    window: list[float] = field(default_factory=list)
    images: int = 0
    loss: float = 0.0
    correct: int = 0


class Measurements(pl.Callback):
    """Step losses, epoch figures and gradient norms, all of whole batches.

    Of several processes each measures the same, for they exchange their shares' figures and have
    the same gradients, and the first one records it.

    ``test`` gives this process's share of the test split: images, summed loss, right answers.
    """

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        device: str,
        test: Callable[[pl.Trainer, pl.LightningModule], list[float]],
    ) -> None:
        self.plan, self.recorder, self.device, self.test = plan, recorder, device, test
        self.metrics: dict[str, float] = {}
        self._sums = Sums()
        self._steps: list[Step] = []
        self._norms: list[Norms] = []
        self._weights: list[Tensor] = []
        self._flushed_step = 0
        self._images = 0
        self._started = self._flushed = self._epoch_started = time.perf_counter()

    def state_dict(self) -> dict[str, Any]:
        return {**asdict(self._sums), "seconds": self.seconds, "metrics": self.metrics}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        sums = dict(state_dict)
        self.metrics = sums.pop("metrics")
        self._sums = Sums(**sums)

    @property
    def seconds(self) -> float:
        """Training seconds of the run so far, without the pauses between its resumptions."""
        return self._sums.seconds + time.perf_counter() - self._started

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        layers = weights(pl_module.get_submodule("network"))
        self._weights = list(layers.values())
        self._flushed_step = trainer.global_step
        self._started = self._epoch_started = time.perf_counter()
        self._flushed = -inf  # the first step is shown as soon as it is done
        if trainer.is_global_zero:
            self.recorder.begin(
                total_steps=self.plan.total_steps,
                steps_per_epoch=self.plan.steps_per_epoch,
                layers=list(layers),
                device=self.device,
                resumed_step=trainer.global_step,
            )

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        if trainer.global_step % self.plan.gradients_every == 0:
            self._norms.append(Norms(trainer.global_step, fused_norms(self._weights)))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        images = self.plan.images_of(trainer.global_step)
        loss, correct = _of_whole_batch(trainer, outputs["loss"], outputs["correct"])
        self._steps.append(Step(self.seconds, images, loss, correct))
        self._images += images
        if time.perf_counter() - self._flushed >= SECONDS_BETWEEN_FLUSHES:
            self.flush(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.flush(trainer)  # waits for the device, so the time that follows is that of all steps
        speed = self._images / (time.perf_counter() - self._epoch_started)
        sums = self._sums
        tests, test_loss, test_correct = _summed(trainer, self.test(trainer, pl_module))
        self.metrics = {
            "train_loss": sums.loss / sums.images,
            "test_loss": test_loss / tests,
            "train_accuracy": 100 * sums.correct / sums.images,
            "test_accuracy": 100 * test_correct / tests,
        }
        step = trainer.global_step
        if trainer.is_global_zero:
            self.recorder.epoch(
                EpochRow(
                    epoch=trainer.current_epoch + 1,
                    step=step,
                    seconds=self.seconds,
                    learning_rate=self.plan.learning_rate(step),
                    images_per_second=speed,
                    **self.metrics,
                )
            )
            self.recorder.flush()
        self._sums = Sums(seconds=sums.seconds, window=sums.window)
        self._images, self._epoch_started = 0, time.perf_counter()

    def flush(self, trainer: pl.Trainer) -> None:
        """Fetch what is on the device, in two transfers at most, and hand it to the recorder.

        Raises:
            Diverged: if a loss is not finite; in the first process, whose end ends the others.
        """
        norms, self._norms = self._norms, []
        steps, self._steps = self._steps, []
        self._flushed = time.perf_counter()
        if norms:
            values = torch.stack([record.values for record in norms]).tolist()
            for record, norms_of_layers in zip(norms, values, strict=True):
                self._record_norms(trainer, record.step, norms_of_layers)
        if steps:
            losses = torch.stack([step.loss for step in steps]).tolist()
            correct = torch.stack([step.correct for step in steps]).tolist()
            for step, loss, right in zip(steps, losses, correct, strict=True):
                self._record_step(trainer, step, loss, int(right))
        if trainer.is_global_zero:
            self.recorder.flush()

    def _record_step(self, trainer: pl.Trainer, step: Step, loss: float, correct: int) -> None:
        self._flushed_step += 1
        number, sums = self._flushed_step, self._sums
        if not isfinite(loss) and trainer.is_global_zero:
            raise Diverged(
                f"The training loss became {loss} at step {number:,}: start again with a lower "
                "learning rate, or with normalisation if the network has none."
            )
        sums.images += step.images
        sums.loss += loss * step.images
        sums.correct += correct
        sums.window.append(loss)
        if number % self.plan.window == 0 or number == self.plan.total_steps:
            if trainer.is_global_zero:
                self.recorder.step(
                    StepRow(
                        step=number,
                        epoch=self.plan.epoch(number),
                        seconds=step.seconds,
                        train_loss=sum(sums.window) / len(sums.window),
                        learning_rate=self.plan.learning_rate(number),
                    )
                )
            sums.window = []

    def _record_norms(self, trainer: pl.Trainer, step: int, values: list[float]) -> None:
        if trainer.is_global_zero:
            layers = len(self._weights)
            self.recorder.gradients(
                step=step,
                epoch=self.plan.epoch(step),
                weight_norms=values[:layers],
                gradient_norms=values[layers:],
            )


def weights(network: nn.Module) -> dict[str, Tensor]:
    """The weight of each convolution and linear layer that learns, in forward order."""
    return {
        name: module.weight
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear) and module.weight.requires_grad
    }


def fused_norms(parameters: list[Tensor]) -> Tensor:
    """‖W‖₂ of every weight, then ‖∂L/∂W‖₂ of every weight, by one call: shape (2 * layers,).

    Summed in float64: the squares of a vanishing gradient are zero in float32.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    tensors = [parameter.detach() for parameter in parameters] + gradients
    precise = tensors[0].device.type != "mps"  # which has no float64
    norms = torch._foreach_norm(tensors, 2, dtype=torch.float64 if precise else None)
    return torch.stack(norms)


def _of_whole_batch(trainer: pl.Trainer, loss: Tensor, correct: Tensor) -> tuple[Tensor, Tensor]:
    """The mean loss and the right answers of all processes' shares, see ``training_step``."""
    if trainer.world_size == 1:
        return loss, correct
    both = torch.stack([loss.float(), correct.float()])
    loss, correct = trainer.strategy.reduce(both, reduce_op="sum")
    return loss / trainer.world_size, correct


def _summed(trainer: pl.Trainer, values: list[float]) -> list[float]:
    """The sums over all processes."""
    if trainer.world_size == 1:
        return values
    here = torch.tensor(values, dtype=torch.float64, device=trainer.strategy.root_device)
    return trainer.strategy.reduce(here, reduce_op="sum").tolist()
