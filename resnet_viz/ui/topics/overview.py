"""What Overview shows of the shipped runs on the digits, kept for all visitors."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from resnet_viz.reporting import findings, headlines, histories, run_labels, tables
from resnet_viz.runs import Record
from resnet_viz.ui.results import stored_runs

DATA = "digits"


@dataclass(frozen=True)
class Evidence:
    """The two charts' curves, what is said of them, and the table below; nobody may change it.

    Attributes:
        history: the rows of `histories.epochs`.
        ends: those of `histories.ends`, under the networks' own names.
        recipes: by which the runs were trained.
    """

    history: pd.DataFrame
    ends: pd.DataFrame
    table: pd.DataFrame
    headline: str
    noticed: str
    recipes: str


def evidence() -> Evidence:
    """What is made of the shipped runs, worked out once for all visitors."""
    shipped = run_labels.of_the_table(stored_runs.shipped_records().values())
    return _made_of(run_labels.group(each for each in shipped if each.config.data == DATA))


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=stored_runs.KNOWN_BY)
def _made_of(groups: Mapping[str, list[Record]]) -> Evidence:
    history = histories.epochs(groups)
    history["label"] = history["label"].str.removesuffix(f" on {DATA}")
    ends = histories.ends(groups).assign(label=lambda rows: rows["network"])
    return Evidence(
        history,
        ends,
        tables.paper_and_here(groups),
        headlines.depth(ends),
        findings.depth(ends),
        run_labels.recipes(record for group in groups.values() for record in group),
    )
