"""Classes that are held: when they began and ended, what was shown, and what is followed now."""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from resnet_viz.classroom.current import Class
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.runs.class_tables import (
    CODE,
    MOST_OF_ADDRESS,
    class_answers,
    class_guesses,
    class_pages,
    class_polls,
    class_races,
    classes,
)
from resnet_viz.runs.database import Database

# The key of an element, as it stands in the page, and the name of a part of a drawing.
MARK = re.compile(r"[\w-]{1,100}(/[\w. :-]{1,60})?", re.ASCII)


@dataclass(frozen=True)
class ClassSession:
    """A class: its moments are seconds since 1970, UTC; not ended while it is held."""

    id: str
    name: str
    begun: float
    ended: float | None


@dataclass(frozen=True)
class Target:
    """What the class follows now.

    Attributes:
        presenter: code of the visitor who presents; None while nobody does.
        page: its address.
        query: what stands behind the question mark of its address.
        mark: the key of the element that is pointed at; empty for none.
        own_picture: whether the teacher looks at a picture that nobody else has.
        turn: goes up with every change.
    """

    presenter: str | None = None
    page: str = ""
    query: str = ""
    mark: str = ""
    own_picture: bool = False
    turn: int = 0


@dataclass(frozen=True)
class Shown:
    """A page that was presented, and when."""

    page: str
    query: str
    moment: float


@dataclass(frozen=True)
class Seen:
    """A class, what it follows now, and what a visitor is called in it."""

    session: ClassSession
    target: Target
    code: str


class Sessions:
    """The classes of a database; the one that is held is told by `resnet_viz.classroom.current`.

    Raises:
        ClassroomError: from every method that is given a class that is not there, or asked for what
            cannot be done.
        RunError: from every method, if the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(self, held: Class) -> ClassSession:
        """Remember a class that is held, under the name that it has now."""
        with self.database.reading() as connection:
            row = connection.execute(select(classes).where(classes.c.id == held.id)).first()
        if row is None or row.name != held.name:
            with self.database.deciding() as connection:
                self._settle(connection, held)
        return self.session(held.id)

    def seen(self, class_id: str, visitor_id: str) -> "Seen | None":
        """A class as one visitor has it now, in one question; None of one that is not kept yet."""
        query = select(classes).where(classes.c.id == class_id)
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return Seen(_session(row), _target(row), _code(row.key, visitor_id)) if row else None

    def settle(self, known: Class | None) -> None:
        """End what is not held any more: questions and races take no more answers.

        Args:
            known: the class that is held, or was held last.
        """
        with self.database.reading() as connection:
            row = connection.execute(_UNENDED).first()
        if row and (known is None or row.id != known.id or known.ended is not None):
            with self.database.deciding() as connection:
                self._settle(connection, known)

    def _settle(self, connection: Connection, known: Class | None) -> None:
        now = time.time()
        for row in connection.execute(_UNENDED).all():
            if known is None or row.id != known.id:
                _end(connection, row, now)
            elif known.ended is not None:
                _end(connection, row, known.ended)
            else:
                connection.execute(
                    update(classes).where(classes.c.id == row.id).values(name=known.name)
                )
        if known is None or known.ended is not None:
            return
        if not connection.execute(select(classes).where(classes.c.id == known.id)).first():
            row_of = {"id": known.id, "name": known.name, "key": secrets.token_hex(32)}
            connection.execute(insert(classes).values(row_of | {"begun": known.begun}))

    def every(self) -> list[ClassSession]:
        """All classes, the newest first."""
        query = select(classes).order_by(classes.c.begun.desc())
        with self.database.reading() as connection:
            return [_session(row) for row in connection.execute(query)]

    def session(self, class_id: str) -> ClassSession:
        """A class by its id."""
        with self.database.reading() as connection:
            return _session(read_class(connection, class_id))

    def delete(self, class_id: str) -> None:
        """Delete a class with all that was answered in it."""
        polls = select(class_polls.c.id).where(class_polls.c.class_id == class_id)
        races = select(class_races.c.id).where(class_races.c.class_id == class_id)
        with self.database.deciding() as connection:
            read_class(connection, class_id)
            connection.execute(delete(class_answers).where(class_answers.c.poll_id.in_(polls)))
            connection.execute(delete(class_guesses).where(class_guesses.c.race_id.in_(races)))
            for table in (class_polls, class_races, class_pages):
                connection.execute(delete(table).where(table.c.class_id == class_id))
            connection.execute(delete(classes).where(classes.c.id == class_id))

    def code(self, class_id: str, visitor_id: str) -> str:
        """What a visitor is called in a class, and in no other."""
        with self.database.reading() as connection:
            return _code(read_class(connection, class_id).key, visitor_id)

    def target(self, class_id: str) -> Target:
        """What the class follows now."""
        with self.database.reading() as connection:
            return _target(read_class(connection, class_id))

    def present(
        self,
        class_id: str,
        presenter: str,
        page: str,
        query: str,
        *,
        own_picture: bool = False,
        takes_over: bool = False,
    ) -> Target:
        """Have the class follow a visitor to a page; a mark stays while its page does.

        Args:
            takes_over: whether to do so where another visitor presents; else their page stays the
                one that is followed.

        Returns:
            What is followed from now on.
        """
        if len(query) > MOST_OF_ADDRESS:
            raise ClassroomError("The address of this page is too long to be followed.")
        with self.database.deciding() as connection:
            row = _held(connection, class_id)
            before = _target(row)
            if before.presenter not in (None, presenter) and not takes_over:
                return before
            wanted = (presenter, page, query, own_picture)
            if wanted == (before.presenter, before.page, before.query, before.own_picture):
                return before
            moved = (page, query) != (before.page, before.query) or before.presenter is None
            target = Target(
                presenter,
                page,
                query,
                before.mark if page == before.page else "",
                own_picture,
                before.turn + 1,
            )
            _write(connection, class_id, target)
            if moved:
                connection.execute(
                    insert(class_pages).values(
                        class_id=class_id,
                        turn=target.turn,
                        page=page,
                        query=query,
                        shown=time.time(),
                    )
                )
        return target

    def point(self, class_id: str, presenter: str, mark: str) -> Target:
        """Frame an element of the presented page, by its key, on every follower's; empty for none.

        Who does not present points at nothing.
        """
        if mark and not MARK.fullmatch(mark):
            raise ClassroomError("This part of the page cannot be pointed at.")
        with self.database.deciding() as connection:
            before = _target(_held(connection, class_id))
            if before.presenter != presenter or before.mark == mark:
                return before
            target = Target(
                presenter, before.page, before.query, mark, before.own_picture, before.turn + 1
            )
            _write(connection, class_id, target)
        return target

    def stop(self, class_id: str, presenter: str) -> Target:
        """Present no longer; nothing changes where another visitor presents."""
        with self.database.deciding() as connection:
            before = _target(_held(connection, class_id))
            if before.presenter != presenter:
                return before
            target = Target(None, before.page, before.query, turn=before.turn + 1)
            _write(connection, class_id, target)
        return target

    def stir(self, class_id: str) -> Target:
        """Count a change that followers have to draw, such as of a poll."""
        with self.database.deciding() as connection:
            row = _held(connection, class_id)
            connection.execute(
                update(classes).where(classes.c.id == class_id).values(turn=row.turn + 1)
            )
        return self.target(class_id)

    def shown(self, class_id: str) -> list[Shown]:
        """What was presented, in order."""
        query = (
            select(class_pages)
            .where(class_pages.c.class_id == class_id)
            .order_by(class_pages.c.turn)
        )
        with self.database.reading() as connection:
            return [Shown(row.page, row.query, row.shown) for row in connection.execute(query)]


_UNENDED = select(classes).where(classes.c.ended.is_(None))


def new_code() -> str:
    """A name for a row that nobody can guess."""
    return secrets.token_hex(CODE // 2)


def read_class(connection: Connection, class_id: str) -> Row[Any]:
    """The row of a class within a transaction."""
    row = connection.execute(select(classes).where(classes.c.id == class_id)).one_or_none()
    if row is None:
        raise ClassroomError("What was kept of this class has been deleted.")
    return row


def _held(connection: Connection, class_id: str) -> Row[Any]:
    row = read_class(connection, class_id)
    if row.ended is not None:
        raise ClassroomError(f"The class {row.name} has ended: begin another one.")
    return row


def _end(connection: Connection, row: Row[Any], moment: float) -> None:
    values = {"ended": moment, "presenter": None, "mark": None, "turn": row.turn + 1}
    connection.execute(update(classes).where(classes.c.id == row.id).values(values))
    for table in (class_polls, class_races):
        open_ones = (table.c.class_id == row.id) & table.c.closed.is_(None)
        connection.execute(update(table).where(open_ones).values(closed=moment))


def _write(connection: Connection, class_id: str, target: Target) -> None:
    values = {name: getattr(target, name) for name in Target.__dataclass_fields__}
    connection.execute(update(classes).where(classes.c.id == class_id).values(values))


def _code(key: str, visitor_id: str) -> str:
    return hmac.new(key.encode(), visitor_id.encode(), hashlib.sha256).hexdigest()[:CODE]


def _session(row: Row[Any]) -> ClassSession:
    return ClassSession(row.id, row.name, row.begun, row.ended)


def _target(row: Row[Any]) -> Target:
    return Target(
        row.presenter, row.page or "", row.query or "", row.mark or "", row.own_picture, row.turn
    )
