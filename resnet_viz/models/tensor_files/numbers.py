"""Tensors made of the numbers in a file."""

from collections.abc import Iterable
from mmap import mmap

import torch
from torch import Tensor

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.inert import Places, Stored

_AS_FLOAT = 4  # bytes that a number takes in a network


def check_room(tensors: Iterable[Stored], size: int) -> None:
    """See that tensors are no more than a file of that size can hold.

    A network may have a part under two names; a small file that names thousands so would fill the
    memory.

    Raises:
        CheckpointError: with a clause, if they are.
    """
    needed = sum(
        tensor.numel * max(tensor.dtype.itemsize, _AS_FLOAT * tensor.dtype.is_floating_point)
        for tensor in tensors
    )
    if needed > 2 * size:
        raise CheckpointError("its tensors lie on each other and are more than it can hold")


def read_numbers(tensor: Stored, file: mmap, places: Places, *, look: bool) -> Tensor:
    """A tensor of the numbers in a file.

    Args:
        look: leave the numbers on the disk.

    Raises:
        ValueError: if they are not in the file.
        KeyError: if the file has no such storage.
    """
    if tensor.numel == 0:
        return torch.empty(tensor.shape, dtype=tensor.dtype)
    storage, width = tensor.storage, tensor.dtype.itemsize
    buffer: mmap | bytearray = file
    first, size = 0, storage.count * storage.dtype.itemsize
    if storage.raw is None:
        place, held = places[storage.key]
        begin = storage.first * storage.dtype.itemsize
        first = place + begin
        if begin + size > held or first + size > len(file):
            raise ValueError("a storage is longer than its bytes")
    else:
        raw = storage.raw.encode("latin1") if isinstance(storage.raw, str) else storage.raw
        buffer = bytearray(raw)
    row = torch.frombuffer(buffer, dtype=tensor.dtype, offset=first, count=size // width)
    found = row.as_strided(tensor.shape, tensor.stride, tensor.offset)
    return found if look else found.clone(memory_format=torch.contiguous_format)
