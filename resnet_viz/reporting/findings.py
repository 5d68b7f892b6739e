"""Sentences that follow from the numbers shown, whatever these are."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from resnet_viz.data import registry
from resnet_viz.data.local_sets import row_of
from resnet_viz.frames import CLASSIFIER, convolutions
from resnet_viz.models.published import CIFAR10_TEST_ERROR
from resnet_viz.numbers import number
from resnet_viz.reporting import run_labels, tables
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Record
from resnet_viz.training.config import PRECISIONS, RunConfig
from resnet_viz.training.recipes import PAPER, RECIPES
from resnet_viz.wording import listed

TINY = 1e-30  # a norm so near the least 32-bit float that zeros beside it have fallen below that


@dataclass(frozen=True)
class Network:
    """Where a network ended, over its seeds."""

    name: str
    architecture: str
    depth: int
    train: float
    test: float
    least: float
    largest: float
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, ends: pd.DataFrame) -> "Network":
        """From the rows of one network in `histories.ends`, to the tenth that is shown."""
        first = ends.iloc[0]
        return cls(
            name=first["label"],
            architecture=first["architecture"],
            depth=int(first["depth"]),
            train=round(float(ends["train_error"].mean()), 1),
            test=round(float(ends["test_error"].mean()), 1),
            least=float(ends["test_error"].min()),
            largest=float(ends["test_error"].max()),
            seeds=tuple(ends["seed"]),
        )


def pair(ends: pd.DataFrame, *, residual: bool) -> pd.DataFrame:
    """The rows of the shallowest and the deepest network of a family that were trained alike.

    Empty where all have one depth.
    """
    best = ends.iloc[:0]
    for _, group in ends[ends["residual"] == residual].groupby("alike", sort=False):
        low, high = group["depth"].min(), group["depth"].max()
        if low < high and (best.empty or high - low > best["depth"].max() - best["depth"].min()):
            best = group[group["depth"].isin((low, high))]
    return best.sort_values("depth", kind="stable")


def curves(ends: pd.DataFrame) -> str:
    """What the lines shown came to: each of one or two, or the best and the worst of more.

    Args:
        ends: as `histories.last` gives it.
    """
    known = ends.dropna(subset=["test_error"]).sort_values("test_error", kind="stable")
    labels = [literal(str(label)) for label in known["label"]]
    errors = (known[name].astype(float).tolist() for name in ("train_error", "test_error"))
    lines = list(zip(labels, *errors, strict=True))
    if not lines:
        return "The lines shown have no test error."
    (best, training, test), (worst, most_training, most) = lines[0], lines[-1]
    if len(lines) == 1:
        also = "" if math.isnan(training) else f" and {training:.1f} % training error"
        return f"{best} ends at {test:.1f} % test error{also}."
    if len(lines) == 2:
        in_training, short = _bracketed(most_training, "in training"), _bracketed(training)
        return (
            f"{worst} ends at {most:.1f} % test error{in_training}, {best} at {test:.1f} %{short}."
        )
    also = "" if math.isnan(most_training) else f", {most_training:.1f} % in training"
    return (
        f"Test error of the {len(lines)} lines ends between {test:.1f} % ({best}) and {most:.1f} % "
        f"({worst}{also})."
    )


def _bracketed(error: float, where: str = "") -> str:
    """An error behind another; empty if a log does not say it."""
    return "" if math.isnan(error) else f" ({' '.join(filter(None, (f'{error:.1f} %', where)))})"


def overfitting(ends: pd.DataFrame) -> str:
    """Whether the deeper plain network's extra test error is overfitting, from `pair`'s rows.

    Extra test error is extra training error plus what the gap between the two has widened by; only
    the gap is overfitting.
    """
    shallow, deep = two(ends)
    extra = round(deep.test - shallow.test, 1)
    training = round(deep.train - shallow.train, 1)
    gap = round(extra - training, 1)
    if extra <= 0:
        return (
            f"There is nothing to explain: on the test data {deep.name} ends at {deep.test:.1f} %, "
            f"{_against(extra, shallow.name)}."
        )
    above = f"On the test data {deep.name} ends {extra:.1f} points above {shallow.name}"
    if training <= 0:
        return (
            f"**Yes.** {above}, although it fits the training data "
            f"{'better' if training < 0 else 'as well'} ({deep.train:.1f} % against "
            f"{shallow.train:.1f} %)."
        )
    if gap <= 0:
        return (
            f"**No.** {above}, and {training:.1f} points above on the training data already: the "
            "reason cannot be that it fits these too well."
        )
    verdict = "Mostly not." if training >= extra / 2 else "Mostly."
    return (
        f"**{verdict}** {above}: {training:.1f} of them are there on the training data already, "
        f"{gap:.1f} are a wider gap between training and test."
    )


def measuring(ends: pd.DataFrame) -> str:
    """How training error is measured, where that makes it differ from test error by itself."""
    pictures = " and over cropped and mirrored pictures" if ends["augmented"].all() else ""
    return (
        f"Training error is the mean over the last epoch, while the weights change{pictures}; test "
        "error is measured after it."
    )


def depth(ends: pd.DataFrame) -> str:
    """What depth did to each family, beside what it did in the paper."""
    said = []
    if len(plain := pair(ends, residual=False)):
        shallow, deep = two(plain)
        more = round(deep.train - shallow.train, 1)
        said.append(
            f"Without shortcuts, on the *training* data: {deep.name} ends at {deep.train:.1f} %, "
            f"{_against(more, shallow.name)}; in the paper's figure 6 the deeper one is above."
        )
    if len(residual := pair(ends, residual=True)):
        shallow, deep = two(residual)
        more = round(deep.test - shallow.test, 1)
        said.append(
            f"With shortcuts, on the *test* data: {deep.name} ends at {deep.test:.1f} %, "
            f"{_against(more, shallow.name)}{_doubt(shallow, deep)}"
            f"{_published(shallow, deep)}."
        )
    return " ".join(said)


def shortcuts(ends: pd.DataFrame) -> str:
    """What the shortcuts did at the greatest depth that both families have; empty without one."""
    for level in sorted(ends["depth"].unique(), reverse=True):
        for _, group in ends[ends["depth"] == level].groupby("alike", sort=False):
            if group["residual"].nunique() < 2:
                continue
            plain, residual = (Network.of(group[group["residual"] == own]) for own in (False, True))
            return (
                f"At {level} layers: {plain.test:.1f} % test error without shortcuts, "
                f"{residual.test:.1f} % with them."
            )
    return ""


def gradients(norms: pd.DataFrame) -> dict[str, str]:
    """How the first convolution's gradient stands to the last one's, at the start → at the end.

    Args:
        norms: rows of `histories.gradients` with the label of their network.

    Returns:
        The two ratios of each network, by its label.
    """
    found = {}
    for label, group in norms.groupby("label", sort=False):
        start, end = (
            _ratio(group[group["epoch"] == epoch])
            for epoch in (group["epoch"].min(), group["epoch"].max())
        )
        found[str(label)] = f"{start} → {end}"
    return found


def first_over_last(ratios: Mapping[str, str]) -> str:
    """What `gradients` found, in a sentence."""
    return "First convolution's norm over the last one's, at the start → at the end: " + "; ".join(
        f"{literal(label)} {ratio}" for label, ratio in ratios.items()
    )


def slope(line: pd.DataFrame, quantity: str) -> str:
    """How the first convolution stands to the last at one moment, and where there is nothing.

    The last layer is named by itself: it is no convolution, and often far from all of them.
    """
    inner, values = convolutions(line).sort_values("position"), line[quantity]
    first, last = inner[quantity].iloc[0], inner[quantity].iloc[-1]
    said = []
    if last > 0 and first != 0:
        said.append(f"the first convolution's is {number(first / last)} times the last one's")
    if last > 0:
        fc = line.loc[line["layer"] == CLASSIFIER, quantity]
        said += [
            f"{CLASSIFIER}'s is {number(value / last)} times the last convolution's" for value in fc
        ]
    if len(nothing := line.loc[values == 0, "position"] + 1):
        little = values[values > 0].min() < TINY and quantity != "weight_norm"
        why = "below what a 32-bit float holds (underflow)" if little else "0"
        said.append(f"in {_places(nothing)} it is {why}, which no logarithmic axis can show")
    return ", ".join(said) or "there is nothing to compare"


def differences(groups: Mapping[str, list[Record]]) -> str:
    """Why the numbers here cannot be those of the paper, from what the runs' settings differ in."""
    clauses: dict[str, list[str]] = {}
    for network, records in groups.items():
        for clause in _clauses(records):
            clauses.setdefault(clause, []).append(network)
    everywhere = [clause for clause, networks in clauses.items() if len(networks) == len(groups)]
    said = [f"Why they differ: {'; '.join(everywhere)}."] if everywhere else []
    rest: dict[tuple[str, ...], list[str]] = {}
    for clause, networks in clauses.items():
        if clause not in everywhere:
            rest.setdefault(tuple(networks), []).append(clause)
    said += [f"{listed(networks)}: {'; '.join(found)}." for networks, found in rest.items()]
    if same := [network for network in groups if not any(network in n for n in clauses.values())]:
        said.append(f"{listed(same)}: trained as in the paper.")
    return " ".join(said)


def _clauses(records: list[Record]) -> list[str]:
    """What sets runs apart from the paper's, each in a clause."""
    config = records[0].config
    paper = RunConfig.from_recipe(config.architecture, PAPER, data=registry.PAPER)
    row, wanted = RECIPES[config.recipe], RECIPES[PAPER]
    seen, all_seen = _seen(records[0]), tables.images_seen(paper, wanted.steps or 0)
    options = [f"{name} {value}" for name, value in config.options.items()]
    data = row_of(config.data)
    other = f"the pictures are those of {literal(run_labels.data_title(config.data))}"
    found = [
        "" if config.data == paper.data else (data and data.unlike_paper) or other,
        "" if seen == all_seen else f"{_count(seen)} images seen instead of {_count(all_seen)}",
        row.differs,
        _instead("a learning rate of {:g}", config.learning_rate, paper.learning_rate),
        _instead("batches of {}", config.batch_size, paper.batch_size),
        _instead("a weight decay of {:g}", config.weight_decay, paper.weight_decay),
        "" if row.augment else "no crops and flips",
        "it starts from a trained network" if config.start else "",
        f"another network ({', '.join(options)})" if options else "",
        f"arithmetic in {PRECISIONS[config.precision]}" if PRECISIONS[config.precision] else "",
        "it has not ended yet" if records[0].status == "running" else "",
        "one seed, whose luck is in the number" if len(records) == 1 else "",
    ]
    return [clause for clause in found if clause]


def _instead(text: str, here: float, paper: float) -> str:
    return "" if here == paper else f"{text.format(here)} instead of {paper:g}"


def _seen(record: Record) -> int | None:
    steps = int(record.epochs["step"].iloc[-1])
    return tables.images_seen(record.config, steps) or steps * record.config.batch_size


def _count(images: int | None) -> str:
    if images is None:
        return "an unknown number of"
    return f"{images / 1e6:.1f} million" if images >= 10**6 else f"{images:,}"


def two(ends: pd.DataFrame) -> tuple[Network, Network]:
    """The shallow and the deep network of `pair`'s rows."""
    shallow, deep = (Network.of(rows) for _, rows in ends.groupby("depth"))
    return shallow, deep


def _against(more: float, other: str) -> str:
    if not more:
        return f"level with {other}"
    return f"{abs(more):.1f} points {'above' if more > 0 else 'below'} {other}"


def _doubt(shallow: Network, deep: Network) -> str:
    if min(len(shallow.seeds), len(deep.seeds)) == 1:
        return ", from one seed"
    if shallow.least <= deep.largest and deep.least <= shallow.largest:
        return ", but the ranges of the seeds overlap"
    return ", and the ranges of the seeds do not overlap"


def _published(shallow: Network, deep: Network) -> str:
    first, second = (CIFAR10_TEST_ERROR.get(network.architecture) for network in (shallow, deep))
    if first is None or second is None:
        return ""
    there = _against(round(second - first, 1), shallow.name)
    return f"; in the paper {there} ({second} against {first} %)"


def _ratio(moment: pd.DataFrame) -> str:
    ordered = convolutions(moment).sort_values("position")["gradient_norm"]
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return number(first / last if last > 0 else math.nan)


def _places(layers: pd.Series) -> str:
    """Layers by their numbers: a range where they follow one another."""
    first, last = layers.min(), layers.max()
    if len(layers) == 1:
        return f"layer {first}"
    follow = last - first + 1 == len(layers)
    return f"layers {first}–{last}" if follow else f"{len(layers)} layers"
