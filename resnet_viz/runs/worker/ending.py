"""A worker's last word, kept in its run's folder for the day when the store cannot take it."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

FILE = "ending.json"
ROOM = 4096  # bytes set aside at the start, so that a full disk takes the last word too
STATUSES = ("stopped", "interrupted", "failed", "finished")


def set_aside(folder: Path) -> None:
    """Take the room for it; what an earlier worker of the run left there is gone."""
    with suppress(OSError):
        _write(folder, b"")


def leave(folder: Path, token: str, status: str, error: str | None) -> None:
    """Say how the attempt of that token ended."""
    ending = {"token": token, "status": status, "error": error}
    with suppress(OSError):
        _write(folder, json.dumps(ending).encode())


def found(folder: Path, token: str | None) -> dict[str, Any]:
    """What the attempt of that token left: status and error; nothing if it left none."""
    try:
        ending = json.loads((folder / FILE).read_bytes())
        if ending.pop("token") == token and ending["status"] in STATUSES:
            return {name: ending[name] for name in ("status", "error")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # none, or one that was cut short
    return {}


def remove(folder: Path) -> None:
    """The store has it."""
    with suppress(OSError):
        (folder / FILE).unlink()


def _write(folder: Path, text: bytes) -> None:
    """Write in place, over the room that was set aside: another file might find none."""
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.ljust(ROOM))
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
