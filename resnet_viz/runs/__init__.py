"""Runs: the store that remembers them, the launcher that starts them, the worker that trains.

Names are imported when first used, so that a page that only lists runs waits for nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resnet_viz.runs.errors import RunError

if TYPE_CHECKING:
    from resnet_viz.runs.launcher import Launcher
    from resnet_viz.runs.record_file import Record
    from resnet_viz.runs.run import Run
    from resnet_viz.runs.shipped_runs import shipped
    from resnet_viz.runs.store import Store

_MODULES = {
    "Launcher": "launcher",
    "Record": "record_file",
    "Run": "run",
    "Store": "store",
    "shipped": "shipped_runs",
}

__all__ = ["Launcher", "Record", "Run", "RunError", "Store", "shipped"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
