"""The class that is held: its name, when it began, and what the teacher allows in it.

It is kept in a file, so that a server that was killed goes on with the class that it served; a new
class begins when this one has been ended.
"""

import dataclasses
import json
import secrets
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resnet_viz import checks
from resnet_viz.classroom import signing
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.files import replacing

FILE = "class.json"
MOST_LETTERS = 80
LEAST_SECONDS, MOST_SECONDS = 10, 24 * 3600
MOST_VISITORS = 500

_changing = threading.RLock()


@dataclass(frozen=True, kw_only=True)
class Class:
    """A class as it is now.

    Attributes:
        id: random; who was its teacher is one as long as it is held.
        begun, ended: seconds since 1970, UTC; it is held until it has ended.
        students_start: whether students may start runs.
        seconds: that the runs of each student may train, together, in this class.
        visitors: browsers that are let in at once.
        paused: whether students see a sentence in place of the pages.
    """

    id: str
    name: str = ""
    begun: float = 0.0
    ended: float | None = None
    students_start: bool = False
    seconds: int = 120
    visitors: int = 100
    paused: bool = False


def known() -> Class | None:
    """The class that is held, or was held last; None before the first one.

    Raises:
        ClassroomError: if what is kept of it cannot be read.
    """
    path = _path()
    try:
        modified = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    with _changing:
        at, value = _read.get(path, (0, None))
        if at != modified or value is None:
            value = _parsed(path)
            _read[path] = modified, value
        return value


def held() -> Class | None:
    """The class that is held now."""
    found = known()
    return found if found and found.ended is None else None


def begin(name: str = "") -> Class:
    """Begin a class, with the settings of the last one; one that is held goes on as it is."""
    with _changing:
        if (found := held()) is not None:
            return found
        last = known()
        shutil.rmtree(visitors_folder(), ignore_errors=True)
        new = Class(id=secrets.token_hex(8), begun=time.time(), name=_name(name))
        if last is not None:
            kept = {field: getattr(last, field) for field in ("students_start", "seconds")}
            new = dataclasses.replace(new, visitors=last.visitors, **kept)
        return _write(new)


def end() -> Class:
    """End the class: nobody is its teacher any more, and what its students brought is deleted."""
    with _changing:
        ended = _write(dataclasses.replace(_held(), ended=time.time()))
        shutil.rmtree(visitors_folder(), ignore_errors=True)
        return ended


def change(**values: Any) -> Class:
    """Let the class that is held have other settings, by the names of the fields of `Class`.

    Raises:
        ClassroomError: if no class is held, or a value is wrong.
    """
    if "name" in values:
        values["name"] = _name(values["name"])
    for field, what, least, most in (
        ("seconds", "The number of seconds for the runs of a student", LEAST_SECONDS, MOST_SECONDS),
        ("visitors", "The number of visitors", 1, MOST_VISITORS),
    ):
        if field in values:
            checks.whole(what, values[field], least=least, most=most, error=ClassroomError)
    with _changing:
        return _write(dataclasses.replace(_held(), **values))


def visitors_folder() -> Path:
    """Where what the students of the class bring is kept, a folder each, until it ends."""
    return signing.folder() / "visitors"


def _held() -> Class:
    if (found := held()) is None:
        raise ClassroomError("No class is held now: start the server with --classroom.")
    return found


def _name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > MOST_LETTERS:
        raise ClassroomError(f"The name of a class has room for {MOST_LETTERS} letters.")
    return name


_read: dict[Path, tuple[int, Class | None]] = {}


def _path() -> Path:
    return signing.folder() / FILE


def _parsed(path: Path) -> Class:
    names = {field.name for field in dataclasses.fields(Class)}
    try:
        found = json.loads(path.read_text("utf-8"))
        return Class(**{name: value for name, value in found.items() if name in names})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ClassroomError(
            f"What is kept of the class in {path} is damaged: move the file away."
        ) from error


def _write(new: Class) -> Class:
    path = _path()
    try:
        with replacing(path) as beside:
            beside.write_text(json.dumps(dataclasses.asdict(new)), "utf-8")
    except OSError as error:
        raise ClassroomError(
            "The class cannot be kept: the disk is full or cannot be written to."
        ) from error
    _read[path] = path.stat().st_mtime_ns, new
    return new
