"""Choosing what the study page shows: the shipped runs on a data set, or one's own."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from resnet_viz.data import DATA_SETS, local_sets, registry
from resnet_viz.models import CheckpointError
from resnet_viz.models.checkpoint_header import read_header
from resnet_viz.reporting import run_labels, study
from resnet_viz.reporting.glossary import TERMS
from resnet_viz.runs import Record, Run
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training.recipes import PAPER
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import links

OWN = "your runs on {}"
SHOWN = ("running", "finished")
# How much the page would rather open with one data set than another.
FIRST = ("cifar10-jpeg", "digits")


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=stored_runs.KNOWN_BY)
def evidence(drawn: Mapping[str, list[Record]]) -> study.Evidence:
    """What follows from the records that are drawn, once for all visitors: nobody may change it."""
    return study.evidence(drawn)


def choose_study() -> study.View:
    """Draw the chooser of the data; the shipped runs on it, or the person's own."""
    shipped: dict[str, list[Record]] = {}
    for record in run_labels.of_the_table(stored_runs.shipped_records().values()):
        shipped.setdefault(record.config.data, []).append(record)
    own: dict[str, list[Run]] = {}
    for run in stored_runs.readable():
        if run.status in SHOWN and run.epoch:
            own.setdefault(local_sets.resolved(run.config.data), []).append(run)
    called = local_sets.titles(own)
    own = {OWN.format(called[place]): runs for place, runs in own.items()}
    names = sorted(shipped, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    titles = {run_labels.data_title(name): name for name in names if study.is_study(shipped[name])}
    said = f"JPEG copy: {TERMS['JPEG copy']}"
    title = links.select("Data", [*titles, *own], key="study", help=said, width=320)
    if title not in titles:
        records = stored_runs.records(own[title])
        if not records:
            st.stop()
        drawn = study.labelled(records)
        return study.View(title, drawn, drawn)
    papers = stored_runs.records(
        run
        for runs in own.values()
        for run in runs
        if run.config.recipe == PAPER and run.status == "finished" and _same(run, titles[title])
    )
    return study.of(title, shipped[titles[title]], papers)


def checkpoint(record: Record) -> Path | None:
    """The weights of a shipped run or of the person's own, whose name may be a shipped one's."""
    shipped = stored_runs.shipped_records().get(record.name)
    if shipped is not None and shipped.config == record.config:
        return shipped_checkpoint(record.name)
    return next((run.checkpoint for run in stored_runs.every() if run.name == record.name), None)


def _same(run: Run, data: str) -> bool:
    """Whether a run is on the same pictures, also where a folder of them has another name."""
    shipped, row = local_sets.row_of(data), local_sets.row_of(run.config.data)
    if shipped is None or shipped.of != registry.PAPER:
        return run.config.data == data
    if row is not None and row.of == registry.PAPER:
        return True
    return (
        run.checkpoint is not None and _classes(run.checkpoint) == DATA_SETS[registry.PAPER].classes
    )


def _classes(path: Path) -> tuple[str, ...]:
    """The class names in a checkpoint's header; none if it cannot be read."""
    try:
        return tuple(read_header(path)["classes"])
    except (CheckpointError, KeyError, TypeError):
        return ()
