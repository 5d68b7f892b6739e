"""A file's networks: their names, and the tensors of one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.archive import read_archive
from resnet_viz.models.tensor_files.contents import Network, networks
from resnet_viz.models.tensor_files.inert import Inert, Places
from resnet_viz.models.tensor_files.kinds import HEAD, SAFETENSORS, ZIP, Kind, kind_of
from resnet_viz.models.tensor_files.numbers import Numbers, check_room
from resnet_viz.models.tensor_files.pickles import read_pickles
from resnet_viz.models.tensor_files.safetensors_file import read_list
from resnet_viz.wording import listed

MOST_PARTS = 20  # networks that one file is looked through for


@dataclass(frozen=True)
class Tensors:
    """The tensors of one network in a file.

    Attributes:
        own: by the names that they have there.
        beside: what the file holds beside its networks, by name.
        part: what the network is called in the file.
        others: what the other networks in it are called.
    """

    own: dict[str, Tensor]
    beside: dict[str, Tensor]
    part: str
    others: tuple[str, ...]


def parts(path: Path) -> list[str]:
    """What the networks in a file are called; the first is taken where none is named.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    with _opened(path) as (numbers, found):
        return [network.name for network in _different(found, numbers)]


def read_tensors(path: Path, *, look: bool = False, part: str | None = None) -> Tensors:
    """The tensors of a network in a file, by the names that they have there.

    Args:
        look: leave the numbers on the disk, to see names and shapes.
        part: one of ``parts``; None for the first of them.

    Raises:
        CheckpointError: if it is no file of tensors, or has no such part.
    """
    with _opened(path) as (numbers, found):
        found = _different(found, numbers)
        names = [network.name for network in found]
        if part is not None and part not in names:
            raise CheckpointError(f"it has no network {part!r}, but {listed(names)}")
        network = found[names.index(part)] if part is not None else found[0]
        check_room((*network.tensors.values(), *network.beside.values()), len(numbers.mapped))
        own, beside = (
            {name: numbers.read(one, look=look) for name, one in tensors.items()}
            for tensors in (network.tensors, network.beside)
        )
    others = tuple(name for name in names if name != network.name)
    return Tensors(own, beside, network.name, others)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Numbers, list[Network]]]:
    """A file's numbers and networks.

    Raises:
        CheckpointError: in a whole sentence, whatever goes wrong with it meanwhile.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no file {path.name}.")
    try:
        with path.open("rb") as file:
            kind = kind_of(file.read(HEAD))
            if isinstance(kind, Kind):
                raise CheckpointError(f"it is {kind.title}; {kind.advice}")
            # A copy of its own is written to, should anybody write to a tensor, and not the file.
            mapped = mmap(file.fileno(), 0, access=ACCESS_COPY)
            content, places = _content(kind, path, mapped)
            yield Numbers(file, mapped, places), _networks(content)
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} was refused: {error}.") from error
    except Exception as error:  # a damaged file can fail in any way
        raise CheckpointError(f"{path.name} is not a file of weights, or it is damaged.") from error


def _content(kind: str, path: Path, mapped: mmap) -> tuple[Any, Places]:
    """What a file of a kind holds, and where its storages lie."""
    if kind == SAFETENSORS:
        return read_list(path, mapped)
    if kind == ZIP:
        return read_archive(path, mapped)
    return read_pickles(mapped)


def _networks(content: Any) -> list[Network]:
    if found := networks(content):
        return found
    what = f"is a pickled {content.name} and " if isinstance(content, Inert) else ""
    raise CheckpointError(f"it {what}holds no named tensors; save a network's state_dict")


def _different(found: list[Network], numbers: Numbers) -> list[Network]:
    """Networks without those that have the tensors of an earlier one."""
    kept: list[Network] = []
    for network in found[:MOST_PARTS]:
        if not any(_same(network, other, numbers) for other in kept):
            kept.append(network)
    return kept


def _same(one: Network, other: Network, numbers: Numbers) -> bool:
    """Whether two networks have the same tensors; the first that differs is the last one read."""
    shapes = [
        {name: tensor.shape for name, tensor in each.tensors.items()} for each in (one, other)
    ]
    return shapes[0] == shapes[1] and all(
        torch.equal(*(numbers.read(each.tensors[name], look=True) for each in (one, other)))
        for name in one.tensors
    )
