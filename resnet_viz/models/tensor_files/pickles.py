"""Files that are a pickle, or PyTorch's older format: a row of them, and then the numbers."""

import struct
from mmap import mmap
from typing import IO, Any, cast

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.inert import Places
from resnet_viz.models.tensor_files.machine import Machine

_OLDER = 0x1950A86A20F9469CFC6C  # the first pickle of PyTorch's older format is this number
_COUNT = struct.Struct("<q")


def read_pickles(file: mmap) -> tuple[Any, Places]:
    """What a file of pickles holds, and where its storages lie in it.

    Raises:
        CheckpointError: with a clause, if it has another byte order.
        Exception: of any kind, if it is damaged or no pickle.
    """
    machine, stream = Machine(), cast(IO[bytes], file)  # of which a long read stops at its end
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
