"""The page Gradients: where its norms come from, recorded, on a batch or of fresh networks."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from resnet_viz.models.choices import ACTIVATIONS, NORMS
from resnet_viz.reporting import gradients as reported
from resnet_viz.reporting import histories, knowledge
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import analyses
from resnet_viz.ui.shell import links

RECORDED, LIVE, FRESH = "recorded", "on a batch", "fresh networks"
DEPTHS = (20, 32, 44, 56, 110)
BATCH = 64


def choose_fresh() -> tuple[pair.Side, pair.Side]:
    """Draw what a pair of fresh networks is made of."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        depth = links.select("Depth", list(map(str, DEPTHS)), key="depth", default="56")
        activation = links.select("Activation", list(ACTIVATIONS), key="activation")
        norm = links.select("Normalisation", list(NORMS), key="norm")
        shortcut = links.select("Shortcut of the residual net", ["A", "B", "C"], key="shortcut")
    options = {"activation": activation, "norm": norm}
    return (
        pair.fresh("left", f"plain{depth}", options),
        pair.fresh("right", f"resnet{depth}", options | {"shortcut": shortcut}),
    )


def recorded(side: pair.Side) -> pd.DataFrame | None:
    """The norms through a network's training; a sentence where none were recorded."""
    record = side.record
    if record is None or record.gradients.empty:
        st.info(f"{side.label} has no recorded training; choose “{LIVE}” to measure it now.")
        return None
    return _named(histories.gradients(record), side)


def measured(side: pair.Side) -> pd.DataFrame | None:
    """Norms on a batch of the data that the network knows; a sentence where there are none."""
    classifier = side.classifier
    data = knowledge.data_of(classifier)
    if data is None:
        st.info(f"{side.label} is not measured. {knowledge.how_to_have_data(classifier)}")
        return None
    norms = analyses.gradient_norms(classifier, data, BATCH, 0)
    return _named(norms.assign(position=range(len(norms))), side)


def choose_moment(recorded: Mapping[str, pd.DataFrame]) -> float:
    """Draw the slider over the recorded moments; the epoch of the chosen one."""
    moments = reported.moments(recorded.values())
    if len(moments) == 1:
        return moments[0]
    named = [f"{epoch:.2f}" for epoch in moments]
    moment = links.steps("Epoch (0 is initialisation)", named, key="moment", says="initialisation")
    return min(moments, key=lambda epoch: abs(epoch - float(moment)))


def _named(norms: pd.DataFrame, side: pair.Side) -> pd.DataFrame:
    """Norms with the network's name and family, as the charts take them."""
    return norms.assign(label=side.label, residual=side.architecture.is_residual)
