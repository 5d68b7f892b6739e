"""Runs to the tools that somebody uses beside this one: at once, or as the runs go on."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from resnet_viz.runs.errors import RunError
from resnet_viz.runs.store import Store
from resnet_viz.runs.trackers.event_file import EventFile
from resnet_viz.runs.trackers.measurements import Measurements
from resnet_viz.runs.trackers.mlflow_run import MlflowRun
from resnet_viz.runs.trackers.tracked import Source, Tracked

if TYPE_CHECKING:
    import pandas as pd

INTERVAL_SECONDS = 2.0


class Tracker(Protocol):
    """Where a run is written to."""

    @property
    def place(self) -> str:
        """What the run is called there."""

    def write(self, scalars: "pd.DataFrame") -> None:
        """Add scalars, as `Measurements` gives them."""

    def end(self, status: str) -> None:
        """The run has ended with that status."""

    def close(self) -> None:
        """Nothing more is written; the run may go on."""


def trackers(tensorboard: str | None, mlflow: str | None) -> list[Callable[[Tracked], Tracker]]:
    """What opens a run in each of the tools for which a folder or a URI is given."""
    opening: list[Callable[[Tracked], Tracker]] = []
    if tensorboard is not None:
        opening.append(lambda run: EventFile(Path(tensorboard).expanduser(), run))
    if mlflow is not None:
        opening.append(lambda run: MlflowRun(mlflow, run))
    return opening


def export(
    store: Store,
    names: Sequence[str],
    opening: Sequence[Callable[[Tracked], Tracker]],
    *,
    follow: bool = False,
    report: Callable[[str], object] = lambda line: None,
) -> None:
    """Write runs to trackers; the store is read, and training knows nothing of it.

    Args:
        names: of runs, their ids, or names of shipped records.
        opening: opens a run in a tracker.
        follow: go on until all runs have ended.
        report: is told of each run in each tracker once it is written.

    Raises:
        RunError: if there is no such run, one still trains and is not followed, or a tracker
            refuses.
    """
    sources = [Source.named(store, name) for name in dict.fromkeys(names)]
    for source in sources if not follow else ():
        if source.is_active:
            raise RunError(
                f"{source.name} has not ended: add --follow to write it as it goes on, or stop it."
            )
    with ExitStack() as closing:

        def open_all(run: Tracked) -> list[Tracker]:
            places = [open_in(run) for open_in in opening]
            for place in places:
                closing.callback(place.close)
            return places

        exports = [_Export(source, open_all, report) for source in sources]
        while exports := [one for one in exports if one.goes_on()]:
            time.sleep(INTERVAL_SECONDS)


class _Export:
    """One run on its way to its trackers."""

    def __init__(
        self,
        source: Source,
        open_all: Callable[[Tracked], list[Tracker]],
        report: Callable[[str], object],
    ) -> None:
        self._moments, self._open_all, self._report = source.moments(), open_all, report
        self._measurements = Measurements()
        self._places: list[Tracker] | None = None

    def goes_on(self) -> bool:
        """Write what is new; whether there is more to come."""
        now = next(self._moments)  # before what is measured by then is read
        if now.waits:  # and has no moment yet from which its measurements are dated
            return True
        if self._places is None:
            self._places = self._open_all(now.tracked())
        new = self._measurements.new(now.record)
        for place in self._places:
            place.write(new)
            if not now.is_active:
                place.end(now.status)
                self._report(place.place)
        return now.is_active
