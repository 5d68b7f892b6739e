"""Studies in words and tables: what one would train, how far one has come, what it measured."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from resnet_viz.reporting import engines, run_labels, tables
from resnet_viz.reporting.runs import duration, runs_table
from resnet_viz.runs import Run
from resnet_viz.runs.engines import has_queue
from resnet_viz.runs.run import read_config
from resnet_viz.runs.study_plan import Study, cost
from resnet_viz.runs.study_room import Room
from resnet_viz.runs.study_standing import STATUSES, Standing
from resnet_viz.training.config import RunConfig
from resnet_viz.wording import listed, several

WORDS = {"queued": "waiting", "running": "training"}


def setting(config: RunConfig) -> str:
    """What the seeds of a study's network have in common: its name and what else was changed."""
    return ", ".join([run_labels.setting(config), *run_labels.changes(config).values()])


def cells(configs: Iterable[RunConfig]) -> dict[str, list[RunConfig]]:
    """Runs by setting, each with its seeds."""
    found: dict[str, list[RunConfig]] = {}
    for config in configs:
        found.setdefault(setting(config), []).append(config)
    return found


def planned(
    configs: Sequence[RunConfig], seconds: Callable[[RunConfig], float | None]
) -> pd.DataFrame:
    """A row a setting: its runs, the training images that these see, and how long one takes.

    Args:
        seconds: of one run; None where it is not known.
    """
    rows = []
    for name, members in cells(configs).items():
        one = members[0]
        each = images(one)
        rows.append(
            {
                "network": name,
                "runs": len(members),
                "seeds": seeds(config.seed for config in members),
                "images": None if each is None else each * len(members),
                "seconds each": seconds(one),
            }
        )
    return pd.DataFrame(rows, columns=["network", "runs", "seeds", "images", "seconds each"])


def images(config: RunConfig) -> int | None:
    """Training images that a run sees in all, with repetitions; None where it is not known."""
    from resnet_viz.data.local_sets import row_of
    from resnet_viz.training.plan import Plan

    row = row_of(config.data)
    if row is None or (training := row.training) is None:
        return None
    return tables.images_seen(config, Plan(config, training, config.network.depth).total_steps)


def scaled(
    configs: Sequence[RunConfig], measure: Callable[[RunConfig], float | None]
) -> pd.DataFrame:
    """The same of the run that takes longest alone; all others as `study_plan.cost` compares them.

    Args:
        measure: seconds of one run; None where they are not known.
    """
    if not configs:
        return planned(configs, measure)
    longest = max(configs, key=cost)
    took = measure(longest)
    if took is None:
        return planned(configs, lambda _: None)
    return planned(configs, lambda config: took * cost(config) / cost(longest))


def expected(plan: pd.DataFrame, room: Room | None = None) -> str:
    """How many runs a plan has, what they see and about how long they take, in a sentence.

    Args:
        plan: from `planned`.
        room: that they have; None leaves the time out.
    """
    number = int(plan["runs"].sum())
    if not number:
        return "All of these runs are there already."
    seen = plan["images"].sum() if plan["images"].notna().all() else None
    said = [several(number, "run")]
    if seen is not None:
        said.append(f"{int(seen):,} images seen in all")
    if room and room.at_once and plan["seconds each"].notna().all():
        at_once = min(number, room.at_once)
        took = float((plan["seconds each"] * plan["runs"]).sum()) / at_once
        beside = f", {at_once:,} at once" if at_once > 1 else ""
        where = (
            f"on {engines.title(room.engine)} if its CPUs are as fast as this machine's"
            if has_queue(room.engine)
            else "on this machine"
        )
        said.append(f"about {duration(took)} {where}{beside}")
    return f"{listed(said)}."


def restarting(study: Study) -> str:
    """That the runs of a study go on by themselves, and how often."""
    return (
        f"Each goes on by itself up to {several(study.restarts, 'time')} when the machine that it "
        "trains on is gone."
    )


def doing(standing: Standing) -> str:
    """What a study does now: how many of its runs have ended how, and the time left."""
    counts = standing.counts
    said = [f"{counts['finished']:,} of {several(standing.size, 'run')} finished"]
    said += [
        f"{counts[status]:,} {WORDS.get(status, status)}"
        for status in STATUSES[1:]
        if counts[status]
    ]
    if standing.paused:
        said.append("paused")
    elif standing.is_active and standing.seconds_left is not None:
        said.append(f"{duration(standing.seconds_left)} of training left")
    return " · ".join(said)


def status(standing: Standing) -> str:
    """A word for a study, as runs have one."""
    counts = standing.counts
    if counts["running"]:
        return "running"
    if counts["queued"]:
        return "paused" if standing.paused else "queued"
    for word in ("failed", "interrupted", "stopped"):
        if counts[word]:
            return word
    return "finished"


def in_one_list(found: Iterable[Standing], runs: Iterable[Run]) -> list[Standing | Run]:
    """Studies and the runs that belong to none, newest first."""
    alone = [run for run in runs if run.study is None]
    return sorted([*found, *alone], key=lambda entry: entry.created, reverse=True)


def table(entries: Sequence[Standing | Run], runs: Sequence[Run]) -> pd.DataFrame:
    """One row a study or run: what it is, how far it has come, and a run's errors in per cent.

    Args:
        runs: all that are known, newest first.
    """
    alone = [entry for entry in entries if isinstance(entry, Run)]
    members = [run for run in runs if run.study is not None]
    frame = runs_table(alone, members)
    if len(alone) == len(entries):
        return frame
    found = [entry for entry in entries if isinstance(entry, Standing)]
    rows = pd.DataFrame(
        {
            "run": [each.name for each in found],
            "network": [doing(each) for each in found],
            "data": [run_labels.data_title(each.study.data) for each in found],
            "recipe": [each.study.recipe for each in found],
            "seed": [seeds(each.study.seeds) for each in found],
            "status": [status(each) for each in found],
            "progress": [100 * each.share for each in found],
            "training error": [None] * len(found),
            "test error": [None] * len(found),
            "started": [each.created for each in found],
        }
    )
    if alone:
        frame["seed"] = [None if seed is None else str(seed) for seed in frame["seed"]]
        rows = pd.concat([rows.dropna(axis="columns", how="all"), frame], ignore_index=True)
        rows = rows[list(frame.columns)]
    place = {id(entry): number for number, entry in enumerate([*found, *alone])}
    return rows.iloc[[place[id(entry)] for entry in entries]].reset_index(drop=True)


def seeds(values: Iterable[int]) -> str:
    """Seeds in a few letters: ``0 – 4``, or with commas where they do not follow one another."""
    found = sorted(set(values))
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]} – {found[-1]}"
    return ", ".join(map(str, found))


def members(rows: Sequence[Any]) -> pd.DataFrame:
    """Every number of a study, a row a run: what it is, and where it stands.

    Args:
        rows: from ``Studies.members``.

    Returns:
        Columns run, setting, architecture, depth, residual, options (as JSON), data, recipe,
        epochs, batch_size, learning_rate, weight_decay, seed, status, epoch, step, seconds,
        train_loss, test_loss, train_error, test_error (per cent, after the last epoch).
    """
    facts: dict[str, dict[str, Any]] = {}
    found = []
    for row in rows:
        values = json.loads(row.config)
        seed = values.pop("seed")
        values.pop("threads")
        key = json.dumps(values, sort_keys=True)
        if key not in facts:
            facts[key] = _facts(read_config(row.config))
        found.append(
            {
                "run": row.name,
                **facts[key],
                "seed": seed,
                "status": row.status,
                "epoch": row.epoch,
                "step": row.step,
                "seconds": row.seconds,
                "train_loss": row.train_loss,
                "test_loss": row.test_loss,
                "train_error": _error(row.train_accuracy),
                "test_error": _error(row.test_accuracy),
            }
        )
    return pd.DataFrame(found, columns=COLUMNS).astype(
        dict.fromkeys(("train_loss", "test_loss", "train_error", "test_error"), "float64")
    )


COLUMNS = (
    *("run", "setting", "architecture", "depth", "residual", "options", "data", "recipe"),
    *("epochs", "batch_size", "learning_rate", "weight_decay", "seed", "status", "epoch", "step"),
    *("seconds", "train_loss", "test_loss", "train_error", "test_error"),
)


def _facts(config: RunConfig) -> dict[str, Any]:
    return {
        "setting": setting(config),
        "architecture": config.architecture,
        "depth": config.network.depth,
        "residual": config.network.is_residual,
        "options": json.dumps(dict(config.options), sort_keys=True),
        "data": run_labels.data_title(config.data),
        "recipe": config.recipe,
        "epochs": config.epochs,
        "batch_size": config.batch_size,
        "learning_rate": config.learning_rate,
        "weight_decay": config.weight_decay,
    }


def _error(accuracy: float | None) -> float | None:
    return None if accuracy is None else 100 - accuracy


def deleted(standing: Standing) -> str:
    """What goes with a study that is deleted."""
    runs = "its run" if standing.size == 1 else f"its {several(standing.size, 'run')}"
    return (
        f"{standing.name}: the study and {runs} will be gone, with their curves, gradient norms "
        "and checkpoints."
    )
