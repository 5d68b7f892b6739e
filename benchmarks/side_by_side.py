"""Runs and the server on the same cores: what each costs the other.

As a script, ``python -m benchmarks.side_by_side``, it keeps a server busy as ten visitors would,
each of whom touches something every five seconds, and says so when it has begun.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from statistics import median

from benchmarks.grad_cam import subject
from benchmarks.home import own_home
from benchmarks.server import APP, ROOT, end
from benchmarks.table import Row, quartiles
from benchmarks.timing import timed
from benchmarks.training import stop
from resnet_viz.runs import Launcher, Store
from resnet_viz.training.config import RunConfig

VISITORS, EVERY = 10, 5.0  # and seconds between two touches of one of them
PAGES = ("curves", "gradients", "feature_maps", "attribution", "architecture")
ROUNDS = 3
EPOCHS = 3  # of which the first warms up
LEFT_AT_LEAST = 0.7
LONGER_AT_MOST = 3.0
SMALL, LARGE = ("resnet56", 32), ("resnet50", 224)


def busy_server() -> list[Row]:
    """A pair, and a single run, while visitors keep the server busy, against alone."""
    return [_left("a pair", ("plain20", "resnet20")), _left("one run", ("resnet20",))]


def _left(title: str, names: tuple[str, ...]) -> Row:
    speeds = []
    for _ in range(ROUNDS):
        with own_home():
            Store().note_server()  # alone, too, a core is left to it
            alone = _images_per_second(names)
            with _visitors():
                speeds.append((_images_per_second(names), alone))
    low, middle, high = quartiles([busy / alone for busy, alone in speeds])
    busy, alone = (median(side) for side in zip(*speeds, strict=True))
    return Row(
        what=f"training speed of {title} beside {VISITORS} visitors",
        measured=f"{middle:.2f}× ({low:.2f}–{high:.2f})",
        how=f"{' and '.join(names)} on the digits, {busy:,.0f} images/s against {alone:,.0f} "
        f"alone, {ROUNDS} times in turn",
        bound=f"at least {LEFT_AT_LEAST}×",
        holds=middle >= LEFT_AT_LEAST,
    )


def _images_per_second(names: tuple[str, ...]) -> float:
    """Of all the runs, while each of them trains, without their first epochs."""
    store = Store()
    launcher = Launcher(store)
    configs = [RunConfig.from_recipe(name, epochs=EPOCHS) for name in names]
    runs = launcher.submit(*configs, together=len(configs) > 1)
    try:
        for run in runs:
            while (now := store.run(run.id)).is_active:
                time.sleep(0.2)
            if now.status != "finished":
                raise RuntimeError(f"{now.name} is {now.status}: {now.error or now.log_tail(3)}")
        return sum(store.epochs(run.id)["images_per_second"][1:].median() for run in runs)
    finally:
        stop(launcher, runs)


@contextmanager
def _visitors() -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.side_by_side"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as visitors:
        assert visitors.stdout is not None
        try:
            visitors.stdout.readline()
            yield
        finally:
            end(visitors)


def _visit() -> None:
    """Be the visitors, one page after the other, until somebody ends it."""
    from streamlit.testing.v1 import AppTest

    from resnet_viz.ui.shell.page_table import PAGES as KNOWN

    visitors = []
    for number in range(VISITORS):
        app = AppTest.from_file(str(APP), default_timeout=300)
        app.switch_page(KNOWN[PAGES[number % len(PAGES)]].script).run()
        visitors.append(app)
    print("begun", flush=True)
    for app in cycle(visitors):
        begun = time.monotonic()
        app.run()
        time.sleep(max(0.0, EVERY / VISITORS - (time.monotonic() - begun)))


def busy_cores() -> list[Row]:
    """Each method of attribution while a pair trains, against idle."""
    from resnet_viz import analysis
    from resnet_viz.ui.results import free_threads

    rows = []
    for name, size in (SMALL, LARGE):
        classifier, image = subject(name, size)

        def explain(method: str) -> None:
            free_threads.take()
            analysis.attribute(classifier, image, method=method)  # noqa: B023

        # Slow ones of the large network take minutes with nothing beside them.
        quick = [name for name, row in analysis.METHODS.items() if not row.slow]
        methods = quick if (name, size) == SMALL else quick[:1]
        times: dict[str, list[tuple[float, float]]] = {method: [] for method in methods}
        for _ in range(ROUNDS):
            with own_home():
                free_threads.free.clear()
                idle = {method: _middle(explain, method) for method in methods}
                with _pair():
                    free_threads.free.clear()
                    for method in methods:
                        times[method].append((_middle(explain, method), idle[method]))
        title = f"{classifier.architecture.title} {size}×{size}"
        rows += [
            Row.ratio(
                f"{analysis.METHODS[method].title} of {title} while a pair trains",
                "against idle",
                pairs,
                LONGER_AT_MOST,
            )
            for method, pairs in times.items()
        ]
    return rows


def _middle(explain: Callable[[str], None], method: str) -> float:
    times = [timed(lambda: explain(method))() for _ in range(4)]
    return median(times[1:])


@contextmanager
def _pair() -> Iterator[None]:
    """The pair that the page proposes, training."""
    store = Store()
    launcher = Launcher(store)
    runs = launcher.submit(
        *(RunConfig.from_recipe(name, epochs=1000) for name in ("plain56", "resnet56")),
        together=True,
    )
    try:
        while not all(store.run(run.id).step for run in runs):
            time.sleep(0.1)
        yield
    finally:
        stop(launcher, runs)


if __name__ == "__main__":
    _visit()
