"""A study in frames and words: which records stand together, and what their charts show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from resnet_viz.reporting import findings, headlines, histories, run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Record
from resnet_viz.wording import several


@dataclass(frozen=True)
class View:
    """One choice of the page.

    Attributes:
        drawn: records by label, as the charts show and compare them.
        here: records by network, as the table shows them.
        taken: for each network whose place runs of the person's own have taken, these runs' names.
    """

    title: str
    drawn: Mapping[str, list[Record]]
    here: Mapping[str, list[Record]]
    taken: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def going_on(self) -> list[Record]:
        """Runs that have not ended yet."""
        records = [record for group in self.drawn.values() for record in group]
        return [record for record in records if record.status == "running"]


@dataclass(frozen=True)
class Evidence:
    """What follows from the records that are drawn.

    Attributes:
        history, ends: from `histories.epochs` and `histories.ends`.
        norms: from `norms`.
        ratios: of each network's gradient norms, from `findings.gradients`; none without norms.
        early: which means end early, as a sentence.
        headline: what depth did.
        noticed: what depth and shortcuts did.
        plain: the ends of two plain networks that can be compared; empty without such two.
    """

    history: pd.DataFrame
    ends: pd.DataFrame
    norms: pd.DataFrame
    ratios: Mapping[str, str]
    early: str
    headline: str
    noticed: str
    plain: pd.DataFrame


def evidence(drawn: Mapping[str, list[Record]]) -> Evidence:
    """All that a study's charts and sentences are made of."""
    history, ends, gradients = histories.epochs(drawn), histories.ends(drawn), norms(drawn)
    return Evidence(
        history=history,
        ends=ends,
        norms=gradients,
        ratios={} if gradients.empty else findings.gradients(gradients),
        early=histories.ended_early(history),
        headline=headlines.depth(ends),
        noticed=noticed(ends),
        plain=findings.pair(ends, residual=False),
    )


def of(title: str, records: Iterable[Record], papers: Iterable[Record] = ()) -> View:
    """Records of one data set, and in its table those of the person's own that take a place.

    Args:
        papers: runs of the recipe *paper* on the same pictures.
    """
    records = list(records)
    instead = _longest(papers)
    here = sorted((_longest(records) | instead).items(), key=lambda row: _order(row[1][0]))
    taken = {setting: [record.name for record in group] for setting, group in instead.items()}
    return View(title, labelled(records), dict(here), taken)


def labelled(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records of one data set by network, and by their training where that differs; plain first."""
    records = list(records)
    one = len({run_labels.training(record.config) for record in records}) == 1
    groups: dict[str, list[Record]] = {}
    for record in sorted(records, key=_order):
        setting, training = run_labels.setting(record.config), run_labels.training(record.config)
        label = setting if one else f"{setting}, {training or record.config.recipe}"
        groups.setdefault(label, []).append(record)
    return groups


def is_study(records: Iterable[Record]) -> bool:
    """Whether they are of several depths, whose errors the paper compares."""
    return len({record.config.network.depth for record in records}) > 1


def going_on(record: Record) -> str:
    """How far a run has come that has not ended."""
    epochs = several(record.config.epochs, "epoch")
    return f"{literal(record.name)} goes on: {len(record.epochs)} of {epochs} so far."


def stands_here(network: str, names: Sequence[str]) -> str:
    """That runs of the person's own stand in the table in a network's place."""
    return (
        f"{network}: your {'runs' if len(names) > 1 else 'run'} "
        f"{', '.join(map(literal, names))} of the recipe *paper* "
        f"stand{'s' if len(names) == 1 else ''} here."
    )


def curves_described(title: str, data: str, ends: pd.DataFrame) -> str:
    """What the curves of a family show, for whoever does not see it.

    Args:
        ends: of the networks drawn, from `histories.ends`.
    """
    return f"{title} on {data}, error over epochs. {_at_the_end(ends)}"


def bands_described(title: str, data: str, epochs: int, ends: pd.DataFrame) -> str:
    """The same where a line is a mean of several seeds."""
    return (
        f"{title}: training and test error over {epochs} epochs on {data}, mean and range of the "
        f"recorded seeds. {_at_the_end(ends)}"
    )


def _at_the_end(ends: pd.DataFrame) -> str:
    said = "; ".join(
        f"{label} training {rows['train_error'].mean():.1f} %, "
        f"test {rows['test_error'].mean():.1f} %"
        for label, rows in ends.groupby("label")
    )
    return f"At the end: {said}."


def bars(ends: pd.DataFrame) -> pd.DataFrame:
    """The mean errors over the seeds, a row a network, as `charts.gaps` takes them."""
    return ends.groupby("label", sort=False, as_index=False).mean(numeric_only=True)


def bars_described(bars: pd.DataFrame) -> str:
    """What the chart of gaps shows, for whoever does not see it."""
    said = "; ".join(
        f"{row.label} ends at {row.train_error:.1f} % training and {row.test_error:.1f} % "
        "test error"
        for row in bars.itertuples()
    )
    return f"{said}."


def norms(groups: Mapping[str, list[Record]]) -> pd.DataFrame:
    """The recorded gradient norms of the first seed of each network; no column without any."""
    frames = [
        histories.gradients(records[0]).assign(
            label=label,
            residual=records[0].config.network.is_residual,
            depth=records[0].config.network.depth,
        )
        for label, records in groups.items()
        if not records[0].gradients.empty
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def norms_described(title: str, data: str, ratios: Mapping[str, str]) -> str:
    """What the chart of a family's gradient norms shows, for whoever does not see it."""
    return (
        f"{title} on {data}: gradient norm of the first and the last convolution over epochs, "
        f"logarithmic. {findings.first_over_last(ratios)}."
    )


def noticed(ends: pd.DataFrame) -> str:
    """What depth and shortcuts did, or what to train so that it can be said."""
    return (
        " ".join(filter(None, (findings.depth(ends), findings.shortcuts(ends))))
        or "Train networks of two depths with the same recipe, and what depth did is said here."
    )


def _longest(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Runs by network: of those that were trained in several ways the ones with most steps."""
    best: dict[str, list[Record]] = {}
    for group in run_labels.group(records).values():
        setting = run_labels.setting(group[0].config)
        if setting not in best or _steps(group) > _steps(best[setting]):
            best[setting] = group
    return best


def _steps(records: list[Record]) -> int:
    return max(int(record.epochs["step"].iloc[-1]) for record in records)


def _order(record: Record) -> tuple[bool, int, int]:
    network = record.config.network
    return network.is_residual, network.depth, record.config.seed
