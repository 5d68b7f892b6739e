"""Files of tensors that other programs wrote, read without running anything in them."""

import io
import pickle
import pickletools
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from resnet_viz.models.errors import CheckpointError

MOST_PICKLE = 8 * 2**20  # bytes of names and shapes, which the largest networks need far less of

_WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net")
_NAMING = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}  # operations of a pickle


def read_tensors(path: Path, *, look: bool = False) -> dict[str, Tensor]:
    """The tensors in a file, by the names that they have there.

    Args:
        look: leave the numbers on the disk where the format allows it, to see names and shapes.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _unwrap(_read(path, look), path.name)


def _read(path: Path, look: bool) -> Any:
    if not path.is_file():
        raise CheckpointError(f"There is no file {path.name}.")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        if _swells(path):
            raise ValueError("PyTorch writes no such archive")
        mapped = look and zipfile.is_zipfile(path)  # PyTorch's older format cannot be
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except safetensors.SafetensorError as error:
        raise CheckpointError(
            f"{path.name} is not a readable .safetensors file ({error})."
        ) from error
    except Exception as error:  # a damaged pickle can fail in any way
        if isinstance(error, pickle.UnpicklingError) and _wants_to_run(path):
            raise CheckpointError(
                f"{path.name} was refused because it holds more than tensors: reading it would "
                "run code, and none of it was run; save the network's state_dict alone and import "
                "that."
            ) from error
        raise CheckpointError(f"{path.name} is not a file of weights, or it is damaged.") from error


def _swells(path: Path) -> bool:
    """Whether a file is an archive that takes more to read than its size says.

    PyTorch compresses nothing, but what it did not write may unpack from kilobytes to gigabytes,
    lie several times on the same bytes, or hold a pickle that is endless beside its tensors.
    """
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    return (
        any(part.compress_type != zipfile.ZIP_STORED for part in parts)
        or any(part.file_size > MOST_PICKLE for part in parts if _is_pickle(part.filename))
        or sum(part.file_size for part in parts) > path.stat().st_size
    )


def _is_pickle(name: str) -> bool:
    return name.endswith("data.pkl")


def _wants_to_run(path: Path) -> bool:
    """Whether an intact pickle in a file names something to call; looks without running it.

    PyTorch's own errors do not tell: text may look like such a name, and a pickle may be refused
    for its version before its names are seen.
    """
    try:
        with _pickled(path) as file:
            while True:  # PyTorch's older format is a row of pickles, the first ones of numbers
                operations = Counter(opcode.name for opcode, _, _ in pickletools.genops(file))
                if operations.keys() & _NAMING:
                    return True
    except Exception:  # at its end, or where it is damaged, which can fail in any way
        return False


def _pickled(path: Path) -> BinaryIO:
    """The part of a file that is a pickle; within an archive its checksum is right."""
    if not zipfile.is_zipfile(path):
        return path.open("rb")
    with zipfile.ZipFile(path) as archive:
        member = next(filter(_is_pickle, archive.namelist()))
        return io.BytesIO(archive.read(member))


def _unwrap(content: Any, name: str) -> dict[str, Tensor]:
    """The state dict within a training program's dictionary."""
    for _ in range(3):
        inner = (
            next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
            if isinstance(content, Mapping)
            else None
        )
        if inner is None:
            break
        content = inner
    tensors = (
        {key: value for key, value in content.items() if isinstance(value, Tensor)}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise CheckpointError(f"{name} holds no named tensors; save the network's state_dict.")
    return {str(key): tensor for key, tensor in tensors.items()}
