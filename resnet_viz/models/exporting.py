"""A network as a file for other programs: torchvision's state dict, ONNX, and our own."""

import importlib.util
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from resnet_viz import checks
from resnet_viz.files import replacing
from resnet_viz.models import checkpoint_files
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.errors import ExportError
from resnet_viz.models.resnet import ResNet

Header = Mapping[str, Any]
SAFETENSORS = ".safetensors"
MOST_VALUES = 100_000_000  # that the convolutions put out on the way: some two gigabytes
# The exporter says by one variable of the process that it is at work, and refuses a second call.
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """What a file of a network is like.

    Attributes:
        title: what people call it.
        suffixes: of files that have it where nothing else is said, the usual one first.
        write: a network, with the header of our own checkpoints, to a path; half of the precision
            or not.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[ResNet, Header, Path, bool], None]


def _write_own(network: ResNet, header: Header, path: Path, half: bool) -> None:
    checkpoint_files.write(path, header, network.state_dict(), half=half)


def _write_torchvision(network: ResNet, header: Header, path: Path, half: bool) -> None:
    """The state dict alone, as ``torch.save`` or safetensors writes it."""
    state = checkpoint_files.stored(network.state_dict(), half=half)
    if path.suffix == SAFETENSORS:
        checkpoint_files.write_tensors(path, state)
    else:
        with replacing(path) as beside:
            torch.save(state, beside)


def _write_onnx(network: ResNet, header: Header, path: Path, half: bool) -> None:
    if half:
        raise ExportError("An ONNX file holds float32 here: leave half out.")
    raw = to_onnx(network, header["input_size"])
    with replacing(path) as beside:
        beside.write_bytes(raw)


FILE_LAYOUTS: Mapping[str, FileLayout] = {
    layout.name: layout
    for layout in (
        FileLayout(
            name="resnet_viz",
            title="with all that is known of it",
            suffixes=(SAFETENSORS,),
            write=_write_own,
        ),
        FileLayout(
            name="torchvision",
            title="state dict with torchvision's names",
            suffixes=(".pth", ".pt", ".th", ".bin"),
            write=_write_torchvision,
        ),
        FileLayout(name="onnx", title="ONNX", suffixes=(".onnx",), write=_write_onnx),
    )
}


def layout_of(path: Path, layout: str | None = None) -> FileLayout:
    """The layout of that name, or the one that a file's name suggests; else our own.

    Raises:
        ExportError: if there is no such layout.
    """
    if layout is not None:
        checks.choice("layout", layout, FILE_LAYOUTS, error=ExportError)
        return FILE_LAYOUTS[layout]
    suggested = (row for row in FILE_LAYOUTS.values() if path.suffix.lower() in row.suffixes)
    return next(suggested, FILE_LAYOUTS["resnet_viz"])


def has_onnx() -> bool:
    """Whether the package that ONNX needs is installed."""
    return importlib.util.find_spec("onnx") is not None


def fits_onnx(architecture: Architecture, size: int) -> bool:
    """Whether an image of that size is small enough for `to_onnx`, which sends one through."""
    return architecture.values(size) <= MOST_VALUES


def to_onnx(network: ResNet, size: int) -> bytes:
    """The network in evaluation mode as an ONNX file, for batches of images of one size.

    Args:
        size: side of the images in pixels.

    Raises:
        ExportError: if the package onnx is not installed, or the images are too large.
    """
    if not has_onnx():
        raise ExportError("ONNX needs the package onnx: install it with “pip install onnx”.")
    if not fits_onnx(network.architecture, size):
        raise ExportError(
            f"An image of {size} × {size} pixels is too large for {network.architecture.title} as "
            "ONNX: choose a smaller one."
        )
    image = torch.zeros(1, network.architecture.channels, size, size)
    with _lock, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            (image,),
            file,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}},
            dynamo=False,  # the other exporter needs a second package
        )
        return file.read_bytes()
