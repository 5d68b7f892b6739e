"""Runs as their workers would leave them, without a worker that trains."""

import shutil

from sqlalchemy import select

from resnet_viz.runs import Run, Store
from resnet_viz.runs.database import runs
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from tests.unit.runs_support import LAYERS, STEPS, STEPS_PER_EPOCH, config, hand_over


def pair() -> tuple:
    """Configs of a plain and a residual run."""
    return config("plain20"), config("resnet20")


def attempt(store: Store, run: Run) -> Attempt:
    """What the run's worker writes through."""
    with store.database.reading() as connection:
        token = connection.scalar(select(runs.c.token).where(runs.c.id == run.id))
    return Attempt(store.database, run.id, token)


def train(store: Store, run: Run, steps: int = STEPS) -> Run:
    """Record what a worker records in so many steps; ten of them are an epoch."""
    recorder = StoreRecorder(attempt(store, run))
    recorder.begin(
        total_steps=STEPS,
        steps_per_epoch=STEPS_PER_EPOCH,
        layers=LAYERS,
        device="CPU",
        resumed_step=0,
    )
    for step in range(1, steps + 1):
        hand_over(recorder, step)
    recorder.commit()
    return store.run(run.id)


def end(store: Store, run: Run, status: str, error: str | None = None) -> Run:
    """Let the run end as its worker would say it."""
    attempt(store, run).end(status, error)
    return store.run(run.id)


def save(run: Run, network: str = "resnet20-digits-seed0") -> None:
    """Put a shipped network where the run's worker keeps its latest checkpoint."""
    shutil.copyfile(shipped_checkpoint(network), run.folder / "network.safetensors")
