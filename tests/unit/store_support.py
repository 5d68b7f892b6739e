"""The store that the tests of runs share, imported by each file that asks for it.

It stands beside `runs_support`, which workers run as a script, without pytest.
"""

import contextlib

import pytest

from resnet_viz.runs import RunError
from tests.unit.runs_support import end_workers, new_store


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A new store in the test's folder; workers that the test left are ended."""
    store = new_store(tmp_path, monkeypatch)
    yield store
    with contextlib.suppress(RunError):  # a test may have damaged it, and then it had no workers
        end_workers(store)
