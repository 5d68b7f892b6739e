"""A mean and a deviation of pictures that a network holds among its tensors."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite

from torch import Tensor

from resnet_viz.models.errors import CheckpointError

_NAME = re.compile(
    r"(?:^|\.)_?(?:(?:pixel|image|img|input|data|imagenet|norm|normalise|normalize)_?)?(mean|std)$"
)
_LARGEST = {"mean": 1.0, "std": 2.0}  # of pixels in 0 … 1; what is above is of pixels in 0 … 255
_PIXEL = 255.0


@dataclass(frozen=True)
class Normalising:
    """What a file says of the mean and the deviation, for pixels in 0 … 1.

    Attributes:
        names: of the tensors that say so.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    names: tuple[str, ...]


def normalising_names(tensors: Mapping[str, Tensor]) -> list[str]:
    """The names of those tensors that are a mean or a deviation of a picture's channels."""
    return [
        name
        for name, tensor in tensors.items()
        if _NAME.search(name) and tensor.numel() in (1, 3) and tensor.ndim
        if sum(size > 1 for size in tensor.shape) <= 1 and tensor.is_floating_point()
    ]


def normalising(tensors: Mapping[str, Tensor]) -> Normalising | None:
    """The normalisation that tensors say; a mean alone is taken off, a deviation alone divides.

    Args:
        tensors: those of ``normalising_names``.

    Raises:
        CheckpointError: with a clause, if they say several, or none that can be computed.
    """
    said: dict[str, set[tuple[float, ...]]] = {"mean": set(), "std": set()}
    for name, tensor in tensors.items():
        if found := _NAME.search(name):
            said[found[1]].add(tuple(tensor.flatten().tolist()))
    if not tensors:
        return None
    if any(len(values) > 1 for values in said.values()):
        raise CheckpointError(f"it has several means and deviations ({', '.join(tensors)})")
    lengths = {len(values) for kind in said.values() for values in kind}
    if len(lengths) > 1:
        raise CheckpointError(f"{', '.join(tensors)} are not of the same channels")
    [channels] = lengths
    mean = next(iter(said["mean"]), (0.0,) * channels)
    std = next(iter(said["std"]), (1.0,) * channels)
    if not (all(map(isfinite, mean)) and all(0 < one < inf for one in std)):
        raise CheckpointError(f"{', '.join(tensors)} cannot be a mean and a deviation")
    largest = max(mean) > _LARGEST["mean"] or max(std) > _LARGEST["std"]
    scale = _PIXEL if largest else 1.0
    return Normalising(_over(mean, scale), _over(std, scale), tuple(tensors))


def _over(values: Iterable[float], scale: float) -> tuple[float, ...]:
    return tuple(value / scale for value in values)
