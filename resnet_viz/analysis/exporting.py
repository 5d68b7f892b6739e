"""A network for other programs: what its file of weights holds, and ONNX."""

import importlib.util
import tempfile
import threading
from pathlib import Path

import pandas as pd
import torch

from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.resnet import ResNet

MOST_VALUES = 100_000_000  # that the convolutions put out on the way: some two gigabytes
# The exporter says by one variable of the process that it is at work, and refuses a second call.
_lock = threading.Lock()


def state_layout(architecture: Architecture) -> pd.DataFrame:
    """What ``state_dict()`` holds, in its order.

    Returns:
        One row an entry: name, shape (empty of a single number), values, type, and ``kind``, which
        is ``parameter`` (trained) or ``buffer`` (a running statistic).
    """
    with torch.device("meta"):
        network = ResNet(architecture)
    trained = {name for name, _ in network.named_parameters()}
    return pd.DataFrame(
        [
            {
                "name": name,
                "shape": tuple(tensor.shape),
                "values": tensor.numel(),
                "type": str(tensor.dtype).removeprefix("torch."),
                "kind": "parameter" if name in trained else "buffer",
            }
            for name, tensor in network.state_dict().items()
        ]
    )


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
        AnalysisError: if the package onnx is not installed, or the images are too large.
    """
    if not has_onnx():
        raise AnalysisError("ONNX needs the package onnx: install it with “pip install onnx”.")
    if not fits_onnx(network.architecture, size):
        raise AnalysisError(
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
