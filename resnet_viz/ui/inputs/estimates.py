"""How long runs will take, kept for all visitors for a while."""

import json
from dataclasses import replace

import streamlit as st

from resnet_viz.ui.results import free_threads


@st.cache_data(max_entries=64, ttl=300, show_spinner=False)
def run_seconds(config: str, training: int, test: int, size: int) -> float:
    """`training.estimate.seconds` of a config as JSON."""
    from resnet_viz.training import estimate
    from resnet_viz.training.config import RunConfig
    from resnet_viz.training.threads import useful

    described = RunConfig.from_dict(json.loads(config))
    if described.threads is None:
        described = replace(described, threads=min(useful(described), free_threads.free()))
    return estimate.seconds(described, training=training, test=test, size=size)
