"""What a server does by itself, behind the pages: heavy imports, the queue of runs, a warm worker.

Nobody waits for torch before there is something to see, and a run that waits starts when its turn
comes, also after a worker was killed while nobody looked.
"""

import gc
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.runs import Launcher, Store, environment, starting
from resnet_viz.ui.results import stored_runs

# What the first page needs, and what only others do.
FIRST = (
    "resnet_viz.ui.networks.pair",
    "resnet_viz.ui.shell.panels",
    "resnet_viz.charts.curves",
    "resnet_viz.reporting.findings",
    "resnet_viz.reporting.tables",
)
MODULES = ("torch", "resnet_viz.models.checkpoint", "resnet_viz.data.loading", "captum.attr")
SECONDS_FOR_THE_FIRST_PAGE = 10.0
SECONDS_BETWEEN_LOOKS = 5.0  # at the warm worker
SECONDS_IN_THE_QUEUE = 1.0  # between two looks at it
MANY_MODULES = 50

logger = logging.getLogger(__name__)
_drawn, _imported, _ended = threading.Event(), threading.Event(), threading.Event()


@st.cache_resource(show_spinner=False)
def begin() -> tuple[threading.Thread, ...]:
    """Begin, once a server; what the first page needs is there when this returns."""
    _ended.clear()
    # While one visitor's page imports or computes, the server goes on sending to the others.
    sys.setswitchinterval(0.0005)
    _import_first()
    return (
        _thread("warm imports", _prepare),
        _thread("queue", _watch),
        _thread("warm worker", _keep_warm),
    )


def start() -> None:
    """Begin, where the server has not done so, and go on: a page has been drawn."""
    begin()
    _drawn.set()


def end() -> None:
    """Look after the queue no more, and let no worker wait."""
    _ended.set()


def _thread(name: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _import_first() -> None:
    gc.disable()  # it would walk through all that has come, again and again
    try:
        for module in FIRST:
            import_module(module)
        list(stored_runs.shipped_records().values())  # each is read
    finally:
        gc.enable()
    _set_aside()


def _prepare() -> None:
    _drawn.wait(SECONDS_FOR_THE_FIRST_PAGE)  # torch would take the first page's time
    _import()
    _imported.set()


def _import() -> None:
    for module in MODULES:
        import_module(module)
    _set_aside()


def _set_aside() -> int:
    """Keep garbage collection out of what is imported; how many modules that are.

    Streamlit collects garbage after every run of a page, and to walk through all modules takes
    longer than most pages.
    """
    gc.collect()
    gc.freeze()
    return len(sys.modules)


def _watch() -> None:
    """Start what waits, with one store for the server's life: to open one costs more than to ask.

    One that failed is opened anew, since whoever mends it may have moved its file away.
    """
    known = len(sys.modules)
    launcher: Launcher | None = None
    while not _ended.wait(SECONDS_IN_THE_QUEUE):
        if len(sys.modules) > known + MANY_MODULES:  # a page has brought more of them
            known = _set_aside()
        try:
            launcher = launcher or Launcher(Store())
            launcher.pump()
        except UserError as error:  # a store that is busy or full may take it the next time
            logger.warning("%s", error)
            launcher = None


def _keep_warm() -> None:
    """Let a process wait to become the next run's worker; it ends with this one in any case."""
    _note_server()
    _imported.wait()  # the pages come first
    while True:
        starting.template.look_after(environment.inherited())
        if _ended.wait(SECONDS_BETWEEN_LOOKS):
            break
    starting.template.end()


def _note_server() -> None:
    """Have runs that start from now on leave a core to the pages."""
    with suppress(UserError):  # without a store there are no runs
        stored_runs.store().note_server()
