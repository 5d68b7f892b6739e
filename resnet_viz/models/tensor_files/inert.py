"""What a pickle names, calls and makes, as plain values that do nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch

LARGEST = 2**60  # what a number of a file's may be
MOST_DIMENSIONS = 64  # PyTorch's own bound

Places = dict[str, tuple[int, int]]  # first byte and number of bytes by a storage's key


@dataclass(frozen=True, slots=True)
class Name:
    """A module's class or function, of which the name alone is known."""

    dotted: str

    @property
    def last(self) -> str:
        """The name without the module's."""
        return self.dotted.rpartition(".")[2]


class Inert:
    """A stand-in for whatever a pickle would call or make.

    Attributes:
        name: of what would have been called.
        given: what it would have been called with.
        state: what would have been set on it afterwards.
        items: what would have been put into it.
    """

    __slots__ = ("given", "items", "name", "state")

    def __init__(self, name: str, given: Any = ()) -> None:
        self.name, self.given = name, given
        self.state: Any = None
        self.items: dict[Any, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Storage:
    """A row of numbers somewhere in the file, or in the pickle itself.

    Attributes:
        key: what the file calls it.
        first: the number with which a view of it begins.
        raw: its bytes, where the pickle holds them; a text has a character a byte.
    """

    key: str
    dtype: torch.dtype
    count: int
    first: int = 0
    raw: bytes | bytearray | str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A tensor whose numbers are not read yet: which numbers of a storage it consists of."""

    storage: Storage
    dtype: torch.dtype
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def numel(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


def stored(
    storage: Storage | Inert,
    offset: int,
    shape: Sequence[int],
    stride: Sequence[int],
    dtype: torch.dtype | None = None,
) -> Stored | Inert:
    """A tensor of a storage; a stand-in for one that has the same numbers more than once.

    Raises:
        ValueError: if it does not lie within its storage.
    """
    if not isinstance(storage, Storage):
        return Inert("torch.Tensor")  # of numbers that are not known here, such as quantised ones
    dtype, sizes = dtype or storage.dtype, (offset, *shape, *stride)
    if not len(shape) == len(stride) <= MOST_DIMENSIONS or not all(
        0 <= size < LARGEST for size in sizes
    ):
        raise ValueError("a tensor has no such shape")
    count = storage.count * storage.dtype.itemsize // dtype.itemsize
    last = offset + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
    if prod(shape) and last >= count:
        raise ValueError("a tensor reaches beyond its storage")
    if prod(shape) > count:
        return Inert("torch.Tensor.expand", (storage,))
    return Stored(storage, dtype, offset, tuple(shape), tuple(stride))


def contiguous(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides of numbers that lie one behind the other, the last dimension's closest."""
    if len(shape) > MOST_DIMENSIONS:
        raise ValueError("a tensor has no such shape")
    return tuple(prod(shape[place + 1 :]) for place in range(len(shape)))
