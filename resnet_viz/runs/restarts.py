"""Runs that go on by themselves when their worker is gone, as often as they were told to."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from resnet_viz.runs.database import Database, runs
from resnet_viz.runs.liveness import SILENCE, interrupt, is_gone

MOST_RESTARTS = 1000
# What a run's row says when it is queued again: nothing of the launch before.
AGAIN: dict[str, Any] = {
    "status": "queued",
    "token": None,
    "job": None,
    "stop_requested": False,
    "stop_asked": None,
    "error": None,
    "ended": None,
}


def next_position(connection: Connection) -> int:
    """The place behind all that wait."""
    return (connection.scalar(select(func.max(runs.c.position))) or 0) + 1


def queue_gone(database: Database, home: Path) -> None:
    """Queue runs again whose worker is gone and that have restarts left; cheap where none has.

    Args:
        home: where the folders of the runs are.
    """
    wanted = select(runs, SILENCE).where(
        runs.c.restarts > 0, runs.c.status.in_(("running", "interrupted"))
    )
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    mine = [row for row in rows if not row.stop_requested]
    if not any(row.status == "interrupted" or is_gone(row) for row in mine):
        return
    with database.deciding() as connection:
        rows = connection.execute(wanted).all()
        interrupt(
            connection, [row for row in rows if row.status == "running" and is_gone(row)], home
        )
        again = wanted.where(runs.c.status == "interrupted", runs.c.stop_requested.is_(False))
        for row in connection.execute(again.order_by(runs.c.position)).all():
            connection.execute(
                update(runs)
                .where(runs.c.id == row.id)
                .values(**AGAIN, restarts=row.restarts - 1, position=next_position(connection))
            )
