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
    text = json.dumps({"version": VERSION, **header}, sort_keys=True)
    write_tensors(path, stored(state, half=half), {HEADER: text})


def stored(state: Mapping[str, Tensor], *, half: bool) -> dict[str, Tensor]:
    """Tensors as a file has them, those of more than one dimension perhaps as float16."""
    return {
        name: (tensor.half() if half and tensor.ndim > 1 else tensor).contiguous()
        for name, tensor in state.items()
    }


def write_tensors(
    path: Path, state: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """Write a ``.safetensors`` file whole."""
    raw = safetensors.torch.save(dict(state), dict(metadata) if metadata else None)
    with replacing(path) as beside:
        beside.write_bytes(raw)
