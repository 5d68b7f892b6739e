"""Bring a run store's tables forward by the revisions in ``migrations``, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

FOLDER = Path(__file__).parent / "migrations"


def scripts() -> ScriptDirectory:
    """The revisions that this version knows."""
    return ScriptDirectory.from_config(_config())


def knows(revision: str) -> bool:
    """Whether a store of that revision is of this version or of an older one."""
    try:
        return scripts().get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, within the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config
