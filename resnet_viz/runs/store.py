"""Store: what has run, what runs and what waits."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, true, update

from resnet_viz import checks
from resnet_viz.errors import UserError
from resnet_viz.home import home
from resnet_viz.runs import machine, threads
from resnet_viz.runs.database import Database, runs, settings
from resnet_viz.runs.engines import LOCAL, from_environment, named
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.liveness import SILENCE, here, interrupt, is_gone
from resnet_viz.runs.run import COLUMNS, Run, can_read, read_config
from resnet_viz.runs.sqlite import UNWRITABLE

if TYPE_CHECKING:
    import pandas as pd

    from resnet_viz.runs.record_file import Record

# What `Store.recent` has room for: more would make every page slow, and no list of use.
MOST_RECENT, MOST_OF_STUDIES = 500, 200
MOST_LETTERS = 2000  # of a run's tags, and of its notes


@dataclass(frozen=True)
class Settings:
    """How many runs, or pairs of runs, train at once here, and on which engine new ones train."""

    slots: int
    engine: str = LOCAL


class Store:
    """The run store: ``url``, else ``RESNET_VIZ_STORE``, else SQLite in ``RESNET_VIZ_HOME``.

    Every reader notices runs whose worker is gone and marks them as interrupted.

    Raises:
        RunError: from every method, if the store cannot be used or the run is missing.
    """

    def __init__(self, url: str | None = None) -> None:
        try:
            self.folder = home()
        except OSError as error:
            raise RunError(UNWRITABLE) from error
        url = (
            url or os.environ.get("RESNET_VIZ_STORE") or f"sqlite:///{self.folder / 'runs.sqlite'}"
        )
        self.database = Database(url)
        self.url = self.database.url
        # What `recent` gave last, by id, with the row that it came from but for its SILENCE.
        self._known: dict[str, tuple[Any, Run]] = {}

    def runs(self) -> list[Run]:
        """Every run, newest first."""
        return self._runs()

    def recent(self, words: str = "") -> list[Run]:
        """The newest runs, those of studies among them, and all that train; newest first.

        Args:
            words: what their names contain, letters of either size.
        """
        named = runs.c.name.icontains(words, autoescape=True) if words else true()
        mine, of_studies = runs.c.study.is_(None), runs.c.study.is_not(None)
        found = {
            row.id: row
            for row in (
                *self._rows(mine, named, most=MOST_RECENT),
                *self._rows(of_studies, named, most=MOST_OF_STUDIES),
                *self._rows(runs.c.status == "running", named),
            )
        }
        rows = sorted(found.values(), key=lambda row: (row.created, row.position), reverse=True)
        known = self._known
        self._known = {
            row.id: known[row.id]
            if row.id in known and known[row.id][0] == row[:-1]
            else (row[:-1], Run.from_row(row, self.folder))
            for row in rows
        }
        return [run for _, run in self._known.values()]

    def named(self, names: Iterable[str]) -> list[Run]:
        """The runs that have one of these names, however old; newest first."""
        return self._runs(runs.c.name.in_(list(names)[:MOST_RECENT]))

    def count(self) -> int:
        """How many runs there are that belong to no study."""
        query = select(func.count()).where(runs.c.study.is_(None))
        with self.database.reading() as connection:
            return connection.scalar(query) or 0

    def run(self, name: str) -> Run:
        """The run of that name, or of that id."""
        found = self._runs(or_(runs.c.name == name, runs.c.id == name))
        if not found:
            raise RunError(f"There is no run named {name!r}: choose one from the list of runs.")
        return next((run for run in found if run.name == name), found[0])

    def steps(self, name: str) -> "pd.DataFrame":
        """A row a recorded window of steps, with the columns of ``training.StepRow``."""
        from resnet_viz.runs import history

        with self._history(name) as (run, connection):
            return history.read_steps(connection, run.id)

    def epochs(self, name: str) -> "pd.DataFrame":
        """A row an epoch, with the columns of ``training.EpochRow``."""
        from resnet_viz.runs import history

        with self._history(name) as (run, connection):
            return history.read_epochs(connection, run.id)

    def gradients(self, name: str) -> "pd.DataFrame":
        """Columns step, epoch, layer, weight_norm, gradient_norm; layers in forward order."""
        from resnet_viz.runs import history

        with self._history(name) as (run, connection):
            layers, _ = _layers_and_hardware(connection, run.id)
            return history.read_gradients(connection, run.id, layers)

    def epochs_of(self, ids: Sequence[str]) -> "pd.DataFrame":
        """The epochs of several runs at one moment, with a column ``run_id`` before the others."""
        from resnet_viz.runs import history

        with self.database.reading() as connection:
            return history.read_epochs_of(connection, ids)

    def record(self, name: str) -> "Record":
        """The run's whole history, of one moment."""
        from resnet_viz.runs import history
        from resnet_viz.runs.record_file import Record

        with self._history(name) as (run, connection):
            layers, hardware = _layers_and_hardware(connection, run.id)
            return Record(
                name=run.name,
                config=run.config,
                status=run.status,
                hardware=hardware,
                seconds=run.seconds,
                layers=layers,
                steps=history.read_steps(connection, run.id),
                epochs=history.read_epochs(connection, run.id),
                gradients=history.read_gradients(connection, run.id, layers),
            )

    @property
    def settings(self) -> Settings:
        """What the person set, or this machine's defaults: one run a GPU, or one on a CPU."""
        with self.database.reading() as connection:
            return read_settings(connection)

    def set_slots(self, slots: int) -> None:
        """Let so many runs, or pairs of runs, train at once."""
        checks.whole(
            "The number of runs that train at once",
            slots,
            least=1,
            most=machine.most_runs(),
            why=machine.why_no_more_runs(),
            error=RunError,
        )
        with self.database.deciding() as connection:
            connection.execute(delete(settings).where(settings.c.name == "slots"))
            connection.execute(insert(settings).values(name="slots", value=str(slots)))

    def set_engine(self, name: str) -> None:
        """Let new runs train on the engine of that name."""
        named(name)
        with self.database.deciding() as connection:
            connection.execute(delete(settings).where(settings.c.name == "engine"))
            connection.execute(insert(settings).values(name="engine", value=name))

    def note_server(self) -> None:
        """Remember that this process serves pages, and wants a core of this machine."""
        with self.database.deciding() as connection:
            threads.note_server(connection)

    def threads_taken(self) -> int:
        """Threads of the runs that train on this machine now."""
        query = select(runs.c.config).where(runs.c.status == "running", runs.c.host == here())
        with self.database.reading() as connection:
            configs = list(connection.scalars(query))
        return threads.taken_by(read_config(config) for config in configs if can_read(config))

    def annotate(self, name: str, *, tags: str | None = None, notes: str | None = None) -> None:
        """Keep what a person writes beside a run; None leaves what is there.

        Args:
            tags: words with commas between them; of equal ones the first is kept.
        """
        values = {}
        if tags is not None:
            words = (" ".join(tag.split()) for tag in tags.split(","))
            values["tags"] = ", ".join(dict.fromkeys(filter(None, words)))
        if notes is not None:
            values["notes"] = notes.strip()
        for what, text in values.items():
            if len(text) > MOST_LETTERS:
                raise RunError(f"The {what} of a run have room for {MOST_LETTERS:,} letters.")
        run = self.run(name)
        if values:
            with self.database.writing() as connection:
                connection.execute(update(runs).where(runs.c.id == run.id).values(values))

    @contextmanager
    def _history(self, name: str) -> Iterator[tuple[Run, Connection]]:
        """A run, and one moment of the store in which to read its history."""
        run = self.run(name)
        try:
            with self.database.reading() as connection:
                yield run, connection
        except UserError:
            raise
        except (ValueError, TypeError) as error:
            raise RunError(f"What {run.name} recorded is damaged: delete it.") from error

    def interrupt_gone(self) -> None:
        """Notice runs whose worker is gone, as every reader of runs does."""
        self._rows(runs.c.status == "running")

    def _runs(self, *conditions: Any, most: int | None = None) -> list[Run]:
        return [Run.from_row(row, self.folder) for row in self._rows(*conditions, most=most)]

    def _rows(self, *conditions: Any, most: int | None = None) -> list[Row[Any]]:
        query = (
            select(*COLUMNS, SILENCE)
            .where(*conditions)
            .order_by(runs.c.created.desc(), runs.c.position.desc())
            .limit(most)
        )
        rows = self._read(query)
        if gone := [row for row in rows if row.status == "running" and is_gone(row)]:
            with suppress(RunError):  # a store that takes nothing now can be read nevertheless
                self._interrupt(gone)
            rows = self._read(query)
        return rows

    def _read(self, query: Select[Any]) -> list[Row[Any]]:
        with self.database.reading() as connection:
            return list(connection.execute(query).all())

    def _interrupt(self, gone: Iterable[Row[Any]]) -> None:
        with self.database.writing() as connection:
            interrupt(connection, gone, self.folder)


def read_settings(connection: Connection) -> Settings:
    """The settings within a transaction."""
    names = ("slots", "engine")
    query = select(settings.c.name, settings.c.value).where(settings.c.name.in_(names))
    found = {row.name: row.value for row in connection.execute(query)}
    wanted = int(found["slots"]) if "slots" in found else max(1, len(machine.gpus()))
    return Settings(
        slots=min(wanted, machine.most_runs()),  # another machine may have set it
        engine=from_environment() or found.get("engine", LOCAL),
    )


def _layers_and_hardware(connection: Connection, run_id: str) -> tuple[tuple[str, ...], str]:
    query = select(runs.c.layers, runs.c.hardware).where(runs.c.id == run_id)
    if (row := connection.execute(query).one_or_none()) is None:
        raise RunError("The run has just been deleted.")
    return tuple(json.loads(row.layers or "[]")), row.hardware or "unknown hardware"
