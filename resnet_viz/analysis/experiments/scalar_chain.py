"""Why gradients can vanish: an activation's slope, and a chain of one number a layer.

Everything is computed in float64: of 0.25 to the power of 70 single precision leaves nothing. Of
sharper activations double precision leaves nothing either, so a chain has logarithms too.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.choices import ACTIVATIONS

REACH = 6  # the inputs that are looked at: −6 … 6
STEPS = 1000  # for each unit of the input
DEEPEST = 1000


@dataclass(frozen=True)
class Slope:
    """The largest derivative of an activation, and the inputs between which it is reached."""

    largest: float
    first: float
    last: float


def activation_curve(activation: str, points: int = 601) -> pd.DataFrame:
    """An activation and its derivative by autograd, for inputs from −6 to 6.

    Returns:
        One row an input: x, value, derivative.

    Raises:
        AnalysisError: if there is no such activation.
    """
    x = torch.linspace(-REACH, REACH, points, dtype=torch.float64)
    value, derivative = _applied(activation, x)
    return pd.DataFrame({"x": x, "value": value, "derivative": derivative})


def largest_slope(activation: str) -> Slope:
    """The largest derivative between −6 and 6, found on a grid of a thousandth.

    Raises:
        AnalysisError: if there is no such activation.
    """
    x = torch.arange(-REACH * STEPS, REACH * STEPS + 1, dtype=torch.float64) / STEPS
    _, derivative = _applied(activation, x)
    places = x[derivative == derivative.max()]
    return Slope(derivative.max().item(), places[0].item(), places[-1].item())


def scalar_chain(
    activation: str, depth: int, weight: float = 1.0, start: float = 1.0
) -> pd.DataFrame:
    """A network of one number a layer, aₗ = f(w·aₗ₋₁), and what of its gradient reaches each.

    Args:
        depth: layers.
        weight: w, the same in every layer.
        start: a₀, the input.

    Returns:
        One row a layer, from the input on: layer (1 …), value aₗ, factor w·f′(w·aₗ₋₁), product
        ∂a_depth/∂aₗ of the factors of all later layers, and bound, (|w|·max f′) to the power of
        their number. Both may leave the range of a float; log10_product (of its size; its sign is
        sign) and log10_bound do not, and are −∞ only where a factor is 0.

    Raises:
        AnalysisError: if there is no such activation, or a number makes no sense.
    """
    checks.whole("The depth of a chain", depth, least=1, most=DEEPEST, error=AnalysisError)
    if not (isfinite(weight) and isfinite(start)):
        raise AnalysisError("The weight and the input of a chain are finite numbers.")
    largest = abs(weight) * largest_slope(activation).largest
    value, rows = torch.tensor(start, dtype=torch.float64), []
    for layer in range(1, depth + 1):
        value, slope = _applied(activation, weight * value)
        rows.append({"layer": layer, "value": value.item(), "factor": weight * slope.item()})
    frame = pd.DataFrame(rows)
    later = frame["factor"].shift(-1, fill_value=1.0)  # the last layer has none behind it
    behind = depth - frame["layer"]
    with np.errstate(divide="ignore", over="ignore"):  # of a slope that is 0; of a long chain
        return frame.assign(
            product=_multiplied(later),
            bound=largest**behind,
            sign=_multiplied(np.sign(later)),
            log10_product=np.log10(later.abs())[::-1].cumsum()[::-1],
            log10_bound=(behind * np.log10(largest)).fillna(0.0),  # 0 to the power of 0 is 1
        )


def _multiplied(factors: pd.Series) -> pd.Series:
    """The product of each factor and all behind it."""
    return factors[::-1].cumprod()[::-1]


def _applied(activation: str, x: Tensor) -> tuple[Tensor, Tensor]:
    """f(x) and f′(x), of the shape of x."""
    checks.choice("activation", activation, ACTIVATIONS, error=AnalysisError)
    with torch.enable_grad():
        given = x.detach().clone().requires_grad_()
        value = ACTIVATIONS[activation].make()(given)
        (derivative,) = torch.autograd.grad(value.sum(), given)
    return value.detach(), derivative
