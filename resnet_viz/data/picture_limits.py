"""What a picture may ask of the machine, seen in its header before anything is decoded."""

import struct

from PIL import Image

from resnet_viz.data.jpeg_scans import START_OF_SCAN, scans_of
from resnet_viz.data.picture_formats import MEGA, Format

FULL_JPEG = 24 * MEGA  # pixels; of more, every second one is decoded each way
FULL_JPEG_2000 = 6 * MEGA  # the same; without loss such a file takes 0.3 s a megapixel
PROGRESSIVE = 48 * MEGA  # all coefficients of such a JPEG are held while it is decoded
MOST_SCANS = 32  # a progressive JPEG has ten or so
# Written in Python, a value at a time: 2 seconds.
SLOW_DECODERS = {"ppm_plain": MEGA // 2, "ppm": 1_200_000, "bmp_rle": 1_500_000}
PNG, MOST_IN_ICON = b"\x89PNG", 65536
PIECE_BYTES = 128_000_000  # of one strip or tile, unpacked
PADDED = 1.25  # times the most pixels: what tiles may hold with those beyond the picture's edges
START_OF_JPEG_2000, CODING_STYLE, LEVELS = b"\xff\x4f\xff\x51", b"\xff\x52", 9  # bytes on
TILE_WIDTH, TILE_HEIGHT, ROWS, BITS, COLOURS, PLANES = 322, 323, 278, 258, 277, 284


class LimitError(ValueError):
    """A picture that asks for too much; the text is a sentence for the person."""


def require_modest(image: Image.Image, row: Format, raw: bytes) -> None:
    """Refuse a picture that would take too much memory or time to decode.

    Args:
        image: opened, and not decoded.

    Raises:
        LimitError: if it has too many pixels, scans, or pixels in a tile.
    """
    most = row.most
    if image.info.get("progressive"):
        most = min(most, PROGRESSIVE)
    tiles = getattr(image, "tile", [])
    for tile in tiles[:1]:
        most = min(most, SLOW_DECODERS.get(tile[0], most))
    require_pixels(image.size, most, row)
    if row.reader == "JPEG":
        _require_few_scans(raw)
    if row.reader == "TIFF" and tiles and tiles[0][0] == "libtiff":
        _require_small_pieces(image, row)


def require_modest_icon(raw: bytes, row: Format) -> None:
    """Refuse an icon in which a picture is larger than the icon says.

    Pillow decodes the pictures of an icon when it opens it.
    """
    for entry in range(min(int.from_bytes(raw[4:6], "little"), MOST_IN_ICON)):
        start = int.from_bytes(raw[18 + 16 * entry :][:4], "little")
        head = raw[start : start + 24].ljust(24, b"\0")
        kind, place = (">II", 16) if head.startswith(PNG) else ("<ii", 4)
        width, height = struct.unpack_from(kind, head, place)
        require_pixels((abs(width), abs(height)), row.most, row)


def require_pixels(size: tuple[int, int], most: int, row: Format) -> None:
    """Refuse a picture of more pixels than ``most``."""
    if size[0] * size[1] > most:
        raise LimitError(too_large(most, row))


def too_large(most: int, row: Format) -> str:
    """The sentence for a picture of too many pixels."""
    megapixels = f"{most / MEGA:.3g}"
    return (
        f"The image has more than {megapixels} megapixels, the most that can be read of this kind "
        f"of {row.name} file; make it smaller first."
    )


def shrink(image: Image.Image, row: Format, raw: bytes) -> str:
    """Let a large JPEG or JPEG 2000 be decoded at half its size, or at less; the note of it.

    Raises:
        LimitError: if a large JPEG 2000 has its pixels at one size alone.
    """
    if row.reader not in ("JPEG", "JPEG2000"):
        return ""
    width, height = image.size
    full = FULL_JPEG if row.reader == "JPEG" else FULL_JPEG_2000
    halvings = 0
    while width * height > full * 4**halvings:
        halvings += 1
    if not halvings:
        return ""
    parts = 2**halvings
    if row.reader == "JPEG":
        image.draft(None, (width // parts, height // parts))
    elif _halvings_of(raw) < halvings:
        raise LimitError(
            f"The JPEG 2000 file has {width:,} × {height:,} pixels at this size alone, which takes "
            f"too long; save it with smaller sizes inside, as is usual, or as a JPEG."
        )
    else:
        image.reduce = halvings  # type: ignore[method-assign, assignment]
    return f"{width} × {height}, read at 1/{parts} of each side"


def _halvings_of(raw: bytes) -> int:
    """How often a JPEG 2000 may be halved: the levels of its wavelets (ISO 15444-1, A.6.1)."""
    begin = raw.find(START_OF_JPEG_2000)
    place = raw.find(CODING_STYLE, begin) + LEVELS
    return raw[place] if LEVELS <= place < len(raw) else 0


def _require_few_scans(raw: bytes) -> None:
    # The pair of bytes may stand elsewhere too, but never fewer times than there are scans.
    if raw.count(bytes((0xFF, START_OF_SCAN))) <= MOST_SCANS:
        return
    count = scans_of(raw).count
    if count > MOST_SCANS:
        raise LimitError(
            f"The JPEG file goes over the picture {count:,} times, where {MOST_SCANS} are the "
            "most that are read; save it again as an ordinary JPEG."
        )


def _require_small_pieces(image: Image.Image, row: Format) -> None:
    """Refuse tiles far larger than the picture: one is unpacked whole, and all are in turn."""
    tags = getattr(image, "tag_v2", {})
    width, height = image.size
    tiled = TILE_WIDTH in tags
    across = int(tags.get(TILE_WIDTH, width)) or width
    down = int(tags.get(TILE_HEIGHT, height) if tiled else min(tags.get(ROWS, height), height))
    bits = tags.get(BITS, 1)
    deepest = max(bits) if isinstance(bits, tuple) else bits
    a_pixel = deepest * (1 if tags.get(PLANES) == 2 else max(int(tags.get(COLOURS, 1)), 3)) / 8
    padded = -(-width // across) * across * -(-height // max(down, 1)) * max(down, 1)
    if across * down * a_pixel > PIECE_BYTES or padded > PADDED * row.most:
        raise LimitError(
            f"The TIFF file holds its pixels in pieces of {across:,} × {down:,}, more than can be "
            "unpacked at once; save it again with smaller ones or without."
        )
