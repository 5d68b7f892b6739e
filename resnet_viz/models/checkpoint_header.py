"""What our own checkpoints say of themselves, read without torch and without their weights."""

import json
import math
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from resnet_viz.models.errors import CheckpointError

HEADER = "resnet_viz"  # the entry of the file's metadata
VERSION = 1
# Ends of names of what a network keeps beside its parameters.
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def read_header(path: Path) -> dict[str, Any]:
    """The header alone: architecture, classes, card, ….

    Raises:
        CheckpointError: if the file is missing, damaged, or not such a checkpoint.
    """
    if not path.is_file():
        raise CheckpointError(f"There is no checkpoint {path.name}.")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
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


def parameters(path: Path) -> int:
    """How many parameters a checkpoint holds."""
    with safe_open(path, framework="np") as file:
        return sum(
            math.prod(file.get_slice(name).get_shape())
            for name in file.keys()  # noqa: SIM118 - not a mapping
            if not name.endswith(BUFFERS)
        )
