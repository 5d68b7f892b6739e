"""How long the server computes when a control of a lesson or of Architecture gets a known value."""

from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.home import own_home
from benchmarks.server import APP
from benchmarks.table import Row, seconds
from benchmarks.timing import script_times
from resnet_viz.ui.shell.page_table import LESSONS, PAGES, Page

ROUNDS = 5
AT_MOST = 0.300
TIMEOUT = 300
MEASURED = (PAGES["architecture"], *LESSONS)
HEAD = ("left", "right", "import")  # of the pair, which the head of a page has


def controls() -> list[Row]:
    """Each control in turn at two values, both seen before; without a browser."""
    with own_home(), script_times() as times:
        return [row for page in MEASURED for row in _page(page, times)]


def _page(page: Page, times: list[float]) -> Iterator[Row]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    app.switch_page(page.script).run()
    _answer(app)
    for kind, key in _found(app):
        values = _two(getattr(app, kind)(key=key))
        if values is None:
            continue
        taken = []
        for value in values * (ROUNDS + 1):
            getattr(app, kind)(key=key).set_value(value)
            times.clear()
            app.run()
            taken.append(sum(times))
        middle = median(taken[len(values) :])
        yield Row(
            what=f"control, {page.name}: {key.replace('_', ' ')}",
            measured=seconds(middle),
            how=f"{values[0]} and {values[1]} in turn, both known, {ROUNDS} times each; at first "
            f"{seconds(max(taken[: len(values)]))}",
            bound=seconds(AT_MOST),
            holds=middle <= AT_MOST,
        )


def _answer(app: Any) -> None:
    """Make every prediction, of which one may bring the next: most is shown after them."""
    answered: set[str] = set()
    while True:
        asked = [box for box in app.segmented_control if box.value is None]
        asked = [box for box in asked if box.key not in answered]
        if not asked:
            return
        answered.add(asked[0].key)
        asked[0].set_value(asked[0].options[0])
        app.run()


def _found(app: Any) -> list[tuple[str, str]]:
    """The controls of the page itself: kind and key."""
    kinds = ("segmented_control", "selectbox", "number_input", "toggle")
    return [
        (kind, box.key)
        for kind in kinds
        for box in getattr(app, kind)
        if box.key and not box.key.startswith(HEAD) and not box.disabled
    ]


def _two(box: Any) -> list[Any] | None:
    """The value that a control has and another one; None where there is no other."""
    if hasattr(box, "options"):
        others = [option for option in box.options if option != box.value]
        return [others[0], box.value] if others and box.value in box.options else None
    if isinstance(box.value, bool):
        return [not box.value, box.value]
    step = box.step or 1
    other = box.value + step if box.value + step <= box.max else box.value - step
    return [other, box.value]
