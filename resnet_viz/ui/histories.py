"""Recorded runs as the tidy frames that the charts take."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import TypeVar

import pandas as pd

from resnet_viz.runs import Record, Run
from resnet_viz.training.config import RunConfig
from resnet_viz.training.recipes import RECIPES

# What people call the data sets that a run names; a folder goes by its own name.
DATA_TITLES = {
    "digits": "digits",
    "cifar10": "CIFAR-10",
    "cifar10-jpeg": "CIFAR-10, JPEG copy",
}
# What a run may change in its recipe, as a label says it.
CHANGES = {
    "epochs": "{} epochs",
    "batch_size": "batches of {}",
    "learning_rate": "learning rate {:g}",
    "weight_decay": "weight decay {:g}",
}

Recorded = TypeVar("Recorded", Record, Run)


def setting(config: RunConfig) -> str:
    """What runs that differ only by their seed have in common, as a legend names it."""
    options = [
        str(value) if isinstance(value, str) else f"{name} {value}"
        for name, value in config.options.items()
    ]
    return " · ".join([config.network.title, *options])


def described(config: RunConfig) -> str:
    """What runs of one group share: ``plain-56 on digits``, its recipe, and changes in that."""
    recipe = RECIPES[config.recipe]
    changes = [
        text.format(getattr(config, name))
        for name, text in CHANGES.items()
        if getattr(config, name) != getattr(recipe, name)
    ]
    named = [] if config.recipe == "quick" else [config.recipe]
    return ", ".join([f"{setting(config)} on {data_title(config.data)}", *named, *changes])


def group(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records by setting, data and recipe: ``plain-56 on digits`` and its seeds."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(described(record.config), []).append(record)
    return groups


def data_title(name: str) -> str:
    """A data set's short name: a folder's own name without the way there."""
    short = name.rstrip("/").rsplit("/", 1)[-1]
    return DATA_TITLES.get(short, short)


def epochs(
    groups: Mapping[str, Iterable[Recorded]],
    read: Callable[[Recorded], pd.DataFrame] = attrgetter("epochs"),
) -> pd.DataFrame:
    """One row an epoch and run, as `charts.curves` takes it, errors included."""
    frame = steps(groups, read)
    if frame.empty:
        return frame
    return frame.assign(
        train_error=100 - frame["train_accuracy"], test_error=100 - frame["test_accuracy"]
    )


def steps(
    groups: Mapping[str, Iterable[Recorded]],
    read: Callable[[Recorded], pd.DataFrame] = attrgetter("steps"),
) -> pd.DataFrame:
    """One row a recorded step and run: the training loss."""
    frames = [
        read(record).assign(
            label=label,
            run=record.name,
            residual=record.config.network.is_residual,
            depth=record.config.network.depth,
            seed=record.config.seed,
        )
        for label, records in groups.items()
        for record in records
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def gradients(record: Record) -> pd.DataFrame:
    """The recorded norms with each layer's position and the ratio of gradient to weight."""
    frame = record.gradients
    places = {layer: place for place, layer in enumerate(dict.fromkeys(frame["layer"]))}
    return frame.assign(
        position=frame["layer"].map(places), ratio=frame["gradient_norm"] / frame["weight_norm"]
    )
