"""What the transfer page shows of this machine's runs, and how Streamlit writes its tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.models.architecture import IMAGENET
from resnet_viz.reporting import transfer
from resnet_viz.ui.results import stored_runs


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
