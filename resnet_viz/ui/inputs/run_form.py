"""The form that describes one run or a pair of runs."""

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.data import DATA_SETS
from resnet_viz.data.local_sets import THUMBNAIL
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES, TITLES, Architecture
from resnet_viz.models.choices import residual_shortcuts
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.options import OPTIONS, common
from resnet_viz.reporting import live
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.runs import changed_recipe, difference, duration, sets_apart
from resnet_viz.runs.machine import cores
from resnet_viz.training.config import PRECISIONS, ConfigError, RunConfig
from resnet_viz.training.errors import TooLarge
from resnet_viz.training.recipes import RECIPES
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.inputs import data_form, device_field, estimates, own_network
from resnet_viz.ui.networks import pair
from resnet_viz.ui.networks.pair import AS_ROW, Side
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import links, navigation, panels

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

ALONE = "none: train one alone"
OWN = "your own"
TWIN = "its twin"
FORM = "form of runs"
STARTING = 10  # seconds that a worker's imports take, about


def room(shown: Sequence[RunConfig]) -> "DeltaGenerator":
    """Where the form stands: open, or in one line that names the runs shown below.

    Who comes with a network of their own finds it in an open form.

    Args:
        shown: none before anything was trained.
    """
    if not shown:
        return st.container()
    return st.expander(
        f"**{live.line(shown)}**: train other networks",
        expanded=links.asked("own") is not None,
        key=FORM,
        on_change="rerun",
        icon=":material/tune:",
    )


def choose_runs() -> list[RunConfig]:
    """Draw the form; the runs that it describes, none while something is missing or wrong."""
    sides: tuple[Side, ...] = ()
    with panels.controls():
        recipe = links.select("Recipe", list(RECIPES), key="recipe")
        if RECIPES[recipe].needs_start:
            names: list[str] = []
        else:
            left = links.select(
                "Network", [*ARCHITECTURES, OWN], key="network", names=TITLES, default="plain56"
            )
            against = [ALONE, *([TWIN] if left == OWN else []), *ARCHITECTURES]
            right = links.select(
                "Against", against, key="against", names=TITLES, default="resnet56"
            )
            names = [name for name in (left, right) if name != ALONE]
        picked = data_form.choose_data()
        settings, options = _details(recipe)
    written = _own() if OWN in names else ""
    data = data_form.locate(picked)
    sentence = st.empty()
    if RECIPES[recipe].needs_start:
        st.caption("Starts from these two networks:")
        sides = pair.choose_pair()
    said = changed_recipe(recipe, settings)
    sentence.caption(said)
    if data is None:
        return []
    try:
        networks: list[tuple[Architecture, Side | None]] = (
            [(side.architecture, side) for side in sides]
            if RECIPES[recipe].needs_start
            else [(_network(name, written), None) for name in names]
        )
        configs = [
            _config(network, recipe, data, settings, options, start) for network, start in networks
        ]
    except (ConfigError, ArchitectureError) as error:
        st.error(literal(str(error)))
        return []
    if len(configs) == 2:
        sentence.caption(f"{said} {difference(*configs)}")
        if not sets_apart(*configs):
            return []
    if again := live.same_again(configs, stored_runs.readable()):
        st.caption(f":material/content_copy: {again}")
    return configs


def hindrance() -> str:
    """Say why the visitor can start no run now, or for how long one may train; empty if one can."""
    if reason := stored_runs.why_no_run():
        st.info(literal(reason), icon=":material/lock:")
    elif not visitor.current().may(Right.UNLIMITED_RUNS):
        left = stored_runs.launcher().seconds_left() or 0
        st.caption(f":material/timer: Your runs may train {duration(left)} more in this class.")
    return reason


def fold() -> None:
    """Close the form, in whose place the curves grow."""
    st.session_state[FORM] = False


def offer(network: Architecture) -> None:
    """A link that opens the form with a network of one's own in it, against its twin."""
    navigation.link(
        "training",
        "**Train it** against its twin with or without shortcuts",
        ":material/play_circle:",
        network=OWN,
        against=TWIN,
        own=own_network.written(network),
    )


@st.fragment(parallel=True)
@panels.sentences()
def estimate(configs: Sequence[RunConfig]) -> None:
    """Say how long the runs will take, from a few steps measured on this machine."""
    if not configs:
        return
    known_sizes = [sizes(config) for config in configs]
    if None in known_sizes:
        st.caption("The time is not known before the pictures have been read.")
        return
    threads = max(1, cores() // sum(config.processes for config in configs))
    try:
        parts = [
            estimates.run_seconds(
                json.dumps(dataclasses.replace(config, threads=threads).to_dict()), *known
            )
            for config, known in zip(configs, known_sizes, strict=True)
            if known
        ]
    except TooLarge as error:  # which is no fault of the run's
        st.caption(literal(str(error)))
        return
    # Runs that train together have a core each, or share the only one.
    training = max(parts) if cores() >= len(parts) else sum(parts)
    st.caption(
        f"About {duration(training + STARTING)} on this machine, the start included, from a few "
        "measured steps."
    )


def sizes(config: RunConfig) -> tuple[int, int, int] | None:
    """Images of each split and their side as the network gets them; None before they are read."""
    if row := DATA_SETS.get(config.data):
        return row.training, row.test, row.side
    try:
        found = data_form.facts(config.data)
    except UserError:  # said where the data are described
        found = None
    if found is None:
        return None
    # As the worker does: what was made small to be held in memory is read again at full size.
    wanted = config.network.input_size
    return found.training, found.test, wanted if found.size == THUMBNAIL < wanted else found.size


def _details(recipe: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = RECIPES[recipe]
    with st.popover("Details", icon=":material/tune:"):
        first, second, third = st.columns(3)
        with first:
            epochs = links.number("Epochs", 1, 10_000, row.epochs, key=f"epochs_{recipe}")
            batch = links.number("Batch size", 2, 4096, row.batch_size, key=f"batch_{recipe}")
            seed = links.number("Seed", 0, 2**31 - 1, 0, key="seed")
        with second:
            rate = links.number(
                "Learning rate", 1e-6, 10.0, row.learning_rate, key=f"rate_{recipe}", format="%g"
            )
            decay = links.number(
                "Weight decay", 0.0, 1.0, row.weight_decay, key=f"decay_{recipe}", format="%g"
            )
            device = device_field.choose("device")
        with third:
            precision = links.select("Precision", list(PRECISIONS), key="precision")
            options = {
                option.name: links.select(
                    option.title, [AS_ROW, *option.values], key=f"run_{option.name}"
                )
                for option in common()
                if option.name != "shortcut"
            }
            options["shortcut"] = links.select(
                "Shortcut of residual networks", [AS_ROW, *residual_shortcuts()], key="run_shortcut"
            )
    settings = {
        "epochs": int(epochs),
        "batch_size": int(batch),
        "learning_rate": float(rate),
        "weight_decay": float(decay),
        "seed": int(seed),
        "device": device,
        "precision": precision,
    }
    return settings, options


def _own() -> str:
    """The line of text that describes a network of one's own."""
    return links.text(
        "Your own network",
        "resnet20",
        key="own",
        fits=own_network.readable,
        help="A name of the table and what is different, as the page Architecture writes it: "
        "resnet20 blocks=2,2,2 activation=gelu",
    )


def _network(name: str, written: str) -> Architecture:
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    built = own_network.read(written)
    return built if name == OWN else own_network.twin(built)


def _config(
    network: Architecture,
    recipe: str,
    data: str,
    settings: dict[str, Any],
    options: dict[str, Any],
    start: Side | None,
) -> RunConfig:
    kept = {option: value for option, value in options.items() if value != AS_ROW}
    if not network.is_residual:
        kept.pop("shortcut", None)
    if start is None:
        changed = network.options | kept
        return RunConfig.from_recipe(network.name, recipe, data=data, options=changed, **settings)
    if start.source.path is None:
        raise ConfigError(
            f"{start.label} has nothing to start from: choose a trained network above."
        )
    inherited = {
        option: value for option, value in network.options.items() if not OPTIONS[option].of_data
    }
    return RunConfig.from_recipe(
        network.name,
        recipe,
        data=data,
        options=inherited | kept,
        start=str(start.source.path),
        **settings,
    )
