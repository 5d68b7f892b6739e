"""What is said of single channels: which matter for a class, and what excites one most.

``important`` and ``exciting`` are frames as `analysis.important_channels` and
`analysis.exciting_pictures` give them, the latter of one channel.
"""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from resnet_viz.numbers import size
from resnet_viz.reporting.markdown import literal

NUMBERS = (
    "Channels of one number in two networks have nothing in common but the number: each network "
    "found its own."
)
MOST_NAMED = 3


def importance(important: pd.DataFrame, layer: str, explained: str) -> str:
    """Which channels of a layer speak most for a class, for Markdown."""
    speaking = important[important["score"] > 0]
    if speaking.empty:
        return f"No channel of {layer} speaks for {literal(explained)}."
    named = [str(number) for number in speaking["channel"].head(MOST_NAMED)]
    total = float(speaking["score"].sum())
    part = 100 * float(speaking["score"].head(MOST_NAMED).sum()) / total
    who, speak = ("Channels", "speak") if len(named) > 1 else ("Channel", "speaks")
    return (
        f"{who} {_listed(named)} {speak} most for **{literal(explained)}**: {part:.0f} % of the "
        "positive sum."
    )


def importance_described(important: pd.DataFrame, label: str, layer: str, explained: str) -> str:
    """The bars, for whoever does not see them."""
    top = important.head(MOST_NAMED)
    said = [
        f"channel {channel} {score:.2g}"
        for channel, score in zip(top["channel"], top["score"], strict=True)
    ]
    return (
        f"How much channels of {layer} of {label} speak for {explained}, the most first: "
        f"{', '.join(said)}."
    )


def is_silent(exciting: pd.DataFrame) -> bool:
    """Whether a channel is 0 or below for every picture."""
    return float(exciting["value"].max()) <= 0


def silent(channel: int, layer: str, pictures: int) -> str:
    """That nothing excites a channel."""
    return f"Channel {channel} of {layer} is nowhere above 0 in the {pictures:,} test pictures."


def excited(exciting: pd.DataFrame, layer: str, labels: Sequence[str], *, side: int) -> str:
    """What the pictures are that excite a channel most, for Markdown.

    Args:
        labels: classes of the pictures.
        side: of the pictures that the network is given, in pixels.
    """
    channel, values = int(exciting["channel"].iloc[0]), exciting["value"]
    name, count = Counter(labels).most_common(1)[0]
    they = (
        f"{f'all {count} pictures are' if count > 1 else 'the only picture is'} {literal(name)}"
        if count == len(labels)
        else f"{count} of {len(labels)} pictures are {literal(name)}"
        if count > 1
        else f"the {len(labels)} pictures are of as many classes"
    )
    wide = exciting["right"] - exciting["left"]
    tall = exciting["bottom"] - exciting["top"]
    depends = (
        "the whole picture"
        if (wide * tall).min() >= side**2
        else f"{size(int(wide.max()), int(tall.max()))} pixels at most, which are framed"
    )
    return (
        f"**Channel {channel} of {layer}**: {they}. Its values there are {values.max():.2g} … "
        f"{values.min():.2g}; each depends on {depends}."
    )


def excited_described(channel: int, label: str, layer: str, labels: Sequence[str]) -> str:
    """The pictures, for whoever does not see them."""
    return (
        f"The {len(labels)} test pictures that excite channel {channel} of {layer} of {label} "
        f"most: {', '.join(labels)}."
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
