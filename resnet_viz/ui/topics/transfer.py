"""What the transfer page shows of this machine's runs, and how Streamlit writes its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.models.architecture import IMAGENET
from resnet_viz.reporting import headlines, transfer
from resnet_viz.runs import transfer_study
from resnet_viz.runs.transfer_study import TransferStudy
from resnet_viz.ui.results import drawings, stored_runs


@dataclass(frozen=True)
class Recorded:
    """The study that comes with the product, and what is said of it."""

    study: TransferStudy
    results: pd.DataFrame
    found: str
    conditions: str
    headline: str


@st.cache_resource(show_spinner=False)
def recorded() -> Recorded | None:
    """The recorded study, read once for all visitors; None where it does not come along."""
    if (study := transfer_study.shipped_study()) is None:
        return None
    return Recorded(
        study,
        results=transfer.results(study),
        found=transfer.findings(study),
        conditions=transfer.conditions(study),
        headline=headlines.transfer(study),
    )


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=drawings.KNOWN_BY)
def points(rows: pd.DataFrame) -> pd.DataFrame:
    """`transfer.points`, once for the same rows."""
    return transfer.points(rows)


def article() -> pd.DataFrame:
    """`transfer.article` with the finished runs of the store, the oldest first."""
    finished = [
        run
        for run in reversed(stored_runs.readable())
        if run.status == "finished" and run.config.start == IMAGENET
    ]
    return transfer.article(
        finished, lambda checkpoint: _weights(checkpoint, checkpoint.stat().st_mtime_ns)
    )


def columns(table: Mapping[str, tuple[str, str | None]]) -> dict[str, Any]:
    """What Streamlit is told of the columns of a table such as `transfer.TABLE`."""
    return {
        name: st.column_config.Column(title)
        if form is None
        else st.column_config.NumberColumn(title, format=form)
        for name, (title, form) in table.items()
    }


@st.cache_data(max_entries=64, show_spinner=False)
def _weights(checkpoint: Path, modified: int) -> str:
    """Which ImageNet weights a fine-tuned network says that it began with."""
    from resnet_viz import models

    card = models.read_card(checkpoint)["card"]
    return str(card.get("start", {}).get("name", ""))
