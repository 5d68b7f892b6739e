"""What is said where many methods, all depths, single pixels and whole classes are compared."""

from collections.abc import Mapping, Sequence

import pandas as pd

from resnet_viz.numbers import number
from resnet_viz.reporting.attribution import Judged
from resnet_viz.reporting.markdown import literal
from resnet_viz.wording import listed, several

ALIKE = 0.5  # rank correlation from which on two maps are called alike


def legend(said: Sequence[Judged], residual: Sequence[bool]) -> str:
    """Which map of a pair is whose, and what that network says, for Markdown."""
    return "; ".join(
        f":{'blue' if blue else 'orange'}[●] {place}: {literal(one.label)}, which says "
        f"{literal(one.best)} ({100 * one.share:.0f} %)"
        for place, one, blue in zip(("left", "right"), said, residual, strict=True)
    )


def agreement(correlations: Mapping[str, float]) -> str:
    """By which methods two networks' maps of one picture agree most and least, for Markdown.

    Args:
        correlations: by the methods' titles, without those that have none.
    """
    ordered = sorted(correlations, key=lambda title: -correlations[title])
    best, worst = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return (
            f"The two networks' maps by {best} have a rank correlation of {_r(correlations[best])}."
        )
    return (
        f"Of {several(len(ordered), 'method')}, {best} gives the two networks the most similar "
        f"maps (rank correlation {_r(correlations[best])}), {worst} the least similar "
        f"({_r(correlations[worst])})."
    )


def same_maps(groups: Sequence[Sequence[str]]) -> str:
    """Which methods draw one map, for Markdown; empty where none do.

    Args:
        groups: titles of methods whose maps are the same in both networks.
    """
    return "".join(
        f"{listed(group)} draw the same maps here. Methods that weight the features of a layer by "
        "its gradients do so where nothing but a mean and a linear layer follows: their agreement "
        "is one of equations, and no second witness. "
        for group in groups
    )


def incomparable(title: str) -> str:
    """That the maps of two networks cannot be compared pixel by pixel, for Markdown."""
    return (
        f"The two networks see {literal(title)} in different sizes, or no map of both has any "
        "values, so their maps have no rank correlation."
    )


def cell(correlation: float) -> str:
    """How alike two maps of one method are; empty where that cannot be said."""
    return "" if pd.isna(correlation) else f"rank correlation {_r(correlation)}"


def depths(blocks: pd.DataFrame) -> str:
    """From which block on a network's maps are like that of its last one, for Markdown.

    Args:
        blocks: a row a block, in order: ``label``, ``block``, ``agreement`` with the last block.
    """
    clauses = []
    for label, rows in blocks.groupby("label", sort=False):
        alike = (rows["agreement"] >= ALIKE).tolist()
        begins = len(alike) - next((n for n, one in enumerate(alike[::-1]) if not one), len(alike))
        if begins == len(alike):
            clauses.append(f"nowhere in {literal(str(label))}, whose last map is blank")
            continue
        clauses.append(f"from block {begins + 1} of {len(alike)} in {literal(str(label))}")
    return f"Maps resemble the last (rank correlation ≥ {ALIKE}) {', '.join(clauses)}."


def row_titles(rows: Sequence[tuple[str | None, ...]]) -> list[str]:
    """What tells rows of a sheet from each other: of picture, method and layer what differs."""
    differ = [len(set(column)) > 1 for column in zip(*rows, strict=True)]
    kept = [
        [part for part, other in zip(row, differ, strict=True) if part and other] for row in rows
    ]
    return [", ".join(parts or [str(row[0])]) for parts, row in zip(kept, rows, strict=True)]


def stage(name: str, blocks: Sequence[str]) -> str:
    """Which blocks a strip shows, for Markdown."""
    if len(blocks) == 1:
        return blocks[0]
    return f"{name}: {blocks[0]} … {blocks[-1]}"


def film_described(last: str, count: int) -> str:
    """A strip for whoever does not see it.

    Args:
        last: its last map in words.
    """
    return f"{last}: {several(count, 'map')}, one at the end of each block of the stage."


def pixel(label: str, value: float, rank: int, of: int) -> str:
    """A pixel's value in a map and its place among all by magnitude, for Markdown."""
    return f"{literal(label)}: {number(value)}, number {rank:,} of {of:,} by strength."


def class_mean(
    label: str, name: str, *, layer: str | None, pictures: int, right: int, blank: int
) -> str:
    """What a mean map is made of, for Markdown.

    Args:
        layer: the one that the maps come from; None for a method that needs none.
    """
    empty = f", {blank} of these maps blank" if blank else ""
    of = f" of {literal(layer)}" if layer else ""
    return (
        f"{literal(label)}: mean of {several(pictures, 'map')}{of} for {literal(name)}, each "
        f"scaled to its peak{empty}; right about {right}."
    )


def no_test_pictures(label: str) -> str:
    """That there is nothing to average, for Markdown."""
    return f"The test pictures of {literal(label)} are not on this machine."


def too_slow_for_many(title: str) -> str:
    """That a method is not offered for hundreds of pictures."""
    return f"{title} takes too many passes for hundreds of pictures: choose a method of few passes."


def stopped(title: str) -> str:
    """That a slow method was not computed."""
    return f"{title} was not computed: press “Compute the slow ones” for it."


def _r(correlation: float) -> str:
    return f"{correlation:.2f}".replace("-", "−")
