"""Maps that know nothing of the network: what a score of a real map is to be compared with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

CENTRE = 1 / 4  # of the picture's side, the standard deviation of the centred Gaussian
BLUR = 1 / 8  # the same of what blurs a map or a picture


@dataclass(frozen=True)
class Control:
    """A map that asks the network nothing."""

    title: str
    sentence: str


CONTROLS: dict[str, Control] = {
    "random": Control("Random map", "Each pixel has a random value."),
    "blurred": Control("Random map, blurred", "Random values, smoothed to patches."),
    "centre": Control("Centre", "A Gaussian in the middle of the picture."),
    "edges": Control("Edges", "Where the picture's brightness changes (Sobel)."),
}


def controls(pixels: "Tensor", *, seed: int = 0) -> dict[str, "Tensor"]:
    """The controls for a picture, by their names in ``CONTROLS``.

    Args:
        pixels: shape (C, H, W).

    Returns:
        Maps of shape (H, W), float32, on the CPU, none negative.
    """
    import torch

    size = pixels.shape[1:]
    noise = torch.rand(size, generator=torch.Generator().manual_seed(seed))  # (H, W)
    return {
        "random": noise,
        "blurred": blurred(noise[None])[0],
        "centre": _centre(*size),
        "edges": _edges(pixels.detach().float().cpu()),
    }


def blurred(pixels: "Tensor", sigma: float = BLUR) -> "Tensor":
    """Pictures or maps, smoothed by a Gaussian; what lies outside is a mirror image.

    Args:
        pixels: shape (..., H, W).
        sigma: as a share of the shorter side.
    """
    import torch
    from torch.nn.functional import conv1d, pad

    deviation = max(sigma * min(pixels.shape[-2:]), 0.5)
    for side in (-1, -2):
        lines = pixels.movedim(side, -1)  # (..., other side, n)
        length = lines.shape[-1]
        reach = min(int(3 * deviation + 0.5), length - 1)
        places = torch.arange(-reach, reach + 1, dtype=pixels.dtype, device=pixels.device)
        kernel = torch.exp(-(places**2) / (2 * deviation**2))
        flat = lines.reshape(-1, 1, length)
        flat = conv1d(
            pad(flat, (reach, reach), mode="reflect"), (kernel / kernel.sum())[None, None]
        )
        pixels = flat.reshape(lines.shape).movedim(-1, side)
    return pixels


def _centre(height: int, width: int) -> "Tensor":
    import torch

    rows, columns = (
        torch.exp(-((torch.linspace(-0.5, 0.5, length) / CENTRE) ** 2) / 2)
        for length in (height, width)
    )
    return rows[:, None] * columns


def _edges(pixels: "Tensor") -> "Tensor":
    """The length of the brightness's gradient, by the two filters of Sobel."""
    import torch
    from torch.nn.functional import conv2d, pad

    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    filters = torch.stack([across, across.T])[:, None]  # (2, 1, 3, 3)
    brightness = pixels.mean(dim=0)[None, None]
    slopes = conv2d(pad(brightness, (1, 1, 1, 1), mode="replicate"), filters)  # (1, 2, H, W)
    return slopes[0].norm(dim=0)
