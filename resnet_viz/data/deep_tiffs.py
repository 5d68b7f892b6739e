"""TIFF files of numbers that Pillow does not know: 12 bits, halves and doubles, coloured ones.

What is read: whole numbers of 8 to 64 bits and of 12, floats of 16, 32 or 64 bits, any
number of colours, in strips or tiles, as they are or deflated, with a predictor or without.
"""

import io
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL.TiffImagePlugin import ImageFileDirectory_v2

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIPS, COLOURS, ROWS, STRIP_BYTES, PLANES, PREDICTOR = 273, 277, 278, 279, 284, 317
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, KIND = 322, 323, 324, 325, 339
NONE, DEFLATE = 1, (8, 32946)
WHITE_IS_ZERO, SEPARATE = 0, 2
KINDS = {1: "u", 2: "i", 3: "f"}  # what the numbers are
PACKED = 12  # bits of numbers that lie over the ends of bytes, two in three
# What the file may hold instead of the numbers: differences of neighbours, or of floats' bytes.
ITSELF, DIFFERENCES, OF_BYTES = 1, 2, 3
PREDICTORS = {
    "u": (ITSELF, DIFFERENCES),
    "i": (ITSELF, DIFFERENCES),
    "f": (ITSELF, OF_BYTES),
}
MOST_BYTES = 120_000_000  # of the numbers in memory


class OtherKindError(ValueError):
    """An intact file that is not of the kinds that are read; the text says which it is of."""


@dataclass(frozen=True)
class Layout:
    """How the numbers lie in the file.

    Attributes:
        size: width and height of the picture.
        piece: width and height of a strip or a tile.
        spans: where each begins, and its bytes.
    """

    size: tuple[int, int]
    piece: tuple[int, int]
    spans: tuple[tuple[int, int], ...]
    tiled: bool
    colours: int
    bits: int
    kind: str
    order: str
    compression: int
    predictor: int
    separate: bool
    white_is_zero: bool

    @property
    def most_pixels(self) -> int:
        """Of the largest picture of such numbers that is read."""
        return MOST_BYTES // (self.colours * _bytes_of(self.bits))

    @property
    def row_bytes(self) -> int:
        """Of a row of a piece."""
        return (self.piece[0] * (1 if self.separate else self.colours) * self.bits + 7) // 8

    @property
    def across(self) -> int:
        """Pieces beside each other."""
        return -(-self.size[0] // self.piece[0])

    @property
    def padded(self) -> tuple[int, int]:
        """The size with what its pieces hold beyond the picture's edges."""
        down = -(-self.size[1] // self.piece[1])
        return self.across * self.piece[0], down * self.piece[1]

    @property
    def pieces(self) -> int:
        """Of all colours, as the size has it."""
        down = -(-self.size[1] // self.piece[1])
        return self.across * down * (self.colours if self.separate else 1)


def layout_of(raw: bytes) -> Layout:
    """What the first directory of a TIFF file says.

    Raises:
        ValueError: if it is damaged: numbers are missing, or a strip lies beyond the file's end.
    """
    try:
        return _layout(raw)
    except Exception as error:  # on hostile bytes a reader may fail in any way
        raise ValueError("The directory is damaged.") from error


def pixels_of(raw: bytes, layout: Layout) -> np.ndarray:
    """The numbers of a picture, shape (H, W, C); the caller has seen that they are not too many.

    Raises:
        ValueError: if a strip holds too few.
    """
    width, height = layout.size
    columns, rows = layout.piece
    kind = f"{layout.kind}{_bytes_of(layout.bits)}"
    pixels = np.zeros((height, width, layout.colours), dtype=kind)
    a_colour = layout.pieces // layout.colours if layout.separate else layout.pieces
    for place, (start, length) in enumerate(layout.spans[: layout.pieces]):
        colour, place = divmod(place, a_colour)
        top, left = place // layout.across * rows, place % layout.across * columns
        held = rows if layout.tiled else min(rows, height - top)
        body = _unpacked(raw[start : start + length], layout, held * layout.row_bytes)
        piece = _numbers(body, layout, held)[: height - top, : width - left]  # (h, w, c)
        into = pixels[top : top + rows, left : left + columns]
        into[:, :, colour : colour + 1 if layout.separate else None] = piece
    return pixels


def _layout(raw: bytes) -> Layout:
    directory = ImageFileDirectory_v2(raw[:8])
    file = io.BytesIO(raw)
    file.seek(directory.next)
    directory.load(file)
    tiled = TILES in directory
    size = int(directory[WIDTH]), int(directory[HEIGHT])
    starts, lengths = (TILES, TILE_BYTES) if tiled else (STRIPS, STRIP_BYTES)
    spans = tuple(zip(_many(directory[starts]), _many(directory[lengths]), strict=True))
    rows = min(int(directory.get(ROWS, size[1])), size[1])
    bits = set(_many(directory.get(BITS, 1)))
    kinds = set(_many(directory.get(KIND, 1)))
    layout = Layout(
        size=size,
        piece=(int(directory[TILE_WIDTH]), int(directory[TILE_HEIGHT]))
        if tiled
        else (size[0], rows),
        spans=spans,
        tiled=tiled,
        colours=int(directory.get(COLOURS, 1)),
        bits=bits.pop() if len(bits) == 1 else 0,
        kind=KINDS.get(kinds.pop(), "") if len(kinds) == 1 else "",
        order="<" if raw.startswith(b"II") else ">",
        compression=int(directory.get(COMPRESSION, NONE)),
        predictor=int(directory.get(PREDICTOR, 1)),
        separate=directory.get(PLANES) == SEPARATE,
        white_is_zero=directory.get(PHOTOMETRIC) == WHITE_IS_ZERO,
    )
    if min(*size, *layout.piece, layout.colours) < 1 or len(spans) < layout.pieces:
        raise ValueError
    if any(start + length > len(raw) or not length for start, length in spans[: layout.pieces]):
        raise ValueError
    return layout


def _many(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple) else (int(value),)


def require_known(layout: Layout) -> None:
    """Refuse what is not of the kinds that are read.

    Raises:
        OtherKindError: which kind it is of.
    """
    if layout.compression not in (NONE, *DEFLATE):
        raise OtherKindError(f"compression {layout.compression} of such numbers")
    # Differences of packed numbers have no meaning, nor do those of bytes that are no floats.
    if layout.predictor not in PREDICTORS.get(layout.kind if layout.bits != PACKED else "", (1,)):
        raise OtherKindError(f"predictor {layout.predictor} of such numbers")
    whole = layout.bits in ((16, 32, 64) if layout.kind == "f" else (8, 16, 32, 64))
    if not layout.kind or not (whole or (layout.kind == "u" and layout.bits == PACKED)):
        bits = f"{layout.bits} bits a colour" if layout.bits else "colours of unequal bits"
        raise OtherKindError(bits)


def _bytes_of(bits: int) -> int:
    """The bytes that a number of so many bits takes in memory."""
    return 2 if bits == PACKED else bits // 8


def _unpacked(body: bytes, layout: Layout, wanted: int) -> bytes:
    """A strip's bytes, no more of them than its rows hold, however much is packed in there."""
    if layout.compression in DEFLATE:
        body = zlib.decompressobj().decompress(body, wanted)
    if len(body) < wanted:
        raise ValueError("A strip is cut short.")
    return body[:wanted]


def _numbers(body: bytes, layout: Layout, rows: int) -> np.ndarray:
    """The numbers of a strip or tile, shape (rows, W, C)."""
    columns, colours = layout.piece[0], 1 if layout.separate else layout.colours
    if layout.bits == PACKED:
        packed = np.frombuffer(body, np.uint8).reshape(rows, -1)  # (h, bytes of a row)
        padded = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 3)))
        first, middle, last = padded.reshape(rows, -1, 3).astype(np.uint16).transpose(2, 0, 1)
        numbers = np.stack([first << 4 | middle >> 4, (middle & 15) << 8 | last], -1)
        numbers = numbers.reshape(rows, -1)[:, : columns * colours]
    elif layout.predictor == OF_BYTES:
        each = layout.bits // 8
        moved = np.frombuffer(body, np.uint8).reshape(rows, -1, colours)
        planes = moved.cumsum(axis=1, dtype=np.uint8).reshape(rows, each, -1)  # highest bytes first
        numbers = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(f">f{each}")
    else:
        numbers = np.frombuffer(body, f"{layout.order}{layout.kind}{layout.bits // 8}")
    numbers = numbers.reshape(rows, columns, colours)
    if layout.predictor == DIFFERENCES:
        numbers = numbers.cumsum(axis=1, dtype=numbers.dtype.newbyteorder("="))
    return numbers
