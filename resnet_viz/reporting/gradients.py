"""Norms by layer in frames and words.

``norms`` is a row a layer of each network, as `histories.gradients` and `analysis.gradient_norms`
give them, with its ``label``.
"""

from collections.abc import Iterable

import pandas as pd

from resnet_viz.frames import QUANTITIES
from resnet_viz.numbers import number
from resnet_viz.reporting import findings
from resnet_viz.reporting.markdown import literal


def moments(histories: Iterable[pd.DataFrame]) -> list[float]:
    """Every moment, in epochs, at which any network's norms were recorded, in order."""
    return sorted({epoch for history in histories for epoch in history["epoch"]})


def nearest(history: pd.DataFrame, epoch: float) -> pd.DataFrame:
    """The norms of the recorded moment that is nearest to one."""
    at = min(history["epoch"].unique(), key=lambda value: abs(value - epoch))
    return history[history["epoch"] == at]


def described(norms: pd.DataFrame, quantity: str) -> str:
    """What the chart of one moment shows, for whoever does not see it."""
    said = "; ".join(
        f"{label} from {number(line[quantity].iloc[0])} in the first layer to "
        f"{number(line[quantity].iloc[-1])} in the last"
        for label, line in norms.groupby("label", sort=False)
    )
    return f"{QUANTITIES[quantity]} of each layer on a logarithmic axis: {said}."


def history_described(label: str, quantity: str) -> str:
    """What the colours of a whole training show, for whoever does not see them."""
    return (
        f"{QUANTITIES[quantity]} of {label}: layers from top to bottom, epochs from left to right, "
        "logarithm as colour."
    )


def noticed(norms: pd.DataFrame, quantity: str) -> str:
    """How the first layers stand to the last ones at one moment, and when that is otherwise."""
    slopes = "; in ".join(
        f"{literal(str(label))}, {findings.slope(line, quantity)}"
        for label, line in norms.groupby("label", sort=False)
    )
    return (
        f"Here, of {QUANTITIES[quantity]}: in {slopes}. Try it on fresh networks: with sigmoid and "
        "no normalisation gradients vanish toward the first layers; with ReLU and batch "
        "normalisation they *grow* toward them at initialisation, in a plain net the more the "
        "deeper it is, in a residual one far less. So vanishing gradients are not what ails the "
        "paper's plain nets, which are normalised."
    )
