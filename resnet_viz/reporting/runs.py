"""What a run or a pair of runs is, does and came to, in words and as a table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from resnet_viz.data import DATA_SETS, registry
from resnet_viz.models.options import OPTIONS
from resnet_viz.reporting import engines, histories, run_labels, tables
from resnet_viz.reporting.live import waiting
from resnet_viz.runs import Record, Run
from resnet_viz.training.config import RunConfig
from resnet_viz.training.recipes import DEFAULT, PAPER, RECIPES
from resnet_viz.wording import listed, several

HARD = ("plain56", "digits", DEFAULT)  # network, data and recipe of what hardly trains


def difference(left: RunConfig, right: RunConfig) -> str:
    """What sets the two runs of a pair apart, in a sentence; they share data, seed and recipe."""
    by = sets_apart(left, right)
    if not by:
        return "The two runs differ by nothing: choose another network for one of them."
    alone = " alone" if len(by) == 1 else ""
    return f"Same data, seed and recipe: the two differ by {listed(by)}{alone}."


def sets_apart(left: RunConfig, right: RunConfig) -> list[str]:
    """What of their networks is not the same, and whether they start from the same weights."""
    networks = vars(left.network), vars(right.network)
    by = [row.part for name, row in OPTIONS.items() if networks[0][name] != networks[1][name]]
    by = list(filter(None, by))
    by += ["what they start from"] if left.start != right.start else []
    return list(dict.fromkeys(by))


def changed_recipe(recipe: str, settings: Mapping[str, Any]) -> str:
    """What the recipe is, and what was changed in it, for which its sentence does not speak."""
    row = RECIPES[recipe]
    changed = [
        said(settings[name])
        for name, said in run_labels.CHANGES.items()
        if settings[name] != getattr(row, name)
    ]
    if not changed:
        return row.sentence
    return f"{row.sentence} That is the recipe as it stands; changed here: {', '.join(changed)}."


def duration(seconds: float) -> str:
    """Seconds in words: 40 s, 3 min, 5.5 h."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def fate(records: Sequence[Record]) -> str:
    """Whether a network that was trained with several seeds overfits, or does not train at all."""
    config = records[0].config
    network, data = run_labels.setting(config), run_labels.data_title(config.data)
    ends = histories.ends({network: records})
    training, test = (tables.spread(list(ends[f"{split}_error"])) for split in ("train", "test"))
    seeds = f", over {len(records)} seeds," if len(records) > 1 else ""
    said = (
        f"Trained on {data}, {network} ends{seeds} at {training} % error on the *training* data "
        f"and at {test} % on the test data"
    )
    if 2 * ends["train_error"].mean() < ends["test_error"].mean():
        return f"{said}: most of its errors are on pictures that it has not seen."
    return f"{said}, so it does not overfit; it fails to train."


def noticed(records: Iterable[Record]) -> str:
    """What to know of runs: what became of the network that is hard to train, if that is recorded.

    Args:
        records: of any networks.
    """
    hard = [
        record
        for record in run_labels.of_the_table(records)
        if (record.config.architecture, record.config.data, record.config.recipe) == HARD
    ]
    return " ".join(
        [
            *([fate(hard)] if hard else []),
            "The same seed gives the same numbers only on one kind of processor: other roundings "
            "lead elsewhere. A run is a process of its own: reload or close this page, and it goes "
            "on.",
        ]
    )


def unlike_paper() -> str:
    """Which recipe is the paper's experiment, and which is not, for Markdown."""
    return (
        f"The recipe *{DEFAULT}* on the digits is not the paper's experiment; the recipe *{PAPER}* "
        f"on {DATA_SETS[registry.PAPER].title} is."
    )


def doing(run: Run) -> str:
    """What the run does now, or how it ended."""
    if run.is_stopping:
        return f"stopping: {'it still loads' if run.is_starting else 'it ends its step and saves'}"
    if run.is_starting and run.data_read is not None:
        return f"reading the pictures: {run.data_read:.0%}"
    if run.is_starting:
        return f"starting{' again' if run.step else ''}: loading PyTorch and the data"
    images = run.latest["images_per_second"]
    speed = f" · {images:,.0f} images/s" if images else ""
    left = f" · {duration(run.seconds_left)} left" if run.seconds_left else ""
    last = f"{speed} in the last epoch" if speed else ""
    epoch = f"epoch {run.epoch_under_way} of {run.config.epochs}"
    texts = {
        "queued": "waiting for a free slot",
        "running": f"in {epoch}{speed}{left}",
        "finished": f"finished after {several(run.epoch, 'epoch')}, "
        f"{duration(run.seconds)} of training{last}",
    }
    return texts.get(run.status, f"{run.status} in {epoch}")


def button_label(verb: str, some: Sequence[Run], shown: Sequence[Run]) -> str:
    """What a button does to some of the runs shown: ``Stop``, ``Stop both``, ``Stop plain-56``."""
    if len(shown) == 1:
        return verb
    if len(some) == 1:
        return f"{verb} {run_labels.setting(some[0].config)}"
    return f"{verb} both" if len(some) == 2 else f"{verb} all {len(some)}"


def runs_table(runs: Sequence[Run], others: Sequence[Run] = ()) -> pd.DataFrame:
    """One row a run: what it is, how far it has come, and its errors in per cent.

    Why some wait, and why some cannot be read, has a column only where there are such.

    Args:
        others: runs without a row, for which these may wait.
    """
    queued = {run.id for run in runs}
    line = {name: said for name, said in waiting([*runs, *others]).items() if name in queued}
    configs = [run.known_config for run in runs]
    reasons = {"error": [None if run.is_readable else run.error for run in runs]}
    return pd.DataFrame(
        {
            "run": [run.name for run in runs],
            "network": [config and run_labels.setting(config) for config in configs],
            "data": [config and run_labels.data_title(config.data) for config in configs],
            "recipe": [config and config.recipe for config in configs],
            "seed": [config and config.seed for config in configs],
            "engine": [engines.title(run.engine) for run in runs],
            "status": [run.status for run in runs],
            **({"waits": [line.get(run.id) for run in runs]} if line else {}),
            "progress": [100 * run.progress for run in runs],
            "training error": [_error(run.latest["train_accuracy"]) for run in runs],
            "test error": [_error(run.latest["test_accuracy"]) for run in runs],
            "started": [run.started for run in runs],
        }
        | (reasons if None in configs else {})
    )


def _error(accuracy: float | None) -> float | None:
    return None if accuracy is None else 100 - accuracy
