"""The page Gradients: where its norms come from, recorded, on a batch or of fresh networks."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from resnet_viz.models.architecture import CIFAR_DEPTHS
from resnet_viz.models.choices import residual_shortcuts
from resnet_viz.models.options import common
from resnet_viz.reporting import gradients as reported
from resnet_viz.reporting import histories, knowledge
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import analyses
from resnet_viz.ui.shell import links

RECORDED, LIVE, FRESH = "recorded", "on a batch", "fresh networks"
BATCH = 64


def choose_fresh() -> tuple[pair.Side, pair.Side]:
    """Draw what a pair of fresh networks is made of."""
    with st.popover("Depth and options", key="fresh"):
        depth = links.select("Depth", list(map(str, CIFAR_DEPTHS)), key="depth", default="56")
        picks = {
            option.name: links.select(option.title, pair.values_to_choose(option), key=option.name)
            for option in common()
            if option.name != "shortcut"
        }
        shortcut = links.select(
            "Shortcut of the residual net", residual_shortcuts(), key="shortcut"
        )
    options = {option: value for option, value in picks.items() if value != pair.AS_ROW}
    return (
        pair.fresh("left", f"plain{depth}", options),
        pair.fresh("right", f"resnet{depth}", options | {"shortcut": shortcut}),
    )


def recorded(side: pair.Side) -> pd.DataFrame | None:
    """The norms through a network's training; a sentence where none were recorded."""
    record = side.record
    if record is None or record.gradients.empty:
        st.info(
            f"{literal(side.label)} has no recorded training; choose “{LIVE}” to measure it now."
        )
        return None
    return _named(histories.gradients(record), side)


def measured(side: pair.Side) -> pd.DataFrame | None:
    """Norms on a batch of the data that the network knows; a sentence where there are none."""
    classifier = side.classifier
    data = knowledge.data_of(classifier)
    if data is None:
        st.info(f"{literal(side.label)} is not measured. {knowledge.how_to_have_data(classifier)}")
        return None
    norms = analyses.gradient_norms(classifier, data, BATCH, 0)
    return _named(norms.assign(position=range(len(norms))), side)


def choose_moment(recorded: Mapping[str, pd.DataFrame]) -> float:
    """Draw the slider over the recorded moments; the epoch of the chosen one."""
    moments = reported.moments(recorded.values())
    if len(moments) == 1:
        return moments[0]
    named = [f"{epoch:.2f}" for epoch in moments]
    moment = links.steps(
        "Epoch (0 is initialisation)", named, key="moment", says="initialisation", width=300
    )
    return min(moments, key=lambda epoch: abs(epoch - float(moment)))


def _named(norms: pd.DataFrame, side: pair.Side) -> pd.DataFrame:
    """Norms with the network's name and family, as the charts take them."""
    return norms.assign(label=side.label, residual=side.architecture.is_residual)
