"""An archive of pictures made into a data set of one's own."""

import errno
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import psutil

from resnet_viz.data import archive_entries, folder_listing
from resnet_viz.data.archive_entries import Entry
from resnet_viz.data.archive_layout import folders, place
from resnet_viz.data.errors import DataError
from resnet_viz.data.folder import read_folder
from resnet_viz.data.folder_decoding import Progress
from resnet_viz.data.label_tables import MAX_BYTES, is_table
from resnet_viz.data.layout import Source, arrange
from resnet_viz.data.path_names import Parts, plain, safe, some
from resnet_viz.data.pictures import HEAD, is_meant_as_picture
from resnet_viz.data.registry import DATA_SETS
from resnet_viz.home import data_sets

MAX_PICTURE = 100_000_000  # bytes
MAX_KEPT = 20_000_000_000  # bytes of all that was unpacked here: visitors share one disk
ROOM = 200_000_000  # bytes that stay free on the disk, for what else runs on this machine
FULL = (errno.ENOSPC, errno.EDQUOT)
LOOKS = 50  # pictures between two looks at the disk and two words to whoever waits
UNPACKING = 0.5  # its share of the work; the rest is to read the pictures
MOST_NAMES = 1000  # pets, pets-2, …
REPLACED = "replaced"  # what was called as the new set
BESIDE = ".unpacking-"  # what a set is called that is not ready yet
ABANDONED = 3600  # seconds after which what a killed process left is removed
ENDINGS = re.compile(r"(\.(zip|tar|tgz|tbz2?|txz|gz|bz2|xz))+$", re.IGNORECASE)


@dataclass
class _Contents:
    """What was found in an archive.

    Attributes:
        pictures: paths in the archive; their bytes lie in numbered files.
        digests: of these bytes.
        others: files that are no images.
        tables: those of them that may tell the classes, and what they hold.
        room: bytes that there is room for in further ones.
    """

    pictures: list[Parts] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    folders: set[Parts] = field(default_factory=set)
    others: list[Parts] = field(default_factory=list)
    tables: dict[Parts, bytes] = field(default_factory=dict)
    room: int = MAX_BYTES


def unpack(
    raw: BinaryIO | Path,
    name: str,
    progress: Progress = lambda share: None,
    taken: Callable[[str, str], str] = lambda known, free: free,
) -> str:
    """Put the pictures of an archive into ``data_sets()``; the name under which `load` knows them.

    The archive holds ``<class>/*``, or ``train/<class>/*`` and ``test/<class>/*``, either also
    below common folders. What is no picture is left out, and the set's notes say so. The set is
    there whole or not at all, and the same pictures are kept once.

    Args:
        name: of the file, from which the set gets its own.
        progress: told now and then which share is unpacked and read; what it raises ends the work.
        taken: asked where other pictures have that name, with the name and with a free one (-2, -3,
            …), for the one of both to be used: with the first the others are replaced. What it
            raises ends the work.

    Raises:
        DataError: if the archive is refused (`archive_entries.entries`), is laid out otherwise,
            holds no data set that `load` could read, or there is no room for it.
    """
    folder = data_sets()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with _beside(folder) as beside, _opened(raw) as file:
            contents = _extract(file, beside, lambda share: progress(UNPACKING * share))
            root = beside / "set"
            digest = _arrange(contents, root)
            if same := _same(folder, root, digest):
                return same
            if _kept(folder) + sum(_sizes(root).values()) > MAX_KEPT:
                raise DataError(
                    f"The archive was not kept, because the pictures unpacked here may have "
                    f"{MAX_KEPT // 10**9} GB together: delete folders of {folder.name} that are no "
                    "longer needed, or ask whoever runs this server to."
                )
            target = _keep(root, folder, name, taken)
            with _undone(target, beside):
                _check(
                    target.resolve(), lambda share: progress(UNPACKING + (1 - UNPACKING) * share)
                )
    except OSError as error:
        if error.errno in FULL:
            raise DataError(
                "The disk is too full for the pictures of the archive; make room and try again."
            ) from error
        raise DataError(f"The archive cannot be unpacked ({error.strerror or error}).") from error
    return target.name


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A hidden folder that is gone afterwards."""
    with TemporaryDirectory(
        prefix=f"{BESIDE}{os.getpid()}-", dir=folder, ignore_cleanup_errors=True
    ) as path:
        yield Path(path)


@contextmanager
def _opened(raw: BinaryIO | Path) -> Iterator[BinaryIO]:
    with raw.open("rb") if isinstance(raw, Path) else nullcontext(raw) as file:
        yield file


def _extract(file: BinaryIO, beside: Path, progress: Progress) -> _Contents:
    """Write what means to be a picture into numbered files."""
    contents = _Contents()
    size = file.seek(0, os.SEEK_END) or 1
    for entry in archive_entries.entries(file):
        if any(part.startswith(folder_listing.LITTER) for part in entry.parts):
            continue
        contents.folders.add(entry.parts if entry.is_folder else entry.parts[:-1])
        if entry.is_folder:
            continue
        number = len(contents.pictures)
        if number % LOOKS == 0:
            progress(min(1.0, file.tell() / size))
            if shutil.disk_usage(beside).free < ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if is_table(entry.parts):
            contents.others.append(entry.parts)
            table = contents.tables[entry.parts] = _table(entry, contents.room)
            contents.room -= len(table)
            continue
        digest = _write(entry, beside / str(number))
        if digest is None:
            contents.others.append(entry.parts)
        else:
            contents.pictures.append(entry.parts)
            contents.digests.append(digest)
    if not contents.pictures:
        raise DataError("The archive holds no images; put pictures into it, one folder a class.")
    return contents


def _table(entry: Entry, room: int) -> bytes:
    """What a table of labels holds; nothing where that is more than there is room for."""
    raw = bytearray()
    for chunk in entry.chunks():
        raw += chunk
        if len(raw) > room:
            return b""
    return bytes(raw)


def _write(entry: Entry, target: Path) -> str | None:
    """Write a picture and return its digest; None for what is none."""
    chunks = entry.chunks()
    first = next(chunks, b"")
    if not is_meant_as_picture(entry.parts[-1], first[:HEAD]):
        return None
    digest, written = hashlib.sha256(), 0
    with target.open("wb") as file:
        for chunk in chain([first], chunks):
            written += len(chunk)
            if written > MAX_PICTURE:
                raise DataError(
                    f"The archive was refused, because “{plain('/'.join(entry.parts))}” unpacks to "
                    f"more than {MAX_PICTURE // 10**6} MB; make it smaller or leave it out."
                )
            file.write(chunk)
            digest.update(chunk)
    return digest.hexdigest()


def _arrange(contents: _Contents, root: Path) -> str:
    """Move the pictures to their places below ``root``; what identifies the whole."""
    files = contents.pictures
    layout = arrange(
        Source(
            "The archive",
            files,
            range(len(files)),
            contents.folders,
            contents.tables,
            contents.tables.__getitem__,
            text=plain,
        )
    )
    for folder in folders(layout):
        (root / folder).mkdir(parents=True, exist_ok=True)
    lines = []
    for number, target in place(layout, files).items():
        (root.parent / str(number)).rename(root / target)
        lines.append(f"{target}\0{contents.digests[number]}\n")
    digest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    others = [path for path in contents.others if path not in layout.tables]
    outside = [files[index] for index in layout.outside]
    notes = [
        *layout.notes,
        *_left_out(others, "file that is no image", "files that are no images"),
        *_left_out(outside, "picture outside of any class", "pictures outside of any class"),
    ]
    folder_listing.write_origin(root, digest=digest, notes=notes)
    return digest


def _left_out(files: list[Parts], one: str, several: str) -> list[str]:
    if not files:
        return []
    named = some([plain("/".join(parts)) for parts in files])
    what = f"{one} was" if len(files) == 1 else f"{several} were"
    return [f"{len(files):,} {what} left out of the archive: {named}."]


def _same(folder: Path, root: Path, digest: str) -> str | None:
    """The name of a set that was unpacked from the same pictures and still has them all."""
    for entry in folder_listing.folders(folder):
        other = Path(entry.path)
        if folder_listing.origin_digest(other) == digest and _sizes(other) == _sizes(root):
            return entry.name
    return None


def _kept(folder: Path) -> int:
    """Bytes of all sets that were unpacked from archives; what somebody put there is their own."""
    roots = (Path(entry.path) for entry in folder_listing.folders(folder))
    unpacked = (root for root in roots if folder_listing.origin_digest(root))
    return sum(size for root in unpacked for size in _sizes(root).values())


def _sizes(root: Path) -> dict[str, int]:
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    files = (path for path in paths if not path.endswith(folder_listing.ORIGIN))
    return {os.path.relpath(path, root): os.path.getsize(path) for path in files}


def _keep(root: Path, folder: Path, name: str, taken: Callable[[str, str], str]) -> Path:
    """Rename the finished set to a name that is free, or to that of one which it replaces."""
    own = ENDINGS.sub("", re.split(r"[/\\]", name)[-1])
    base = safe(own, "pictures").replace(" ", "-")
    names = chain([base], (f"{base}-{number}" for number in count(2)))
    free = [name for name in islice(names, MOST_NAMES) if _is_free(folder, name)]
    is_known = base not in DATA_SETS and not _is_free(folder, base)
    if is_known and taken(base, free[0]) == base:
        return _replace(folder / base, root)
    for name in free:
        try:
            return root.rename(folder / name)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # else another one was first
                raise
    raise DataError(f"There are too many data sets called “{base}”; give this one another name.")


def _is_free(folder: Path, name: str) -> bool:
    return name not in DATA_SETS and not os.path.lexists(folder / name)


def _replace(target: Path, root: Path) -> Path:
    """Put a set in the place of one that came from an archive, which is moved out of the way."""
    if folder_listing.origin_digest(target) is None:
        raise DataError(
            f"The folder {target.name} was put there by hand, so it is not replaced; give the new "
            "one another name."
        )
    target.rename(root.parent / REPLACED)
    return root.rename(target)


@contextmanager
def _undone(target: Path, beside: Path) -> Iterator[None]:
    """Have everything as it was before where the work does not come to its end."""
    try:
        yield
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        if (beside / REPLACED).exists():
            (beside / REPLACED).rename(target)
        raise


def _check(root: Path, progress: Progress) -> None:
    """Read the set once, as whoever asked for it will."""
    try:
        read_folder(root, None, 0, progress)
    except DataError as error:
        text = (
            str(error).replace(f"{root}{os.sep}", "").replace(f"The folder {root}", "The archive")
        )
        raise DataError(text.replace(f"in {root}", "in the archive")) from error


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed while it unpacked has left."""
    for left in folder.glob(f"{BESIDE}*"):
        owner = left.name.removeprefix(BESIDE).split("-")[0]
        alive = owner.isdecimal() and psutil.pid_exists(int(owner))
        if not alive and time.time() - left.stat().st_mtime > ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
