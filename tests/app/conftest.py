"""Pages without a browser: Streamlit's AppTest runs app.py in this process."""

import contextlib

import psutil
import pytest
import torch

from resnet_viz.runs import Store
from resnet_viz.ui.inputs import estimates
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import warm
from tests.unit.runs_support import SLEEPER, end_workers, launcher

torch.set_num_threads(1)
SLEEPING = SLEEPER[-1].removeprefix("exec ").split()


@pytest.fixture(autouse=True)
def server(home, monkeypatch):
    """A server that measures no training speed and imports nothing in the background."""
    monkeypatch.setattr(warm, "start", lambda: None)
    monkeypatch.setattr(estimates, "run_seconds", lambda *_: 31.0)


@pytest.fixture
def store(home):
    """The store behind the pages; workers that a test left are ended."""
    store = Store()
    yield store
    end_workers(store)


@pytest.fixture
def sleepers(store, monkeypatch):
    """A launcher, the pages' own too, whose workers start at once and never say a word."""
    monkeypatch.setattr(stored_runs, "launcher", lambda: launcher(store, SLEEPER))
    yield launcher(store, SLEEPER)
    # The store has forgotten the workers of runs that were deleted or resumed.
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # ended, or about to be reaped
            if child.cmdline() == SLEEPING:
                child.kill()
