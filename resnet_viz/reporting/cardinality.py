"""What is said of cardinality: costs in numbers, and what came out when they were measured."""

from collections.abc import Iterable
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
from resnet_viz.numbers import number
from resnet_viz.runs import machine
from resnet_viz.wording import in_words, several

if TYPE_CHECKING:
    from resnet_viz.analysis.experiments.pass_times import Times
    from resnet_viz.analysis.experiments.separate_paths import Forms

ONE_PATH = 64  # channels of ResNet-50's only path, in its first stage
NETWORKS = ("resnet50", "resnext50_32x4d")
GUESSES = ("ResNet-50 is slower", "about the same", "ResNeXt-50 is slower")
MANY_PATHS = 32  # of the block that is asked about, ResNeXt-50's
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
        f"{several(cardinality, 'path')} of {several(width, 'channel')}: "
        f"{formula(cardinality, width)} weights, {share:.0f} % of one path's."
    )


def question(one: int) -> str:
    """What is to be predicted of so many paths at the weights of one."""
    return (
        f"A block with one path of {ONE_PATH} channels has {one:,} weights. Its successor "
        f"has {MANY_PATHS} paths and may cost as much. How many channels has each path?"
    )


def answers(right: int, one: int, wrong: Iterable[int] = (2, 8)) -> dict[str, str]:
    """What so many channels a path cost, by the number that somebody says; the least first."""
    came = costs(MANY_PATHS, right, one)
    said = {width: f"{came} {costs(MANY_PATHS, width, one)}" for width in wrong} | {right: came}
    return {str(width): said[width] for width in sorted(said)}


def chosen(paths: int, width: int, budget: int) -> str:
    """What the chosen paths cost beside the budget, and how wide they are together."""
    return (
        f"Weights of {several(paths, 'path')} of {several(width, 'channel')}: "
        f"{formula(paths, width)}, "
        f"{share(weights(paths, width), budget)} the {budget:,} of one path. All paths together "
        f"are {several(paths * width, 'channel')} wide."
    )


def paths_described(paths: int, width: int) -> str:
    """The block as paths, for whoever does not see it."""
    return (
        f"{OUTER} channels go into {several(paths, 'path')} beside each other, each of a 1×1 "
        f"convolution to {several(width, 'channel')}, a 3×3 convolution, and a 1×1 convolution "
        f"back to {OUTER}; their outputs are added, and the shortcut too."
    )


def grouped_described(paths: int, width: int) -> str:
    """The block as one grouped convolution, for whoever does not see it."""
    return (
        f"One 1×1 convolution to {several(paths * width, 'channel')}, a 3×3 convolution in "
        f"{several(paths, 'group')} of {several(width, 'channel')}, a 1×1 convolution back to "
        f"{OUTER}; the shortcut is added."
    )


def connected(paths: int, width: int) -> str:
    """Which share of the channels' connections the 3×3 convolution has, for Markdown."""
    inner = paths * width
    return f"**Who reads whom in the 3×3:** {100 / paths:.4g} % of {inner:,}×{inner:,} connections"


def connections_described(paths: int, width: int) -> str:
    """These connections, for whoever does not see them."""
    inner = paths * width
    return (
        f"A square of {inner} by {inner} channels, of which {several(paths, 'block')} of {width} "
        f"by {width} on the diagonal {'is' if paths == 1 else 'are'} connected."
    )


def equally_dear(budget: int) -> str:
    """What the curve of `curve` is, for Markdown."""
    return f"**Narrower, the more there are:** all pairs that cost about {budget:,}"


def curve_described(paths: int, width: int, on_curve: pd.DataFrame) -> str:
    """The curve with the chosen pair, for whoever does not see it.

    Args:
        on_curve: the rows of `pairs` that are drawn on it.
    """
    published = (
        "" if on_curve.empty else f" The paper's pairs with their errors: {errors(on_curve)}."
    )
    return (
        "Channels of a path over the number of paths at equal cost, falling; chosen "
        f"{'is' if paths == 1 else 'are'} {several(paths, 'path')} of {width}.{published}"
    )


def on_another_curve() -> str:
    """Why the paper's pairs are not drawn at another cost."""
    one = several(ONE_PATH, "channel")
    return f"The paper's pairs are on another curve, that of one path of {one}."


def errors(pairs: pd.DataFrame) -> str:
    """The paper's pairs with their errors, in words."""
    rows = zip(*(pairs[name].tolist() for name in ("cardinality", "width", "error")), strict=True)
    return "; ".join(
        f"{several(paths, 'path')} of {width}: {error} %" for paths, width, error in rows
    )


def noticed(pairs: pd.DataFrame) -> str:
    """What the paper's pairs say, from the rows of `pairs`."""
    least, *_, most = pairs.sort_values("cardinality").to_dict("records")
    return (
        "At about the same cost the paper's error falls the more paths there are, from "
        f"{least['error']} % with {in_words(least['cardinality'])} to {most['error']} % with "
        f"{in_words(most['cardinality'])}: "
        "cardinality is a third dimension beside depth and width. The 3×3 convolution gets wider "
        "and yet cheaper, because each channel reads its own group alone. But weights and "
        "multiply-adds are not time, and what a grouped convolution takes depends on the machine: "
        "that is why it is measured here."
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


def free(counts: pd.DataFrame) -> str:
    """How the multiply-adds of the two networks compare, and what is to be guessed."""
    first, second = counts.to_dict("records")
    return (
        f"{second['network']} has {second['multiply-adds (G)'] / first['multiply-adds (G)']:.2f} "
        f"times the multiply-adds of {first['network']}. Which one takes longer for a picture on "
        "this machine? Guess, then measure."
    )


def took(table: pd.DataFrame, found: "Times") -> str:
    """The two times beside each other.

    Args:
        table: what `measured` gives.
    """
    first, second = table.to_dict("records")
    before, after = (row["measured: ms a picture"] for row in (first, second))
    return (
        f"{first['network']} took {before:.0f} ms, {second['network']} {after:.0f} ms, "
        f"{spread(found)}."
    )


def in_kernels(ratios: pd.DataFrame) -> str:
    """What a multiply-add costs in a grouped 3×3 convolution, from the rows of `ratios`."""
    found = ratios.set_index("quantity")["ratio"]
    less, longer = found["multiply-adds in 3×3"], found["measured time in 3×3"]
    return (
        f"Look at the 3×3 convolutions alone: grouped they need {less:.2f} times the "
        f"multiply-adds and take {longer:.2f} times the time, so that a multiply-add in them "
        f"costs {longer / less:.1f} times as much."
    )


def ratios_described(ratios: pd.DataFrame, *, of: str, to: str) -> str:
    """What the chart of `ratios` shows, for whoever does not see it."""
    said = "; ".join(f"{row.quantity} {row.ratio:.2f}" for row in ratios.itertuples())
    return f"{of} as a multiple of {to}: {said}."


def how_measured(found: "Times", side: int) -> str:
    """How the times came about."""
    return (
        f"Medians of {found.passes['round'].nunique()} forward passes each, taken in turn, and "
        f"their quotients; one picture of {side}×{side} pixels, random weights; {where(found)}. "
        "Whatever else the machine does meets both alike, but makes the numbers rough: measure "
        "when it is quiet."
    )


def _times_as_long(found: "Times", column: str = "milliseconds") -> float:
    first, second = NETWORKS
    return found.quotient(second, first, column)


def _middle_half(found: "Times") -> list[float]:
    """Quartiles of the ratio within a round, in which both met the same."""
    first, second = NETWORKS
    return found.ratios(second, first).quantile([0.25, 0.75]).tolist()
