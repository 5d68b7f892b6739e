"""What networks mistake, in words.

A ``confusion`` is an `analysis.Confusion`, ``worst`` the frame of its ``worst_pairs``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from resnet_viz.home import data_sets
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.wording import several, whole_share

FEW = 3  # class names that stand for all of a network
WORST = 3  # pairs that an alternative text names


def counted(confusion: Any, data: str, *, recorded: bool) -> str:
    """How many of which pictures are right, and whether now or when the checkpoint was made."""
    images = int(confusion.counts.to_numpy().sum())
    how = "counted when the checkpoint was made" if recorded else "counted here"
    right = f"{confusion.accuracy:.1f} % right"
    return f"{right}; {several(images, 'test picture')} of {_title(data)}, {how}."


def pairs(worst: pd.DataFrame, written: Callable[[str], str] = str) -> list[str]:
    """Each of the pairs that are mistaken most, with its share of the true class.

    Args:
        written: makes a class's name fit to stand in Markdown.
    """
    return [
        f"{written(str(row.true))} taken for {written(str(row.predicted))}: {row.share:.1f} % "
        f"({row.images:,})"
        for row in worst.itertuples()
    ] or ["none: it mistakes nothing"]


def matrix_described(label: str, confusion: Any) -> str:
    """What a network's matrix shows, for whoever does not see it."""
    worst = pairs(confusion.worst_pairs(WORST))
    return (
        f"Confusion matrix of {label}, true classes as rows: {confusion.accuracy:.1f} % on the "
        f"diagonal. Worst: {'; '.join(worst)}."
    )


def classes_described(classes: pd.DataFrame) -> str:
    """What the chart of accuracies shows, for whoever does not see it.

    Args:
        classes: of all networks, with the ``label`` of each.
    """
    said = "; ".join(
        f"{label} from {rows['accuracy'].min():.0f} % to {rows['accuracy'].max():.0f} %"
        for label, rows in classes.groupby("label", sort=False)
    )
    return f"Accuracy by class, the hardest class on top: {said}."


def cell(label: str, true: str, predicted: str) -> str:
    """The pictures behind a number of a matrix."""
    return f"of {true} that {label} takes for {predicted}"


def no_pictures(cell: str, count: int) -> str:
    """That a cell is empty, or that its pictures are not on this machine, for Markdown."""
    if not count:
        return f"There are no pictures {literal(cell)}."
    they = "it is" if count == 1 else "they are"
    return f"{several(count, 'picture')} {literal(cell)}; {they} not on this machine."


def pictures_shown(cell: str, count: int, most: int) -> str:
    """How many pictures a cell has, and how many are shown, for Markdown."""
    shown = f", the first {most}" if count > most else ""
    return f"{several(count, 'picture')} {literal(cell)}{shown}"


def trained_on_absent(label: str, data: str) -> str:
    """That the pictures of a network's data are not here, and what to do about it."""
    return (
        f"The test pictures of {_title(data)}, on which {literal(label)} was trained, are not on "
        f"this machine: {_bring([data])}, or choose other test pictures above."
    )


def other_classes(label: str, own: Sequence[str], data: str, theirs: Sequence[str]) -> str:
    """That the pictures chosen are of classes that a network does not know."""
    return (
        f"{literal(label)} knows the classes {_some(own)}, the pictures of {_title(data)} are of "
        f"{_some(theirs)}: choose the pictures that it was trained for."
    )


def absent(data: Sequence[str]) -> str:
    """Why no pictures can be shown of any network, and what to do about it, for Markdown."""
    names = list(dict.fromkeys(data))
    titles = " and of ".join(map(_title, names))
    return (
        f"The test pictures of {titles} are not on this machine, so that none can be shown of a "
        f"number: {_bring(names)}."
    )


def finding(found: Sequence[tuple[str, Any]]) -> str:
    """How often each network is right, and on which class they differ most, for Markdown.

    Args:
        found: the label and the confusion of each.
    """
    (first_label, first_one), *others = found
    text = f"{literal(first_label)} is right on {first_one.accuracy:.1f} %"
    for label, one in others:
        text += f" and {literal(label)} on {one.accuracy:.1f} %"
    text += " of the test pictures"
    confusions = [one for _, one in found]
    if len(confusions) == 2 and confusions[0].classes == confusions[1].classes:
        first, second = (one.per_class()["accuracy"] for one in confusions)
        apart = (first - second).abs()
        if apart.max() > 0:
            place = int(apart.argmax())
            name = literal(confusions[0].classes[place])
            shares = " against ".join(f"{whole_share(one[place])} %" for one in (first, second))
            text += f"; they differ most on {name}, {shares}"
    return f"{text}."


def compared(found: Sequence[tuple[str, Any]]) -> str:
    """What follows from the numbers of one network or two: the label and the confusion of each."""
    said = [f"{literal(label)} is right on {one.accuracy:.1f} %." for label, one in found]
    for label, one in found:
        counts = one.counts.to_numpy()
        taken, fair = counts.sum(axis=0), counts.sum() / len(counts)
        if taken.max() > 2 * fair:
            name = literal(one.classes[int(taken.argmax())])
            share = whole_share(100 * taken.max() / counts.sum())
            said.append(f"{literal(label)} takes {share} % of all pictures for {name}.")
    confusions = [one for _, one in found]
    if len(confusions) == 2 and confusions[0].classes == confusions[1].classes:
        first, second = (one.per_class()["accuracy"] for one in confusions)
        if (first - second).abs().max() > 0:
            place = int((first - second).abs().argmax())
            name = literal(confusions[0].classes[place])
            shares = [f"{whole_share(accuracies[place])} %" for accuracies in (first, second)]
            said.append(f"They differ most on {name}: {' against '.join(shares)}.")
    return " ".join(said)


def _title(data: str) -> str:
    return literal(run_labels.data_title(data))


def _bring(names: Sequence[str]) -> str:
    """What brings data sets onto this machine."""
    folders = " and one named ".join(literal(name) for name in names)
    return (
        f"put a folder named {folders} with them into {data_sets().name} in the folder where this "
        "server keeps its runs"
    )


def _some(classes: Sequence[str]) -> str:
    return ", ".join(map(literal, classes[:FEW])) + (", …" if len(classes) > FEW else "")
