"""The stores that the tests of runs share, imported by each file that asks for one.

It stands beside `runs_support`, which workers run as a script, without pytest.
"""

import contextlib

import pytest

from benchmarks import postgres_server
from resnet_viz.runs import RunError, Store
from tests.unit.runs_support import end_workers, new_store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path, monkeypatch):
    """A new store, in a file and on a server; workers that the test left are ended."""
    yield from _ended(new_store(tmp_path, monkeypatch, new_url(request.param)))


@pytest.fixture
def file_store(tmp_path, monkeypatch):
    """A new store in the test's folder, for what holds of SQLite alone."""
    yield from _ended(new_store(tmp_path, monkeypatch))


def new_url(kind: str) -> str | None:
    """Where a new store of that kind would be; None for the file that is used without a URL."""
    if kind == "sqlite":
        return None
    if postgres_server.binaries() is None:
        pytest.skip(postgres_server.ABSENT)
    return postgres_server.server().url()


def _ended(store: Store):
    yield store
    with contextlib.suppress(RunError):  # a test may have damaged it, and then it had no workers
        end_workers(store)
    store.database.close()
