"""How long runs will take, kept for all visitors for a while."""

import json

import streamlit as st


@st.cache_data(max_entries=64, ttl=300, show_spinner=False)
def run_seconds(config: str, training: int, test: int, size: int) -> float:
    """`training.estimate.seconds` of a config as JSON."""
    from resnet_viz.training import estimate
    from resnet_viz.training.config import RunConfig

    described = RunConfig.from_dict(json.loads(config))
    return estimate.seconds(described, training=training, test=test, size=size)
