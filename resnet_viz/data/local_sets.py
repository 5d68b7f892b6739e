"""Which data sets are on this machine, found without opening a picture or anything heavy."""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from resnet_viz.data import folder_listing, path_names
from resnet_viz.data.errors import DataError
from resnet_viz.data.registry import COPIES, DATA_SETS
from resnet_viz.data.set_rows import Copy, Row
from resnet_viz.home import data_sets

THUMBNAIL = 64  # pixels: the side at which a folder's larger pictures are held unless told
# A folder is looked through again after so many times as long as it took: pages ask at each touch.
PATIENCE = 20

_looks: "dict[str, _Look]" = {}


def known() -> tuple[str, ...]:
    """Every name that `load` takes: the rows of the registry and the folders in ``data_sets()``."""
    try:
        folders = folder_listing.folders(data_sets())
    except OSError:  # nobody has put anything there yet
        folders = []
    own = [entry.name for entry in folders if path_names.shown(entry.name) == entry.name]
    return (*DATA_SETS, *(name for name in own if name not in DATA_SETS))


def available() -> tuple[str, ...]:
    """The names of those that load without a network."""
    return tuple(name for name in known() if name not in DATA_SETS or DATA_SETS[name].is_here)


def own(name: str | Path) -> Path | None:
    """The folder of that name in ``data_sets()``, if there is one."""
    name = str(name)
    if not name or name.startswith(".") or Path(name).name != name:  # a path, not a name
        return None
    folder = data_sets() / name
    return folder if os.path.isdir(folder) else None


def place(name: str | Path) -> Path:
    """The folder that a name or a path means, whether it is there or not."""
    return own(name) or Path(os.path.expanduser(name))  # Path's own raises for an unknown user


def resolved(name: str) -> str:
    """What a name or a path means, the same for all that mean the same data.

    The name itself for a row of the registry and for what is not here; else an absolute path.
    """
    if name in DATA_SETS:
        return name
    folder = place(name)
    if not folder.is_absolute() and not os.path.isdir(folder):
        return name
    return os.path.realpath(folder)


def at_hand(name: str) -> bool:
    """Whether a name or a path loads without a network."""
    if name in DATA_SETS:
        return DATA_SETS[name].is_here
    return os.path.isdir(place(name))


def unpacked(folder: Path) -> Row | None:
    """The published data set whose own archive was unpacked into a folder, if one was."""
    rows = (row for row in DATA_SETS.values() if row.archive)
    return next((row for row in rows if os.path.isdir(folder / row.folder)), None)


def row_of(data: str) -> Row | Copy | None:
    """What is known of a run's data: by their name, or by that of a folder with a copy's name."""
    return DATA_SETS.get(data) or COPIES.get(Path(data).name)


def title(data: str) -> str:
    """What people call data: a folder by its own name, without the way there."""
    short = Path(data).name
    if row := row_of(data):
        return row.title
    return f"the folder {short}" if short in DATA_SETS else short


def tails(places: Iterable[str]) -> dict[str, str]:
    """For each path as much of its end as tells it from the others."""
    parts = {place: Path(place).parts for place in places}
    ends: dict[str, str] = {}
    for depth in range(1, 1 + max(map(len, parts.values()), default=0)):
        ends = {place: str(Path(*found[-depth:])) for place, found in parts.items()}
        if len({*ends.values()}) == len(parts):
            break
    return ends


def titles(places: Iterable[str]) -> dict[str, str]:
    """What people call each of several data; of folders with one name, which of them it is, too."""
    found = {place: title(place) for place in places}
    times = Counter(found.values())
    ends = tails(place for place in found if times[found[place]] > 1)
    return {
        place: f"{name} ({ends[place]})" if place in ends else name for place, name in found.items()
    }


def classes(name: str) -> tuple[str, ...]:
    """The classes of a data set, in the order of its labels.

    Raises:
        DataError: if the name is a folder's that is not there or has no classes.
    """
    root = place(name)
    if row := DATA_SETS.get(name) or unpacked(root):
        return row.classes
    try:
        found = _look(root)
    except OSError as error:
        folder = error.filename or root
        raise DataError(f"The folder {folder} cannot be read ({error.strerror}).") from error
    if found.problem:
        raise DataError(found.problem)
    return tuple(map(path_names.shown, found.classes))


def count(name: str) -> int:
    """The files in the class folders of a data set of one's own; 0 where there are none."""
    try:
        return _look(place(name)).number
    except (OSError, DataError):
        return 0


def identity(name: str) -> str:
    """What a data set is now: another text once files of it came, went or changed.

    It belongs into the key of whatever is kept of the data. A file that is overwritten in its
    place, by which no folder changes, may show after some seconds where there are many files.
    """
    if name in DATA_SETS:
        return name
    place_of = resolved(name)
    try:
        return _look(Path(place_of)).identity
    except (OSError, DataError):  # it is not here
        return place_of


class _Look(NamedTuple):
    """What was found in a folder.

    Attributes:
        changed: each folder in it, and when a file last came into it or left it.
        until: when it is looked through again.
        number: of the files of classes.
        problem: why it is no data set, a sentence; empty for one that is.
    """

    changed: dict[str, int]
    until: float
    identity: str
    classes: tuple[str, ...]
    number: int
    problem: str


def _look(root: Path) -> _Look:
    """What is in a folder, which is not looked through at every touch."""
    key = os.path.realpath(root)
    if (kept := _looks.get(key)) and time.monotonic() < kept.until:
        with suppress(OSError):  # a folder is gone: it is looked through anew
            if all(os.stat(folder).st_mtime_ns == at for folder, at in kept.changed.items()):
                return kept
    begun = time.monotonic()
    listing = folder_listing.walk(root)
    folders = (str(root.joinpath(*parts)) for parts in listing.folders)
    changed = {folder: os.stat(folder).st_mtime_ns for folder in folders}
    files = [listing.file(path) for path in listing.files]
    classes: tuple[str, ...] = ()
    number, problem = 0, ""
    try:
        layout = folder_listing.layout(listing)
        classes = layout.classes
        number = sum(len(found) for part in layout.parts.values() for found in part.values())
    except DataError as error:  # it may be a published data set, or no data set yet
        problem = str(error)
    text = hashlib.sha256(json.dumps([key, files]).encode()).hexdigest()
    until = time.monotonic() + PATIENCE * (time.monotonic() - begun)
    _looks[key] = _Look(changed, until, text, classes, number, problem)
    return _looks[key]
