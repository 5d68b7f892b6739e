"""What is said of the maps in a block, and of all blocks of a network for one picture.

``blocks`` is a row a block: label, residual, response and share, as
`ui.results.analyses.blocks` gives them with the name and the family of each network.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from resnet_viz.numbers import number, size
from resnet_viz.reporting.markdown import literal, noted
from resnet_viz.wording import shape

# Part of `analysis.BlockMaps` -> its name.
PARTS = {"x": "x", "branch": "F(x)", "sum": "the sum"}
COLOURS = {True: "blue is below 0, red above", False: "viridis, for nothing is below 0"}


def seen(title: str, side: int, note: str = "") -> str:
    """A picture as a network of that input size gets it and how it was read, for Markdown."""
    return noted(f"{literal(title)}, as the network sees it: {size(side, side)}", note)


def seen_described(name: str, label: str, side: int) -> str:
    """The same for whoever does not see it."""
    return f"{name} as {label} sees it, {size(side, side)} pixels."


def passage(block: str, shapes: Sequence[Sequence[int]], shortcut_share: float | None) -> str:
    """What a block makes of its input's shape, and how much of its sum is shortcut.

    Args:
        shapes: of x and of the sum, (K, h, w).
        shortcut_share: 0 … 1; None in a plain network.
    """
    share = (
        "nothing is added, the third picture is F(x) again"
        if shortcut_share is None
        else f"{100 * shortcut_share:.0f} % of the sum is shortcut"
    )
    return f"{block}: {' → '.join(dict.fromkeys(map(shape, shapes)))}; {share}"


def spread(deviation: float) -> str:
    """The standard deviation of all channels, under their picture."""
    return f"σ = {number(deviation)}"


def channels_described(what: str, channels: int, deviation: float) -> str:
    """All channels of a part, for whoever does not see them."""
    return f"{what}: {channels} channels, standard deviation {number(deviation)}."


def channel(number: int, *, empty: bool) -> str:
    """One channel, and whether there is nothing in it."""
    return f"channel {number}{': 0 everywhere' if empty else ''}"


def scale(top: float, *, signed: bool, networks: int) -> tuple[str, str]:
    """What the colours stand for: under their bar, and for whoever does not see it.

    Args:
        networks: that share the scale.
    """
    ends = f"{number(-top) if signed else '0'} … {number(top)}"
    whose = "of both networks" if networks > 1 else "of this network"
    return (
        f"{ends}: one scale for x, F(x) and {PARTS['sum']} {whose}",
        f"The colours stand for {ends}, in all three pictures {whose}.",
    )


def any_layer(sizes: Sequence[int], *, signed: bool) -> str:
    """What is drawn of any other layer, and in which colours."""
    return f"{shape(sizes)}, on a colour scale of its own: {COLOURS[signed]}"


def finite(blocks: pd.DataFrame) -> pd.DataFrame:
    """Those that can be drawn: a network may overflow on the way."""
    return blocks[np.isfinite(blocks["response"])]


def noticed(blocks: pd.DataFrame) -> str:
    """How large F(x) is in each network, and how much of the sums is shortcut."""
    residual = blocks[blocks["residual"]]
    mostly = (
        f"in {100 * (residual['share'] > 0.5).mean():.0f} % of the residual blocks most of the "
        "sum is shortcut, and "
        if len(residual)
        else ""
    )
    medians = blocks.groupby("label", sort=False)["response"].median()
    said = [f"{_two(value)} in {literal(str(label))}" for label, value in medians.items()]
    return (
        f"For this picture {mostly}the median standard deviation of F(x) is {' and '.join(said)}. "
        f"{_beside_the_paper(blocks)}"
    )


def finding(blocks: pd.DataFrame) -> str:
    """How strong F(x) is in the blocks that are shown, and what the shortcut brings, for Markdown.

    Args:
        blocks: the row of the block that is shown, of each network.
    """
    said = []
    columns = ("label", "block", "residual", "response", "share")
    for label, block, residual, response, share in zip(
        *(blocks[name].tolist() for name in columns), strict=True
    ):
        text = f"{_two(response)} in {block} of {literal(label)}"
        if residual:
            text += f", where {100 * share:.0f} % of the sum is shortcut"
        said.append(text)
    return f"F(x) has a standard deviation of {' and '.join(said)}."


def _two(value: float) -> str:
    """Two digits that count."""
    return f"{value:#.2g}".rstrip(".")


def _beside_the_paper(blocks: pd.DataFrame) -> str:
    """Whether one picture shows what the paper found of plain and residual networks."""
    found = "The paper found residual responses smaller than plain ones, over a whole data set"
    medians = blocks.groupby("residual")["response"].median()
    if len(medians) < 2:
        return f"{found}; here there is no network of the other kind beside."
    smaller = medians[True] < medians[False]
    return f"{found}: {'so they are here' if smaller else 'for this picture they are not'}."
