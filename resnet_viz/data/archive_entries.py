"""Reading an archive that anybody may have sent: zip, or tar by itself or in gzip, bzip2 or xz.

Nothing is written here, and no name in an archive is trusted to be a path. What an archive costs is
counted while it is read, because its headers may say anything.
"""

import bz2
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, BinaryIO, TypeVar, cast

from resnet_viz.data.errors import DataError
from resnet_viz.data.path_names import plain

MAX_FILES = 200_000
MAX_BYTES = 4_000_000_000
MAX_RATIO = 100  # of unpacked to packed bytes; photographs hardly shrink
SMALL = 64_000_000  # bytes up to which the ratio does not matter
MAX_DIRECTORY = 128 * MAX_FILES  # bytes of a zip's list of files, which is held in memory
MAX_HEADERS = 1_000_000  # bytes that tell about one file of a tar, likewise
CHUNK = 1 << 16
BLOCK = 512  # bytes: what a tar is made of

ZIP = (b"PK\3\4", b"PK\5\6")  # the second is an empty one
CUT = "The archive is cut off or damaged; copy or download it again."
COMPRESSED: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)
# What else people pack with, by its first bytes.
REFUSED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard (.zst)"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4"),
    (b"\x1f\x9d", "compressed with compress (.Z)"),
    (b"MSCF", "a cabinet file of Windows"),
)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Entry:
    """A file or a folder in an archive.

    Attributes:
        parts: the folders on its way and its name, as they are written there.
        chunks: gives its bytes, only before the next entry is asked for.
    """

    parts: tuple[str, ...]
    is_folder: bool
    chunks: Callable[[], Iterator[bytes]]


def entries(file: BinaryIO) -> Iterator[Entry]:
    """The files and folders of an archive, in its order.

    Raises:
        DataError: if the file is no archive or one of another kind, cut off, damaged or encrypted,
            if it holds links or paths that lead out of it, or if it unpacks to more than the bounds
            above.
    """
    packed = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    for signature, what in REFUSED:
        if head.startswith(signature):
            raise DataError(
                f"The file is {what}, which cannot be read here; unpack it and pack the folder of "
                "pictures as a zip."
            )
    budget = _Budget(packed)
    if head.startswith(ZIP):
        return _explained(_zip(file, budget))
    opener = next((opener for signature, opener in COMPRESSED if head.startswith(signature)), None)
    return _explained(_tar(opener(file) if opener else file, budget))


class _Budget:
    """What an archive may cost."""

    def __init__(self, packed: int) -> None:
        self._most = min(MAX_BYTES, max(SMALL, MAX_RATIO * packed))
        self._bytes = self._files = 0

    def spend(self, number: int) -> None:
        """Note that so many bytes were unpacked."""
        self._bytes += number
        if self._bytes > self._most:
            raise DataError(
                f"The archive was refused, because it unpacks to more than {MAX_RATIO} times its "
                f"size or {MAX_BYTES // 10**9} GB; pack fewer pictures."
            )

    def count(self) -> None:
        """Note that there is one more file or folder."""
        self._files += 1
        if self._files > MAX_FILES:
            raise _too_many()


def _explained(items: Iterator[Item]) -> Iterator[Item]:
    """The same items; whatever a decoder raises on the way is the archive's fault."""
    try:
        yield from items
    except DataError:
        raise
    except NotImplementedError as error:  # what zipfile raises for a method that it lacks
        raise DataError(
            "The archive is compressed in a way that cannot be read here; pack the pictures again "
            "as an ordinary zip."
        ) from error
    except Exception as error:  # on hostile bytes a decoder may fail in any way
        raise DataError(CUT) from error


def _zip(file: BinaryIO, budget: _Budget) -> Iterator[Entry]:
    with zipfile.ZipFile(cast(IO[bytes], _Sips(file))) as archive:
        for info in archive.infolist():
            budget.count()
            if stat.S_ISLNK(info.external_attr >> 16):
                raise _no_file(info.filename)
            if info.flag_bits & 1:
                raise DataError(
                    "The archive is locked with a password; pack the pictures again without one."
                )
            is_folder = info.filename.endswith(("/", "\\"))
            yield Entry(
                _parts(info.filename),
                is_folder,
                partial(_chunks, partial(archive.open, info), budget.spend),
            )


class _Sips:
    """A file that is read in small pieces: zipfile reads the whole list of files in one."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        if size > MAX_DIRECTORY:
            raise _too_many()
        return self._read(size)

    def seekable(self) -> bool:
        """As of a file."""
        return True


def _tar(file: BinaryIO, budget: _Budget) -> Iterator[Entry]:
    stream = _Stream(file, budget)
    try:
        archive = tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|")  # noqa: SIM115
    except tarfile.ReadError as error:
        raise DataError(
            "The file is neither a zip nor a tar archive; pack the folder of pictures as a zip."
        ) from error
    end = 0
    with archive:
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # else all stay in memory
            budget.count()
            if not (member.isfile() or member.isdir()) or member.issparse():
                raise _no_file(member.name)
            size = member.size if member.isfile() else 0
            end = member.offset_data + -(-size // BLOCK) * BLOCK
            stream.allowed = end + MAX_HEADERS
            yield Entry(
                _parts(member.name),
                member.isdir(),
                partial(_chunks, partial(archive.extractfile, member), lambda number: None),
            )
    if stream.position < end + BLOCK:  # at least one block of zeros ends every tar
        raise EOFError


class _Stream:
    """What a decompressor gives, counted, and no further than it was allowed."""

    def __init__(self, file: BinaryIO, budget: _Budget) -> None:
        self._file, self._budget = file, budget
        self.position, self.allowed = 0, MAX_HEADERS

    def read(self, size: int) -> bytes:
        """As of a file."""
        chunk = self._file.read(size)
        self.position += len(chunk)
        self._budget.spend(len(chunk))
        if self.position > self.allowed + 2 * CHUNK:  # tarfile reads ahead
            raise DataError(CUT)
        return chunk


def _chunks(open_it: Callable[[], Any], spend: Callable[[int], None]) -> Iterator[bytes]:
    def read() -> Iterator[bytes]:
        with open_it() as file:
            while chunk := file.read(CHUNK):
                spend(len(chunk))
                yield chunk

    return _explained(read())


def _parts(name: str) -> tuple[str, ...]:
    """The folders and the name in a path of an archive, whichever slashes it has."""
    name = name.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or re.match(r"[A-Za-z]:/", name) or ".." in parts:
        raise DataError(
            f"The archive was refused, because “{plain(name)}” would be unpacked outside of its "
            "folder."
        )
    return parts


def _no_file(name: str) -> DataError:
    return DataError(
        f"The archive was refused, because “{plain(name)}” is a link or a device, not a file."
    )


def _too_many() -> DataError:
    return DataError(
        f"The archive was refused, because it holds more than {MAX_FILES:,} files; pack fewer."
    )
