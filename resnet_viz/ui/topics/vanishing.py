"""What the lesson on vanishing gradients measures, and the sentences that follow from it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from resnet_viz.frames import convolutions
from resnet_viz.models.architecture import named
from resnet_viz.reporting.numbers import EXACT, number, power
from resnet_viz.ui.results import cached
from resnet_viz.ui.results.long_work import Place

NAMES = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "gelu": "GELU",
    "silu": "SiLU",
}
DEPTHS = (8, 14, 20, 32, 44, 56, 110)  # 6n + 2, as in He et al. 2015, section 4.2
SEEDS = 5
IMAGES = 16
LEVEL = 10.0  # a gradient that changes by less than this factor is said to stay
TINY = 1e-3  # norms of the last convolution below this are worth a word
PAPERS_DEPTH = 56
# What the controls say at first, and what they say where the question's networks are shown.
AT_FIRST = {"function": NAMES["sigmoid"], "chain_layers": "20"}
ASKED = {"function": NAMES["relu"], "chain_layers": str(PAPERS_DEPTH)}


@dataclass(frozen=True)
class Kind:
    """One of the networks that are compared."""

    label: str
    norm: str
    shortcut: str


PAPER = Kind("plain + batch norm", "batch", "none")
KINDS = (
    Kind("plain", "none", "none"),
    PAPER,
    Kind("residual", "none", "A"),
    Kind("residual + batch norm", "batch", "A"),
)


def show_asked() -> None:
    """Turn the controls to the networks of the question."""
    st.session_state.update(ASKED)


def follow_question() -> None:
    """The same for whoever has not moved them: the answer's numbers are then those in the chart."""
    if all(st.session_state[key] == value for key, value in AT_FIRST.items()):
        show_asked()


def measured(activation: str, depth: int, kinds: tuple[Kind, ...] = KINDS) -> pd.DataFrame:
    """`analysis.fresh_gradients` of the kinds' convolutions, from several seeds, on digits.

    Computed once for all visitors, behind a bar.

    Returns:
        One row a convolution, kind and seed, as `charts.reaching` takes it.
    """

    def compute(progress: Callable[[float], None]) -> pd.DataFrame:
        frames = []
        for kind in kinds:
            for seed in range(SEEDS):
                frames.append(_measure(activation, depth, kind, seed))
                progress(len(frames) / (len(kinds) * SEEDS))
        return pd.concat(frames, ignore_index=True)

    title = f"Measuring fresh networks of {depth} layers …"
    return _kept(activation, depth, kinds, SEEDS).result(title, compute)


@st.cache_resource(max_entries=64, show_spinner=False)
def _kept(activation: str, depth: int, kinds: tuple[Kind, ...], seeds: int) -> Place[pd.DataFrame]:
    return Place()


# Kept one by one too: whoever turns to something else loses none, and the paper's is asked twice.
@st.cache_data(max_entries=1024, show_spinner=False)
def _measure(activation: str, depth: int, kind: Kind, seed: int) -> pd.DataFrame:
    import torch

    from resnet_viz import analysis
    from resnet_viz.data.feed import Feed

    options = {"activation": activation, "norm": kind.norm, "shortcut": kind.shortcut}
    architecture = named("plain20", options | {"blocks": ((depth - 2) // 6,) * 3})
    digits = cached.data_set("digits")
    feed = Feed(digits.mean, digits.std, digits.train.images.shape[-1])
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(digits.train.labels), generator=generator)[:IMAGES]
    norms = analysis.fresh_gradients(
        architecture, feed(digits.train.images[chosen]), digits.train.labels[chosen], seed
    )
    return convolutions(norms).assign(
        label=kind.label,
        residual=architecture.is_residual,
        normalised=kind.norm != "none",
        seed=seed,
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
