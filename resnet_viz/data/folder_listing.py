"""What lies in a folder of pictures, found without opening one of them."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.data.errors import DataError

ORIGIN = ".unpacked.json"  # what an unpacked data set says of its archive
SPLITS = ("train", "test")
NAMED = 5  # files or classes that a sentence names; of the others it gives the number
# Hidden entries, and what file managers leave everywhere.
LITTER = (".", "__MACOSX", "Thumbs.db", "desktop.ini")


class File(NamedTuple):
    """A file, and what tells whether it was changed."""

    path: str
    bytes: int
    modified: int


Part = dict[str, list[File]]  # class -> its files


def parts(root: Path) -> tuple[str, ...]:
    """The folders that hold the class folders: train and test, or the root itself, “.”."""
    if root.is_file():
        raise DataError(f"{root} is a file; unpack it and give the folder.")
    if not root.is_dir():
        raise DataError(f"There is no folder {root}; check the path.")
    # A folder "train" of pictures is a class of trains; one of folders is a split.
    splits = [part for part in SPLITS if (root / part).is_dir() and folders(root / part)]
    if not splits:
        return (".",)
    if len(splits) == 1:
        lacking = "test" if splits == ["train"] else "train"
        raise DataError(
            f"The folder {root} has class folders in {splits[0]} but none in {lacking}; add them, "
            f"or move the class folders out of {splits[0]} to have them split."
        )
    return tuple(splits)


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
