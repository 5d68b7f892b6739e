"""A network for other programs: what its file of weights holds."""

import pandas as pd
import torch

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
