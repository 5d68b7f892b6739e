"""What is said of cardinality: costs in numbers, and what came out when they were measured."""

from typing import TYPE_CHECKING

import pandas as pd

from resnet_viz.analysis.experiments.equal_cost import (
    MOST_PATHS,
    OUTER,
    weights,
    width_at_equal_cost,
)
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import IMAGENET_WEIGHTS, RESNEXT50_BY_CARDINALITY
from resnet_viz.reporting.numbers import number
from resnet_viz.runs import machine

if TYPE_CHECKING:
    from resnet_viz.analysis.experiments.pass_times import Times
    from resnet_viz.analysis.experiments.separate_paths import Forms

ONE_PATH = 64  # channels of ResNet-50's only path, in its first stage
NETWORKS = ("resnet50", "resnext50_32x4d")
GUESSES = ("ResNet-50 is slower", "about the same", "ResNeXt-50 is slower")
ROUNDING = 1e-4  # of the largest output: above it two forms are not called the same
NOISY = 1.5  # times the least that the largest of the middle half may be and still say “the same”


def share(cost: int, budget: int) -> str:
    """A cost as a part of another: in per cent while that can be read, then as a multiple."""
    if cost < 10 * budget:
        return f"{100 * cost / budget:.1f} % of"
    return f"{cost / budget:,.0f} times"


def formula(cardinality: int, width: int) -> str:
    """The paper's formula with numbers in it, down to the result."""
    c, d = cardinality, width
    return (
        f"C·({OUTER}·d + 3·3·d·d + d·{OUTER}) = {c}·({OUTER}·{d} + 3·3·{d}·{d} + {d}·{OUTER}) = "
        f"{c}·({OUTER * d:,} + {9 * d * d:,} + {OUTER * d:,}) = **{weights(c, d):,}**"
    )


def costs(cardinality: int, width: int, one: int) -> str:
    """What so many paths cost beside the weights of one, in a sentence."""
    share = 100 * weights(cardinality, width) / one
    return (
        f"{cardinality} paths of {width} channels: {formula(cardinality, width)} weights, "
        f"{share:.0f} % of one path's."
    )


def pairs() -> pd.DataFrame:
    """The paper's pairs, counted here: one row a pair, with its error on ImageNet."""
    one = weights(1, ONE_PATH)
    return pd.DataFrame(
        [
            {
                "cardinality": c,
                "width": d,
                "error": error,
                "inner": c * d,
                "weights": weights(c, d),
                "relative": 100 * weights(c, d) / one,
            }
            for (c, d), error in RESNEXT50_BY_CARDINALITY.items()
        ]
    )


def curve(budget: int) -> pd.DataFrame:
    """The width of every number of paths that the budget allows."""
    most = min(MOST_PATHS, budget // weights(1, 1))
    return pd.DataFrame(
        [(c, width_at_equal_cost(c, budget)) for c in range(1, most + 1)],
        columns=["cardinality", "width"],
    )


def compared(forms: "Forms") -> str:
    """What came out of a block built in both forms, in sentences."""
    built = (
        f"A block with random weights was built in both forms, {_each(forms.weights)} of "
        f"convolutions, and given the same input: the outputs, up to {forms.largest:.1f} large,"
    )
    if forms.difference == 0:
        return f"**One and the same.** {built} are equal, bit for bit."
    apart = f"differ by at most {number(forms.difference)}"
    if forms.difference < ROUNDING * forms.largest:
        return f"**One and the same.** {built} {apart}, which is rounding."
    return (
        f"**Not the same here.** {built} {apart}, which is more than rounding: one of the forms is "
        "not computed as it should be."
    )


def _each(counts: tuple[int, int]) -> str:
    one, other = counts
    return f"each with {one:,} weights" if one == other else f"{one:,} and {other:,} weights"


def beside_published(counts: pd.DataFrame) -> pd.DataFrame:
    """`counted_costs` of networks in words, and what torchvision documents of them."""
    known = [IMAGENET_WEIGHTS[name] for name in counts["name"]]
    return pd.DataFrame(
        {
            "network": [ARCHITECTURES[name].title for name in counts["name"]],
            "parameters": counts["parameters"],
            "multiply-adds (G)": counts["multiply_adds"] / 1e9,
            "in 3×3 (G)": counts["kernel3"] / 1e9,
            "torchvision: parameters": [row.parameters for row in known],
            "torchvision: multiply-adds (G)": [row.gmacs for row in known],
        }
    )


def where(found: "Times") -> str:
    """The machine on which it was measured, in words."""
    return machine.describe(f"CPU ({found.threads} threads)", found.threads)


def measured(counts: pd.DataFrame, found: "Times") -> pd.DataFrame:
    """The table of the two networks with the times that were measured."""
    return counts.assign(
        **{
            "measured: ms a picture": list(found.median().values()),
            "measured: ms in 3×3": list(found.median("kernel3").values()),
        }
    )


def ratios(counts: pd.DataFrame, found: "Times") -> pd.DataFrame:
    """ResNeXt-50 as a multiple of ResNet-50: one row a ``quantity`` with its ``ratio``."""
    first, second = counts.to_dict("records")
    rows = {
        "parameters": second["parameters"] / first["parameters"],
        "multiply-adds": second["multiply-adds (G)"] / first["multiply-adds (G)"],
        "measured time": _times_as_long(found),
        "multiply-adds in 3×3": second["in 3×3 (G)"] / first["in 3×3 (G)"],
        "measured time in 3×3": _times_as_long(found, "kernel3"),
    }
    return pd.DataFrame(rows.items(), columns=["quantity", "ratio"])


def outcome(found: "Times") -> str | None:
    """The guess that came out: one is slower where it was so in three of four rounds.

    None where that is too noisy to tell: the rounds differ much, or the medians say otherwise.
    """
    low, high = _middle_half(found)
    if low <= 1 <= high:
        return GUESSES[1] if high <= NOISY * low else None
    slower = low > 1
    return GUESSES[2 if slower else 0] if slower == (_times_as_long(found) > 1) else None


def spread(found: "Times") -> str:
    """How many times as long ResNeXt-50 takes, with the middle half of the rounds."""
    low, high = _middle_half(found)
    return (
        f"{_times_as_long(found):.2f} times as long (in the middle half of the rounds {low:.2f} to "
        f"{high:.2f})"
    )


def _times_as_long(found: "Times", column: str = "milliseconds") -> float:
    first, second = NETWORKS
    return found.quotient(second, first, column)


def _middle_half(found: "Times") -> list[float]:
    """Quartiles of the ratio within a round, in which both met the same."""
    first, second = NETWORKS
    return found.ratios(second, first).quantile([0.25, 0.75]).tolist()
