"""The files of our own checkpoints: ``.safetensors``, with everything but the weights in a header.

What stands here knows bytes, names and numbers; ``checkpoint`` makes classifiers of them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from resnet_viz.files import replacing
from resnet_viz.models.errors import CheckpointError

HEADER = "resnet_viz"
VERSION = 1


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


def read_header(path: Path) -> dict[str, Any]:
    """The header alone: architecture, classes, card, ….

    Raises:
        CheckpointError: if the file is missing, damaged, or not such a checkpoint.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path.name}.")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (safetensors.SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path.name} is not a readable .safetensors file ({error})."
        ) from error
    if HEADER not in metadata:
        raise CheckpointError(
            f"{path.name} does not say which network it holds; import it and name the architecture."
        )
    try:
        header = json.loads(metadata[HEADER])
        version = int(header["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"The header of {path.name} is damaged ({error}).") from error
    if version > VERSION:
        raise CheckpointError(
            f"{path.name} was written by a newer resnet_viz (format {version}); update to open it."
        )
    return header
