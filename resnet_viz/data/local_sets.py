"""Which data sets are on this machine, found without opening a picture or anything heavy."""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from resnet_viz.data import folder_listing
from resnet_viz.data.errors import DataError
from resnet_viz.data.registry import COPIES, DATA_SETS
from resnet_viz.data.set_rows import Copy, Row
from resnet_viz.home import data_sets

THUMBNAIL = 64  # pixels: the side at which a folder's larger pictures are held unless told
# A folder is looked through again after so many times as long as it took: pages ask at each touch.
PATIENCE = 20

# folder -> when it changed, when it is looked through next, identity
_looks: dict[str, tuple[tuple[int, ...], float, str]] = {}


def known() -> tuple[str, ...]:
    """Every name that `load` takes: the rows of the registry and the folders in ``data_sets()``."""
    try:
        folders = folder_listing.folders(data_sets())
    except OSError:  # nobody has put anything there yet
        folders = []
    own = [entry.name for entry in folders if folder_listing.shown(entry.name) == entry.name]
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
        labels = {
            part: [entry.name for entry in folder_listing.folders(root / part)]
            for part in folder_listing.parts(root)
        }
    except OSError as error:
        raise DataError(f"The folder {root} cannot be read ({error.strerror}).") from error
    return tuple(map(folder_listing.shown, folder_listing.classes(root, labels)))


def count(name: str) -> int:
    """The files in the class folders of a data set of one's own; 0 where there are none."""
    root = place(name)
    try:
        return sum(
            entry.is_file()
            for part in folder_listing.parts(root)
            for label in folder_listing.folders(root / part)
            for entry in folder_listing.entries(label.path)
        )
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
        changed = _changed(Path(place_of))
        if (look := _looks.get(place_of)) and look[0] == changed and time.monotonic() < look[1]:
            return look[2]
        begun = time.monotonic()
        root = Path(place_of)
        # The files of an unpacked archive lie in one folder, whatever else stands beside it.
        parts = (".",) if unpacked(root) else folder_listing.parts(root)
        found = {part: folder_listing.files(root / part) for part in parts}
    except (OSError, DataError):  # it is not here, or no data set yet
        return place_of
    text = hashlib.sha256(json.dumps([place_of, found]).encode()).hexdigest()
    now = time.monotonic()
    _looks[place_of] = changed, now + PATIENCE * (now - begun), text
    return text


def _changed(root: Path) -> tuple[int, ...]:
    """When a file last came into each folder of a data set or left it, in nanoseconds."""
    parts = () if unpacked(root) else folder_listing.parts(root)
    level = [Path(entry.path) for entry in folder_listing.folders(root)]
    splits = [root / part for part in parts]
    below = [Path(entry.path) for folder in splits for entry in folder_listing.folders(folder)]
    return tuple(folder.stat().st_mtime_ns for folder in (root, *level, *splits, *below))
