"""Reading: which columns of a log are which curves, in which units, and what is not known."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resnet_viz.runs.foreign_logs.meanings import AXES, Meaning, axis, meaning
from resnet_viz.runs.foreign_logs.table import LogError, LoggedTable
from resnet_viz.wording import listed

# What a curve can be of -> how it is called.
CURVES = {
    "train_loss": "training loss",
    "test_loss": "test loss",
    "train_accuracy": "training accuracy",
    "test_accuracy": "test accuracy",
    "train_error": "training error",
    "test_error": "test error",
}
UNITS = {"percent": "per cent", "share": "shares from 0 to 1"}
COUNTS = {"step": "optimiser steps", "epoch": "epochs"}
FIRST_EPOCHS = (0, 1)
MOST_POINTS = 20_000  # rows that are kept
NONE = "none"  # in place of a column: this curve is left out
# Keras's callback for TensorBoard counts epochs as steps where a tag begins so.
KERAS_EPOCH = "epoch_"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a log is read.

    Attributes:
        columns: the column of each curve.
        unit: of accuracies and errors, of ``UNITS``.
        counts: what the log's only axis counts, of ``COUNTS``; not asked where it has both.
        first_epoch: what the log calls the first epoch, 0 or 1.
        told: which of these a person has said.
        unplaced: columns that do not say whether they are of training or of test data.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    counts: str | None = None
    first_epoch: int | None = None
    told: frozenset[str] = frozenset()
    unplaced: tuple[str, ...] = ()

    def with_told(self, **told: object) -> "Reading":
        """The same with what a person says; None says nothing. Columns add to those known."""
        said = {name: value for name, value in told.items() if value is not None}
        columns = dict(self.columns) | dict(said.pop("columns", {}))  # type: ignore[call-overload]
        kept = {curve: column for curve, column in columns.items() if column != NONE}
        return dataclasses.replace(
            self,
            columns=kept,
            unplaced=tuple(name for name in self.unplaced if name not in columns.values()),
            told=self.told | said.keys() | {c for c in kept if self.columns.get(c) != kept[c]},
            **said,  # type: ignore[arg-type]
        )


def recognised(table: LoggedTable) -> Reading:
    """What the names of a log's columns and its numbers say, and no more."""
    names = [str(name) for name in table.values]
    known = [found for name in names if (found := meaning(name))]
    # Keras calls training data's columns "loss" and test data's "val_loss".
    paired = {found.quantity for found in known if found.split == "test"} - {
        found.quantity for found in known if found.split == "train"
    }
    columns: dict[str, str] = {}
    unplaced = []
    for found in sorted(known, key=lambda found: found.extra):
        split = found.split or ("train" if found.quantity in paired else "")
        if split:
            columns.setdefault(f"{split}_{found.quantity}", found.column)
        else:
            unplaced.append(found.column)
    for split in ("train", "test"):
        if f"{split}_accuracy" in columns:  # of which the error follows
            columns.pop(f"{split}_error", None)
    return Reading(
        columns=columns,
        unit=_unit(table.values, columns, known),
        counts=_counts(table.values, columns),
        first_epoch=_first_epoch(table.values),
        unplaced=tuple(unplaced),
    )


def has_both(table: LoggedTable) -> bool:
    """Whether a log counts epochs and optimiser steps."""
    return all(_column(table.values, kind) is not None for kind in ("epoch", "step"))


def missing(table: LoggedTable, reading: Reading) -> list[str]:
    """What has to be told before the log can be read, of the names of Reading's attributes."""
    asked = []
    if not reading.columns:
        asked.append("columns")
    if reading.unit is None and any(not curve.endswith("loss") for curve in reading.columns):
        asked.append("unit")
    if reading.counts is None and not has_both(table):
        asked.append("counts")
    return asked


def question(table: LoggedTable, asked: str) -> str:
    """What a log leaves open, as a sentence that says what can be told."""
    if asked == "columns":
        names = [str(name) for name in table.values]
        return (
            "No column says that it is the loss, the accuracy or the error of training or of test "
            f"data; the log has {_some(names)}: tell which one is."
        )
    if asked == "unit":
        return "Its errors are never above 1: tell whether they are per cent or shares."
    return "Its rows do not say what they count: tell whether they are epochs or optimiser steps."


def assumptions(table: LoggedTable, reading: Reading) -> list[str]:
    """What is taken to be so without having been told, a clause each, and what was left out."""
    said = []
    for curve, column in reading.columns.items():
        if curve not in reading.told and column.replace("/", "_") != curve:
            said.append(f"{column} is the {CURVES[curve]}")
    scores = [curve for curve in reading.columns if not curve.endswith("loss")]
    if scores and "unit" not in reading.told and reading.unit:
        kinds = listed(sorted({_plural(curve) for curve in scores}))
        said.append(f"{kinds} are {UNITS[reading.unit]}")
    named = reading.counts and _column(table.values, reading.counts) is not None
    if reading.counts and not named and "counts" not in reading.told:
        said.append(f"its rows count {COUNTS[reading.counts]}")
    if reading.first_epoch == 0 and "first_epoch" not in reading.told:
        said.append("its first epoch is called 0")
    if reading.unplaced:
        are = "do" if len(reading.unplaced) > 1 else "does"
        said.append(
            f"{listed(reading.unplaced)} {are} not say of which data and "
            f"{'are' if len(reading.unplaced) > 1 else 'is'} left out"
        )
    return said


def curves(table: LoggedTable, reading: Reading) -> tuple[pd.DataFrame, list[str]]:
    """The log as rows of an epoch's columns, NaN where it says nothing, and what was left out.

    Returns:
        Columns epoch, step, seconds, train_loss, test_loss, train_accuracy and test_accuracy (per
        cent), in the order of time; a fraction of an epoch where the log has several rows in one.

    Raises:
        LogError: if something that has to be told is not, or the numbers cannot be what they are
            said to be.
    """
    if asked := missing(table, reading):
        raise LogError(question(table, asked[0]))
    values = table.values
    if absent := [name for name in reading.columns.values() if name not in values]:
        there = _some([str(name) for name in values])
        raise LogError(f"There is no column {absent[0]!r}: the log has {there}.")
    made = {name: pd.Series(np.nan, values.index) for name in ("train_loss", "test_loss")}
    made |= {name: pd.Series(np.nan, values.index) for name in ("train_accuracy", "test_accuracy")}
    for curve, column in reading.columns.items():
        split, _, quantity = curve.partition("_")
        numbers = values[column]
        if not numbers.notna().any():
            raise LogError(f"{column} holds no number: choose another column.")
        if quantity == "loss":
            made[curve] = numbers
        else:
            made[f"{split}_accuracy"] = _accuracy(column, numbers, quantity, reading.unit)
    rows = pd.DataFrame(made)
    given = list(dict.fromkeys(rows.columns[rows.notna().any()]))
    rows = rows.assign(**_axes(values, reading))
    rows = rows.dropna(subset=given, how="all").dropna(subset=["step", "epoch"], how="all")
    if rows.empty:
        raise LogError("No row of the log says to which epoch or step its numbers belong.")
    moment = "step" if rows["step"].notna().any() else "epoch"
    rows = rows.dropna(subset=[moment]).sort_values(moment, kind="stable")
    notes = []
    if any((rows.groupby(moment)[name].count() > 1).any() for name in given):
        notes.append(f"of several rows of one {moment} the last one is drawn")
    rows = rows.groupby(moment, as_index=False).last()
    if len(rows) > MOST_POINTS:
        notes.append(f"of {len(rows):,} rows {MOST_POINTS:,} are kept, evenly spread")
        rows = rows.iloc[_spread(rows[given])]
    return rows.reset_index(drop=True), notes


def _spread(values: pd.DataFrame) -> list[int]:
    """Numbers of rows that hold as many of each column's values as there is room for."""
    room = MOST_POINTS // values.shape[1]
    kept: set[int] = set()
    for name in values:
        places = np.flatnonzero(values[name].notna())
        chosen = np.linspace(0, len(places) - 1, min(room, len(places))).round().astype(int)
        kept |= {int(place) for place in places[chosen]}
    return sorted(kept)


def _accuracy(column: str, values: pd.Series, quantity: str, unit: str | None) -> pd.Series:
    """In per cent."""
    percent = values * 100 if unit == "share" else values
    low, high = float(percent.min()), float(percent.max())
    if low < 0 or high > 100.0001:
        raise LogError(
            f"{column} goes from {values.min():g} to {values.max():g}, which are no "
            f"{UNITS[unit or 'percent']}: choose another unit or column."
        )
    return percent if quantity == "accuracy" else 100 - percent


def _axes(values: pd.DataFrame, reading: Reading) -> dict[str, pd.Series]:
    """Epoch, step and seconds of each row."""
    found = {kind: _column(values, kind) for kind in AXES}
    step, epoch = found["step"], found["epoch"]
    if reading.counts and (step is None or epoch is None):
        only = step if step is not None else epoch
        if only is None:
            only = pd.Series(np.arange(1.0, len(values) + 1), values.index)
        step, epoch = (only, None) if reading.counts == "step" else (None, only)
    if epoch is not None:
        whole = epoch.dropna() % 1 == 0
        if reading.first_epoch == 0 and whole.all():
            epoch = epoch + 1
        if step is not None and whole.all():
            epoch = _within(epoch, step)
    none = pd.Series(np.nan, values.index)
    seconds = found["seconds"]
    return {
        "epoch": none if epoch is None else epoch,
        "step": none if step is None else step,
        "seconds": none if seconds is None else seconds,
    }


def _within(epoch: pd.Series, step: pd.Series) -> pd.Series:
    """Fractions of epochs: each number of an epoch belongs to the last step that has it."""
    ends = pd.DataFrame({"epoch": epoch, "step": step}).dropna().groupby("epoch")["step"].max()
    if ends.empty or not ends.is_monotonic_increasing:
        return epoch
    start = [0.0] if ends.iloc[0] > 0 and ends.index[0] > 0 else []
    at = [*start, *ends.to_numpy()]
    # Beyond the last known end of an epoch nobody knows how long the next one is.
    within = np.interp(step, at, [*start, *ends.index], left=np.nan, right=np.nan)
    return pd.Series(within, step.index)


def _column(values: pd.DataFrame, kind: str) -> pd.Series | None:
    name = axis(map(str, values), kind)
    return None if name is None else values[name]


def _counts(values: pd.DataFrame, columns: Mapping[str, str]) -> str | None:
    """What the log's only axis counts, where its name, or a tag of Keras's, says so."""
    if any(name.startswith(KERAS_EPOCH) for name in columns.values()):
        return "epoch"
    step, epoch = (axis(map(str, values), kind) for kind in ("step", "epoch"))
    if (step is None) == (epoch is None):
        return None
    if epoch is not None:
        return "epoch"
    # TensorBoard and W&B call whatever they count "step".
    return None if str(step).casefold() in ("step", "_step") else "step"


def _first_epoch(values: pd.DataFrame) -> int | None:
    epoch = _column(values, "epoch")
    if epoch is None or not epoch.notna().any():
        return None
    return 0 if float(epoch.min()) == 0 else 1


def _unit(values: pd.DataFrame, columns: Mapping[str, str], known: Sequence[Meaning]) -> str | None:
    """Of accuracies and errors; an error that is never above 1 can be either."""
    scores = {curve: name for curve, name in columns.items() if not curve.endswith("loss")}
    if not scores:
        return None
    said = {found.column for found in known if found.per_cent}
    most = float(values[[*scores.values()]].max().max())
    if said & {*scores.values()} or most > 1:
        return "percent"
    return "share" if all(curve.endswith("accuracy") for curve in scores) else None


def _some(names: Sequence[str]) -> str:
    shown = list(names[:8])
    return listed([*shown, "others"] if len(names) > len(shown) else shown) or "none"


def _plural(curve: str) -> str:
    return "accuracies" if curve.endswith("accuracy") else "errors"
