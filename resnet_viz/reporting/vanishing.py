"""What is said of vanishing gradients, from what was measured."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from resnet_viz.numbers import EXACT, number, power

if TYPE_CHECKING:
    from resnet_viz.analysis.experiments.scalar_chain import Slope

LEVEL = 10.0  # a gradient that changes by less than this factor is said to stay
TINY = 1e-3  # norms of the last convolution below this are worth a word


def where(slope: "Slope") -> str:
    """At which z an activation is steepest."""
    return f"at z = {slope.first:.2f}" if slope.first == slope.last else "for every z above 0"


def activation_described(name: str, slope: "Slope") -> str:
    """What the chart of an activation shows, for whoever does not see it."""
    return (
        f"{name} and its derivative for inputs from −6 to 6; the derivative is largest "
        f"{where(slope)}: {slope.largest:.4g}."
    )


def steepest(name: str, slope: "Slope") -> str:
    """The largest slope of an activation, for Markdown."""
    return f"{name}'s slope is at most **{slope.largest:.4g}** ({where(slope)})."


def factors(depth: int, most: float) -> tuple[str, str]:
    """What the chain's bound and its product are called.

    Args:
        most: the largest factor of a layer.
    """
    return (
        f"At most {most:.4g} to the power of {depth - 1}",
        f"The product of these {depth - 1} factors",
    )


def behind(depth: int) -> str:
    """How many factors there are, and what to try."""
    return (
        f"Of {depth} layers, {depth - 1} lie behind the first. Move the layers, the weight and the "
        "input: which of them can save the product?"
    )


def question(depth: int, level: str) -> str:
    """What is to be predicted of the paper's plain network.

    Args:
        level: what a gradient is called that stays.
    """
    return (
        f"A plain network as in the paper: {depth} layers, ReLU, batch normalisation after every "
        "convolution, no shortcuts, not yet trained. Compared with the gradient of the last "
        f"convolution, that of the first is … (“{level}”: within a factor of {LEVEL:g})"
    )


def measured(paper: pd.Series, seeds: int) -> str:
    """What came out of it, from the row of `ends`."""
    return (
        f"Measured, {seeds} seeds: {number(paper['ratio'])} times the last one's "
        f"(from {number(paper['least'])} to {number(paper['most'])}). Such a network's gradient "
        f"{course(paper['ratio'])} toward the first layers."
    )


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


def concluded(ratio: float, lesson: str) -> str:
    """What the course of the gradient in the paper's plain network says about shortcuts.

    Args:
        lesson: what the one on degradation is called.
    """
    if course(ratio) == "shrinks":
        return (
            "**vanishing gradients may be what shortcuts repair here**, although the paper's "
            "authors found theirs “unlikely to be caused by vanishing gradients”. What else makes "
            f"depth difficult is {lesson}."
        )
    return (
        "**vanishing gradients are not what shortcuts repaired there**, and its authors say so "
        "themselves: the difficulty is “unlikely to be caused by vanishing gradients”. What it is "
        f"instead is {lesson}."
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


def chart_described(name: str, chain: pd.DataFrame, found: pd.DataFrame) -> str:
    """What the chart of all networks and the chain shows, for whoever does not see it.

    Args:
        found: the rows of `ends`.
    """
    first = chain.iloc[0]
    ratios = "; ".join(f"{row.label} {row.ratio:.2g}" for row in found.itertuples())
    return (
        f"Gradient norm of each convolution of {len(chain)} layers over the last one's, "
        f"logarithmic, {name}, at initialisation. In the first: the chain's product "
        f"{reached(first, 'product')}, at most {reached(first, 'bound')}; {ratios}."
    )


def chart_explained(name: str, chain: pd.DataFrame, seeds: int, images: int) -> str:
    """What is drawn in it, and how it was measured."""
    return (
        f"Networks of {len(chain)} layers with {name} and random weights, {images} digits: "
        f"the median of {seeds} seeds with a band from the least to the largest, dotted "
        "and hollow without normalisation. Grey: the chain of one number a layer, its product and "
        "what this is at most. All as multiples of their last; “about level” is what stays "
        f"within a factor of {LEVEL:g}. A network's gradient is the norm of "
        "∂loss/∂weights of each layer, the chain's is ∂(its last number)/∂(each layer's)."
        f"{cut(chain)}"
    )


def noticed(
    name: str, chain: pd.DataFrame, found: pd.DataFrame, paper: pd.Series, depth: int, lesson: str
) -> str:
    """What the chain and the networks say of vanishing gradients.

    Args:
        name: the activation of the chain and of the networks in ``found``, rows of `ends`.
        paper: the row of the paper's plain network, which has ``depth`` layers.
        lesson: what the one on degradation is called.
    """
    product, ratio = reached(chain.iloc[0], "product"), paper["ratio"]
    return (
        f"In the chain of {len(chain)} layers with {name} the first layer's gradient is "
        f"{'as large as' if product == '1' else f'{product} times'} the last one's. On the way "
        f"from the last convolution to the first, the gradient of {said(found)}. Gradients that "
        "vanish are a matter of activation, weights and normalisation. In the paper's plain "
        f"network, {depth} layers with ReLU and batch normalisation, the gradient {course(ratio)} "
        f"toward the first layers (× {number(ratio)}): {concluded(ratio, lesson)}"
    )
