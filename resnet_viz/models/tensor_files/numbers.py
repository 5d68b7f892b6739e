"""Tensors made of the numbers in a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO

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


@dataclass(frozen=True)
class Numbers:
    """The numbers in an open file.

    Attributes:
        mapped: the same file as memory.
        places: where its storages lie.
    """

    file: BinaryIO
    mapped: mmap
    places: Places

    def read(self, tensor: Stored, *, look: bool) -> Tensor:
        """A tensor of the file's numbers.

        Args:
            look: leave the numbers on the disk.

        Raises:
            ValueError: if they are not in the file.
            KeyError: if the file has no such storage.
        """
        if tensor.numel == 0:
            return torch.empty(tensor.shape, dtype=tensor.dtype)
        storage, width = tensor.storage, tensor.dtype.itemsize
        count = 1 + sum(
            (size - 1) * step for size, step in zip(tensor.shape, tensor.stride, strict=True)
        )
        begin = storage.first * storage.dtype.itemsize + tensor.offset * width
        if storage.raw is not None:
            row = _of_bytes(storage.raw, begin, count * width)
        else:
            place, held = self.places[storage.key]
            if begin + count * width > held or place + held > len(self.mapped):
                raise ValueError("a storage is longer than its bytes")
            row = self._row(place + begin, count * width, look)
        found = row.view(tensor.dtype).as_strided(tensor.shape, tensor.stride)
        return found if look else found.contiguous()

    def _row(self, first: int, size: int, look: bool) -> Tensor:
        """Bytes of the file, of shape (size)."""
        if look:
            return torch.frombuffer(self.mapped, dtype=torch.uint8, offset=first, count=size)
        row = torch.empty(size, dtype=torch.uint8)
        self.file.seek(first)
        if self.file.readinto(row.numpy()) != size:  # type: ignore[attr-defined]
            raise ValueError("the file became shorter")
        return row


def _of_bytes(raw: bytes | bytearray | str, first: int, size: int) -> Tensor:
    """Bytes that a pickle holds, of shape (size); a text has a character a byte."""
    part = raw[first : first + size]
    return torch.frombuffer(
        bytearray(part.encode("latin1") if isinstance(part, str) else part), dtype=torch.uint8
    )
