"""A shelf of shipped runs with CIFAR-10 on it, whose numbers a test chooses."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from resnet_viz import models
from resnet_viz.data import DATA_SETS
from resnet_viz.home import SHIPPED
from resnet_viz.runs import Record, shipped_runs
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training import RunConfig
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import stored_runs

NAME = "{}-cifar10-jpeg-seed0"
EPOCHS = 8


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Let pages take their shipped runs from a folder, in which the digits are already."""
    (folder / "cifar10").mkdir(parents=True)
    (folder / "digits").mkdir()
    for file in (SHIPPED / "digits").iterdir():
        (folder / "digits" / file.name).symlink_to(file)
    # Read once a process: here at the latest, while its folder is the real one.
    shipped_runs.shipped()
    monkeypatch.setattr(shipped_runs, "SHIPPED", folder)
    # Not the server's, which is read once: a test may put runs there at any time.
    monkeypatch.setattr(stored_runs, "shipped_records", lambda: shipped_runs.Shelf(folder))
    monkeypatch.setattr(catalogue, "_shipped", catalogue._shipped.__wrapped__)
    return folder


def record(network: str, train: float, test: float, **overrides) -> Record:
    """A made-up run whose errors come down in a straight line to those given."""
    made = shipped_runs.shipped()[f"{network}-digits-seed0"]
    config = RunConfig.from_recipe(
        network, "short", **{"data": "cifar10-jpeg", "epochs": EPOCHS} | overrides
    )
    down = np.linspace(1, 0, config.epochs)
    epochs = made.epochs.iloc[: config.epochs].assign(
        step=391 * np.arange(1, config.epochs + 1),
        train_accuracy=100 - train - (90 - train) * down,
        test_accuracy=100 - test - (90 - test) * down,
    )
    gradients = made.gradients[made.gradients["epoch"] <= config.epochs]
    name = NAME.format(network)
    return dataclasses.replace(made, name=name, config=config, epochs=epochs, gradients=gradients)


def put(folder: Path, errors: Mapping[str, tuple[float, float]]) -> None:
    """Ship a run of each network with these training and test errors."""
    for network, (train, test) in errors.items():
        made = record(network, train, test)
        made.save(folder / "cifar10" / f"{made.name}{shipped_runs.SUFFIX}")


def put_network(folder: Path, network: str, counts: np.ndarray | None) -> None:
    """Ship weights whose card says that they know CIFAR-10, and what they mistake of it."""
    classifier = models.load(shipped_checkpoint(f"{network}-digits-seed0"))
    classifier.classes = DATA_SETS["cifar10"].classes
    classifier.card |= {"data": "cifar10-jpeg"}
    if counts is not None:
        classifier.card["confusion"] = counts.tolist()
    classifier.save(folder / "cifar10" / f"{NAME.format(network)}.safetensors")
