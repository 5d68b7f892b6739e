"""What runs are called, and which of them belong together."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from resnet_viz.data import local_sets
from resnet_viz.data.registry import COPIES
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.options import OPTIONS
from resnet_viz.runs import Record, Run
from resnet_viz.runs.foreign_logs.log import ForeignLog
from resnet_viz.training.config import Option, RunConfig
from resnet_viz.training.recipes import DEFAULT, RECIPES
from resnet_viz.wording import listed, several, trained_on

# What a run may change in its recipe, as a label says it.
CHANGES: dict[str, Callable[[Any], str]] = {
    "epochs": lambda number: several(number, "epoch"),
    "batch_size": "batches of {}".format,
    "learning_rate": "learning rate {:g}".format,
    "weight_decay": "weight decay {:g}".format,
}

Recorded = TypeVar("Recorded", Record, Run)
RunOrRecord = Record | Run
AnyRun = RunOrRecord | ForeignLog


def setting(config: RunConfig) -> str:
    """What runs that differ only by their seed have in common, as a legend names it."""
    return titled(config.network, config.options)


def titled(network: Architecture, options: Mapping[str, Option]) -> str:
    """A network's title with the options that set it apart from its row of the table."""
    labels = [OPTIONS[name].labelled(value) for name, value in options.items()]
    return " · ".join([network.title, *labels])


def changes(config: RunConfig) -> dict[str, str]:
    """What the run changed in its recipe, in words by the setting's name."""
    recipe = RECIPES[config.recipe]
    return {
        name: said(getattr(config, name))
        for name, said in CHANGES.items()
        if getattr(config, name) != getattr(recipe, name)
    }


def training(config: RunConfig) -> str:
    """The recipe, and what the run changed in it; empty for ``quick`` as it is."""
    recipe = [] if config.recipe == DEFAULT else [config.recipe]
    return ", ".join([*recipe, *changes(config).values()])


def described(config: RunConfig, data: str | None = None) -> str:
    """What runs of one group share: ``plain-56 on digits``, and how it was trained.

    Args:
        data: what the run's data are called, where their own name would not tell them apart.
    """
    return ", ".join(filter(None, (_on(config, data), training(config))))


def called(config: RunConfig, data: str | None = None) -> str:
    """A short name for a list: without the recipe."""
    return ", ".join([_on(config, data), *changes(config).values()])


def called_narrowly(config: RunConfig, data: str | None = None) -> str:
    """The same for a chip: without which copy of the data it was, too."""
    copy = COPIES.get(config.data)
    return called(config, copy.short_title if copy else data)


def _on(config: RunConfig, data: str | None) -> str:
    return trained_on(setting(config), data or data_title(config.data))


def alike(config: RunConfig) -> str:
    """All of a run but its seed, depth and shortcuts: runs with the same can be compared by these.

    A shortcut other than the architecture's own is an option, which sets a run apart.
    """
    options = [f"{name} {value}" for name, value in config.options.items()]
    return " · ".join([local_sets.resolved(config.data), training(config), *options])


def group(
    records: Iterable[Recorded], name: Callable[[RunConfig, str], str] = called
) -> dict[str, list[Recorded]]:
    """Records or runs by setting, data and recipe: ``plain-56 on digits`` and its seeds.

    A group has its short name where that is its own, or else all that sets it apart. Two folders
    of one name are different data.

    Args:
        name: gives the short name of a run on data that are called so.
    """
    placed = [(record, local_sets.resolved(record.config.data)) for record in records]
    titles = local_sets.titles(place for _, place in placed)
    groups: dict[str, list[Recorded]] = {}
    short: dict[str, str] = {}
    for record, place in placed:
        label = described(record.config, titles[place])
        groups.setdefault(label, []).append(record)
        short.setdefault(label, name(record.config, titles[place]))
    times = Counter(short.values())
    return {
        short[label] if times[short[label]] == 1 else label: members
        for label, members in groups.items()
    }


def in_order(runs: Iterable[Run]) -> list[Run]:
    """The runs newest first, as they come, but those of a pair as the pair has them: left first."""
    pairs: dict[str, list[Run]] = {}
    for run in runs:
        pairs.setdefault(run.pair or run.id, []).insert(0, run)
    return [run for together in pairs.values() for run in together]


def of_the_table(records: Iterable[Recorded]) -> list[Recorded]:
    """Those of networks as the table of architectures has them, without other options."""
    return [record for record in records if not record.config.options]


def recipes(records: Iterable[Recorded]) -> str:
    """The recipes of some runs, for Markdown."""
    return listed([f"*{name}*" for name in dict.fromkeys(r.config.recipe for r in records)])


def data_title(name: str) -> str:
    """A data set's short name: a folder's own name without the way there."""
    return local_sets.title(name)
