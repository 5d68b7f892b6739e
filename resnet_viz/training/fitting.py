"""``fit``: a RunConfig in, a trained Classifier out, driven by Lightning's Trainer."""

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import lightning.pytorch as pl
import torch
from lightning.fabric.plugins.environments import LightningEnvironment
from lightning.pytorch.utilities.warnings import PossibleUserWarning

from resnet_viz.files import sweep
from resnet_viz.models import Classifier
from resnet_viz.training.batches import Batches
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import Stopped
from resnet_viz.training.evaluation import TestSplit
from resnet_viz.training.failures import as_sentences
from resnet_viz.training.measurements import Measurements
from resnet_viz.training.module import TrainingModule
from resnet_viz.training.placement import placement
from resnet_viz.training.plan import Plan
from resnet_viz.training.recorder import Recorder
from resnet_viz.training.saving import Checkpoints, StateFile, newest_state
from resnet_viz.training.start import compare, kept_start, prepare


def fit(config: RunConfig, recorder: Recorder, folder: Path, *, resume: bool) -> Classifier:
    """Train a network and keep its checkpoints in a folder.

    The folder holds ``state.ckpt``, from which ``resume`` goes on exactly where the run was, and
    ``network.safetensors``, the network of the last checkpoint, which anyone may open meanwhile.

    Raises:
        Stopped: if the recorder asked to stop; the run is saved.
        TrainingError: with one sentence, if memory, disk, data, device or the loss give out.
    """
    with as_sentences(config), _quiet():
        if config.threads:
            torch.set_num_threads(config.threads)
        if os.environ.get("LOCAL_RANK", "0") == "0":  # the others begin while it may be writing
            sweep(folder)
        start = prepare(config, kept_start(config, folder), _reading(recorder))
        state = newest_state(folder) if resume else None
        place = placement(config, start.feed.size)
        precision = compare(folder, start.data, place.precision, goes_on=state is not None)
        place = replace(place, precision=precision)
        plan = Plan(config, len(start.data.train), start.network.architecture.depth)
        plan.check_shares()
        module = TrainingModule(start.network, plan, alone=not place.is_shared)
        test = TestSplit(start.data.test, start.feed, config.batch_size)
        measurements = Measurements(plan, recorder, place.title, test)

        def classifier(step: int) -> Classifier:
            return start.classifier(int(plan.epoch(step)), measurements.metrics)

        trainer = pl.Trainer(
            **place.trainer_options,
            max_epochs=config.epochs,
            callbacks=[measurements, Checkpoints(folder, recorder, measurements, classifier)],
            # Named, so that no allocation that the process stands in is looked for and joined.
            plugins=[StateFile(), LightningEnvironment()],
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            num_sanity_val_steps=0,
            default_root_dir=folder,
        )
        trainer.fit(
            module,
            train_dataloaders=Batches(start.data, plan, start.feed, module),
            ckpt_path=state,
            weights_only=True,
        )
        return classifier(plan.total_steps)


def _reading(recorder: Recorder) -> Callable[[float], None]:
    """What tells how far the data are read, and ends that once the recorder asks to stop."""

    def tell(share: float) -> None:
        if recorder.stop_requested():
            raise Stopped(0)
        recorder.reading(share)

    return tell


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning's advice out of the run's log."""
    loggers = [logging.getLogger(f"lightning.{part}") for part in ("pytorch", "fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            # Lightning cannot know that batches follow from the step and need no state to resume.
            warnings.filterwarnings("ignore", "You're resuming from", PossibleUserWarning)
            # Whoever can submit to Slurm need not; an engine's job is a process like any other.
            warnings.filterwarnings("ignore", "The `srun` command", PossibleUserWarning)
            # Lightning's own use of PyTorch, which its next version will change.
            warnings.filterwarnings("ignore", ".*LeafSpec.*", FutureWarning)
            # Graphs of a step's passes are captured on a stream of their own, as they must be.
            warnings.filterwarnings("ignore", "The AccumulateGrad node's stream", UserWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
