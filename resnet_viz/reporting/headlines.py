"""The finding of a page: one sentence with the numbers that matter, whatever these are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from resnet_viz.frames import QUANTITIES, convolutions
from resnet_viz.numbers import number
from resnet_viz.reporting import findings
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.transfer import ALL, LAST, SCRATCH, cells_of
from resnet_viz.reporting.vanishing import reached
from resnet_viz.wording import several

if TYPE_CHECKING:
    from resnet_viz.runs.transfer_study import TransferStudy

VANISHED = 1e-12  # a gradient norm from which nothing is learned


def depth(ends: pd.DataFrame) -> str:
    """What depth does to the training error, without shortcuts and with them.

    Args:
        ends: rows of `histories.ends`.
    """
    said = []
    for residual, shortcuts in ((False, "without shortcuts"), (True, "with them")):
        if len(rows := findings.pair(ends, residual=residual)):
            shallow, deep = findings.two(rows)
            more = round(deep.train - shallow.train, 1)
            course = "no change" if not more else f"{abs(more):.1f} points {_more(more)}"
            said.append(
                (f"{deep.depth} layers instead of {shallow.depth}", f"{course} {shortcuts}")
            )
    if not said:
        return ""
    return f"Training error with {said[0][0]}: {', '.join(text for _, text in said)}."


def _more(points: float) -> str:
    return "more" if points > 0 else "less"


def gradients(norms: pd.DataFrame, quantity: str) -> str:
    """How the first convolution stands to the last one in each network.

    Args:
        norms: a row a layer of each network, with its ``label``.
    """
    said = []
    for label, line in norms.groupby("label", sort=False):
        name = literal(str(label))
        inner = convolutions(line).sort_values("position")[quantity]
        first, last = float(inner.iloc[0]), float(inner.iloc[-1])
        if max(first, last) < VANISHED:
            said.append(f"next to nothing anywhere in {name} ({number(max(first, last))})")
        elif last > 0:
            said.append(f"{number(first / last)} times in {name}")
        else:
            said.append(f"nothing in the last layer of {name}")
    return f"First convolution over last, {QUANTITIES[quantity]}: {', '.join(said)}."


def architecture(outlines: Mapping[str, pd.DataFrame]) -> str:
    """How many parameters the networks have, and how many of these are in their shortcuts."""
    said, sizes = [], {}
    for label, parts in outlines.items():
        sizes[label] = int(parts["parameters"].sum())
        arcs = int((parts["shortcut"] != "none").sum())
        inside = int(parts["shortcut_parameters"].sum())
        cost = f"{inside:,} of them in {arcs} shortcuts" if arcs else "no shortcut"
        said.append(f"{literal(label)} has {sizes[label]:,} parameters, {cost}")
    alike = len(sizes) > 1 and len(set(sizes.values())) == 1
    return f"{'; '.join(said)}{': as many in both' if alike else ''}."


def transfer(study: "TransferStudy") -> str:
    """What knowing other classes is worth with the fewest images."""
    least, few = min(cells_of(study).items())
    return (
        f"With {least:,} images a class: {few[ALL].mean:.1f} % right when all layers of a trained "
        f"network are trained further, {few[LAST].mean:.1f} % when only its last one is, "
        f"{few[SCRATCH].mean:.1f} % from scratch."
    )


def chain(name: str, frame: pd.DataFrame) -> str:
    """What is left of a gradient after the layers of a chain of single numbers."""
    first = frame.iloc[0]
    return (
        f"After {several(len(frame) - 1, 'layer')} of {name} the gradient is "
        f"{reached(first, 'product')} times what it was; at most {reached(first, 'bound')} times."
    )


def window(shown: Any) -> str:
    """How many cells come out of a window, and how many pixels it never reads.

    Args:
        shown: an `analysis.sliding_window.Window`.
    """
    missed = shown.size**2 - (shown.size - len(shown.unread)) ** 2
    rest = f"{missed:,} pixels are never read" if missed else "every pixel is read"
    return f"{shown.size}×{shown.size} pixels in, {shown.output}×{shown.output} cells out; {rest}."


def paths(count: int, width: int, cost: int, one: int) -> str:
    """What many paths cost beside one.

    Args:
        cost, one: weights of these paths, and of the one that they are compared with.
    """
    return (
        f"{several(count, 'path')} of {several(width, 'channel')} "
        f"hold {cost:,} weights, {100 * cost / one:.1f} % of one path's {one:,}."
    )


def options(ends: pd.DataFrame) -> str:
    """The mean error with each shortcut option.

    Args:
        ends: rows of `shortcuts.ends`.
    """
    means = ends.groupby("shortcut", sort=False)["test_error"].mean()
    said = ", ".join(f"{mean:.1f} % with {option}" for option, mean in means.items())
    seeds = several(ends["seed"].nunique(), "seed")
    return f"Test error of ResNet-56 on the digits: {said}, mean of {seeds}."
