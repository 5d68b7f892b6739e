"""What the tests of training share: a recorder that keeps everything, and a short run."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from resnet_viz import data
from resnet_viz.models import Classifier
from resnet_viz.training import EpochRow, RunConfig, StepRow, fit


class Memory:
    """A Recorder that keeps what it is told, and asks to stop after a step."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after
        self.begun: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.epochs: list[dict[str, Any]] = []
        self.norms: list[dict[str, Any]] = []
        self.saves: list[int] = []
        self.shares: list[float] = []
        self.unflushed = 0
        self._asked = 0

    def begin(self, *, resumed_step: int, **facts: Any) -> None:
        self.begun.append({"resumed_step": resumed_step, **facts})
        self.steps = [row for row in self.steps if row["step"] <= resumed_step]
        self.epochs = [row for row in self.epochs if row["step"] <= resumed_step]
        self.norms = [row for row in self.norms if row["step"] < resumed_step]

    def step(self, row: StepRow) -> None:
        self.steps.append(dataclasses.asdict(row))
        self.unflushed += 1

    def epoch(self, row: EpochRow) -> None:
        self.epochs.append(dataclasses.asdict(row))
        self.unflushed += 1

    def gradients(self, **row: Any) -> None:
        self.norms.append(row)
        self.unflushed += 1

    def flush(self) -> None:
        self.unflushed = 0

    def reading(self, share: float) -> None:
        self.shares.append(share)

    def stop_requested(self) -> bool:
        self._asked += 1
        return self._asked == self.stop_after

    def saved(self, *, step: int) -> None:
        assert self.unflushed == 0, "the record must not be behind the checkpoint"
        self.saves.append(step)

    def timeless(self) -> list[list[dict[str, Any]]]:
        """All records without what the clock decides."""
        clock = {"seconds", "images_per_second"}
        return [
            [{name: value for name, value in row.items() if name not in clock} for row in rows]
            for rows in (self.steps, self.epochs, self.norms)
        ]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs and caches in a folder of the test's own; the number of threads as it was before."""
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "home"))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def few_digits(every: int = 10) -> data.DataSet:
    """A tenth of the digits: 140 images to train on, 40 to test on."""
    digits = data.load("digits")
    train, test = (
        data.Split(split.images[::every], split.labels[::every])
        for split in (digits.train, digits.test)
    )
    return dataclasses.replace(digits, train=train, test=test)


def train(
    folder: Path,
    recorder: Memory | None = None,
    *,
    resume: bool = False,
    dataset: data.DataSet | None = None,
    **overrides: Any,
) -> Classifier:
    """A run of ResNet-20 on a few digits: one epoch of 6 steps, the last one of 15 images."""
    settings = {"architecture": "resnet20", "epochs": 1, "batch_size": 25, "device": "cpu"}
    config = RunConfig.from_recipe(**{**settings, "threads": 1, **overrides})
    folder.mkdir(exist_ok=True)
    dataset = dataset or few_digits()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "load", lambda name, **options: dataset)
        return fit(config, recorder or Memory(), folder, resume=resume)


def same_weights(one: Classifier, other: Classifier) -> bool:
    """Whether two classifiers have the same weights and statistics, bit for bit."""
    first, second = one.network.state_dict(), other.network.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)
