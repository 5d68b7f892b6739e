"""Checkpoints of a run: complete on disk or not there, whatever is killed when."""

import io
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from resnet_viz.files import replacing
from resnet_viz.models import Classifier
from resnet_viz.training import snapshots
from resnet_viz.training.errors import CheckpointLost, Stopped
from resnet_viz.training.file_names import NETWORK
from resnet_viz.training.measurements import Measurements
from resnet_viz.training.recorder import Recorder

STATE = "state.ckpt"
PREVIOUS = "state.previous.ckpt"
SECONDS_BETWEEN_SAVES = 60.0

logger = logging.getLogger(__name__)


class Checkpoints(pl.Callback):
    """Saves each epoch and each minute, and stops the run when the recorder asks for it."""

    def __init__(
        self,
        folder: Path,
        recorder: Recorder,
        measurements: Measurements,
        classifier: Callable[[int], Classifier],
    ) -> None:
        self.folder, self.recorder = folder, recorder
        self.measurements, self.classifier = measurements, classifier
        self._saved = time.perf_counter()
        self._moments: tuple[int, ...] = ()

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._saved = time.perf_counter()
        parameters = sum(tensor.numel() for tensor in pl_module.parameters())
        self._moments = snapshots.moments(self.measurements.plan.config.epochs, parameters)
        if trainer.global_step == 0:
            self._keep(trainer, 0)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if self.measurements.plan.ends_epoch(trainer.global_step):
            return  # the evaluation comes first, or a resumed run would have to catch up on it
        stop = self._agreed(trainer, self.recorder.stop_requested)
        due = time.perf_counter() - self._saved >= SECONDS_BETWEEN_SAVES
        if stop or self._agreed(trainer, lambda: due):
            self.save(trainer)
        if stop:
            raise Stopped(trainer.global_step)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._keep(trainer, int(self.measurements.plan.epoch(trainer.global_step)))
        self.save(trainer)
        unfinished = trainer.global_step < self.measurements.plan.total_steps
        if unfinished and self._agreed(trainer, self.recorder.stop_requested):
            raise Stopped(trainer.global_step)

    def save(self, trainer: pl.Trainer) -> None:
        """Record what is pending, then write the state to resume from and the network."""
        step = trainer.global_step
        self.measurements.flush(trainer)
        trainer.save_checkpoint(self.folder / STATE)
        if trainer.is_global_zero:
            self.classifier(step).save(self.folder / NETWORK)
            self.recorder.saved(step=step)
        self._saved = time.perf_counter()

    def _keep(self, trainer: pl.Trainer, epoch: int) -> None:
        """A snapshot, if the epoch is one of those that are kept."""
        if trainer.is_global_zero and epoch in self._moments:
            path = snapshots.path_of(self.folder, epoch)
            path.parent.mkdir(exist_ok=True)
            self.classifier(trainer.global_step).save(path, half=True)

    def _agreed(self, trainer: pl.Trainer, question: Callable[[], bool]) -> bool:
        """The first process's answer, in all of them: they must save and stop at the same step."""
        answer = trainer.is_global_zero and question()
        return trainer.strategy.reduce_boolean_decision(answer, all=False)


class StateFile(TorchCheckpointIO):
    """Writes the state whole and keeps the one before it."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        path = Path(path)
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        with replacing(path, previous=path.with_name(PREVIOUS)) as beside:
            beside.write_bytes(buffer.getbuffer())


def newest_state(folder: Path) -> Path | None:
    """The newest saved state that can be read, or None where a run never got as far as saving.

    Raises:
        CheckpointLost: if there are saved states and none can be read.
    """
    found = [path for name in (STATE, PREVIOUS) if (path := folder / name).exists()]
    for path in found:
        try:
            step = torch.load(path, map_location="cpu", weights_only=True)["global_step"]
        except Exception as error:  # a damaged file fails in too many ways to list
            logger.warning("The saved state %s cannot be read (%s).", path.name, error)
            continue
        if path is not found[0]:
            logger.warning("The run goes on from the state saved before it, at step %d.", step)
        return path
    if found:
        raise CheckpointLost("The saved state of this run cannot be read: start the run again.")
    return None
