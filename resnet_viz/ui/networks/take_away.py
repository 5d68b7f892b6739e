"""Trained networks to take away: as checkpoints of our own, as PyTorch's, and as ONNX.

A page hands `networks` to its Download button: ``more=take_away.networks(paths)``, or
``more=take_away.of_pair(sides)`` for the pair that it shows.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.shell import panels

MIME = "application/octet-stream"


def checkpoint(path: Path) -> bytes:
    """The network's file as it is: `models.load` opens it, and torchvision knows its names."""
    return path.read_bytes()


def pytorch(path: Path) -> bytes:
    """The network's state dict with torchvision's names, as ``torch.load`` reads it."""
    return _written(path, "torchvision")


def onnx(path: Path) -> bytes:
    """The trained network as an ONNX file, for batches of normalised images of its own size."""
    return _written(path, "onnx")


def _written(path: Path, layout: str) -> bytes:
    from resnet_viz import models

    # Opened anew: to export one changes its mode, and the one in the cache serves others too.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network"
        models.load(path).save(file, layout=layout)
        return file.read_bytes()


def networks(paths: Mapping[str, Path | None]) -> Callable[[], None]:
    """What draws buttons for each network, whose files are made when they are asked for.

    Args:
        paths: of the checkpoints, by what the page calls the networks; None for one that has
            none, such as a network with random weights.
    """
    return lambda: _draw({label: path for label, path in paths.items() if path is not None})


def of_pair(sides: Iterable[Side]) -> Callable[[], None]:
    """The same for the networks of a page's pair."""
    return networks({side.label: side.source.path for side in sides})


def _draw(paths: Mapping[str, Path]) -> None:
    from resnet_viz.models import exporting

    for label, path in paths.items():
        for kind, suffix, make in (
            ("safetensors", "safetensors", checkpoint),
            ("PyTorch", "pth", pytorch),
            *([("ONNX", "onnx", onnx)] if exporting.has_onnx() else []),
        ):
            st.download_button(
                f"{literal(label)}: network ({kind})",
                _made(make, path, label),
                f"{panels.slug(label)}.{suffix}",
                MIME,
                key=f"take away {kind} {label}",
                on_click="ignore",
            )
    if paths and not exporting.has_onnx():
        st.caption("ONNX: install the package onnx for it, with “pip install onnx”.")


def _made(make: Callable[[Path], bytes], path: Path, label: str) -> Callable[[], bytes]:
    def content() -> bytes:
        try:
            return make(path)
        except FileNotFoundError as error:
            raise UserError(f"{label} has just been removed: choose another network.") from error

    return content
