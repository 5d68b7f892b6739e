"""Uploaded pictures, decoded once: a page is drawn at each touch, and decoding takes far longer."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from resnet_viz.data import ImageError, read_image

if TYPE_CHECKING:
    from PIL import Image

LEAST = 10_000  # pixels that even a file which is no picture counts for


class Decoded:
    """Pictures by the hash of their files, in memory alone; the least recently seen go first.

    Args:
        most: pixels of all pictures together, of three bytes each.
    """

    def __init__(self, most: int) -> None:
        self._most, self._pixels = most, 0
        self._kept: OrderedDict[str, Image.Image | str] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, key: str, raw: bytes) -> "Image.Image":
        """The picture in a file with that hash.

        Raises:
            ImageError: if there is none in it; that is found out once, too.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is None:
            found = _decode(raw)
            self._keep(key, found)
        if isinstance(found, str):
            raise ImageError(found)
        return found

    def _keep(self, key: str, found: "Image.Image | str") -> None:
        with self._lock:
            if key in self._kept:  # another visitor has just brought the same file
                return
            self._kept[key] = found
            self._pixels += _size(found)
            while self._pixels > self._most:
                _, gone = self._kept.popitem(last=False)
                self._pixels -= _size(gone)


def _decode(raw: bytes) -> "Image.Image | str":
    try:
        return read_image(raw)
    except ImageError as error:
        return str(error)


def _size(found: "Image.Image | str") -> int:
    return LEAST if isinstance(found, str) else max(LEAST, found.width * found.height)
