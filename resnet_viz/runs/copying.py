"""Copy a store's runs and all that they recorded into an empty one, of either database."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, delete, func, insert, not_, or_, select

from resnet_viz.runs import schema, shared, threads
from resnet_viz.runs.database import Database, metadata, runs, settings
from resnet_viz.runs.errors import RunError

AT_ONCE = 1000  # rows in memory
# What a store says of itself, or of a machine, is not what another one would say.
_ITS_OWN = or_(
    settings.c.name.in_((schema.LOCK, shared.MARK)), settings.c.name.startswith(threads.SERVER)
)


def copy(source: Database, target: Database) -> Mapping[str, int]:
    """Put one moment of a store into another, all of it or nothing; rows a table.

    The folders of the runs are not touched: they are in RESNET_VIZ_HOME, whatever the store.

    Raises:
        RunError: if the target is not empty, a run of the source is running, or the target does
            not say afterwards that it has as many rows.
    """
    with source.reading() as old, target.deciding() as new:
        busy = select(runs.c.name).where(runs.c.status == "running").order_by(runs.c.name)
        if name := old.scalar(busy):
            raise RunError(f"{name} is running: stop what runs, then copy the store.")
        for table in _copied():
            if _count(new, table):
                raise RunError("The store to copy to is not empty: name a new one.")
        taken = _copy_settings(old, new)
        return {table.name: _copy(old, new, table) for table in _copied()} | taken


def _copied() -> list[Table]:
    return [table for table in metadata.sorted_tables if table is not settings]


def _copy_settings(old: Connection, new: Connection) -> dict[str, int]:
    rows = old.execute(select(settings).where(not_(_ITS_OWN))).mappings().all()
    new.execute(delete(settings).where(not_(_ITS_OWN)))
    if rows:
        new.execute(insert(settings), [dict(row) for row in rows])
    return {settings.name: len(rows)}


def _copy(old: Connection, new: Connection, table: Table) -> int:
    query = select(table).execution_options(yield_per=AT_ONCE)
    with old.execute(query) as found:
        for rows in found.mappings().partitions():
            new.execute(insert(table), [dict(row) for row in rows])
    wanted, there = _count(old, table), _count(new, table)
    if wanted != there:
        raise RunError(
            f"Of {wanted:,} rows of the table {table.name} {there:,} arrived: nothing was copied."
        )
    return there


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
