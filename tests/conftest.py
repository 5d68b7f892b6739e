"""What all tests share: a home of their own, so that none sees another's runs or the person's."""

import os
from pathlib import Path

import pytest

from resnet_viz.runs import machine
from tests.scheduling import OneBrowser, give_way, longest_first
from tests.shared_data import ABSENT

# Threads of several test processes on the same cores wait for each other instead of computing.
os.environ.setdefault("OMP_NUM_THREADS", "1")
machine.wait_briefly()


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A first start: no runs, no caches, the run store beside them."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RESNET_VIZ_HOME", str(folder))
    monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    return folder


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a parameter the same in each process of a run, which must collect tests of one name.

    Long bytes go by their size: their content may hold the time of day, as gzip's does. The order
    of a set's words is another one in each process.
    """
    if isinstance(val, bytes) and len(val) > 8:
        return f"{len(val)} bytes"
    return "{" + ", ".join(sorted(map(repr, val))) + "}" if isinstance(val, set) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = longest_first(items)


def pytest_runtest_setup(item: pytest.Item) -> None:
    give_way(item)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return OneBrowser(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests were skipped for want of what may lie beside the checkout."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if str(report.longrepr[-1]).endswith(ABSENT)
    ]
    if skipped:
        number = f"{len(skipped)} test{'s' * (len(skipped) > 1)}"
        terminalreporter.write_line(f"{number} skipped: {ABSENT}.")
