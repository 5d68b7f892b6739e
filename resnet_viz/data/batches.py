"""What is done to every batch, on the device where it lives."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional


def normalise(images: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Pixels scaled to 0 … 1, then to mean 0 and deviation 1 by the training split's moments.

    Args:
        images: uint8, shape (N, 3, H, W), on any device.

    Returns:
        float32, same shape and device.
    """
    centre, scale = (_moments(tuple(values), images.device) for values in (mean, std))  # (3, 1, 1)
    return images.float().div_(255).sub_(centre).div_(scale)


@lru_cache(maxsize=64)
def _moments(values: tuple[float, ...], device: torch.device) -> Tensor:
    # kept on the device: to copy them there would have every step wait for it
    return torch.tensor(values, device=device)[:, None, None]


def augment(images: Tensor, *, padding: int, flip: bool, generator: torch.Generator) -> Tensor:
    """Each image cropped at random after padding with black, and mirrored half of the time.

    He et al. 2015 (arXiv:1512.03385), section 4.2. The random numbers are drawn on the
    generator's device, so one on the CPU gives the same crops on every device.

    Args:
        images: uint8, shape (N, 3, H, W), on any device.
        padding: pixels added on each side before the crop.
        flip: whether to mirror.

    Returns:
        A new tensor of the same shape, type and device.
    """
    number, channels, height, width = images.shape
    at, device = generator.device, images.device
    corner = torch.randint(0, 2 * padding + 1, (2, number, 1), generator=generator, device=at)
    top, left = corner.to(device)  # (N, 1) each
    rows = top + torch.arange(height, device=device)  # (N, H)
    columns = torch.arange(width, device=device).expand(number, width)
    if flip:
        mirrored = torch.rand(number, 1, generator=generator, device=at) < 0.5
        columns = torch.where(mirrored.to(device), width - 1 - columns, columns)
    columns = left + columns  # (N, W)

    padded = functional.pad(images, [padding] * 4)
    pixels = rows[:, :, None] * padded.shape[-1] + columns[:, None, :]  # (N, H, W)
    pixels = pixels.flatten(1)[:, None].expand(-1, channels, -1)  # (N, C, H·W)
    return padded.flatten(2).gather(2, pixels).view_as(images)
