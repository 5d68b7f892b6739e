"""Pages without a browser: Streamlit's AppTest runs app.py in this process."""

import contextlib
from functools import lru_cache

import psutil
import pytest
import torch
from streamlit import type_util
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from resnet_viz.runs import Store
from resnet_viz.ui.inputs import estimates
from resnet_viz.ui.results import free_threads, stored_runs
from resnet_viz.ui.shell import warm
from tests.unit.runs_support import SLEEPER, end_workers, launcher

torch.set_num_threads(1)
SLEEPING = SLEEPER[-1].removeprefix("exec ").split()
PARAMETERS = lru_cache(maxsize=1024)(type_util.get_func_parameters)


@pytest.fixture(scope="session")
def _imports_set_aside():
    warm._set_aside()


@pytest.fixture(scope="module", autouse=True)
def _as_a_server_does_once(_imports_set_aside):
    """What a server does once, and AppTest for each page or each run of one, is done once.

    To look through the installed packages for components, which no page here uses, takes longer
    than most pages do. Scripts are compiled each time, their end is asked for a thousand times a
    second, the garbage collector walks through all modules, and the parameters of a function whose
    results are kept are looked up at each of its calls.
    """
    scripts, ask = ScriptCache(), local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
        runner._script_thread.join(timeout)
        ask(runner, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: 0)
        patch.setattr(type_util, "get_func_parameters", PARAMETERS)
        patch.setattr(app_test, "ScriptCache", lambda: scripts)
        patch.setattr(local_script_runner, "ScriptCache", lambda: scripts)
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True)
def server(home, monkeypatch):
    """A server that measures no training speed and imports nothing in the background.

    What it computes has one thread, where it would take those of all cores: two would wait for each
    other whenever another process of the tests has one of the cores, many times as long.
    """
    monkeypatch.setattr(warm, "start", lambda: None)
    monkeypatch.setattr(free_threads, "take", lambda *_: None)
    monkeypatch.setattr(estimates, "run_seconds", lambda *_: 31.0)
    yield
    torch.set_num_threads(1)  # which a test may change, for threads that begin later too


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
