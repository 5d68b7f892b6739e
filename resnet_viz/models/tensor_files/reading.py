"""A file's networks: their names, and the tensors of one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_COPY, mmap
from pathlib import Path

import torch
from torch import Tensor

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.archive import read_archive
from resnet_viz.models.tensor_files.contents import Network, networks
from resnet_viz.models.tensor_files.inert import Inert, Places
from resnet_viz.models.tensor_files.kinds import HEAD, SAFETENSORS, ZIP, Kind, kind_of
from resnet_viz.models.tensor_files.numbers import check_room, read_numbers
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
    with _opened(path) as (file, places, found):
        return [network.name for network in _different(found, file, places)]


def read_tensors(path: Path, *, look: bool = False, part: str | None = None) -> Tensors:
    """The tensors of a network in a file, by the names that they have there.

    Args:
        look: leave the numbers on the disk, to see names and shapes.
        part: one of ``parts``; None for the first of them.

    Raises:
        CheckpointError: if it is no file of tensors, or has no such part.
    """
    with _opened(path) as (file, places, found):
        found = _different(found, file, places)
        names = [network.name for network in found]
        if part is not None and part not in names:
            raise CheckpointError(f"it has no network {part!r}, but {listed(names)}")
        network = found[names.index(part)] if part is not None else found[0]
        check_room((*network.tensors.values(), *network.beside.values()), len(file))
        own, beside = (
            {name: read_numbers(one, file, places, look=look) for name, one in tensors.items()}
            for tensors in (network.tensors, network.beside)
        )
    others = tuple(name for name in names if name != network.name)
    return Tensors(own, beside, network.name, others)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[mmap, Places, list[Network]]]:
    """A file's bytes, where its storages lie and its networks.

    Raises:
        CheckpointError: in a whole sentence, whatever goes wrong with it meanwhile.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no file {path.name}.")
    try:
        with path.open("rb") as raw:
            kind = kind_of(raw.read(HEAD))
            if isinstance(kind, Kind):
                raise CheckpointError(f"it is {kind.title}; {kind.advice}")
            # A copy of its own is written to, should anybody write to a tensor, and not the file.
            file = mmap(raw.fileno(), 0, access=ACCESS_COPY)
        if kind == SAFETENSORS:
            content, places = read_list(path, file)
        elif kind == ZIP:
            content, places = read_archive(path, file)
        else:
            content, places = read_pickles(file)
        found = networks(content)
        if not found:
            what = f"is a pickled {content.name} and " if isinstance(content, Inert) else ""
            raise CheckpointError(f"it {what}holds no named tensors; save a network's state_dict")
        yield file, places, found
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} was refused: {error}.") from error
    except Exception as error:  # a damaged file can fail in any way
        raise CheckpointError(f"{path.name} is not a file of weights, or it is damaged.") from error


def _different(found: list[Network], file: mmap, places: Places) -> list[Network]:
    """Networks without those that have the tensors of an earlier one."""
    kept: list[Network] = []
    for network in found[:MOST_PARTS]:
        if not any(_same(network, other, file, places) for other in kept):
            kept.append(network)
    return kept


def _same(one: Network, other: Network, file: mmap, places: Places) -> bool:
    """Whether two networks have the same tensors; the first that differs is the last one read."""
    if {k: v.shape for k, v in one.tensors.items()} != {
        k: v.shape for k, v in other.tensors.items()
    }:
        return False
    return all(
        torch.equal(
            *(read_numbers(each.tensors[name], file, places, look=True) for each in (one, other))
        )
        for name in one.tensors
    )
