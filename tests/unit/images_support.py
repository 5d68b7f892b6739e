"""Image files for tests: encoded by Pillow, or written by hand where it cannot write them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def tiff16(values: np.ndarray, order: str) -> bytes:
    """An uncompressed grey TIFF of 16 bits, written by hand in either byte order."""
    height, width = values.shape
    entries = (
        (256, 3, width), (257, 3, height), (258, 3, 16), (259, 3, 1), (262, 3, 1),
        (273, 4, 8 + 2 + 9 * 12 + 4), (277, 3, 1), (278, 3, height), (279, 4, values.size * 2),
    )  # fmt: skip
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    head += struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        head += struct.pack(order + "HHI", tag, kind, 1)
        head += struct.pack(order + ("HH" if kind == 3 else "I"), *(value, 0)[: 5 - kind])
    return head + bytes(4) + values.astype(order + "u2").tobytes()


def header_only_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds not one pixel."""
    return png(IHDR=struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), IDAT=b"", IEND=b"")


def png(**chunks: bytes) -> bytes:
    """A PNG of these chunks."""
    found = ((name.encode(), body) for name, body in chunks.items())
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in found
    )


def png16(values: np.ndarray, clear: int | tuple[int, ...]) -> bytes:
    """A grey or coloured PNG of 16 bits, written by hand, in which one colour is clear."""
    height, width, *channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(
        IHDR=struct.pack(">IIBBBBB", width, height, 16, 2 if channels else 0, 0, 0, 0),
        tRNS=np.atleast_1d(clear).astype(">u2").tobytes(),
        IDAT=zlib.compress(rows),
        IEND=b"",
    )
