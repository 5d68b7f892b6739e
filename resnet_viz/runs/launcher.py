"""Launcher: the queue, and the worker processes that it starts."""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from resnet_viz import checks
from resnet_viz.classroom.roles import OWNER, Right, Visitor
from resnet_viz.runs import clock, environment, permission, restarts, starting, threads
from resnet_viz.runs.claims import Claim, claim_waiting, waiting
from resnet_viz.runs.database import HISTORY, runs
from resnet_viz.runs.engines import Job, has_queue, processes
from resnet_viz.runs.engines.queues import Queues
from resnet_viz.runs.errors import RunError, sentence
from resnet_viz.runs.resolving import resolved
from resnet_viz.runs.restarts import AGAIN, MOST_RESTARTS, next_position
from resnet_viz.runs.run import RESUMABLE, Run, can_read
from resnet_viz.runs.run_names import check_name, default_name, is_reserved
from resnet_viz.runs.starting import WORKER
from resnet_viz.runs.store import Store, read_settings
from resnet_viz.runs.template import UnansweredError
from resnet_viz.training.config import RunConfig


class Launcher:
    """Submits, starts, stops, resumes, renames and deletes runs.

    Any number of launchers may work on one store: a run is claimed in one transaction before its
    worker starts. Every method raises RunError with a sentence where it cannot do what was asked,
    and ClassroomError where whoever asks must not.
    """

    def __init__(
        self,
        store: Store,
        worker: Sequence[str] = WORKER,
        *,
        reserved: Callable[[str], bool] = is_reserved,
        by: Callable[[], Visitor] = lambda: OWNER,
    ) -> None:
        """A launcher of a store's runs.

        Args:
            reserved: says which names no run may have; a shipped run has to be made under its own.
            by: says who asks, whenever something is to be done.
        """
        self.store = store
        self._by = by
        self._reserved = reserved
        self._database = store.database
        self._processes = processes.Unit(tuple(worker))
        self.queues = Queues(store, tuple(worker), tells=not environment.is_job())

    def submit(
        self,
        *configs: RunConfig,
        names: Sequence[str | None] | None = None,
        together: bool = False,
        engine: str | None = None,
        restarts: int = 0,
    ) -> list[Run]:
        """Queue runs and start what may start.

        Args:
            names: one a config; None for a name made from the config.
            together: the runs share one slot and train side by side.
            engine: what starts them, a name in ``ENGINES``; else the one that is set.
            restarts: how often each goes on by itself when its worker is gone.
        """
        checks.whole(
            "The number of restarts", restarts, least=0, most=MOST_RESTARTS, error=RunError
        )
        engine = self.queues.check(engine or self.store.settings.engine)
        asked = list(names) if names else [None] * len(configs)
        if len(asked) != len(configs):
            raise RunError("Give each run a name, or none of them.")
        pair = secrets.token_hex(6) if together and len(configs) > 1 else None
        with self._database.deciding() as connection:
            by = self._by()
            budget = permission.to_start(connection, by, configs, together=pair is not None)
            owned = {"owner": permission.owner(by), "budget": budget, "pair": pair}
            started = {"engine": engine, "restarts": restarts}
            ids = self.enqueue(connection, configs, asked, [owned | started] * len(configs))
        self.begin(engine)
        return [self.store.run(run_id) for run_id in ids]

    def stop(self, name: str) -> Run:
        """Let a run finish its step, save and end; a waiting one leaves the queue at once."""
        run = self._own(name)
        with self._database.deciding() as connection:
            dequeued = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status == "queued")
                .values(status="stopped", error=None, ended=clock.now())
            )
            asked = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status == "running")
                .values(
                    stop_requested=True, stop_asked=func.coalesce(runs.c.stop_asked, clock.now())
                )
            )
        if dequeued.rowcount:
            self.queues.withdraw([run])
        if not dequeued.rowcount + asked.rowcount:
            raise RunError(
                f"{run.name} is {run.stored_status}: only what runs or waits can be stopped."
            )
        return self.store.run(run.id)

    def resume(self, name: str, engine: str | None = None) -> Run:
        """Queue a run again; it goes on from its last checkpoint, on the engine that it was on."""
        run = self.store.run(name)
        engine = self.queues.check(engine or run.engine)
        _ = run.config  # nothing is queued that could not be started
        with self._database.deciding() as connection:
            budget = permission.to_resume(connection, self._by(), run)
            queued = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status.in_(RESUMABLE))
                .values(**AGAIN, budget=budget, engine=engine, position=next_position(connection))
            )
        if not queued.rowcount:
            raise RunError(f"{run.name} is {run.status}: there is nothing to resume.")
        self.begin(engine)
        return self.store.run(run.id)

    def delete(self, name: str) -> None:
        """Forget a run that is not running, with its checkpoints."""
        run = self._own(name)
        with self._database.deciding() as connection:
            deleted = connection.execute(
                delete(runs).where(runs.c.id == run.id, runs.c.status != "running")
            )
            if not deleted.rowcount:
                raise RunError(f"{run.name} is running: stop it before you delete it.")
            for table in HISTORY:
                connection.execute(delete(table).where(table.c.run_id == run.id))
        if run.stored_status == "queued":
            self.queues.withdraw([run])
        try:
            while run.folder.exists():
                with suppress(FileNotFoundError):  # what its worker has just tidied away itself
                    shutil.rmtree(run.folder)
        except OSError as error:
            raise RunError(
                f"{run.name} is forgotten, but its folder {run.folder.name} could not be removed."
            ) from error

    def rename(self, name: str, new: str) -> Run:
        """Give a run another name."""
        run, new = self._own(name), check_name(new)
        if new != run.name:
            self._refuse_reserved(new)
        with self._database.deciding() as connection:
            namesake = connection.scalar(select(runs.c.id).where(runs.c.name == new))
            if namesake not in (None, run.id):
                raise RunError(f"There is already a run named {new}: choose another name.")
            connection.execute(update(runs).where(runs.c.id == run.id).values(name=new))
        return self.store.run(run.id)

    def annotate(self, name: str, *, tags: str | None = None, notes: str | None = None) -> None:
        """Keep what a person writes beside a run, see `Store.annotate`."""
        self.store.annotate(self._own(name).id, tags=tags, notes=notes)

    def why_none(self) -> str:
        """Why whoever asks can start no run now, as a sentence; empty if one can be started."""
        with self._database.reading() as connection:
            return permission.why_none(connection, self._by())

    def seconds_left(self) -> float | None:
        """The seconds that runs of whoever asks may still train; None without a bound."""
        if (by := self._by()).may(Right.UNLIMITED_RUNS):
            return None
        with self._database.reading() as connection:
            return permission.seconds_left(connection, by)

    def may_change(self, run: Run) -> bool:
        """Whether whoever asks may stop, resume, rename, note on or delete a run."""
        return permission.may_change(self._by(), run)

    def set_slots(self, slots: int) -> None:
        """Let so many runs, or pairs of runs, train at once, and start those that may now."""
        self._by().require(Right.SETTINGS)
        self.store.set_slots(slots)
        self.pump()

    def set_engine(self, name: str) -> None:
        """Let new runs train on the engine of that name, if it answers."""
        self._by().require(Right.SETTINGS)
        self.store.set_engine(self.queues.check(name))

    def pump(self, *, asks: bool = True) -> list[Run]:
        """Start what may start: in order, as long as a slot is free. Cheap when nothing waits.

        The worker of an engine's job starts nothing on its machine, which belongs to the engine.

        Args:
            asks: whether engines with queues of their own are asked too, which may take seconds.

        Returns:
            The runs that were started on this machine.
        """
        starting.reap()
        restarts.queue_gone(self._database, self.store.folder)
        if asks:
            self.queues.pump()
        return [] if environment.is_job() else self._start_here()

    def begin(self, engine: str) -> None:
        """Start what may start of runs that have just been queued."""
        if has_queue(engine):
            self.queues.pump(at_once=True)
        self.pump()

    def _start_here(self) -> list[Run]:
        with self._database.reading() as connection:
            if not any(can_read(row.config) for row in connection.execute(waiting()).all()):
                return []
        with self._database.deciding() as connection:
            slots = read_settings(connection).slots
            claims = claim_waiting(connection, slots, self.store.folder)
        for claim in claims:
            self._start(claim)
        return [self.store.run(claim.run_id) for claim in claims]

    def _own(self, name: str) -> Run:
        run = self.store.run(name)
        permission.to_change(self._by(), run)
        return run

    def require(self, right: Right) -> None:
        """Go on only if whoever asks has a right."""
        self._by().require(right)

    def is_serving(self) -> bool:
        """Whether a server on this machine looks after the queue, and anything waits in it."""
        with self._database.reading() as connection:
            first = connection.execute(waiting().limit(1)).first()
            return first is not None and threads.is_serving(connection)

    def enqueue(
        self,
        connection: Connection,
        configs: Sequence[RunConfig],
        names: Sequence[str | None],
        more: Sequence[Mapping[str, Any]],
    ) -> list[str]:
        """Let runs wait, and start none; their ids.

        Args:
            connection: within ``Database.deciding``.
            names: one a config; None for a name made from the config.
            more: other columns of each run's row.
        """
        taken = set(connection.scalars(select(runs.c.name)))
        first, now = next_position(connection), datetime.now(UTC)
        rows = [
            {
                "id": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
                "name": self._new_name(config, name, taken),
                "config": json.dumps(resolved(config).to_dict(), sort_keys=True),
                "status": "queued",
                "position": first + place,
                **columns,
            }
            for place, (config, name, columns) in enumerate(zip(configs, names, more, strict=True))
        ]
        if rows:
            connection.execute(insert(runs).values(created=clock.now()), rows)
        return [row["id"] for row in rows]

    def _new_name(self, config: RunConfig, name: str | None, taken: set[str]) -> str:
        """What a run is to be called, which is taken from now on."""
        if name is None:
            name = self._default_name(resolved(config), taken)
        else:
            name = check_name(name)
            self._refuse_reserved(name)
        if name in taken:
            raise RunError(f"There is already a run named {name}: choose another name.")
        taken.add(name)
        return name

    def _default_name(self, config: RunConfig, taken: set[str]) -> str:
        name = default_name(config, taken)
        return default_name(config, taken | {name}) if self._reserved(name) else name

    def _refuse_reserved(self, name: str) -> None:
        if self._reserved(name):
            raise RunError(f"{name} is what a shipped network is called: choose another name.")

    def _start(self, claim: Claim) -> None:
        run = self.store.run(claim.run_id)
        settings = environment.of_run(self.store, run.config, claim.slot)
        job = Job(claim.run_id, claim.token, run.folder, run.config, settings)
        try:
            try:
                [called] = self._processes.submit([job])
            except UnansweredError:
                if (renewed := self._renewed(claim)) is None:
                    return  # it was started after all
                claim = renewed
                [called] = self._processes.submit([replace(job, token=claim.token, anew=True)])
        except OSError as error:
            text = sentence(error) or f"Its worker could not be started ({error.strerror})."
            self._update(claim, status="failed", ended=clock.now(), error=text)
            return
        pid, started = processes.identity(called)
        self._update(claim, pid=pid, process_started=started, job=called)

    def _renewed(self, claim: Claim) -> Claim | None:
        """The claim under another token, which ends whoever has the old one and has not spoken.

        None if a worker has.
        """
        renewed = replace(claim, token=secrets.token_hex(8))
        return renewed if self._update(claim, token=renewed.token) else None

    def _update(self, claim: Claim, **values: Any) -> bool:
        """Write to a claimed run, unless its worker has spoken for itself already; whether so."""
        with self._database.writing() as connection:
            written = connection.execute(
                update(runs)
                .where(runs.c.id == claim.run_id, runs.c.token == claim.token, runs.c.pid.is_(None))
                .values(values)
            )
        return written.rowcount == 1
