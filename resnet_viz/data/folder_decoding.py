"""Many picture files as one tensor."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from resnet_viz.data.dataset import require_memory
from resnet_viz.data.folder_listing import File
from resnet_viz.data.local_sets import THUMBNAIL
from resnet_viz.data.pictures import ImageError, read_image

CHUNK = 16  # files a thread takes at a time
SMALL_FILE = 16_000  # bytes


def decode(files: Sequence[File], size: int | None) -> tuple[Tensor, Tensor]:
    """The centre square of each picture, resized with antialiasing.

    Args:
        size: side of the squares; without one the pictures' own if all are squares of one size
            up to 64, else 64.

    Returns:
        Images, uint8 of shape (N, 3, size, size), and which could be read, bool of shape (N,).
    """
    if size is not None:
        return _decode_at(files, size)
    first = next(filter(None, map(_picture, files)), None)
    if first is not None and first.width == first.height <= THUMBNAIL:
        with suppress(_AnotherSizeError):
            return _decode_at(files, first.width, others_allowed=False)
    return _decode_at(files, THUMBNAIL)


class _AnotherSizeError(Exception):
    """Not all pictures have the size of the first."""


def _decode_at(
    files: Sequence[File], size: int, *, others_allowed: bool = True
) -> tuple[Tensor, Tensor]:
    require_memory(len(files), size)
    images = np.zeros((len(files), 3, size, size), dtype=np.uint8)
    readable = np.zeros(len(files), dtype=bool)

    def decode_from(start: int) -> None:
        for index, file in enumerate(files[start : start + CHUNK], start):
            picture = _picture(file)
            if picture is None:
                continue
            if picture.size != (size, size):
                if not others_allowed:
                    raise _AnotherSizeError
                picture = ImageOps.fit(picture, (size, size), Image.Resampling.BILINEAR)
            images[index] = np.asarray(picture).transpose(2, 0, 1)
            readable[index] = True

    # Threads, not processes: decoding releases the interpreter's lock, and a fork of a process
    # in which torch runs may never return. Small files are done sooner than the lock is handed on.
    large = sum(file.bytes for file in files) > SMALL_FILE * len(files)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        run = pool.map if large else map
        for _ in run(decode_from, range(0, len(files), CHUNK)):
            pass  # to raise here what was raised there
    return torch.from_numpy(images), torch.from_numpy(readable)


def _picture(file: File) -> Image.Image | None:
    try:
        return read_image(Path(file.path).read_bytes())
    except (ImageError, OSError):  # the caller is told which could be read
        return None
