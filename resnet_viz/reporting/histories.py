"""Recorded runs as the tidy frames that the charts take."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

import pandas as pd

from resnet_viz.reporting import run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_labels import AnyRun, Recorded
from resnet_viz.runs import Record, Run
from resnet_viz.runs.foreign_logs.log import ForeignLog
from resnet_viz.training.recipes import RECIPES


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


def of_lines(
    lines: Mapping[str, Iterable[AnyRun]], epochs_of: Callable[[list[str]], pd.DataFrame]
) -> pd.DataFrame:
    """What `epochs` gives, in one go for any number of runs.

    Args:
        epochs_of: reads the epochs of runs by their ids, with a column ``run_id``; records and
            logs have theirs with them.
    """
    members = [(label, run) for label, runs in lines.items() for run in runs]
    if not members:
        return pd.DataFrame()
    ids = list(dict.fromkeys(run.id for _, run in members if isinstance(run, Run)))
    read = [epochs_of(ids)] if ids else []
    records = {id(run): run for _, run in members if not isinstance(run, Run)}
    read += [run.epochs.assign(run_id=str(key)) for key, run in records.items()]
    facts = pd.DataFrame(
        {
            "label": [label for label, _ in members],
            "run": [run.name for _, run in members],
            "run_id": [run.id if isinstance(run, Run) else str(id(run)) for _, run in members],
            **_networks([run for _, run in members]),
        }
    )
    # Of a run that was deleted in the meantime nothing is read, and it has no line.
    frame = facts.merge(pd.concat(read, ignore_index=True), on="run_id").drop(columns="run_id")
    return frame.assign(
        train_error=100 - frame["train_accuracy"], test_error=100 - frame["test_accuracy"]
    )


def _networks(runs: Sequence[AnyRun]) -> dict[str, list[object]]:
    """Family, depth and seed of each; None where a log of another program does not say them."""
    known = [
        (run.residual, None, None)
        if isinstance(run, ForeignLog)
        else (run.config.network.is_residual, run.config.network.depth, run.config.seed)
        for run in runs
    ]
    return dict(
        zip(("residual", "depth", "seed"), map(list, zip(*known, strict=True)), strict=True)
    )


def last(history: pd.DataFrame) -> pd.DataFrame:
    """One row a line of `of_lines`: its last errors, over its runs; NaN where a log has none."""
    errors = ["train_error", "test_error"]
    at_end = history.groupby(["label", "run"], sort=False)[errors].last()
    return at_end.groupby("label", sort=False).mean().reset_index()


def ended_early(history: pd.DataFrame) -> str:
    """Which means of several seeds end before the longest of their runs; empty if none does.

    Args:
        history: as `epochs` gives it.
    """
    said = []
    for label, runs in history.groupby("label", sort=False) if len(history) else ():
        last = runs.groupby("run")["epoch"].max()
        if early := int((last < last.max()).sum()):
            verb = "ends" if early == 1 else "end"
            said.append(
                f"{literal(str(label))}: {early} of {len(last)} runs {verb} early, so their mean "
                f"ends at epoch {last.min():g} instead of {last.max():g}."
            )
    return " ".join(said)


def ends(groups: Mapping[str, Iterable[Record]]) -> pd.DataFrame:
    """One row a run: its errors (%) after the last epoch that it has.

    ``architecture`` is empty for a network that differs from the table's row, hence from a paper's.
    """
    rows = [
        {
            "label": label,
            "run": record.name,
            "network": run_labels.setting(record.config),
            "architecture": "" if record.config.options else record.config.architecture,
            "residual": record.config.network.is_residual,
            "depth": record.config.network.depth,
            "alike": run_labels.alike(record.config),
            "seed": record.config.seed,
            "epochs": len(record.epochs),
            "of": record.config.epochs,
            "augmented": RECIPES[record.config.recipe].augment,
            "train_error": 100 - record.epochs["train_accuracy"].iloc[-1],
            "test_error": 100 - record.epochs["test_accuracy"].iloc[-1],
        }
        for label, records in groups.items()
        for record in records
        if len(record.epochs)
    ]
    return pd.DataFrame(rows)


def gradients(record: Record) -> pd.DataFrame:
    """The recorded norms with each layer's position and the ratio of gradient to weight."""
    frame = record.gradients
    places, _ = pd.factorize(frame["layer"])  # in the order in which they come
    return frame.assign(position=places, ratio=frame["gradient_norm"] / frame["weight_norm"])
