"""What the drawing of networks shows, in words: frames in, sentences out."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from resnet_viz.charts.drawn_networks import LETTERED, Drawn, multiplied, rows_of
from resnet_viz.wording import shape


def described(networks: Sequence[Drawn]) -> str:
    """What the drawing shows in words, for whoever does not see it."""
    return " ".join(_sentence(network) for network in networks)


def _sentence(network: Drawn) -> str:
    parts = network.parts
    stages = [
        f"{stage} with {len(rows)} block{'s' if len(rows) != 1 else ''} at "
        f"{shape(rows['output'].iloc[-1])}"
        for stage, rows in parts[parts["stage"] != ""].groupby("stage", sort=False)
    ]
    kinds = Counter(_kind_of_shortcut(row, network) for row in rows_of(parts))
    shortcuts = [f"{count} {kind}" for kind, count in kinds.most_common() if kind]
    return (
        f"{network.title}, from top to bottom: an image of {shape(parts['input'].iloc[0])}, the "
        f"stem, {', '.join(stages)}, and the head; "
        f"shortcuts: {', '.join(shortcuts) or 'none'}."
    )


def _kind_of_shortcut(row: Any, network: Drawn) -> str:
    """In words: ``identity``, ``of x times 0.5``, ``projection (option B)``; empty for none."""
    if row.shortcut == "none":
        return ""
    factor = multiplied(row)
    kind = "of x" if factor and row.shortcut == "identity" else row.shortcut
    option = f" (option {network.shortcut})" if row.shortcut in LETTERED else ""
    return f"{kind}{option} {factor}".rstrip()
