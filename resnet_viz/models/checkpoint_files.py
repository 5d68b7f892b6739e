"""Writing our own checkpoints: ``.safetensors``, with everything but the weights in a header.

What stands here knows bytes, names and numbers; ``checkpoint`` makes classifiers of them, and
``checkpoint_header`` reads what they say.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from resnet_viz.files import replacing
from resnet_viz.models.checkpoint_header import HEADER, VERSION


def write(
    path: Path, header: Mapping[str, Any], state: Mapping[str, Tensor], *, half: bool = False
) -> None:
    """Write the file whole: a kill leaves the old one or the new.

    Args:
        half: store tensors of more than one dimension as float16.
    """
    state = {
        name: (tensor.half() if half and tensor.ndim > 1 else tensor).contiguous()
        for name, tensor in state.items()
    }
    text = json.dumps({"version": VERSION, **header}, sort_keys=True)
    raw = safetensors.torch.save(state, {HEADER: text})
    with replacing(path) as beside:
        beside.write_bytes(raw)
