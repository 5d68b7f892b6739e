"""A network for other programs: what its file of weights holds, and ONNX."""

import importlib.util
import tempfile
from pathlib import Path

import pandas as pd
import torch

from resnet_viz.analysis.inspection import AnalysisError
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.resnet import ResNet


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


def to_onnx(network: ResNet, size: int) -> bytes:
    """The network in evaluation mode as an ONNX file, for batches of images of one size.

    Args:
        size: side of the images in pixels.

    Raises:
        AnalysisError: if the package onnx is not installed.
    """
    if not has_onnx():
        raise AnalysisError("ONNX needs the package onnx: install it with “pip install onnx”.")
    image = torch.zeros(1, network.architecture.channels, size, size)
    with tempfile.TemporaryDirectory() as folder:
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
