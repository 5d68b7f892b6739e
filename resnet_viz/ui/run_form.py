"""The form that describes one run or a pair of runs."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from resnet_viz.data.names import THUMBNAIL
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ACTIVATIONS, ARCHITECTURES, NORMS, SHORTCUTS
from resnet_viz.runs.machine import cores
from resnet_viz.training.config import PRECISIONS, ConfigError, RunConfig
from resnet_viz.training.recipes import RECIPES
from resnet_viz.ui import cached, data_form, links, panels
from resnet_viz.ui.pair import AS_ROW, Side

ALONE = "none: train one alone"
FINETUNE = "finetune"
# Images of each split and their side in pixels, known without reading them.
SIZES = {"digits": (1400, 397, 8), "cifar10": (50_000, 10_000, 32)}
STARTING = 10  # seconds that a worker's imports take, about


def choose(sides: tuple[Side, Side]) -> list[RunConfig]:
    """Draw the form; the runs that it describes, none while something is missing or wrong."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        recipe = links.select("Recipe", list(RECIPES), key="recipe")
        if recipe == FINETUNE:
            networks: list[tuple[str, Side | None]] = [
                (side.architecture.name, side) for side in sides
            ]
        else:
            left = links.select("Network", list(ARCHITECTURES), key="network", default="plain56")
            against = [ALONE, *ARCHITECTURES]
            right = links.select("Against", against, key="against", default="resnet56")
            networks = [(name, None) for name in (left, right) if name != ALONE]
        picked = data_form.choose()
    data = data_form.locate(picked)
    st.caption(RECIPES[recipe].sentence)
    if recipe == FINETUNE:
        st.caption(f"Starts from the pair in the sidebar: {sides[0].label} and {sides[1].label}.")
    settings, options = _details(recipe)
    if data is None:
        return []
    try:
        return [_config(name, recipe, data, settings, options, start) for name, start in networks]
    except ConfigError as error:
        st.error(str(error))
        return []


@st.fragment(parallel=True)
@panels.sentences()
def estimate(configs: Sequence[RunConfig]) -> None:
    """Say how long the runs will take, from a few steps measured on this machine."""
    if not configs:
        return
    sizes = [_sizes(config) for config in configs]
    if None in sizes:
        st.caption("The time is not known before the pictures have been read.")
        return
    threads = max(1, cores() // len(configs))
    parts = [
        cached.run_seconds(
            json.dumps(dataclasses.replace(config, threads=threads).to_dict()), *known
        )
        for config, known in zip(configs, sizes, strict=True)
        if known
    ]
    # Runs that train together have a core each, or share the only one.
    training = max(parts) if cores() >= len(parts) else sum(parts)
    st.caption(f"About {duration(training + STARTING)} on this machine, from a few measured steps.")


def _sizes(config: RunConfig) -> tuple[int, int, int] | None:
    """Images of each split and their side as the network gets them; None before they are read."""
    if config.data in SIZES:
        return SIZES[config.data]
    try:
        found = data_form.facts(config.data)
    except UserError:  # said where the data are described
        found = None
    if found is None:
        return None
    # As the worker does: what was made small to be held in memory is read again at full size.
    wanted = config.network.input_size
    return found.training, found.test, wanted if found.size == THUMBNAIL < wanted else found.size


def duration(seconds: float) -> str:
    """Seconds in words: 40 s, 3 min, 5.5 h."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def _details(recipe: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = RECIPES[recipe]
    with st.expander("Details of the recipe"):
        first, second, third = st.columns(3)
        with first:
            epochs = st.number_input("Epochs", 1, 10_000, row.epochs, key=f"epochs_{recipe}")
            batch = st.number_input("Batch size", 2, 4096, row.batch_size, key=f"batch_{recipe}")
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="seed")
        with second:
            rate = st.number_input(
                "Learning rate", 1e-6, 10.0, row.learning_rate, format="%g", key=f"rate_{recipe}"
            )
            decay = st.number_input(
                "Weight decay", 0.0, 1.0, row.weight_decay, format="%g", key=f"decay_{recipe}"
            )
            device = st.text_input(
                "Device",
                "auto",
                help="auto, cpu, mps, cuda, or GPUs such as cuda:0,1",
                key="device",
            )
        with third:
            precision = st.selectbox("Precision", PRECISIONS, key="precision")
            activation = links.select("Activation", [AS_ROW, *ACTIVATIONS], key="activation")
            norm = links.select("Normalisation", [AS_ROW, *NORMS], key="norm")
            shortcut = links.select(
                "Shortcut of residual networks", [AS_ROW, *SHORTCUTS[1:]], key="shortcut"
            )
    settings = {
        "epochs": int(epochs),
        "batch_size": int(batch),
        "learning_rate": float(rate),
        "weight_decay": float(decay),
        "seed": int(seed),
        "device": device.strip(),
        "precision": precision,
    }
    return settings, {"activation": activation, "norm": norm, "shortcut": shortcut}


def _config(
    name: str,
    recipe: str,
    data: str,
    settings: dict[str, Any],
    options: dict[str, Any],
    start: Side | None,
) -> RunConfig:
    kept = {option: value for option, value in options.items() if value != AS_ROW}
    if not ARCHITECTURES[name].is_residual:
        kept.pop("shortcut", None)
    if start is None:
        return RunConfig.from_recipe(name, recipe, data=data, options=kept, **settings)
    if start.source.path is None:
        raise ConfigError(
            f"{start.label} has nothing to start from: choose a trained network in the sidebar."
        )
    inherited = {
        option: value
        for option, value in start.architecture.options.items()
        if option not in ("classes", "channels")
    }
    return RunConfig.from_recipe(
        name, recipe, data=data, options=inherited | kept, start=str(start.source.path), **settings
    )
