"""Studies: what the store knows of grids of runs, and what can be done to one as a whole."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from resnet_viz.classroom.roles import Right
from resnet_viz.models.options import OPTIONS
from resnet_viz.runs import clock, environment, starting, study_plan
from resnet_viz.runs.database import HISTORY, runs, studies
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.restarts import AGAIN
from resnet_viz.runs.run_names import LONGEST
from resnet_viz.runs.store import Store
from resnet_viz.runs.study_plan import Study
from resnet_viz.runs.study_standing import Standing, named, plan_of, standing_of, sums
from resnet_viz.training.config import RunConfig

if TYPE_CHECKING:
    import pandas as pd

    from resnet_viz.runs.launcher import Launcher
    from resnet_viz.runs.study_record import StudyRecord

IMPORT_SECONDS = 60.0  # that a process may take for its imports
AT_ONCE = 500  # runs in one query: SQLite bounds how many values one may name


@dataclass(frozen=True)
class Submitted:
    """What became of a study that was handed in: how many runs are new, and were there already."""

    standing: Standing
    new: int
    there: int


class Studies:
    """The studies of a store.

    Every method raises RunError with a sentence, and ClassroomError where whoever asks must not.
    """

    def __init__(self, launcher: "Launcher") -> None:
        self.launcher = launcher
        self._store: Store = launcher.store
        self.database = launcher.store.database

    def submit(self, study: Study, *, start: bool = True, engine: str | None = None) -> Submitted:
        """Queue a study's runs, or those that the study of that name does not have yet.

        Args:
            start: whether what may start does so at once.
            engine: of the new runs, see `Launcher.submit`.
        """
        self.launcher.require(Right.UNLIMITED_RUNS)
        engine = self.launcher.queues.check(engine or self._store.settings.engine)
        configs = study.configs()
        with self.database.deciding() as connection:
            row = connection.execute(named(study.name)).one_or_none()
            if row is None:
                study_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
                there: set[str] = set()
                connection.execute(
                    insert(studies).values(
                        id=study_id,
                        name=study.name,
                        plan=_text(study),
                        created=clock.now(),
                        paused=False,
                    )
                )
            else:
                study_id = row.id
                joined = plan_of(row).joined(study)
                there = _identities(connection, study_id)
                connection.execute(
                    update(studies).where(studies.c.id == study_id).values(plan=_text(joined))
                )
            new = [config for config in configs if study_plan.identity(config) not in there]
            self.launcher.enqueue(
                connection,
                new,
                _names(connection, study.name, new),
                [
                    {
                        "study": study_id,
                        "cost": study_plan.cost(config),
                        "engine": engine,
                        "restarts": study.restarts,
                    }
                    for config in new
                ],
            )
        if start:
            self.launcher.begin(engine)
        return Submitted(self.standing(study.name), len(new), len(configs) - len(new))

    def missing(self, study: Study) -> list[RunConfig]:
        """The runs that handing a study in would add: all, or those that are not there yet."""
        with self.database.reading() as connection:
            row = connection.execute(named(study.name)).one_or_none()
            if row is None:
                return study.configs()
            plan_of(row).joined(study)
            there = _identities(connection, row.id)
        return [config for config in study.configs() if study_plan.identity(config) not in there]

    def begin(self) -> None:
        """Start what may start from a process that has its imports, and wait for that one before.

        Each worker has the next one started in the same way: an import saved a run.
        """
        deadline = time.monotonic() + IMPORT_SECONDS
        starting.template.look_after(environment.inherited())
        while starting.template.pid and not starting.template.is_ready():
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        self.launcher.pump()

    def keep_going(self) -> None:
        """Start what may start, with a warm process for it; to be called again and again."""
        starting.template.look_after(environment.inherited())
        self.launcher.pump()

    def all(self) -> list[Standing]:
        """Every study that this version can read, newest first."""
        return self._standings(select(studies), skip=True)

    def standing(self, name: str) -> Standing:
        """The study of that name, or of that id."""
        found = self._standings(named(name))
        if not found:
            raise RunError(
                f"There is no study named {name!r}: choose one from the list of studies."
            )
        return found[0]

    def members(self, name: str) -> list[Row[Any]]:
        """A row a run: id, name, config (its text), status, epoch, step, total_steps, seconds,
        train_loss, test_loss, train_accuracy, test_accuracy, error and device; oldest first.
        """
        study_id = self.standing(name).id
        self._store.interrupt_gone()
        query = (
            select(*(runs.c[column] for column in MEMBER))
            .where(runs.c.study == study_id)
            .order_by(runs.c.created, runs.c.position)
        )
        with self.database.reading() as connection:
            return list(connection.execute(query).all())

    def epochs(self, name: str) -> "pd.DataFrame":
        """A row an epoch of each run, with the run's name in a column ``run`` before the others."""
        import pandas as pd

        members = self.members(name)
        frames = [
            self._store.epochs_of([row.id for row in members[first : first + AT_ONCE]])
            for first in range(0, len(members) or 1, AT_ONCE)
        ]
        names = {row.id: row.name for row in members}
        joined = pd.concat(frames, ignore_index=True)
        joined.insert(0, "run", joined.pop("run_id").map(names))
        return joined

    def record(self, name: str) -> "StudyRecord":
        """All that a study has measured, to be kept without the store."""
        from resnet_viz.runs.study_record import CURVE, StudyRecord

        standing, members = self.standing(name), self.members(name)
        query = select(runs.c.hardware).where(runs.c.study == standing.id).distinct()
        with self.database.reading() as connection:
            machines = sorted(filter(None, connection.scalars(query)))
        return StudyRecord(
            study=standing.study,
            hardware="; ".join(machines),
            members=members,
            epochs=self.epochs(name)[["run", *CURVE]],
        )

    def pause(self, name: str) -> Standing:
        """Start no more of its runs, wherever they wait; those that train go on to their end."""
        self.launcher.require(Right.CHANGE_RUNS)
        standing = self.standing(name)
        if standing.paused:
            raise RunError(f"{standing.name} is paused already.")
        with self.database.deciding() as connection:
            connection.execute(
                update(studies).where(studies.c.id == standing.id).values(paused=True)
            )
            waited = _waiting(connection, standing)
            connection.execute(
                update(runs)
                .where(runs.c.study == standing.id, runs.c.status == "queued")
                .values(token=None, job=None)  # handed over anew when it is resumed
            )
        self.launcher.queues.withdraw(waited)
        return self.standing(standing.id)

    def resume(self, name: str) -> Standing:
        """Go on: what was paused, stopped or interrupted."""
        self.launcher.require(Right.CHANGE_RUNS)
        standing = self.standing(name)
        if not standing.can_resume:
            raise RunError(f"{standing.name} was neither paused nor stopped: it needs no resuming.")
        with self.database.deciding() as connection:
            connection.execute(
                update(studies).where(studies.c.id == standing.id).values(paused=False)
            )
        return self._queue_again(standing, "stopped", "interrupted")

    def retry(self, name: str) -> Standing:
        """Queue the runs that failed or were interrupted again, from their last checkpoints."""
        self.launcher.require(Right.CHANGE_RUNS)
        standing = self.standing(name)
        if not standing.counts["failed"] + standing.counts["interrupted"]:
            raise RunError(f"None of the runs of {standing.name} has failed.")
        return self._queue_again(standing, "failed", "interrupted")

    def stop(self, name: str) -> Standing:
        """Let runs that train finish their step and save, and the others leave the queue."""
        self.launcher.require(Right.CHANGE_RUNS)
        standing = self.standing(name)
        if not standing.counts["running"] + standing.counts["queued"]:
            raise RunError(f"{standing.name}: none of its runs trains or waits.")
        mine = runs.c.study == standing.id
        with self.database.deciding() as connection:
            waited = _waiting(connection, standing)
            connection.execute(
                update(runs)
                .where(mine, runs.c.status == "queued")
                .values(status="stopped", error=None, ended=clock.now())
            )
            connection.execute(
                update(runs)
                .where(mine, runs.c.status == "running")
                .values(
                    stop_requested=True, stop_asked=func.coalesce(runs.c.stop_asked, clock.now())
                )
            )
        self.launcher.queues.withdraw(waited)
        return self.standing(standing.id)

    def delete(self, name: str) -> int:
        """Forget a study and its runs, with their checkpoints; how many runs that were."""
        self.launcher.require(Right.CHANGE_RUNS)
        standing = self.standing(name)
        with self.database.deciding() as connection:
            mine = runs.c.study == standing.id
            running = connection.scalar(
                select(func.count()).where(mine, runs.c.status == "running")
            )
            if running:
                raise RunError(f"{standing.name} is running: stop it before you delete it.")
            waited = _waiting(connection, standing)
            ids = list(connection.scalars(select(runs.c.id).where(mine)))
            for table in HISTORY:
                members = select(runs.c.id).where(mine)
                connection.execute(delete(table).where(table.c.run_id.in_(members)))
            connection.execute(delete(runs).where(mine))
            connection.execute(delete(studies).where(studies.c.id == standing.id))
        self.launcher.queues.withdraw(waited)
        for run_id in ids:
            shutil.rmtree(self._store.folder / run_id, ignore_errors=True)
        return len(ids)

    def _queue_again(self, standing: Standing, *statuses: str) -> Standing:
        with self.database.deciding() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.study == standing.id, runs.c.status.in_(statuses))
                .values(AGAIN)
            )
        self.launcher.pump()
        return self.standing(standing.id)

    def _standings(self, query: Select[Any], *, skip: bool = False) -> list[Standing]:
        self._store.interrupt_gone()
        with self.database.reading() as connection:
            found = connection.execute(query.order_by(studies.c.created.desc())).all()
            rows = connection.execute(sums(query)).all()
        return [standing_of(row, [each for each in rows if each.study == row.id]) for row in found]


MEMBER = (
    *("id", "name", "config", "status", "epoch", "step", "total_steps", "seconds", "error"),
    *("train_loss", "test_loss", "train_accuracy", "test_accuracy", "device"),
)


def _text(study: Study) -> str:
    return json.dumps(study.to_dict(), sort_keys=True)


def _waiting(connection: Connection, standing: Standing) -> list[Row[Any]]:
    """Its runs that wait in the queue of an engine, and what that one calls them."""
    mine = runs.c.study == standing.id, runs.c.status == "queued", runs.c.job.is_not(None)
    query: Select[Any] = select(runs.c.engine, runs.c.job).where(*mine)
    return list(connection.execute(query).all())


def _identities(connection: Connection, study_id: str) -> set[str]:
    """What tells the runs of a study apart, whatever number of threads they were given."""
    configs = connection.scalars(select(runs.c.config).where(runs.c.study == study_id))
    return {study_plan.identity_of(json.loads(config)) for config in configs}


def _names(connection: Connection, study: str, configs: Sequence[RunConfig]) -> list[str]:
    """What its runs are called: the study, the network, what varies, and the seed."""
    taken = set(connection.scalars(select(runs.c.name)))
    names = []
    for config in configs:
        options = [OPTIONS[name].labelled(value) for name, value in config.options.items()]
        parts = re.sub(r"[^\w.]+", "-", "-".join([config.architecture, *options]))
        end = f"-seed{config.seed}"
        first = f"{study} {parts}"[: LONGEST - len(end) - 6].rstrip(" -.")
        name, number = first + end, 2
        while name in taken:
            name, number = f"{first}{end}-{number}", number + 1
        taken.add(name)
        names.append(name)
    return names
