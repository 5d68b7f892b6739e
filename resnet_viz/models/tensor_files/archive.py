"""PyTorch's archives: a pickle of names and shapes, and the numbers in parts beside it."""

import io
import struct
import zipfile
from mmap import mmap
from pathlib import Path
from typing import Any

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.inert import Places
from resnet_viz.models.tensor_files.kinds import archive_kind
from resnet_viz.models.tensor_files.machine import Machine

MOST_READ = 4 * 2**20  # bytes of names and shapes, which the largest networks need far less of
_PART = struct.Struct("<4s22xHH")  # begins a part; its two numbers are the lengths of what follows
_END = b"PK\x05\x06"
_LONGEST_END = 2**16 + 22  # bytes


class _Bounded(io.FileIO):
    """A file of which no more is read at once than an honest archive asks for."""

    def read(self, size: int | None = -1) -> bytes:
        if size and size > MOST_READ:
            raise CheckpointError("its list of parts is longer than a network needs")
        return super().read(-1 if size is None else size)


def read_archive(path: Path, file: mmap) -> tuple[Any, Places]:
    """What an archive's pickle holds, and where its storages lie in the file.

    Raises:
        CheckpointError: with a clause, if it is another archive or is cut off.
        Exception: of any kind, if it is damaged.
    """
    if file.rfind(_END, max(0, len(file) - _LONGEST_END)) < 0:
        raise CheckpointError("it is cut off, for its end is missing; copy or download it again")
    with _Bounded(path) as raw, zipfile.ZipFile(raw) as archive:
        parts = {part.filename: part for part in archive.infolist()}
        if found := archive_kind(list(parts)):
            raise CheckpointError(f"it is {found[0]}; {found[1]}")
        if any(part.compress_type != zipfile.ZIP_STORED for part in parts.values()):
            raise CheckpointError(
                "its parts are compressed, which PyTorch's never are; save it again with torch.save"
            )
        pickled = next(name for name in parts if name.endswith("/data.pkl"))
        folder = pickled.removesuffix("data.pkl")
        order = f"{folder}byteorder"
        if order in parts and archive.read(order) != b"little":
            raise CheckpointError("it has another byte order; save it again on a usual machine")
        content = Machine().read(io.BytesIO(archive.read(pickled)))
    numbers = f"{folder}data/"
    places = {
        name.removeprefix(numbers): (_first_byte(file, part.header_offset), part.file_size)
        for name, part in parts.items()
        if name.startswith(numbers)
    }
    return content, places


def _first_byte(file: mmap, head: int) -> int:
    """Where a part's bytes begin, behind what it says of itself."""
    signature, *lengths = _PART.unpack_from(file, head)
    if signature != b"PK\x03\x04":
        raise ValueError("a part is not where the archive's list has it")
    return head + _PART.size + sum(lengths)
