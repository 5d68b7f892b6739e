"""What every analysis takes: a network and all that is needed to use it on a picture."""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from resnet_viz import checks
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.exporting import layout_of
from resnet_viz.models.resnet import ResNet

MOST_PIXELS = 4096  # a side


@dataclass(eq=False, kw_only=True)
class Classifier:
    """A network in evaluation mode with its classes, its preprocessing and its origin.

    Attributes:
        classes: names, in the order of the logits.
        input_size: side in pixels of the square that the network sees.
        mean, std: of each channel, for pixels in 0 … 1.
        crop_fraction: share of a picture's shorter side that the square takes.
        card: where the weights came from: recipe, seed, epochs, data and its origin, metrics, …
        lock: held by whoever uses the network, because several visitors may share it.
    """

    network: ResNet
    classes: tuple[str, ...]
    input_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    crop_fraction: float = 1.0
    card: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        if len(self.classes) != self.architecture.classes:
            raise ValueError(
                f"{self.architecture.title} has {self.architecture.classes} classes, "
                f"but {len(self.classes)} names were given."
            )
        if not len(self.mean) == len(self.std) == self.architecture.channels:
            raise ValueError(
                f"{self.architecture.title} has {self.architecture.channels} input channels, "
                f"but {len(self.mean)} means and {len(self.std)} deviations were given."
            )
        if not (all(map(isfinite, self.mean)) and all(0 < std < inf for std in self.std)):
            raise ValueError("A mean is a finite number, and a deviation one above 0.")
        checks.whole("The input size", self.input_size, least=1, most=MOST_PIXELS)
        checks.number("The share of a picture that is seen", self.crop_fraction, most=1, above=True)
        self.network.eval()

    @property
    def architecture(self) -> Architecture:
        """What the network is made of."""
        return self.network.architecture

    def crop(self, image: Image.Image) -> Image.Image:
        """The centre square of a picture that the network sees, in the picture's own resolution."""
        side = max(1, round(min(image.size) * self.crop_fraction))
        left, top = (image.width - side) // 2, (image.height - side) // 2
        return image.crop((left, top, left + side, top + side))

    def preprocess(self, image: Image.Image) -> Tensor:
        """A picture as the network takes it: centre square, resized, normalised.

        Returns:
            float32 tensor of shape (3, H, W), or (1, H, W) for a network of grey pictures.

        Raises:
            ValueError: if the network has neither one nor three input channels.
        """
        modes = {1: "L", 3: "RGB"}
        if self.architecture.channels not in modes:
            raise ValueError(
                f"This network takes {self.architecture.channels} channels, a picture has 1 or 3."
            )
        square = self.crop(image.convert(modes[self.architecture.channels]))
        square = square.resize((self.input_size, self.input_size), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(square, dtype=np.float32) / 255)  # (H, W[, 3])
        pixels = pixels.reshape(self.input_size, self.input_size, -1).permute(2, 0, 1)
        return ((pixels - _column(self.mean)) / _column(self.std)).contiguous()

    def picture(self, tensor: Tensor) -> Image.Image:
        """The picture that a preprocessed tensor of shape (C, H, W) shows: `preprocess` undone."""
        pixels = tensor.detach().float().cpu() * _column(self.std) + _column(self.mean)
        pixels = (pixels.clamp(0, 1) * 255).round().to(torch.uint8)
        if pixels.shape[0] == 1:
            return Image.fromarray(pixels[0].numpy())
        return Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())

    @property
    def nbytes(self) -> int:
        """Bytes that the weights take in memory."""
        state = self.network.state_dict().values()
        return sum(tensor.numel() * tensor.element_size() for tensor in state)

    @cached_property
    def digest(self) -> str:
        """Hash of network, classes and preprocessing: equal digests answer a picture equally."""
        preprocessing = (self.input_size, self.mean, self.std, self.crop_fraction)
        described = [_asdict(self.architecture), self.classes, preprocessing]
        digest = hashlib.sha256(json.dumps(described).encode())
        for name, tensor in self.network.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def save(self, path: str | Path, *, layout: str | None = None, half: bool = False) -> None:
        """Write the network as a file; a reader never sees half of it.

        ``resnet_viz`` is a self-describing ``.safetensors`` file, which `models.load` opens;
        ``torchvision`` the state dict alone, for torchvision's network of the same form where it
        has one; ``onnx`` takes batches of normalised pictures of the network's own size.

        Args:
            layout: one of these; None for the second where the path ends in ``.pth``, ``.pt``,
                ``.th`` or ``.bin``, the third where in ``.onnx``, and else the first.
            half: store the weights of convolutions and of the last layer as float16.

        Raises:
            ExportError: if there is no such layout, or the network cannot be written so.
        """
        described = ("classes", "input_size", "mean", "std", "crop_fraction", "card")
        header = {what: getattr(self, what) for what in described}
        header["architecture"] = vars(self.architecture)
        with self.lock:
            layout_of(Path(path), layout).write(self.network, header, Path(path), half)


def _column(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values)[:, None, None]  # (C, 1, 1)


def _asdict(architecture: Architecture) -> dict[str, Any]:
    return dict(sorted(vars(architecture).items()))
