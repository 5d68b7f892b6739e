"""What lies in a folder of pictures, found without opening one of them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from resnet_viz.data.errors import DataError
from resnet_viz.data.label_tables import MAX_BYTES, is_table
from resnet_viz.data.layout import Layout, Source, arrange
from resnet_viz.data.path_names import Parts

ORIGIN = ".unpacked.json"  # what an unpacked data set says of its archive
MOST = 2_000_000  # files and folders; ImageNet has fewer
# Hidden entries, and what file managers leave everywhere.
LITTER = (
    *(".", "__MACOSX", "__pycache__", "$RECYCLE.BIN", "System Volume Information", "lost+found"),
    *("@eaDir", "Thumbs.db", "desktop.ini"),
)


class File(NamedTuple):
    """A file, and what tells whether it was changed."""

    path: str
    bytes: int
    modified: int


class Listing(NamedTuple):
    """What a person put into a folder and the folders in it, folders around class folders too.

    Attributes:
        files: where each lies below the folder.
        folders: likewise, the folder itself first.
    """

    root: Path
    files: dict[Parts, os.DirEntry[str]]
    folders: list[Parts]

    def file(self, path: Parts) -> File:
        """One of the files as it is now."""
        entry = self.files[path]
        stat = entry.stat()
        return File(entry.path, stat.st_size, stat.st_mtime_ns)

    def read(self, path: Parts) -> bytes:
        """What a file holds; nothing where it is too large to be a table of labels."""
        file = self.file(path)
        return Path(file.path).read_bytes() if file.bytes <= MAX_BYTES else b""


def walk(root: Path) -> Listing:
    """Everything in a folder; links are followed, but not to where they come from.

    Raises:
        DataError: if there is no such folder, or too much in it.
    """
    if root.is_file():
        raise DataError(f"{root} is a file; unpack it and give the folder.")
    if not root.is_dir():
        raise DataError(f"There is no folder {root}; check the path.")
    listing = Listing(root, {}, [])
    above = {_place(folder) for folder in root.resolve().parents}
    waiting: list[tuple[Parts, str | Path, frozenset[tuple[int, int]]]]
    waiting = [((), root, frozenset(above))]
    while waiting:
        parts, folder, around = waiting.pop()
        if (place := _place(folder)) in around:
            continue
        listing.folders.append(parts)
        inside = entries(folder)
        for entry in inside:
            if entry.is_file():
                listing.files[(*parts, entry.name)] = entry
        if len(listing.files) + len(listing.folders) > MOST:
            raise DataError(
                f"The folder {root} holds more than {MOST:,} files and folders; give the folder "
                "that holds the pictures alone."
            )
        waiting += [
            ((*parts, entry.name), entry.path, around | {place})
            for entry in reversed(inside)
            if entry.is_dir()
        ]
    return listing


def _place(folder: str | Path) -> tuple[int, int]:
    """What tells a folder from every other one, however one comes there."""
    stat = os.stat(folder)
    return stat.st_dev, stat.st_ino


def layout(listing: Listing) -> Layout:
    """The classes and splits of what lies in a folder.

    Raises:
        DataError: if it is laid out otherwise.
    """
    from resnet_viz.data.pictures import SUFFIXES  # heavy, for whoever asks for names only

    root, files = listing.root, list(listing.files)
    named = [index for index, path in enumerate(files) if path[-1].lower().endswith(SUFFIXES)]
    return arrange(
        Source(
            f"The folder {root}",
            files,
            named or range(len(files)),  # where no name tells, every file may be one
            listing.folders,
            [path for path in files if is_table(path)],
            listing.read,
            root,
        )
    )


def folders(folder: Path) -> list[os.DirEntry[str]]:
    """The folders that a person put into a folder, sorted."""
    return [entry for entry in entries(folder) if entry.is_dir()]


def entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What a person put into a folder, sorted."""
    with os.scandir(folder) as found:
        shown = [entry for entry in found if not entry.name.startswith(LITTER)]
    return sorted(shown, key=lambda entry: entry.name)


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
