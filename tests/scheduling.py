"""How the tests are shared out among processes, so that none waits long for the last."""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser/"
# What takes longest begins first: at the end one process would work through it alone.
FIRST = (
    BROWSER,
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
