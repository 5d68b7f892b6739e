"""What can be done to runs, whichever part of a page the button stands in."""

from collections.abc import Callable, Iterable

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Run
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import stored_runs

SIDES = ("left", "right")
PROBLEM = "run_problem"


def is_residual(run: Run) -> bool:
    """Whether a run's network has shortcuts."""
    return run.config.network.is_residual


def do(action: Callable[[str], object], names: Iterable[str]) -> None:
    """Do something to each run; `show_problem` says which refused, and why."""
    for name in names:
        try:
            action(name)
        except UserError as error:
            st.session_state[PROBLEM] = str(error)


def show_problem() -> None:
    """Say what a run that was to be changed has answered, once."""
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(literal(problem))


def show(side: str, name: str) -> None:
    """Put a run's network into the pair."""
    pair.show(side, name)


def rename(name: str, new: str) -> None:
    """Give a run another name, also where it stands in the pair."""
    renamed = stored_runs.launcher().rename(name, new)
    for side in SIDES:
        if pair.shown(side) == name:
            show(side, renamed.name)
