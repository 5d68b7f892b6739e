"""Launcher: the queue, and the worker processes that it starts."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, delete, func, insert, select, update

from resnet_viz.classroom.roles import OWNER, Right, Visitor
from resnet_viz.data import DATA_SETS, local_sets
from resnet_viz.models.architecture import IMAGENET
from resnet_viz.runs import clock, environment, permission, starting, threads
from resnet_viz.runs.claims import Claim, claim_waiting, waiting
from resnet_viz.runs.database import HISTORY, runs
from resnet_viz.runs.errors import RunError, sentence
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
        self._worker = tuple(worker)

    def submit(
        self,
        *configs: RunConfig,
        names: Sequence[str | None] | None = None,
        together: bool = False,
    ) -> list[Run]:
        """Queue runs and start what may start.

        Args:
            names: one a config; None for a name made from the config.
            together: the runs share one slot and train side by side.
        """
        asked = list(names) if names else [None] * len(configs)
        if len(asked) != len(configs):
            raise RunError("Give each run a name, or none of them.")
        pair = secrets.token_hex(6) if together and len(configs) > 1 else None
        with self._database.deciding() as connection:
            by = self._by()
            budget = permission.to_start(connection, by, configs, together=pair is not None)
            owned = {"owner": permission.owner(by), "budget": budget, "pair": pair}
            ids = self.enqueue(connection, configs, asked, [owned] * len(configs))
        self.pump()
        return [self.store.run(run_id) for run_id in ids]

    def stop(self, name: str) -> Run:
        """Let a run finish its step, save and end; a waiting one leaves the queue at once."""
        run = self._own(name)
        with self._database.deciding() as connection:
            dequeued = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status == "queued")
                .values(status="stopped", ended=clock.now())
            )
            asked = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status == "running")
                .values(stop_requested=True)
            )
        if not dequeued.rowcount + asked.rowcount:
            raise RunError(
                f"{run.name} is {run.stored_status}: only what runs or waits can be stopped."
            )
        return self.store.run(run.id)

    def resume(self, name: str) -> Run:
        """Queue a run again; it goes on from its last checkpoint."""
        run = self.store.run(name)
        _ = run.config  # nothing is queued that could not be started
        with self._database.deciding() as connection:
            budget = permission.to_resume(connection, self._by(), run)
            queued = connection.execute(
                update(runs)
                .where(runs.c.id == run.id, runs.c.status.in_(RESUMABLE))
                .values(
                    status="queued",
                    budget=budget,
                    position=_next_position(connection),
                    token=None,
                    stop_requested=False,
                    error=None,
                    ended=None,
                )
            )
        if not queued.rowcount:
            raise RunError(f"{run.name} is {run.status}: there is nothing to resume.")
        self.pump()
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

    def pump(self) -> list[Run]:
        """Start what may start: in order, as long as a slot is free. Cheap when nothing waits."""
        starting.reap()
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
        first, now = _next_position(connection), datetime.now(UTC)
        rows = [
            {
                "id": f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
                "name": self._new_name(config, name, taken),
                "config": json.dumps(_resolved(config).to_dict(), sort_keys=True),
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
            name = self._default_name(_resolved(config), taken)
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
        try:
            starting.begin_log(run.folder)
            try:
                pid = starting.warm(self._worker, claim.arguments, run.folder, settings)
            except UnansweredError:
                if (renewed := self._renewed(claim)) is None:
                    return  # it was started after all
                claim, pid = renewed, None
            if pid is None:
                pid = starting.cold(self._worker, claim.arguments, run.folder, settings)
        except OSError as error:
            text = sentence(error) or f"Its worker could not be started ({error.strerror})."
            self._update(claim, status="failed", ended=clock.now(), error=text)
            return
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            started = time.time()
        self._update(claim, pid=pid, process_started=started)

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


def _resolved(config: RunConfig) -> RunConfig:
    """The config as a worker in another folder can use it."""
    return replace(
        config,
        data=config.data if config.data in DATA_SETS else _folder(config.data),
        start=_checkpoint(config.start) if config.start else None,
    )


def _folder(data: str) -> str:
    folder = local_sets.place(data)
    if os.path.isfile(folder):
        raise RunError(
            f"{data!r} is a file: make a data set of an archive with the command unpack, or choose "
            "a folder."
        )
    if not os.path.isdir(folder):
        known = ", ".join(local_sets.known())
        raise RunError(f"There is no data set or folder {data!r}: choose {known} or a folder.")
    return str(folder.resolve())


def _checkpoint(start: str) -> str:
    if start == IMAGENET:
        return start  # the worker knows where these weights are
    path = Path(start).expanduser()
    if not path.is_file():
        raise RunError(f"There is no checkpoint {start!r} to start from.")
    return str(path.resolve())


def _next_position(connection: Connection) -> int:
    return (connection.scalar(select(func.max(runs.c.position))) or 0) + 1
