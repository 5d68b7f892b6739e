"""Queues: the engines that have one of their own, as the launcher of a store uses them."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from typing import Any

from sqlalchemy import Row, select

from resnet_viz.runs.database import runs
from resnet_viz.runs.engines import ENGINES, Engine, EngineError, Resources, named
from resnet_viz.runs.engines.handing_over import hand_over, look_after
from resnet_viz.runs.run import ACTIVE, Run
from resnet_viz.runs.shared import require_shared
from resnet_viz.runs.store import Store

PAUSE_SECONDS = 3.0  # between two times that an engine is asked
SILENT_SECONDS = 15.0  # after it has not answered


class _Turns:
    """Lets one thread of this process at a time ask an engine, and not too often."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.not_before = 0.0


_turns: defaultdict[tuple[str, str], _Turns] = defaultdict(_Turns)


class Queues:
    """Hands waiting runs over to their engines, and follows them there.

    Args:
        worker: the command that workers are started with.
        tells: whether runs say why they cannot be handed over: from a machine of an engine that is
            no reason for anybody else.
    """

    def __init__(self, store: Store, worker: tuple[str, ...], *, tells: bool = True) -> None:
        self._store = store
        self._tells = tells
        self._worker = worker

    def check(self, name: str) -> str:
        """The name, if there is such an engine, it answers and its machines can use this store.

        Raises:
            RunError: if not.
        """
        if named(name).queues and not self.engine(name).is_here():
            require_shared(self._store)
        return name

    def engine(self, name: str) -> Engine:
        """The engine of that name.

        Raises:
            EngineError: if there is none, or it needs what is not installed.
        """
        return named(name).engine(self._worker)

    def resources(self, name: str) -> Resources:
        """What an engine has.

        Raises:
            EngineError: if it does not answer.
        """
        return self.engine(name).resources()

    def logs(self, run: Run) -> str:
        """The last lines of a run's log, else what its engine says of its job."""
        said = run.log_tail()
        if said or not run.job:
            return said
        with suppress(EngineError):
            said = self.engine(run.engine).logs(run.job)
        return said

    def withdraw(self, waited: Iterable[Run | Row[Any]]) -> None:
        """Take runs that wait no more out of their engines' queues, as they stood there.

        One that cannot be reached starts them later for nothing: their workers have no right to
        their runs any more, and leave.
        """
        jobs: defaultdict[str, list[str]] = defaultdict(list)
        for run in waited:
            if run.job and run.engine in ENGINES and ENGINES[run.engine].queues:
                jobs[run.engine].append(run.job)
        for name, theirs in jobs.items():
            with suppress(EngineError):
                self.engine(name).withdraw(theirs)

    def pump(self, *, at_once: bool = False) -> None:
        """Give the engines what waits for them, and notice what they have ended.

        An engine that does not answer is asked again later; the runs that wait for it say why.

        Args:
            at_once: even if it has just been asked.
        """
        queued = [name for name, row in ENGINES.items() if row.queues]
        active = runs.c.status.in_(ACTIVE), runs.c.engine.in_(queued)
        query = select(runs.c.engine).where(*active).distinct()
        with self._store.database.reading() as connection:
            wanted = list(connection.scalars(query))
        for name in wanted:
            turns = _turns[self._store.url, name]
            if not at_once and time.monotonic() < turns.not_before:
                continue
            if not turns.lock.acquire(blocking=at_once):
                continue
            try:
                self._ask(name)
                turns.not_before = time.monotonic() + PAUSE_SECONDS
            except EngineError:
                turns.not_before = time.monotonic() + SILENT_SECONDS
            finally:
                turns.lock.release()

    def _ask(self, name: str) -> None:
        engine = cache(partial(self.engine, name))
        hand_over(self._store, name, engine, tells=self._tells)
        look_after(self._store, name, ENGINES[name].title, engine)
