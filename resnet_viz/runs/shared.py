"""Whether other machines can work on a store's runs: they need its database and its folder."""

import secrets
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert, select

from resnet_viz.runs.database import settings
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.store import Store

MARK = "home"  # the row of the settings that says what stands in the folder's file
FILE = "stores.txt"  # in RESNET_VIZ_HOME, a line for each store whose runs are there
_MARK_OF_STORE = select(settings.c.value).where(settings.c.name == MARK)


def require_shared(store: Store) -> None:
    """Refuse a store on which no other machine could work; the first time, mark its folder.

    Raises:
        RunError: if the store is a file, or RESNET_VIZ_HOME is not the folder of its runs.
    """
    if not store.database.is_shared:
        raise RunError(
            "Other machines cannot work on a run store that is a SQLite file: name one on "
            "PostgreSQL in RESNET_VIZ_STORE; the command store copy brings the runs there."
        )
    with store.database.deciding() as connection:
        if connection.scalar(_MARK_OF_STORE) is None:
            mark = secrets.token_hex(8)
            _leave(store.folder, mark)
            connection.execute(insert(settings).values(name=MARK, value=mark))
    require_same_home(store)


def require_same_home(store: Store) -> None:
    """Refuse a RESNET_VIZ_HOME that is not the folder that ``require_shared`` marked.

    Raises:
        RunError: if this machine does not see that folder there.
    """
    with store.database.reading() as connection:
        mark = connection.scalar(_MARK_OF_STORE)
    if mark is None or mark not in _marks(store.folder):
        raise RunError(
            f"RESNET_VIZ_HOME is {store.folder} on this machine, and the store's runs are not "
            "there: name the folder that all machines reach."
        )


def _marks(folder: Path) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        return (folder / FILE).read_text().split()
    return []


def _leave(folder: Path, mark: str) -> None:
    try:
        with open(folder / FILE, "a") as file:
            file.write(f"{mark}\n")
    except OSError as error:
        raise RunError(
            f"RESNET_VIZ_HOME is {folder}, which cannot be written: name a folder that all "
            "machines can write."
        ) from error
