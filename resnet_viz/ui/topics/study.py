"""What the study page shows: the runs on one data set, and which of them stand in its table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from safetensors import SafetensorError, safe_open

from resnet_viz.data import DATA_SETS, catalogue
from resnet_viz.reporting import histories
from resnet_viz.runs import Record, Run
from resnet_viz.runs.shelf import shipped_checkpoint
from resnet_viz.training.recipes import PAPER
from resnet_viz.ui.results import cached, stored_runs
from resnet_viz.ui.shell import links

OWN = "your runs on {}"
SHOWN = ("running", "finished")
PAPERS = "cifar10"  # the data set of the paper
# How much the page would rather open with one data set than another.
FIRST = ("cifar10-jpeg", "digits")


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


def choose() -> View:
    """Draw the chooser of the data; the shipped runs on it, or the person's own."""
    shipped: dict[str, list[Record]] = {}
    for record in histories.of_the_table(cached.shipped_records().values()):
        shipped.setdefault(record.config.data, []).append(record)
    own: dict[str, list[Run]] = {}
    for run in stored_runs.readable():
        if run.status in SHOWN and run.epoch:
            own.setdefault(catalogue.resolved(run.config.data), []).append(run)
    called = catalogue.titles(own)
    own = {OWN.format(called[place]): runs for place, runs in own.items()}
    names = sorted(shipped, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    titles = {histories.data_title(name): name for name in names if _several(shipped[name])}
    title = links.select("Data", [*titles, *own], key="study")
    if title in titles:
        return _shipped(title, titles[title], shipped[titles[title]], own)
    records = stored_runs.records(own[title])
    if not records:
        st.stop()
    drawn = labelled(records)
    return View(title, drawn, drawn)


def labelled(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records of one data set by network, and by their training where that differs; plain first."""
    records = list(records)
    one = len({histories.training(record.config) for record in records}) == 1
    groups: dict[str, list[Record]] = {}
    for record in sorted(records, key=_order):
        setting, training = histories.setting(record.config), histories.training(record.config)
        label = setting if one else f"{setting}, {training or record.config.recipe}"
        groups.setdefault(label, []).append(record)
    return groups


def checkpoint(name: str) -> Path | None:
    """The weights of a shipped run or of the person's own."""
    if (path := shipped_checkpoint(name)) is not None:
        return path
    return next((run.checkpoint for run in stored_runs.every() if run.name == name), None)


def _shipped(title: str, data: str, records: list[Record], own: Mapping[str, list[Run]]) -> View:
    papers = _longest(
        stored_runs.records(
            run
            for runs in own.values()
            for run in runs
            if run.config.recipe == PAPER and run.status == "finished" and _same(run, data)
        )
    )
    here = sorted((_longest(records) | papers).items(), key=lambda row: _order(row[1][0]))
    taken = {setting: [record.name for record in group] for setting, group in papers.items()}
    return View(title, labelled(records), dict(here), taken)


def _longest(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Runs by network: of those that were trained in several ways the ones with most steps."""
    best: dict[str, list[Record]] = {}
    for group in histories.group(records).values():
        setting = histories.setting(group[0].config)
        if setting not in best or _steps(group) > _steps(best[setting]):
            best[setting] = group
    return best


def _same(run: Run, data: str) -> bool:
    """Whether a run is on the same pictures, also where a folder of them has another name."""
    shipped, row = catalogue.row_of(data), catalogue.row_of(run.config.data)
    if shipped is None or shipped.of != PAPERS:
        return run.config.data == data
    if row is not None and row.of == PAPERS:
        return True
    return run.checkpoint is not None and _classes(run.checkpoint) == DATA_SETS[PAPERS].classes


def _classes(path: Path) -> tuple[str, ...]:
    """The class names in a checkpoint's header; none if it cannot be read."""
    try:
        with safe_open(path, framework="np") as file:
            header = json.loads((file.metadata() or {}).get("resnet_viz", "{}"))
        return tuple(header.get("classes", ()))
    except (SafetensorError, OSError, ValueError):
        return ()


def _several(records: list[Record]) -> bool:
    return len({histories.setting(record.config) for record in records}) > 1


def _steps(records: list[Record]) -> int:
    return max(int(record.epochs["step"].iloc[-1]) for record in records)


def _order(record: Record) -> tuple[bool, int, int]:
    network = record.config.network
    return network.is_residual, network.depth, record.config.seed
