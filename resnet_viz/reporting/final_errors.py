"""What a study comes to: final errors over depth, or over whatever else it varies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.options import OPTIONS
from resnet_viz.models.published import cifar10_test_error
from resnet_viz.reporting import tables
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.studies import seeds
from resnet_viz.wording import listed, several

DEPTH = "depth"
FAMILIES = {False: "plain", True: "residual"}
# Setting of a run that a study may vary -> what an axis calls it.
SETTINGS = {
    "epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate": "learning rate",
    "weight_decay": "weight decay",
}
SPLITS = ("train", "test")
MOST_SAID = 4  # lines in a sentence


@dataclass(frozen=True)
class Axis:
    """What may stand on the horizontal axis.

    Attributes:
        name: of the column that `with_varied` gives it.
        title: what the axis is called.
    """

    name: str
    title: str


def with_varied(numbers: pd.DataFrame) -> tuple[pd.DataFrame, list[Axis]]:
    """A study's numbers with a column for each thing that it varies, and these things.

    Args:
        numbers: from `studies.members`.

    Returns:
        Depth comes first, if it varies; of an option every network has a value, such as a plain
        net ``none`` for its shortcut, in words.
    """
    options = [json.loads(text) for text in numbers["options"]]
    frame, axes = numbers.copy(), []
    if numbers[DEPTH].nunique() > 1:
        axes.append(Axis(DEPTH, DEPTH))
    named = {name for chosen in options for name in chosen}
    for name in (option for option in OPTIONS if option in named):
        usual = [getattr(ARCHITECTURES[row], name) for row in numbers["architecture"]]
        values = [chosen.get(name, own) for chosen, own in zip(options, usual, strict=True)]
        frame[name] = [_said(value) for value in values]
        if frame.groupby("residual")[name].nunique().max() > 1:
            axes.append(Axis(name, OPTIONS[name].title.lower()))
    for name, title in SETTINGS.items():
        if numbers[name].nunique() > 1:
            axes.append(Axis(name, title))
    return frame, axes or [Axis(DEPTH, DEPTH)]


def points(frame: pd.DataFrame, axes: Sequence[Axis], x: str) -> pd.DataFrame:
    """The final errors of finished runs by what is on the axis, a row a line and place.

    Args:
        frame, axes: from `with_varied`.
        x: the name of one of the axes.

    Returns:
        Columns line (its name), residual, depth (of its shallowest network), x, place (0, 1, … in
        the order of the axis, or the depth itself), runs (finished), of (all that were asked for),
        and for each split ``train``, ``train_least``, ``train_largest``, ``test``, … in per cent;
        NaN where no run has finished.
    """
    apart = [axis for axis in axes if axis.name != x]
    lines = frame["residual"].map(FAMILIES)
    for axis in apart:
        said = frame[axis.name].map(str)
        words = {DEPTH: "{}", "epochs": "{} epochs", "batch_size": "batches of {}"}
        form = words.get(axis.name, "{}" if axis.name in OPTIONS else f"{axis.title} {{}}")
        # What a line cannot differ in from its family's others is left out of its name.
        varies = frame.groupby("residual")[axis.name].transform("nunique") > 1
        joint = "-" if axis.name == DEPTH else " · "
        lines = lines.where(~varies, lines + joint + said.map(form.format))
    order = _order(frame[x])
    rows = []
    for (line, residual, at), group in frame.assign(line=lines).groupby(
        ["line", "residual", x], sort=False
    ):
        done = group[(group["status"] == "finished") & group["test_error"].notna()]
        row: dict[str, Any] = {
            "line": line,
            "residual": residual,
            "depth": group["depth"].min(),
            "x": at,
            "place": at if x == DEPTH else order.index(at),
            "runs": len(done),
            "of": len(group),
        }
        for split in SPLITS:
            errors = done[f"{split}_error"]
            row |= {split: errors.mean(), f"{split}_least": errors.min()}
            row |= {f"{split}_largest": errors.max()}
        rows.append(row)
    return pd.DataFrame(rows).sort_values(["residual", "depth", "line", "place"], ignore_index=True)


def finding(shown: pd.DataFrame, axis: Axis) -> str:
    """Where the training error of each line is least and what it is at the end, for Markdown.

    Args:
        shown: from `points`.
    """
    known: list[Any] = shown[shown["runs"] > 0].to_dict("records")
    if not known:
        return "None of these runs has finished: each point comes with the first run that has."
    if len({row["place"] for row in known}) == 1:
        errors = [f"{literal(row['line'])} {row['train']:.1f} %" for row in known]
        return f"Training error at {_at(known[0]['x'], axis)}: {', '.join(errors)}."
    said = []
    for line in dict.fromkeys(row["line"] for row in known):
        rows = [row for row in known if row["line"] == line]
        first, last = rows[0], rows[-1]
        least = min(rows, key=lambda row: row["train"])
        low = f"{least['train']:.1f} % at {_at(least['x'], axis)}"
        if axis.name != DEPTH:
            most = max(rows, key=lambda row: row["train"])
            course = f"from {low} to {most['train']:.1f} % at {_at(most['x'], axis)}"
        elif least is last:
            course = f"from {first['train']:.1f} % at {_at(first['x'], axis)} down to {low}"
        else:
            course = f"from {low} up to {last['train']:.1f} % at {_at(last['x'], axis)}"
        said.append(f"{literal(line)} {course}")
    more = f", and {several(len(said) - MOST_SAID, 'other line')}" if len(said) > MOST_SAID else ""
    return f"Training error: {'; '.join(said[:MOST_SAID])}{more}."


def table(frame: pd.DataFrame, *, on_paper_data: bool) -> pd.DataFrame:
    """The paper's error beside those measured here, a row a setting.

    Args:
        frame: from `studies.members`.
        on_paper_data: whether it is the paper's data that the runs were trained on.
    """
    rows = []
    for setting, group in frame.groupby("setting", sort=False):
        done = group[(group["status"] == "finished") & group["test_error"].notna()]
        one = group.iloc[0]
        paper = cifar10_test_error(one["architecture"]) if one["options"] == "{}" else "–"
        rows.append(
            {
                "network": setting,
                "depth": one["depth"],
                "here: training (%)": _spread(done["train_error"]),
                "here: test (%)": _spread(done["test_error"]),
                "paper: CIFAR-10 test": paper,
                "recipe": one["recipe"],
                "epochs": one["epochs"],
                "seeds": seeds(done["seed"]) if len(done) else "",
                "runs": f"{len(done)} of {len(group)}",
                "residual": bool(one["residual"]),
            }
        )
    made = pd.DataFrame(rows).sort_values(["residual", "depth"], kind="stable", ignore_index=True)
    if on_paper_data:
        made = made.rename(columns={"paper: CIFAR-10 test": "paper: test"})
    return made.drop(columns="residual")


def described(shown: pd.DataFrame, axis: Axis, data: str) -> str:
    """What the chart shows, for whoever does not see it."""
    known = shown[shown["runs"] > 0]
    said = "; ".join(
        f"{row.line} at {_at(row.x, axis)}: training {row.train:.1f} %, test {row.test:.1f} %"
        for row in known.head(40).itertuples()
    )
    return f"Final training and test error over {axis.title} on {data}. {said}."


def under_way(shown: pd.DataFrame) -> str:
    """Which points are not those of all their seeds; empty where all are."""
    waiting = shown[(shown["runs"] < shown["of"])]
    if waiting.empty:
        return ""
    part, none = int((waiting["runs"] > 0).sum()), int((waiting["runs"] == 0).sum())
    said = []
    if part:
        said.append(f"{several(part, 'point')} of fewer seeds than asked for, drawn hollow")
    if none:
        said.append(f"{several(none, 'point')} still without a finished run")
    return f"{listed(said)}."


def hints() -> Mapping[str, str]:
    """What the numbers of the chart are."""
    return {
        "training": "Training error is the mean over the last epoch, while the weights change; "
        "test error is measured after it.",
        "band": "A point is the mean of the seeds, its band goes from the least to the largest.",
    }


def _at(x: Any, axis: Axis) -> str:
    if axis.name == DEPTH:
        return f"{x} layers"
    form = {"epochs": "{} epochs", "batch_size": "batches of {}"}
    other = "{}" if axis.name in OPTIONS else f"{axis.title} {{:g}}"
    return literal(form.get(axis.name, other).format(x))


def _order(values: "pd.Series[Any]") -> list[Any]:
    """The values in the order of an axis: numbers by size, words as they come."""
    found = list(dict.fromkeys(values))
    return sorted(found) if all(isinstance(value, int | float) for value in found) else found


def _said(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return "-".join(map(str, value))
    return str(value) if isinstance(value, bool) else value


def _spread(errors: "pd.Series[float]") -> str:
    return tables.spread(list(errors)) if len(errors) else "–"
