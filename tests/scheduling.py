"""How the tests are shared out among processes, so that none waits long for the last."""

import os
from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"
NICENESS = 5  # a third of the time of a core for which one of the browser's processes asks too
# What takes longest begins first: at the end one process would work through it alone.
FIRST = (
    BROWSER,
    "tests/cluster/",  # most of it is waiting
    "tests/test_wheel.py",
    "tests/unit/test_kill.py",
    "tests/unit/test_benchmarks_gpu.py",
)


class OneBrowser(LoadFileScheduling):
    """A file's tests go to one process, and all that need a browser to the same one.

    Its browser and its server would otherwise be started in each.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order in which they are given out."""

    def rank(item: pytest.Item) -> int:
        places = (place for place, start in enumerate(FIRST) if item.nodeid.startswith(start))
        return next(places, len(FIRST))

    return sorted(items, key=rank)


def give_way(item: pytest.Item) -> None:
    """Let the browser's tests have a core whenever they can use one.

    They wait as much as they compute, for a page, for a server, and one after the other they take
    longest: meanwhile there is one process more than cores, which computes.
    """
    shares_cores = hasattr(item.config, "workerinput")
    if shares_cores and not item.nodeid.startswith(BROWSER) and os.nice(0) < NICENESS:
        os.nice(NICENESS - os.nice(0))
