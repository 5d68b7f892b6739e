"""What lies in a folder of pictures, found without opening one of them."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.data.errors import DataError
from resnet_viz.data.split_names import TEST, TRAINING, VALIDATION, kind

ORIGIN = ".unpacked.json"  # what an unpacked data set says of its archive
NAMED = 5  # files or classes that a sentence names; of the others it gives the number
# Hidden entries, and what file managers leave everywhere.
LITTER = (".", "__MACOSX", "__pycache__", "$RECYCLE.BIN", "@eaDir", "Thumbs.db", "desktop.ini")


class File(NamedTuple):
    """A file, and what tells whether it was changed."""

    path: str
    bytes: int
    modified: int


Part = dict[str, list[File]]  # class -> its files


def parts(root: Path) -> tuple[str, ...]:
    """The folders that hold the class folders: for training and for the test, or a single one.

    Paths from ``root``; “.” is the root itself. A folder that is all that one holds, and holds
    folders, is looked into instead. Validation pictures are the test where nothing is called so.

    Raises:
        DataError: if there is no such folder, or one part only, or two for one purpose.
    """
    if root.is_file():
        raise DataError(f"{root} is a file; unpack it and give the folder.")
    if not root.is_dir():
        raise DataError(f"There is no folder {root}; check the path.")
    top = _unwrapped(root)
    found = _splits(root, top)
    if not found:
        return (str(top.relative_to(root)),)
    for purpose, places in found.items():
        if len(places) > 1:
            raise DataError(
                f"The folder {root} has several folders of {purpose} pictures, {some(places)}; "
                "leave one of them there."
            )
    second = found.get(TEST) or found.get(VALIDATION)
    if TRAINING in found and second:
        return (*found[TRAINING], *second)
    seen = [place for places in found.values() for place in places]
    lacking = TEST if TRAINING in found else TRAINING
    raise DataError(
        f"The folder {root} has class folders in {' and '.join(map(shown, seen))} but none in "
        f"{lacking}; add them, or move the class folders out of {shown(seen[0])} to have them "
        "split."
    )


def set_aside(root: Path) -> tuple[str, ...]:
    """The folder of validation pictures where there is one for the test too, of which a note."""
    found = _splits(root, _unwrapped(root))
    if not {TRAINING, TEST, VALIDATION} <= set(found):
        return ()
    return (
        f"The pictures in {some(found[VALIDATION])} were set aside: training and test have "
        "folders of their own.",
    )


def _splits(root: Path, top: Path) -> dict[str, list[str]]:
    """The folders in one that hold class folders for training, test or validation."""
    found: dict[str, list[str]] = {}
    for entry in folders(top):
        # A folder "train" of pictures is a class of trains; one of folders is a split.
        if (purpose := kind(entry.name)) and folders(
            inner := _unwrapped(Path(entry.path), purpose)
        ):
            found.setdefault(purpose, []).append(str(inner.relative_to(root)))
    return found


def _unwrapped(folder: Path, purpose: str | None = None) -> Path:
    """The folder, or what alone lies in it, as archives wrap one folder into another.

    Args:
        purpose: of the folder, whose name may come again below it.
    """
    inside = entries(folder)
    alone = Path(inside[0].path) if len(inside) == 1 and inside[0].is_dir() else None
    if alone and kind(alone.name) in (None, purpose) and folders(alone):
        return _unwrapped(alone, purpose)
    return folder


def folders(folder: Path) -> list[os.DirEntry[str]]:
    """The folders that a person put into a folder, sorted."""
    return [entry for entry in entries(folder) if entry.is_dir()]


def entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What a person put into a folder, sorted."""
    with os.scandir(folder) as found:
        shown = [entry for entry in found if not entry.name.startswith(LITTER)]
    return sorted(shown, key=lambda entry: entry.name)


def files(folder: Path) -> Part:
    """The files of each class folder in a folder."""
    return {
        label.name: [
            File(entry.path, entry.stat().st_size, entry.stat().st_mtime_ns)
            for entry in entries(label.path)
            if entry.is_file()
        ]
        for label in folders(folder)
    }


def classes(root: Path, labels: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The classes of a folder, sorted, from the names of the class folders in each part of it.

    Raises:
        DataError: if a part lacks some, or there are fewer than two.
    """
    found = sorted(set().union(*labels.values()))
    if not found:
        raise DataError(
            f"The folder {root} has no class folders; put the pictures of each class into a "
            "folder of its own."
        )
    for part, names in labels.items():
        lacking = sorted(set(found) - set(names))
        if lacking:
            raise DataError(
                f"The folder {root / part} lacks the classes {some(lacking)}; train and test "
                "need the same class folders."
            )
    if len(found) == 1:
        raise DataError(
            f"The folder {root} has one class only, {some(found)}; a classifier needs at least two."
        )
    return tuple(found)


def some(names: Sequence[str]) -> str:
    """The first of some names in quotation marks, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(f"“{shown(name)}”" for name in names[:NAMED]) + more


def shown(name: str) -> str:
    """A file name as text: one that is not Unicode could not be sent to a page."""
    return os.fsencode(name).decode(errors="replace")


def write_origin(root: Path, *, digest: str, notes: Sequence[str]) -> None:
    """Keep what identifies the contents, and what was left out of them, a sentence each."""
    text = json.dumps({"digest": digest, "notes": list(notes)}, ensure_ascii=False)
    (root / ORIGIN).write_text(text, encoding="utf-8")


def origin_digest(root: Path) -> str | None:
    """What identifies the contents; None for a folder that somebody made by hand."""
    found = _origin(root).get("digest")
    return found if isinstance(found, str) else None


def origin_notes(root: Path) -> tuple[str, ...]:
    """What was left out of the archive, a sentence each."""
    found = _origin(root).get("notes")
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _origin(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / ORIGIN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
