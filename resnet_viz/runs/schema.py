"""The revision of a run store's tables: known at a glance, brought forward, never back.

A store that is new has the tables of this version; an older one goes through the revisions in
``migrations``; one of a newer version is left as it is.
"""

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from resnet_viz.runs.errors import RunError
from resnet_viz.runs.migrations import HEAD

# The row of the settings that whoever decides between runs holds. Its value is what versions
# without revisions look at: any but theirs, 1, keeps them from a store that is newer than they are.
LOCK = "schema"
BEFORE_REVISIONS, SINCE_REVISIONS = "1", "2"

# Alembic's own table; it is read without Alembic, whose import a start need not wait for.
_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def is_current(connection: Connection) -> bool:
    """Whether the store's tables are those of this version."""
    return _revision(connection) == HEAD


def bring_up_to_date(connection: Connection, metadata: MetaData) -> None:
    """Make the tables, or bring those of an older version forward, in the transaction.

    Args:
        connection: alone in changing tables, see ``Backend.lock_schema``.
        metadata: the tables of this version.

    Raises:
        RunError: if the store is of a newer version.
    """
    revision = _revision(connection)
    if revision == HEAD:  # another process was faster
        return
    settings = metadata.tables["settings"]
    if revision is None and not inspect(connection).has_table(settings.name):
        metadata.create_all(connection)
        _version.create(connection)
        connection.execute(insert(settings).values(name=LOCK, value=SINCE_REVISIONS))
        connection.execute(insert(_version).values(version_num=HEAD))
        return
    if revision is None:
        mark = connection.scalar(select(settings.c.value).where(settings.c.name == LOCK))
        if mark != BEFORE_REVISIONS:
            raise _of_another_version(f"schema {mark}")
    from resnet_viz.runs import migrating

    if revision is not None and not migrating.knows(revision):
        raise _of_another_version(f"revision {revision}")
    migrating.upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_version.name):
        return None
    return connection.scalar(select(_version.c.version_num))


def _of_another_version(found: str) -> RunError:
    return RunError(
        f"The run store was written by a newer version of resnet_viz ({found}, this one knows "
        f"revision {HEAD}): update resnet_viz, or set RESNET_VIZ_STORE to another."
    )
