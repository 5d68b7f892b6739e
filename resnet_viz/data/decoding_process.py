"""Pictures made into squares, also in a process of its own.

Many small files are mostly Python's own work, which threads do one after the other: processes have
every core. This module is what such a process runs, so it imports nothing heavier than a decoder.
"""

import json
import sys
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from resnet_viz.data.pictures import ImageError, read_image

UNREADABLE, READ, OTHER_SIZE = range(3)


def picture(path: str) -> Image.Image | None:
    """The upright picture in a file; None where there is none that can be read."""
    try:
        with open(path, "rb") as file:
            return read_image(file.read())
    except (ImageError, OSError):  # the caller is told which could be read
        return None


def squares(
    paths: Sequence[str], size: int, others_allowed: bool
) -> tuple[NDArray[np.uint8], bytearray]:
    """The centre squares of pictures, uint8 of shape (N, 3, size, size), and what became of each.

    One byte for each: `READ`, `UNREADABLE`, or `OTHER_SIZE` where it has another size and none may
    have; such a one ends the work.
    """
    pixels = np.zeros((len(paths), 3, size, size), dtype=np.uint8)
    found = bytearray(len(paths))
    for index, path in enumerate(paths):
        one = picture(path)
        if one is None:
            continue
        if one.size != (size, size):
            if not others_allowed:
                found[index] = OTHER_SIZE
                break
            one = ImageOps.fit(one, (size, size), Image.Resampling.BILINEAR)
        pixels[index] = np.asarray(one).transpose(2, 0, 1)
        found[index] = READ
    return pixels, found


def serve(asked: BinaryIO, answers: BinaryIO, size: int, others_allowed: bool) -> None:
    """Answer each line, a list of paths, with a byte for each and all their pixels."""
    for line in asked:
        pixels, found = squares(json.loads(line), size, others_allowed)
        answers.write(found)
        answers.write(pixels.data)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), sys.argv[2] == "True")
