"""What the lesson on vanishing gradients asks and measures, behind a bar and kept for all."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from resnet_viz.analysis.experiments.fresh_networks import KINDS, Kind, kind_gradients
from resnet_viz.data import registry
from resnet_viz.models.architecture import CIFAR_DEPTHS
from resnet_viz.models.choices import ACTIVATIONS
from resnet_viz.ui.results import opened
from resnet_viz.ui.results.long_work import Place

# The two that flatten on both sides come first.
NAMES = {name: ACTIVATIONS[name].title for name in dict.fromkeys(("sigmoid", "tanh", *ACTIVATIONS))}
DEPTHS = CIFAR_DEPTHS
SEEDS = 5
PAPERS_DEPTH = 56
# What the controls say at first, and what they say where the question's networks are shown.
AT_FIRST = {"function": NAMES["sigmoid"], "chain_layers": "20"}
ASKED = {"function": NAMES["relu"], "chain_layers": str(PAPERS_DEPTH)}


def show_asked() -> None:
    """Turn the controls to the networks of the question."""
    st.session_state.update(ASKED)


def follow_question() -> None:
    """The same for whoever has not moved them: the answer's numbers are then those in the chart."""
    if all(st.session_state[key] == value for key, value in AT_FIRST.items()):
        show_asked()


def measured(activation: str, depth: int, kinds: tuple[Kind, ...] = KINDS) -> pd.DataFrame:
    """`kind_gradients` of the kinds, from several seeds, on the digits.

    Computed once for all visitors, behind a bar.

    Returns:
        One row a convolution, kind and seed, as `charts.reaching` takes it.
    """

    def compute(progress: Callable[[float], None]) -> pd.DataFrame:
        frames = []
        for kind in kinds:
            for seed in range(SEEDS):
                frames.append(_measure(activation, depth, kind, seed))
                progress(len(frames) / (len(kinds) * SEEDS))
        return pd.concat(frames, ignore_index=True)

    title = f"Measuring fresh networks of {depth} layers …"
    return _kept(activation, depth, kinds, SEEDS).result(title, compute)


@st.cache_resource(max_entries=64, show_spinner=False)
def _kept(activation: str, depth: int, kinds: tuple[Kind, ...], seeds: int) -> Place[pd.DataFrame]:
    return Place()


# Kept one by one too: whoever turns to something else loses none, and the paper's is asked twice.
@st.cache_data(max_entries=1024, show_spinner=False)
def _measure(activation: str, depth: int, kind: Kind, seed: int) -> pd.DataFrame:
    return kind_gradients(kind, activation, depth, opened.data_set(registry.USUAL), seed)
