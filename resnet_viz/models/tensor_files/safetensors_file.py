"""Files in the format of safetensors: a list of names and shapes, and then the numbers."""

import json
from mmap import mmap
from pathlib import Path
from typing import Any

import safetensors
import torch

from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.tensor_files.inert import Places, Storage, Stored, contiguous

MOST_LIST = 4 * 2**20  # bytes of names and shapes
_LENGTH = 8  # bytes of the list's length
_NUMBERS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def read_list(path: Path, file: mmap) -> tuple[Any, Places]:
    """The tensors that a file lists, and where their numbers lie in it.

    Raises:
        CheckpointError: with a clause, if it is cut off or damaged.
    """
    length = int.from_bytes(file[:_LENGTH], "little")
    if length > MOST_LIST:
        raise CheckpointError("its list of tensors is longer than a network needs")
    try:
        with safetensors.safe_open(path, framework="np"):
            pass  # which sees that the list is sound and fits the numbers
    except safetensors.SafetensorError as error:
        raise CheckpointError(
            f"it is a .safetensors file that is cut off or damaged ({error})"
        ) from error
    numbers = _LENGTH + length
    listed = json.loads(file[_LENGTH:numbers])
    listed.pop("__metadata__", None)
    tensors: dict[str, Stored] = {}
    places: Places = {}
    for name, row in listed.items():
        if dtype := _NUMBERS.get(row["dtype"]):
            begin, end = row["data_offsets"]
            shape = tuple(row["shape"])
            kept = Storage(name, dtype, (end - begin) // dtype.itemsize)
            tensors[name] = Stored(kept, dtype, 0, shape, contiguous(shape))
            places[name] = (numbers + begin, end - begin)
    return tensors, places
