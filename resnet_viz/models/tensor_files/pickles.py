"""Files that are a pickle, or PyTorch's older format: a row of them, and then the numbers."""

import re
import struct
from mmap import mmap
from typing import IO, Any, cast

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.inert import Places
from resnet_viz.models.tensor_files.machine import Machine

_OLDER = 0x1950A86A20F9469CFC6C  # the first pickle of PyTorch's older format is this number
_COUNT = struct.Struct("<q")
_LONG = 2**20  # bytes of a text
# Letters beyond the first 256, of which one alone makes Python keep four bytes for each of a text.
_WIDE = re.compile(rb"[\xc4-\xff]")
_WIDE_ESCAPED = re.compile(rb"\\U|\\u(?!00)")
_TEXTS = (b"X", b"\x8d")  # the operations that a text follows, which ends after a given length


class _Stream:
    """A file for ``pickletools``, without long texts that would take four times their bytes.

    Arrays in older pickles are long texts too, but of letters that are a byte.
    """

    def __init__(self, file: mmap) -> None:
        self._file = file
        self._operation = b""
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        found = self._file.read(size)
        if size == 1:
            self._operation = found
        elif size > _LONG and self._operation in _TEXTS and _WIDE.search(found):
            raise ValueError("it holds a text that no network needs")
        return found

    def readline(self) -> bytes:
        found = self._file.readline()
        if len(found) > _LONG and _WIDE_ESCAPED.search(found):
            raise ValueError("it holds a text that no network needs")
        return found


def read_pickles(file: mmap) -> tuple[Any, Places]:
    """What a file of pickles holds, and where its storages lie in it.

    Raises:
        CheckpointError: with a clause, if it has another byte order.
        Exception: of any kind, if it is damaged or no pickle.
    """
    machine, stream = Machine(), cast(IO[bytes], _Stream(file))
    content = machine.read(stream)
    if content != _OLDER:
        return content, {}
    _version, system = machine.read(stream), machine.read(stream)
    if not system["little_endian"]:
        raise CheckpointError("it has another byte order; save it again on a usual machine")
    content = machine.read(stream)
    places: Places = {}
    for key in machine.read(stream):
        kept = machine.storages[str(key)]
        [count] = _COUNT.unpack(file.read(_COUNT.size))
        size = count * kept.dtype.itemsize
        if not 0 <= size <= len(file) - file.tell():
            raise ValueError("a storage reaches beyond the file")
        places[str(key)] = (file.tell(), size)
        file.seek(size, 1)
    return content, places
