"""What is said of networks as they were on the way: when each knew a picture.

``moments`` is a row a network and snapshot, in the order of training: label, residual, epoch (of
the network as it is, too), best (the class that it took the picture for), explained (the class that
the map is for) and probability (of that one, 0 … 1).
"""

from collections.abc import Iterable, Mapping

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


def only_last(label: str) -> str:
    """That one of the two networks cannot be shown as it was."""
    return f"{literal(label)} kept no snapshots: only its last state can be shown."


def instead(slow: str, quick: str) -> str:
    """That a slow method is not computed for every snapshot, and what is."""
    return f"{slow} would take long at every snapshot: here it is {quick}."


def moment(epoch: int | None, *, last: bool) -> str:
    """What a moment of training is called."""
    if epoch is None:
        return "last"
    return f"epoch {epoch}{' (last)' if last else ''}"


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


def origin(label: str, cards: Iterable[Mapping[str, object]]) -> str:
    """That snapshots are of another run of the same settings than the network; empty if not.

    Args:
        cards: of the snapshots.
    """
    for card in cards:
        again = card.get("made_again")
        if isinstance(again, dict) and isinstance(accuracy := again.get("test_accuracy"), float):
            return (
                f"The snapshots of {literal(label)} are of its run made again on another machine, "
                f"which ended at a test accuracy of {accuracy:.1f} %."
            )
    return ""


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
