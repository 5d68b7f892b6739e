"""The threads that the server's own computations have: as many as the runs of this machine leave.

Several threads wait for each other on their cores. Where runs want these too, Grad-CAM of ResNet-50
at 224×224 took 707 ms with two threads and 214 with one; alone 65 and 110 (two cores, a pair).
"""

import sys
from contextlib import suppress

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.runs import machine
from resnet_viz.ui.results import stored_runs

SECONDS_KEPT = 1


def take(most: int = sys.maxsize) -> None:
    """Let what this thread computes next have the threads that are free; waits for torch.

    Args:
        most: that the work is worth: of small pictures one by one it is 1.
    """
    import torch

    wanted = min(most, free())
    if torch.get_num_threads() != wanted:  # of this thread, and of those that begin later
        torch.set_num_threads(wanted)


def take_if_there() -> None:
    """The same, unless torch is still to come: a page that needs none does not wait for it."""
    if hasattr(sys.modules.get("torch"), "set_num_threads"):
        take()


@st.cache_data(ttl=SECONDS_KEPT, show_spinner=False)
def free() -> int:
    """Cores of this machine that no run has, at least one."""
    taken = 0
    if not stored_runs.trouble():
        with suppress(UserError):
            taken = stored_runs.store().threads_taken()
    return max(1, machine.cores() - taken)
