"""What is said of networks as they were on the way: when each knew a picture.

``moments`` is a row a network and snapshot, in the order of training: label, residual, epoch (of
the network as it is, too), best (the class that it took the picture for), explained (the class that
the map is for), rather_than (the one that it is compared with, or nothing) and probability (of the
explained one, 0 … 1).
"""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from resnet_viz.reporting.markdown import literal

NOTHING = (
    "Neither network kept snapshots. A run from the page Training keeps its network before the "
    "first epoch and after epochs 1, 2, 4, 8 and so on; plain-20 and ResNet-20 on the digits "
    "come with theirs: choose them in the page's head."
)


def nothing_kept(labels: Iterable[str]) -> str:
    """That a link asks for an epoch of networks of which only the end is there."""
    names = " and ".join(map(literal, dict.fromkeys(labels)))
    return f"{names}: no snapshots were kept on the way; shown is the last state of training."


def where_to_choose(epochs: Sequence[int]) -> str:
    """Where a reader finds the pair as it was."""
    kept = ", ".join(map(str, epochs))
    return (
        f"Under More the networks can be seen as they were after epoch {kept}; 0 is their random "
        "weights."
    )


def question(method: str, moments: pd.DataFrame) -> str:
    """What the strips show, for Markdown.

    Args:
        method: its title.
    """
    asked = moments[["explained", "rather_than"]].drop_duplicates().itertuples(index=False)
    classes = " and ".join(
        f"**{literal(name)}**{f' rather than **{literal(other)}**' if other else ''}"
        for name, other in asked
    )
    return (
        f"{method} for {classes} at each snapshot. Under a map stands what the network took the "
        "picture for, and how surely."
    )


def only_last(label: str) -> str:
    """That one of the two networks cannot be shown as it was."""
    return f"{literal(label)} kept no snapshots: only its last state can be shown."


def instead(slow: str, quick: str) -> str:
    """That a slow method is not computed for every snapshot, and what is."""
    return f"{slow} would take long at every snapshot: here it is {quick}."


def moment(epoch: int | None, *, last: bool, learns: bool) -> str:
    """What a moment of training is called.

    Args:
        last: whether there is none after it.
        learns: whether there will be.
    """
    if not last:
        return f"epoch {epoch}"
    end = "now" if learns else "last"
    return end if epoch is None else f"epoch {epoch} ({end})"


def answer(name: str, best: str, probability: float, *, blank: bool) -> str:
    """What a network took the picture for at a moment, under its map, for Markdown."""
    text = f"**{name}**: {literal(best)}, {_share(probability)}"
    return f"{text}; the map is empty" if blank else text


def finding(moments: pd.DataFrame) -> str:
    """From which snapshot on each network took the picture for the class, for Markdown."""
    said = []
    for label, rows in moments.groupby("label", sort=False):
        explained = str(rows["explained"].iloc[0])
        epoch = settled(rows)
        when = (
            f"does not take it for {literal(explained)}"
            if epoch is None
            else f"takes it for {literal(explained)} from epoch {epoch} on"
        )
        end = float(rows["probability"].iloc[-1])
        said.append(f"{literal(str(label))} {when} ({_share(end)} in the end)")
    return f"{'; '.join(said)}."


def settled(rows: pd.DataFrame) -> int | None:
    """The epoch of one network's first snapshot from which on its answer is the class.

    None if its last answer is another one.
    """
    found = None
    for epoch, right in zip(rows["epoch"], rows["best"] == rows["explained"], strict=True):
        found = None if not right else int(epoch) if found is None else found
    return found


def described(moments: pd.DataFrame) -> str:
    """The chart of the probabilities, for whoever does not see it."""
    lines = [
        f"{label}, {rows['explained'].iloc[0]}: {', '.join(map(_share, rows['probability']))}"
        for label, rows in moments.groupby("label", sort=False)
    ]
    return f"Probability of the class at each snapshot. {'; '.join(lines)}."


def made_again(card: Mapping[str, object]) -> float | None:
    """The test accuracy (per cent) at which the run of a snapshot ended, if it is another run.

    The settings are the network's own; None where the run is its own, too.
    """
    again = card.get("made_again")
    accuracy = again.get("test_accuracy") if isinstance(again, dict) else None
    return accuracy if isinstance(accuracy, float) else None


def origin(accuracies: Mapping[str, float]) -> str:
    """That snapshots are of runs that were made again, for Markdown.

    Args:
        accuracies: at which these ended, by the networks' labels.
    """
    ends = " and ".join(
        f"{literal(label)} ({accuracy:.1f} % of the test pictures right in the end)"
        for label, accuracy in accuracies.items()
    )
    return f"Trained again on another machine for these snapshots, with the same settings: {ends}."


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
