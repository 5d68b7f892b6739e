"""What a class is asked before it sees the answer, and what it said."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.runs.class_tables import MOST_LETTERS, class_answers, class_polls
from resnet_viz.runs.database import Database
from resnet_viz.teaching.sessions import new_code

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Poll:
    """A question that a class is asked; its moments are seconds since 1970, UTC.

    Attributes:
        subject: what tells it from the other questions of its class.
        counts: choice -> how many chose it, in the order of the choices.
        answer: what was measured, once it is revealed.
    """

    id: str
    page: str
    subject: str
    question: str
    choices: tuple[str, ...]
    asked: float
    opened: float | None = None
    closed: float | None = None
    revealed: float | None = None
    answer: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it takes answers."""
        return self.opened is not None and self.closed is None

    @property
    def is_revealed(self) -> bool:
        """Whether the class may see the answer."""
        return self.revealed is not None

    @property
    def answers(self) -> int:
        """How many have answered."""
        return sum(self.counts.values())


class Polls:
    """The questions of all classes of a database.

    Raises:
        ClassroomError: from every method that is given a question that is not there, or asked for
            what cannot be done.
        RunError: from every method, if the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def ask(
        self, class_id: str, page: str, key: str, question: str, choices: Sequence[str]
    ) -> Poll:
        """The question of a class, kept when it is asked for the first time; not open at first.

        Args:
            key: of the question in its page; one whose words or choices change is another one.
        """
        if len(question) > MOST_LETTERS:
            raise ClassroomError(f"A question has room for {MOST_LETTERS:,} letters.")
        subject = _subject(key, question, choices)
        if (known := self.find(class_id, key, question, choices)) is not None:
            return known
        with self.database.deciding() as connection:
            if not connection.execute(_of_subject(class_id, subject)).first():
                connection.execute(
                    insert(class_polls).values(
                        id=new_code(),
                        class_id=class_id,
                        page=page,
                        subject=subject,
                        question=question,
                        choices=json.dumps(list(choices)),
                        asked=time.time(),
                    )
                )
        found = self.find(class_id, key, question, choices)
        assert found is not None
        return found

    def find(self, class_id: str, key: str, question: str, choices: Sequence[str]) -> Poll | None:
        """The question as `ask` keeps it, where it was asked in the class."""
        with self.database.reading() as connection:
            query = _of_subject(class_id, _subject(key, question, choices))
            row = connection.execute(query).first()
            return _poll(row, _counts(connection, [row.id])) if row else None

    def poll(self, poll_id: str) -> Poll:
        """A question by its id."""
        with self.database.reading() as connection:
            return _poll(_read(connection, poll_id), _counts(connection, [poll_id]))

    def of_class(self, class_id: str) -> list[Poll]:
        """All questions of a class, in the order in which they were asked."""
        query = (
            select(class_polls)
            .where(class_polls.c.class_id == class_id)
            .order_by(class_polls.c.asked)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            counts = _counts(connection, [row.id for row in rows])
        return [_poll(row, counts) for row in rows]

    def open(self, poll_id: str) -> None:
        """Take answers, also again after it was closed; not once the answer was seen."""
        with self.database.deciding() as connection:
            row = _read(connection, poll_id)
            if row.revealed is not None:
                raise ClassroomError("The class has seen the answer to this question already.")
            _change(connection, poll_id, opened=row.opened or time.time(), closed=None)

    def close(self, poll_id: str) -> None:
        """Take no more answers."""
        with self.database.deciding() as connection:
            row = _read(connection, poll_id)
            _change(connection, poll_id, closed=row.closed or time.time())

    def reveal(self, poll_id: str, answer: str) -> None:
        """Take no more answers, and let the class see what was measured."""
        with self.database.deciding() as connection:
            row, now = _read(connection, poll_id), time.time()
            values = {"closed": row.closed or now, "revealed": row.revealed or now}
            _change(connection, poll_id, **values, answer=answer)

    def answer(self, poll_id: str, visitor: str, choice: str) -> None:
        """Keep a visitor's choice in place of the one before.

        Args:
            visitor: their code in the class.
        """
        with self.database.deciding() as connection:
            row = _read(connection, poll_id)
            if row.opened is None or row.closed is not None:
                raise ClassroomError("This question takes no answers now.")
            if choice not in json.loads(row.choices):
                raise ClassroomError("This question has no such choice: take one of those shown.")
            mine = (class_answers.c.poll_id == poll_id) & (class_answers.c.visitor == visitor)
            connection.execute(delete(class_answers).where(mine))
            connection.execute(
                insert(class_answers).values(
                    poll_id=poll_id, visitor=visitor, choice=choice, answered=time.time()
                )
            )

    def answer_of(self, poll_id: str, visitor: str) -> str | None:
        """What a visitor chose."""
        query = select(class_answers.c.choice).where(
            class_answers.c.poll_id == poll_id, class_answers.c.visitor == visitor
        )
        with self.database.reading() as connection:
            return connection.scalar(query)

    def table(self, class_id: str) -> "pd.DataFrame":
        """A row an answer, in the order of questions and of answers, without a name or a code.

        Returns:
            Columns page, question, choice, measured (empty until it is revealed), answered (UTC,
            ISO 8601, to the minute: the second might tell who it was).
        """
        import pandas as pd

        query = (
            select(class_polls, class_answers.c.choice, class_answers.c.answered)
            .join(class_answers, class_answers.c.poll_id == class_polls.c.id)
            .where(class_polls.c.class_id == class_id)
            .order_by(class_polls.c.asked, class_answers.c.answered)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        found = [
            (row.page, row.question, row.choice, row.answer or "", minute(row.answered))
            for row in rows
        ]
        return pd.DataFrame(
            found, columns=["page", "question", "choice", "measured", "answered"], dtype=object
        )


def minute(moment: float) -> str:
    """A moment in UTC, as ISO 8601 writes it, to the minute."""
    return time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(moment))


def _subject(key: str, question: str, choices: Sequence[str]) -> str:
    told = json.dumps([key, question, list(choices)])
    return hashlib.sha256(told.encode()).hexdigest()


def _of_subject(class_id: str, subject: str) -> Any:
    return select(class_polls).where(
        class_polls.c.class_id == class_id, class_polls.c.subject == subject
    )


def _read(connection: Connection, poll_id: str) -> Row[Any]:
    row = connection.execute(select(class_polls).where(class_polls.c.id == poll_id)).one_or_none()
    if row is None:
        raise ClassroomError("This question was deleted with its class.")
    return row


def _change(connection: Connection, poll_id: str, **values: Any) -> None:
    connection.execute(update(class_polls).where(class_polls.c.id == poll_id).values(values))


def _counts(connection: Connection, poll_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many chose what, by question and choice."""
    query = (
        select(class_answers.c.poll_id, class_answers.c.choice, func.count())
        .where(class_answers.c.poll_id.in_(poll_ids))
        .group_by(class_answers.c.poll_id, class_answers.c.choice)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _poll(row: Row[Any], counts: Mapping[tuple[str, str], int]) -> Poll:
    choices = tuple(json.loads(row.choices))
    return Poll(
        row.id,
        row.page,
        row.subject,
        row.question,
        choices,
        row.asked,
        row.opened,
        row.closed,
        row.revealed,
        row.answer,
        {choice: counts.get((row.id, choice), 0) for choice in choices},
    )
