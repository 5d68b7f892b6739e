"""The first line of every page: its title, the pair where it acts, and the stage."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from resnet_viz.ui.shell import navigation
from resnet_viz.ui.shell.page_table import Page
from resnet_viz.ui.shell.styled import STYLE

SCRIPTS = tuple(Path(__file__).with_name(name) for name in ("history.html", "fingers.html"))
BAR = "head bar"


def begin() -> None:
    """The title, before anything that takes a while is imported."""
    from resnet_viz.ui.shell import stage

    st.html(STYLE)  # for a server that is not ours; ours has them in its document
    stage.begin()
    bar = st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
        key="head",
    )
    bar.title(navigation.current().title, anchor=False, width="content")
    st.session_state[BAR] = bar


def end(choose_pair: Callable[[], object]) -> None:
    """The pair, on pages that are about one, and the way to the stage and back."""
    from resnet_viz.ui.classroom import following
    from resnet_viz.ui.shell import stage

    page = navigation.current()
    on = stage.is_on()
    with st.session_state[BAR]:
        if page.pair:
            choose_pair()
        with (
            following.in_class(),
            st.container(
                horizontal=True,
                gap="xsmall",
                width="content",
                key="stage-on" if on else "stage-off",
            ),
        ):
            if on:
                _neighbours(page)
            stage.switch()
    with st.container(key="scripts"):
        st.html(_scripts(), unsafe_allow_javascript=True)


@cache
def _scripts() -> str:
    return "".join(path.read_text("utf-8") for path in SCRIPTS)


def _neighbours(page: Page) -> None:
    before, after = navigation.beside(page)
    for neighbour, icon, says in (
        (before, "arrow_back", "Previous"),
        (after, "arrow_forward", "Next"),
    ):
        if neighbour and st.button(
            says,
            icon=f":material/{icon}:",
            key=f"stage {icon}",
            type="tertiary",
            help=f"{says} page: {neighbour.label}",
            shortcut="Left" if neighbour is before else "Right",
        ):
            st.switch_page(neighbour.script)
