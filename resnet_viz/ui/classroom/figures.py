"""Figures for whoever runs the server as a service: whether it is ready, and what it does.

In the text form that Prometheus reads (version 0.0.4). Neither is there unless it is asked for.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from resnet_viz.errors import UserError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

HEALTH, METRICS = "healthz", "metrics"
KIND = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds, of the histogram's bars
STATUSES = ("queued", "running", "stopped", "interrupted", "failed", "finished")


class Histogram:
    """Counts durations by upper bounds, for any number of threads."""

    def __init__(self, bounds: tuple[float, ...] = BOUNDS) -> None:
        self._bounds = bounds
        self._counts = [0] * len(bounds)
        self._number, self._seconds = 0, 0.0
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Count one."""
        with self._lock:
            self._number += 1
            self._seconds += seconds
            for place, bound in enumerate(self._bounds):
                self._counts[place] += seconds <= bound

    def lines(self, name: str) -> Iterator[str]:
        """Its samples."""
        with self._lock:
            for bound, number in zip(self._bounds, self._counts, strict=True):
                yield f'{name}_bucket{{le="{bound:g}"}} {number}'
            yield f'{name}_bucket{{le="+Inf"}} {self._number}'
            yield f"{name}_sum {self._seconds:.6f}"
            yield f"{name}_count {self._number}"


reruns = Histogram()


@contextmanager
def timed() -> Iterator[None]:
    """Count how long a page takes to run."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        reruns.add(time.perf_counter() - begun)


def text(visitors: int, statuses: Mapping[str, int], resident: int) -> str:
    """All figures.

    Args:
        statuses: runs by status.
        resident: bytes of memory of this process.
    """
    metrics: list[tuple[str, str, str, Callable[[str], Iterator[str]]]] = [
        (
            "resnet_viz_visitors",
            "gauge",
            "Browsers that are connected.",
            lambda name: iter([f"{name} {visitors}"]),
        ),
        (
            "resnet_viz_runs",
            "gauge",
            "Runs by status; those that are queued are the length of the queue.",
            lambda name: (
                f'{name}{{status="{status}"}} {statuses.get(status, 0)}' for status in STATUSES
            ),
        ),
        (
            "resnet_viz_resident_memory_bytes",
            "gauge",
            "Resident memory of the server's process.",
            lambda name: iter([f"{name} {resident}"]),
        ),
        ("resnet_viz_rerun_seconds", "histogram", "How long pages take to run.", reruns.lines),
    ]
    lines = []
    for name, kind, says, samples in metrics:
        lines += [f"# HELP {name} {says}", f"# TYPE {name} {kind}", *samples(name)]
    return "\n".join(lines) + "\n"


def health(_: "Request") -> "Response":
    """200 where pages can be served and runs be read, else 503 and why."""
    from starlette.responses import PlainTextResponse

    from resnet_viz.ui.results import stored_runs

    try:
        stored_runs.store().runs()
    except UserError as error:
        return PlainTextResponse(str(error), status_code=503)
    return PlainTextResponse("ok")


def metrics(_: "Request") -> "Response":
    """The figures of this moment."""
    import psutil
    from starlette.responses import Response

    from resnet_viz.ui.classroom import gate
    from resnet_viz.ui.results import stored_runs

    try:
        statuses = Counter(run.status for run in stored_runs.store().runs())
    except UserError as error:
        return Response(str(error), status_code=503, media_type="text/plain")
    return Response(
        text(gate.visitors(), statuses, psutil.Process().memory_info().rss), media_type=KIND
    )
