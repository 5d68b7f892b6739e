"""What a data set is: two splits held in memory and all that training has to know about them."""

from dataclasses import dataclass

import numpy as np
import psutil
import torch
from torch import Tensor
from torch.nn import functional

from resnet_viz.data.errors import DataError

Triple = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Split:
    """Images, uint8 of shape (N, 3, H, W), and their class indices, int64 of shape (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False, kw_only=True)
class DataSet:
    """A training and a test split.

    Attributes:
        classes: names, in the order of the labels.
        mean, std: of each channel of the training split, for pixels in 0 … 1.
        padding: pixels of black that a crop may reach over the edge.
        flip: whether a mirrored image is still of its class.
        origin: where the images come from, in a sentence.
        notes: what a person should know before trusting the numbers, a sentence each.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    mean: Triple
    std: Triple
    padding: int
    flip: bool
    origin: str
    notes: tuple[str, ...] = ()


def moments(images: Tensor) -> tuple[Triple, Triple]:
    """Mean and standard deviation of each channel of uint8 images (N, 3, H, W), in 0 … 1.

    Exact: computed from how often each of the 256 values occurs. A channel of one value only has
    no scale, so its deviation is given as 1.
    """
    values = torch.arange(256, dtype=torch.float64) / 255
    mean, std = [], []
    for channel in range(3):
        counts = torch.bincount(images[:, channel].flatten(), minlength=256)
        share = counts / counts.sum(dtype=torch.float64)
        centre = (share * values).sum()
        mean.append(centre.item())
        std.append((share * (values - centre) ** 2).sum().sqrt().item() or 1.0)
    return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])


def crop_padding(size: int) -> int:
    """Padding in proportion to He et al. 2015, section 4.2: 4 pixels for images of 32."""
    return size // 8


def stratified(labels: Tensor, test: int, seed: int) -> tuple[Tensor, Tensor]:
    """Indices of a training and of a test split in which every class has its share.

    Args:
        labels: class indices, shape (N,); every class occurs at least twice.
        test: images of the test split; every class gets at least one of them and leaves one.
    """
    # RandomState's stream is frozen for good: a test image must never drift into the training
    # split of a later version, whose checkpoints would then be tested on what they have seen.
    random = np.random.RandomState(seed)
    counts = np.bincount(labels.numpy())
    shares = counts * test / counts.sum()
    quota = np.floor(shares).astype(int)
    largest_remainders = np.argsort(quota - shares, kind="stable")[: test - quota.sum()]
    quota[largest_remainders] += 1
    quota = quota.clip(1, counts - 1)
    held_out = np.zeros(len(labels), dtype=bool)
    for label, number in enumerate(quota):
        members = np.flatnonzero(labels.numpy() == label)
        held_out[random.permutation(members)[:number]] = True
    return torch.from_numpy(np.flatnonzero(~held_out)), torch.from_numpy(np.flatnonzero(held_out))


def resize(images: Tensor, size: int) -> Tensor:
    """Square uint8 images (N, 3, H, H) at ``size`` × ``size``, with antialiasing."""
    if images.shape[-1] == size:
        return images
    require_memory(len(images), size)
    return functional.interpolate(images, size=(size, size), mode="bilinear", antialias=True)


def require_memory(number: int, size: int) -> None:
    """Raise DataError if that many images of that size do not fit into the free memory."""
    needed, free = number * 3 * size**2, psutil.virtual_memory().available
    if needed > 0.8 * free:
        raise DataError(
            f"{number:,} images of {size} × {size} need {needed / 1e9:,.1f} GB of memory, but "
            f"{free / 1e9:,.1f} GB are free; choose a smaller image size."
        )
