"""Files that are whole or not there, whatever fails or is killed while they are written."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".part"
LEFT = re.compile(rf"\..+\.[0-9a-f]{{8}}{re.escape(UNFINISHED)}")
ABANDONED = 24 * 3600.0  # seconds after which nobody can still be writing to a file


@contextmanager
def replacing(path: Path, previous: Path | None = None) -> Iterator[Path]:
    """A path beside ``path`` to write to; what is there at the end is synced and takes its place.

    A reader, a kill or a power cut finds the old file or the new one. Where writing fails, the old
    one stays and nothing else does; what a kill leaves beside it goes with a later file that is
    written to the same folder.

    Args:
        previous: where the old file goes, before it loses its first place; without it, it is gone.
    """
    beside, old = _beside(path), _beside(previous or path)
    sweep(path.parent, ABANDONED)
    try:
        yield beside
        _sync(beside)
        if previous and path.exists():
            _double(path, old)
            old.replace(previous)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
        # A rename onto another name of the same file, which a kill may have left, does nothing.
        old.unlink(missing_ok=True)
    _sync(path.parent)


def sweep(folder: Path, seconds: float = 0) -> None:
    """Remove what killed writers have left in a folder.

    Args:
        seconds: for which nobody has written to it; 0 in a folder that nobody writes to now.
    """
    for left in filter(lambda path: LEFT.fullmatch(path.name), folder.glob(f".*{UNFINISHED}")):
        with suppress(OSError):  # gone meanwhile, or somebody else's: no file depends on it
            if not seconds or time.time() - left.stat().st_mtime > seconds:
                left.unlink()


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")


def _double(path: Path, second: Path) -> None:
    """Give a file a second name; a copy of it, where a file has but one."""
    try:
        os.link(path, second)
    except OSError:
        shutil.copyfile(path, second)
        _sync(second)
