"""What recorded runs say that differ by what stands on their shortcuts, in frames and words."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.choices import SHORTCUTS
from resnet_viz.models.published import RESNET34_BY_OPTION, SHORTCUT_VARIATIONS
from resnet_viz.numbers import number
from resnet_viz.reporting import histories, tables
from resnet_viz.runs import Record
from resnet_viz.training.recipes import DEFAULT

NETWORK, DATA, RECIPE = "resnet56", "digits", DEFAULT
DEPTHS = ("resnet20", "resnet56", "resnet110")  # whose blocks are named in a chart
IDENTITY = "identity (A)"
HALF, BOTH, DROPOUT = "half shortcut", "half of both", "dropout"
SCALED = (
    f"“{HALF}” is ½·x + F(x), “{BOTH}” is ½·x + ½·F(x); “{DROPOUT}” sets half of the shortcut's "
    "values to zero, others at each step of training."
)
# What else can stand on a shortcut -> the options of a network that has it.
ON_THE_SHORTCUT: dict[str, dict[str, Any]] = {
    IDENTITY: {},
    "some projected (B)": {"shortcut": "B"},
    "all projected (C)": {"shortcut": "C"},
    HALF: {"shortcut_scale": 0.5},
    BOTH: {"shortcut_scale": 0.5, "branch_scale": 0.5},
    DROPOUT: {"shortcut_dropout": 0.5},
}
OPTIONS = dict(list(ON_THE_SHORTCUT.items())[:3])
LETTERS = dict(zip(OPTIONS, "ABC", strict=True))
VARIATIONS = {name: ON_THE_SHORTCUT[name] for name in SHORTCUT_VARIATIONS}  # in the paper's order
ASKED = (IDENTITY, HALF, DROPOUT)
SIGNED = "blue and red are the two signs, the darker the larger"
UNSIGNED = "dark is 0, bright is large"


def grouped(
    records: Iterable[Record], wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Record]]:
    """Records by what stands on the shortcut; without what none of them has."""
    runs = [
        record
        for record in records
        if (record.config.architecture, record.config.data) == (NETWORK, DATA)
        and record.config.recipe == RECIPE
    ]
    found = {
        name: [record for record in runs if dict(record.config.options) == dict(options)]
        for name, options in wanted.items()
    }
    return {name: records for name, records in found.items() if records}


def ends(groups: Mapping[str, list[Record]]) -> pd.DataFrame:
    """One row a run: shortcut, seed, and its errors (%) after the last epoch."""
    frame = histories.ends(groups)
    return frame.rename(columns={"label": "shortcut"})[
        ["shortcut", "seed", "train_error", "test_error", "epochs"]
    ]


def happened(option: str, x: NDArray[np.float32], out: NDArray[np.float32]) -> str:
    """What an option's shortcut has made of a block's input, both of shape (K, h, w)."""
    if np.array_equal(x, out):
        return "Nothing happens here: the shapes agree, so x is added as it is."
    if option != "A":
        return "The 1×1 convolution is not trained: its weights are random."
    added = len(out) - len(x)
    if not added:
        return "Every second pixel is left out."
    return f"{added} of {len(out)} channels are zeros, half before x's and half after."


def chosen(option: str, block: str) -> str:
    """What an option does, and where the chosen block stands."""
    return f"Option {option}: {SHORTCUTS[option].sentence}. {block} is {place(block)}."


def scale(most: float, *, signed: bool) -> str:
    """The ends of the colours of a picture."""
    return f"{f'{number(-most)} … 0' if signed else '0'} … {number(most)}"


def hardware(groups: Mapping[str, list[Record]]) -> str:
    """The machines on which runs were trained, and with which PyTorch."""
    return "; ".join(dict.fromkeys(run.hardware for runs in groups.values() for run in runs))


def place(block: str) -> str:
    """Where a block stands, in words: ``layer2.0`` is *stage 2, block 1*."""
    stage, _, number = block.removeprefix("layer").partition(".")
    return f"stage {stage}, block {int(number) + 1}"


def costs(
    architecture: Architecture, counts: Mapping[str, tuple[int, int]], options: pd.DataFrame
) -> pd.DataFrame:
    """One row an option: the paper's error, the one measured here, and what it costs.

    Args:
        counts: parameters and multiply-adds by option, as `analysis.shortcut_costs` gives them.
        options: of the recorded runs, from `ends`.
    """
    measured = {
        LETTERS[str(shortcut)]: tables.spread(list(rows["test_error"]))
        for shortcut, rows in options.groupby("shortcut", sort=False)
    }
    title, side = architecture.title, architecture.input_size
    return pd.DataFrame(
        {
            "option": option,
            "paper: ResNet-34 on ImageNet": f"{RESNET34_BY_OPTION[option]} %",
            "here: ResNet-56 on digits": f"{measured[option]} %" if option in measured else "–",
            f"{title}: parameters": f"{parameters:,}",
            "of the shortcuts": f"{parameters - counts['A'][0]:,}",
            f"multiply-adds at {side}×{side}": f"{multiply_adds / 1e6:,.1f} M",
        }
        for option, (parameters, multiply_adds) in counts.items()
    )


def conditions(options: pd.DataFrame, groups: Mapping[str, list[Record]]) -> str:
    """How the recorded runs came about."""
    seeds = ", ".join(map(str, sorted(options["seed"].unique())))
    return (
        f"Here: recipe {RECIPE}, {int(options['epochs'].max())} epochs, seeds {seeds}, pictures of "
        f"8×8 pixels; mean (least – largest). Trained on: {hardware(groups)}."
    )


def block_counts() -> dict[int, int]:
    """Blocks of the networks that the chart of factors names, by their depth."""
    return {ARCHITECTURES[name].depth: sum(ARCHITECTURES[name].blocks) for name in DEPTHS}


def left_described(factor: float) -> str:
    """What the chart of factors shows, for whoever does not see it."""
    blocks = block_counts()[56]
    return (
        f"{factor:g} to the power of the number of blocks: {number(factor**blocks)} after the "
        f"{blocks} blocks of ResNet-56."
    )


def left(factor: float) -> str:
    """What a factor on every shortcut leaves of x."""
    blocks = block_counts()[56]
    return (
        f"{factor:g} to the power of {blocks}, the blocks of ResNet-56, is "
        f"{number(factor**blocks)}. Dotted: as many blocks as ResNet-20, ResNet-56 and ResNet-110 "
        "have."
    )


def answers(variations: pd.DataFrame) -> tuple[dict[str, str], str]:
    """What is said to whoever predicts each of the variations asked for, and which errs most."""
    means = variations.groupby("shortcut", sort=False)["test_error"].mean()
    found = {name: means[name] for name in ASKED if name in means}
    ranking = "; ".join(f"{name} {error:.1f} %" for name, error in found.items())
    said = f"Mean test errors: {ranking}."
    return dict.fromkeys(found, said), max(found, key=lambda name: found[name])


def variations_described(variations: pd.DataFrame) -> str:
    """What the chart of variations shows, for whoever does not see it."""
    means = variations.groupby("shortcut", sort=False)["test_error"].mean()
    worst, best = str(means.idxmax()), str(means.idxmin())
    return (
        f"Error after the last epoch by what stands on the shortcut; {worst} is worst with "
        f"{means[worst]:.1f} %, {best} best with {means[best]:.1f} %."
    )


def variations_table(variations: pd.DataFrame) -> pd.DataFrame:
    """One row a variation: the errors measured here, and the paper's."""
    return pd.DataFrame(
        {
            "on the shortcut": shortcut,
            "here: test error": f"{tables.spread(list(rows['test_error']))} %",
            "paper: ResNet-110 on CIFAR-10": f"{SHORTCUT_VARIATIONS[str(shortcut)]} %",
            "here: training error": f"{tables.spread(list(rows['train_error']))} %",
        }
        for shortcut, rows in variations.groupby("shortcut", sort=False)
    )


def ranked(options: pd.DataFrame) -> str:
    """Whether the options follow each other as in the paper, and which the seeds do not rank."""
    ours = options.assign(option=options["shortcut"].map(LETTERS))
    errors = ours.groupby("option")["test_error"].agg(["mean", "min", "max"])
    here = list(errors.sort_values("mean", ascending=False).index)
    paper = sorted(here, key=lambda option: RESNET34_BY_OPTION[option], reverse=True)
    apart = errors["max"] - errors["min"]
    unranked = [
        f"{one} and {other}"
        for one, other in combinations(sorted(here), 2)
        if max(errors.loc[[one, other], "min"]) <= min(errors.loc[[one, other], "max"])
    ]
    order = "the same" if here == paper else f"another ({' > '.join(here)})"
    said = (
        f"The paper's errors on ImageNet are ordered {' > '.join(paper)}. Here the order is "
        f"{order}, and {apart.idxmax()}'s seeds lie {apart.max():.0f} points apart"
    )
    seeds, epochs = ours["seed"].nunique(), int(ours["epochs"].max())
    if not unranked:
        return f"{said}; no two options overlap."
    return (
        f"{said}: {seeds} seeds of a {epochs}-epoch recipe do not rank {', nor '.join(unranked)}."
    )


def noticed(options: pd.DataFrame, variations: pd.DataFrame) -> str:
    """What the recorded runs say, computed from them."""
    if options.empty:
        return "No runs with other shortcuts are recorded here."
    spread = options.groupby("shortcut", sort=False)["test_error"].agg(["min", "max"])
    said = "; ".join(f"{name} {low:.1f} to {high:.1f} %" for name, (low, high) in spread.T.items())
    text = (
        f"Test errors of ResNet-56 over the seeds: {said}. The paper's three options differ by "
        "less than a point on ImageNet, so it keeps projections for where shapes change."
    )
    return f"{text} {_against_identity(variations)}".strip()


def _against_identity(variations: pd.DataFrame) -> str:
    """Which variations did better or worse than the identity in every seed."""
    if variations.empty:
        return ""
    spread = variations.groupby("shortcut", sort=False)["test_error"].agg(["min", "max"])
    own, others = spread.loc[IDENTITY], spread.drop(IDENTITY)
    better = list(others.index[others["max"] < own["min"]])
    alike = list(others.index[(others["min"] <= own["max"]) & (others["max"] >= own["min"])])
    if better:
        return (
            f"On this small data set {' and '.join(better)} did better than the identity: not what "
            "the paper found on CIFAR-10, and shown as it came out."
        )
    if alike:
        return f"The seeds do not rank {' and '.join(alike)} against the identity here."
    means = variations.groupby("shortcut", sort=False)["test_error"].mean()
    said = ", ".join(f"{name} {means[name]:.1f}" for name in others.index)
    return (
        "Whatever stands on the shortcut makes it worse here too: "
        f"{said} against {means[IDENTITY]:.1f} %."
    )
