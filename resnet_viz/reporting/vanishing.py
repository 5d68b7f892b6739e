"""What is said of vanishing gradients, from what was measured."""

import math
from collections.abc import Sequence

import pandas as pd

from resnet_viz.reporting.numbers import EXACT, number, power

LEVEL = 10.0  # a gradient that changes by less than this factor is said to stay
TINY = 1e-3  # norms of the last convolution below this are worth a word


def reached(layer: pd.Series, column: str) -> str:
    """The product or the bound of the chain at a layer, which no float need be able to hold."""
    logarithm = layer[f"log10_{column}"]
    if abs(logarithm) < EXACT:
        return number(layer[column])
    return power(logarithm, layer["sign"] if column == "product" else 1.0)


def cut(chain: pd.DataFrame) -> str:
    """A sentence where the chain's line ends on its way down, or nothing."""
    first, drawn = chain.iloc[0], chain[chain["product"] != 0]
    if first["product"] == 0 and math.isfinite(first["log10_product"]):
        return (
            f" The product's line ends in layer {drawn['layer'].iloc[0]}, at the smallest number "
            f"that a chart can hold; the product goes on to {reached(first, 'product')}."
        )
    if first["product"] == 0:
        return (
            " The product's line begins behind a slope of exactly 0: before it the product is 0, "
            "for which a logarithmic axis has no place."
        )
    return ""


def ends(norms: pd.DataFrame) -> pd.DataFrame:
    """The first convolution's gradient norm beside the last one's.

    Returns:
        One row a network: label, first and last (medians of the seeds), and of their ratio the
        median, the least and the largest: ratio, least, most.
    """
    rows = []
    for label, group in norms.groupby("label", sort=False):
        first = group[group["position"] == 0]
        last = group[group["position"] == group["position"].max()]
        rows.append(
            {
                "label": label,
                "first": first["gradient_norm"].median(),
                "last": last["gradient_norm"].median(),
                "ratio": first["relative"].median(),
                "least": first["relative"].min(),
                "most": first["relative"].max(),
            }
        )
    return pd.DataFrame(rows)


def course(ratio: float) -> str:
    """What a gradient does on its way from the last convolution to the first."""
    if ratio > LEVEL:
        return "grows"
    return "shrinks" if ratio < 1 / LEVEL else "stays about level"


def concluded(ratio: float) -> str:
    """What the course of the gradient in the paper's plain network says about shortcuts."""
    if course(ratio) == "shrinks":
        return (
            "**vanishing gradients may be what shortcuts repair here**, although the paper's "
            "authors found theirs “unlikely to be caused by vanishing gradients”. What else makes "
            "depth difficult is the next lesson."
        )
    return (
        "**vanishing gradients are not what shortcuts repaired there**, and its authors say so "
        "themselves: the difficulty is “unlikely to be caused by vanishing gradients”. What it is "
        "instead is the next lesson."
    )


def tiny(found: pd.DataFrame) -> list[str]:
    """The networks whose last convolution already has next to no gradient."""
    return list(found.loc[found["last"] < TINY, "label"])


def why_tiny(labels: Sequence[str]) -> str:
    """What makes the whole gradient of such networks small."""
    return (
        f"Why is the gradient of {' and '.join(labels)} so small in every layer? Without "
        "normalisation values can shrink from layer to layer on their way forward already, and "
        "small pictures hasten it: in the last stage a map of the digits has 2×2 pixels, so 5 of "
        "the 9 weights of a 3×3 kernel meet the zeros around it."
    )


def said(found: pd.DataFrame) -> str:
    """What each network's gradient does, from the rows of `ends`."""
    columns = ("label", "ratio", "last")
    return "; ".join(
        f"{label} {course(ratio)} (× {number(ratio)}"
        + (f", but with a norm of only {number(last)} in the last)" if last < TINY else ")")
        for label, ratio, last in zip(*(found[name] for name in columns), strict=True)
    )
