"""From the images of a split to what a network takes, the same for training and for every look."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from resnet_viz.data.batches import normalise
from resnet_viz.data.dataset import Split

CHANNELS_LAST_FROM = 32  # pixels: below, the layout costs more than it gives


class Feed:
    """Turns uint8 images (N, 3, H, W) into what a network takes: float32 (N, 3, size, size)."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...], size: int) -> None:
        self.mean, self.std, self.size = mean, std, size

    @property
    def memory_format(self) -> torch.memory_format:
        """Layout in which images and weights are fastest."""
        return torch.channels_last if self.size >= CHANNELS_LAST_FROM else torch.contiguous_format

    def __call__(self, images: Tensor) -> Tensor:
        inputs = normalise(images, self.mean, self.std)
        shape = (self.size, self.size)
        if images.shape[-2:] != shape:
            inputs = functional.interpolate(inputs, shape, mode="bilinear", antialias=True)
        return inputs.contiguous(memory_format=self.memory_format)


def on_device(split: Split, device: torch.device) -> Split:
    """The split with its tensors on a device."""
    return Split(images=split.images.to(device), labels=split.labels.to(device))


def evaluation_batches(
    split: Split, feed: Feed, size: int, *, rank: int = 0, processes: int = 1
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every image of a split once, in order, shared out among processes: inputs and labels."""
    for start in range(rank * size, len(split), processes * size):
        yield feed(split.images[start : start + size]), split.labels[start : start + size]
