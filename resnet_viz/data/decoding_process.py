"""Pictures made into squares, also in a process of its own.

Many small files are mostly Python's own work, which threads do one after the other: processes have
every core. This module is what such a process runs, so it imports nothing heavier than a decoder.
"""

import json
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from resnet_viz.data.pictures import ImageError, read_image

READ, UNREADABLE, OTHER_SIZE = b"\1", b"\0", b"\2"


class AnotherSizeError(Exception):
    """A picture is no square of the size that all are to have."""


def picture(path: str) -> Image.Image | None:
    """The upright picture in a file; None where there is none that can be read."""
    try:
        return read_image(Path(path).read_bytes())
    except (ImageError, OSError):  # the caller is told which could be read
        return None


def square(path: str, size: int, others_allowed: bool) -> np.ndarray | None:
    """The centre square of a picture, uint8 of shape (3, size, size); None where it is unreadable.

    Raises:
        AnotherSizeError: if it has another size and none may have.
    """
    found = picture(path)
    if found is None:
        return None
    if found.size != (size, size):
        if not others_allowed:
            raise AnotherSizeError
        found = ImageOps.fit(found, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(found).transpose(2, 0, 1)


def serve(asked: BinaryIO, answers: BinaryIO, size: int, others_allowed: bool) -> None:
    """Answer each line, a list of paths, with a byte for each and the pixels of what was read."""
    for line in asked:
        for path in json.loads(line):
            try:
                pixels = square(path, size, others_allowed)
            except AnotherSizeError:
                answers.write(OTHER_SIZE)
                continue
            answers.write(UNREADABLE if pixels is None else READ + pixels.tobytes())
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), sys.argv[2] == "True")
