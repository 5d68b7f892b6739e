"""Where a class thinks that a network's error will end, before it is trained."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from resnet_viz import checks
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.runs.class_tables import class_guesses, class_races
from resnet_viz.runs.database import Database
from resnet_viz.teaching.sessions import new_code

Quantity = Literal["train", "test"]  # of which error the end is guessed
QUANTITIES: Mapping[str, str] = {"train": "training error", "test": "test error"}


@dataclass(frozen=True)
class Race:
    """A pair of runs of which the class guessed how one ends.

    Attributes:
        network: whose end is guessed, as it is called where the class is asked.
        quantity: which error of it.
        runs: ids of the runs, the guessed one first; none before they were started.
        guesses: code of a visitor -> error in per cent.
    """

    id: str
    network: str
    quantity: str
    opened: float
    closed: float | None = None
    runs: tuple[str, ...] = ()
    guesses: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it takes guesses."""
        return self.closed is None


class Races:
    """The races of all classes of a database.

    Raises:
        ClassroomError: from every method that is given a race that is not there, or asked for what
            cannot be done.
        RunError: from every method, if the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def open(self, class_id: str, network: str, quantity: str) -> Race:
        """Ask the class where a network's error will end; one that was open until now is closed."""
        checks.choice("error", quantity, QUANTITIES, error=ClassroomError)
        race_id, now = new_code(), time.time()
        with self.database.deciding() as connection:
            connection.execute(
                update(class_races)
                .where(class_races.c.class_id == class_id, class_races.c.closed.is_(None))
                .values(closed=now)
            )
            connection.execute(
                insert(class_races).values(
                    id=race_id,
                    class_id=class_id,
                    network=network,
                    quantity=quantity,
                    opened=now,
                    runs="[]",
                )
            )
        return self.race(race_id)

    def race(self, race_id: str) -> Race:
        """A race by its id."""
        with self.database.reading() as connection:
            return _race(connection, _read(connection, race_id))

    def of_class(self, class_id: str) -> list[Race]:
        """The races of a class, in the order in which they were opened."""
        query = (
            select(class_races)
            .where(class_races.c.class_id == class_id)
            .order_by(class_races.c.opened)
        )
        with self.database.reading() as connection:
            return [_race(connection, row) for row in connection.execute(query).all()]

    def start(self, race_id: str, runs: Sequence[str]) -> None:
        """Take no more guesses, as the runs begin.

        Args:
            runs: their ids, the guessed one first.
        """
        with self.database.deciding() as connection:
            row = _read(connection, race_id)
            _change(
                connection, race_id, closed=row.closed or time.time(), runs=json.dumps(list(runs))
            )

    def close(self, race_id: str) -> None:
        """Take no more guesses."""
        with self.database.deciding() as connection:
            row = _read(connection, race_id)
            _change(connection, race_id, closed=row.closed or time.time())

    def guess(self, race_id: str, visitor: str, per_cent: float) -> None:
        """Keep a visitor's guess in place of the one before.

        Args:
            visitor: their code in the class.
            per_cent: error, 0 … 100.
        """
        checks.number("An error", per_cent, most=100.0, error=ClassroomError)
        with self.database.deciding() as connection:
            if _read(connection, race_id).closed is not None:
                raise ClassroomError("This race takes no more guesses.")
            mine = (class_guesses.c.race_id == race_id) & (class_guesses.c.visitor == visitor)
            connection.execute(delete(class_guesses).where(mine))
            connection.execute(
                insert(class_guesses).values(
                    race_id=race_id, visitor=visitor, per_cent=per_cent, guessed=time.time()
                )
            )


def nearest(guesses: Mapping[str, float], ended: float) -> dict[str, float]:
    """The guesses that are nearest to where an error ended, by visitor: several, if equally near.

    Args:
        ended: in per cent, as the guesses.
    """
    if not guesses:
        return {}
    least = min(abs(guess - ended) for guess in guesses.values())
    return {
        visitor: guess for visitor, guess in guesses.items() if abs(guess - ended) <= least + 1e-9
    }


def _read(connection: Connection, race_id: str) -> Row[Any]:
    row = connection.execute(select(class_races).where(class_races.c.id == race_id)).one_or_none()
    if row is None:
        raise ClassroomError("This race was deleted with its class.")
    return row


def _change(connection: Connection, race_id: str, **values: Any) -> None:
    connection.execute(update(class_races).where(class_races.c.id == race_id).values(values))


def _race(connection: Connection, row: Row[Any]) -> Race:
    query = (
        select(class_guesses.c.visitor, class_guesses.c.per_cent)
        .where(class_guesses.c.race_id == row.id)
        .order_by(class_guesses.c.guessed)
    )
    guesses = {row.visitor: row.per_cent for row in connection.execute(query)}
    return Race(
        row.id,
        row.network,
        row.quantity,
        row.opened,
        row.closed,
        tuple(json.loads(row.runs)),
        guesses,
    )
