"""Choosing what the study page shows: the shipped runs on a data set, or one's own."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from resnet_viz.data.names import BUILT_IN
from resnet_viz.reporting import histories, study
from resnet_viz.runs import Record, Run
from resnet_viz.runs.shelf import shipped_checkpoint
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import links

PAPER = "paper"
OWN = "your runs on {}"
SHOWN = ("running", "finished")
# Data sets of the same pictures, and how much the page would rather open with one than another.
CIFAR10 = ("cifar10", "cifar10-jpeg")
FIRST = ("cifar10-jpeg", "digits")


def choose() -> study.View:
    """Draw the chooser of the data; the shipped runs on it, or the person's own."""
    shipped: dict[str, list[Record]] = {}
    for record in histories.of_the_table(cached.shipped_records().values()):
        shipped.setdefault(record.config.data, []).append(record)
    own: dict[str, list[Run]] = {}
    for run in cached.store().runs():
        if run.status in SHOWN and run.epoch:
            own.setdefault(OWN.format(histories.data_title(run.config.data)), []).append(run)
    names = sorted(shipped, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    titles = {histories.data_title(name): name for name in names if study.is_study(shipped[name])}
    title = links.select("Data", [*titles, *own], key="study")
    if title not in titles:
        records = [cached.store().record(run.name) for run in own[title]]
        drawn = study.labelled(records)
        return study.View(title, drawn, drawn)
    papers = [
        cached.store().record(run.name)
        for runs in own.values()
        for run in runs
        if run.config.recipe == PAPER and run.status == "finished" and _same(run, titles[title])
    ]
    return study.of(title, shipped[titles[title]], papers)


def checkpoint(name: str) -> Path | None:
    """The weights of a shipped run or of the person's own."""
    if (path := shipped_checkpoint(name)) is not None:
        return path
    return next((run.checkpoint for run in cached.store().runs() if run.name == name), None)


def _same(run: Run, data: str) -> bool:
    """Whether a run is on the same pictures, also where a folder of them has another name."""
    if data not in CIFAR10:
        return run.config.data == data
    if histories.data_name(run.config.data) in CIFAR10:
        return True
    return run.checkpoint is not None and _classes(run.checkpoint) == BUILT_IN["cifar10"]


def _classes(path: Path) -> tuple[str, ...]:
    """The class names in a checkpoint's header; none if it cannot be read."""
    try:
        with safe_open(path, framework="np") as file:
            header = json.loads((file.metadata() or {}).get("resnet_viz", "{}"))
        return tuple(header.get("classes", ()))
    except (SafetensorError, OSError, ValueError):
        return ()
