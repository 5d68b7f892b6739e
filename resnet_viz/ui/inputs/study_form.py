"""What makes a study of the form's networks: more depths, more seeds, the values of an option."""

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES, CIFAR_DEPTHS
from resnet_viz.models.choices import residual_shortcuts
from resnet_viz.models.options import OPTIONS, common
from resnet_viz.reporting import studies as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_labels import data_title
from resnet_viz.runs import study_room
from resnet_viz.runs.study_plan import SETTINGS, Study, StudyError, family
from resnet_viz.training.config import RunConfig
from resnet_viz.training.recipes import RECIPES
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.inputs import estimates, run_form
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import navigation, panels
from resnet_viz.wording import several

NOTHING = "nothing else"
SEEDS, MOST_SEEDS = 3, 100


def vary(configs: Sequence[RunConfig]) -> None:
    """Draw the button that opens the form, and hand the study in when it is asked for.

    Args:
        configs: the runs that the form describes.
    """
    if not configs or RECIPES[configs[0].recipe].needs_start:
        return
    if not visitor.current().may(Right.UNLIMITED_RUNS):
        return
    form = st.popover(
        "Vary depth, seeds, options …",
        icon=":material/stacked_line_chart:",
        on_change="rerun",
        key="vary",
    )
    if form.open:
        with form:
            _form(configs)


def _form(configs: Sequence[RunConfig]) -> None:
    st.caption(
        "A study trains the networks of the form at several depths, with several seeds and with "
        "each value of an option, and draws their final errors."
    )
    depths: list[int] = []
    if all(family(config.architecture) for config in configs):
        own = sorted({config.network.depth for config in configs})
        depths = st.multiselect("Depths", CIFAR_DEPTHS, default=own, key="vary_depths")
    seeds = int(st.number_input("Seeds", 1, MOST_SEEDS, SEEDS, key="vary_seeds"))
    titles = {option.name: option.title for option in common()}
    name = st.selectbox(
        "Also vary", [NOTHING, *titles], format_func=lambda n: titles.get(n, n), key="vary_option"
    )
    values: list[str] = []
    if name != NOTHING:
        every = residual_shortcuts() if name == "shortcut" else OPTIONS[name].values
        values = st.multiselect("Its values", every, default=every, key=f"vary_{name}")
    usual = re.sub(r"[^\w .\-]+", "", f"{configs[0].recipe} on {data_title(configs[0].data)}")
    called = st.text_input("Name of the study", usual, max_chars=80, key="vary_name")
    try:
        study = of(configs, called, depths, seeds, {name: values} if values else {})
        new = stored_runs.studies().missing(study)
    except UserError as error:
        st.error(literal(str(error)))
        return
    _expect(new)
    if st.button(f"Train {several(len(new), 'run')}", type="primary", disabled=not new):
        stored_runs.studies().submit(study)
        navigation.switch("error_against_depth", grid=study.name)


@st.fragment(parallel=True)
@panels.sentences()
def _expect(new: Sequence[RunConfig]) -> None:
    """Say what the new runs are, and then how long they take, from a few steps of the longest."""
    place = st.empty()
    place.caption(reported.expected(reported.planned(new, lambda _: None)))
    try:
        room = study_room.room(stored_runs.launcher(), new)
        plan = reported.scaled(new, partial(_seconds, room))
    except UserError:  # the numbers of runs and images are what is known
        return
    place.caption(reported.expected(plan, room))


def _seconds(room: study_room.Room, config: RunConfig) -> float | None:
    known = run_form.sizes(config)
    if known is None or room.at_once is None:
        return None
    return estimates.run_seconds(json.dumps(room.settled(config).to_dict()), *known)


def of(
    configs: Sequence[RunConfig],
    name: str,
    depths: Sequence[int],
    seeds: int,
    varied: dict[str, Any],
) -> Study:
    """The study of the form's runs.

    Args:
        depths: of each run's family; none for the networks as they are.
        seeds: how many, from the form's seed on.
        varied: an option with its values.

    Raises:
        StudyError: if the networks differ in more than their rows of the table, or start from
            trained ones.
    """
    first = configs[0]
    options: dict[str, tuple[Any, ...]] = {}
    for config in configs:
        for option, value in config.options.items():
            options[option] = (value,)
    for config in configs:
        lacking = options.keys() - config.options.keys() - {"shortcut"}
        if lacking or any(options[key] != (value,) for key, value in config.options.items()):
            raise StudyError(
                "The two networks differ in their options, and those of a study are the same for "
                "all: choose two of the table."
            )
    rows = [f"{family(config.architecture)}{depth}" for config in configs for depth in depths] or [
        config.architecture for config in configs
    ]
    recipe = RECIPES[first.recipe]
    settings = {
        key: (getattr(first, key),)
        for key in SETTINGS
        if getattr(first, key) not in (getattr(recipe, key, None), "auto")
    }
    return Study(
        name=name,
        architectures=tuple(dict.fromkeys(row for row in rows if row in ARCHITECTURES)),
        data=first.data,
        recipe=first.recipe,
        seeds=tuple(range(first.seed, first.seed + seeds)),
        options=options | {key: tuple(values) for key, values in varied.items()},
        settings=settings,
    )
