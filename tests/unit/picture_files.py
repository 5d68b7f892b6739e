"""Picture files that Pillow cannot write: deep TIFFs, and such as ask for more than they hold."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tests.unit.images_support import encoded

LONG = {256, 257, 273, 279, 322, 323, 324, 325}  # the entries that may exceed 16 bits
DEFLATE, LZW, PACKBITS, JPEG_XL = 8, 5, 32773, 50002


def tiff(
    strips: Sequence[bytes],
    size: tuple[int, int],
    *,
    order: str = "<",
    **entries: int | tuple[int, ...],
) -> bytes:
    """A TIFF of these strips or tiles; further entries as ``t258=(16, 16, 16)``."""
    tiled = "t322" in entries
    numbers = {int(name[1:]): value for name, value in entries.items()}
    numbers = {258: 8, 259: 1, 262: 1, 277: 1, 278: size[1]} | numbers
    sizes = tuple(map(len, strips))
    starts = tuple(8 + sum(sizes[:place]) for place in range(len(sizes)))
    numbers |= dict(zip((256, 257), size, strict=True))
    numbers |= {324: starts, 325: sizes} if tiled else {273: starts, 279: sizes}
    if tiled:
        del numbers[278]
    directory, beyond = b"", b""
    after = 8 + sum(sizes) + 2 + 12 * len(numbers) + 4
    for tag, value in sorted(numbers.items()):
        values = value if isinstance(value, tuple) else (value,)
        kind = "I" if tag in LONG else "H"
        body = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(body) > 4:
            body, beyond = struct.pack(order + "I", after + len(beyond)), beyond + body
        directory += struct.pack(order + "HHI", tag, 4 if kind == "I" else 3, len(values))
        directory += body.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8 + sum(sizes))
    count = struct.pack(order + "H", len(numbers))
    return head + b"".join(strips) + count + directory + bytes(4) + beyond


def deep_tiff(values: np.ndarray, *, order: str = "<", **entries: int | tuple[int, ...]) -> bytes:
    """A TIFF of one strip of these values, (H, W) or (H, W, C), of any kind of number."""
    height, width, *channels = values.shape
    many = channels[0] if channels else 1
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    body = values.astype(values.dtype.newbyteorder(order)).tobytes()
    if entries.get("t259") == DEFLATE:
        body = zlib.compress(body)
    described = {
        "t258": (values.itemsize * 8,) * many,
        "t262": 2 if many > 2 else 1,
        "t277": many,
        "t339": (kind,) * many,
    }
    return tiff([body], (width, height), order=order, **(described | entries))


def twelve_bits(values: np.ndarray) -> bytes:
    """An even number of values of 12 bits, each two of them in three bytes."""
    first, second = values.reshape(-1, 2).astype(int).T
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], -1)
    return packed.astype(np.uint8).tobytes()


def tile_bomb(side: int = 16384) -> bytes:
    """335 × 500 in one tile that is far larger than the picture."""
    packer = zlib.compressobj(1)
    row = bytes(side)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return tiff([body], (335, 500), t259=DEFLATE, t322=side, t323=side)


def scan_bomb(size: tuple[int, int] = (4000, 3000), scans: int = 400) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    raw = encoded(Image.new("RGB", size, "teal"), "JPEG", progressive=True)
    last = raw.rindex(b"\xff\xda")
    before = raw[:last].rindex(b"\xff\xc4")  # the last scan may have a table of its own
    between = raw[before + 2 + int.from_bytes(raw[before + 2 : before + 4]) :]
    start = before if between.startswith(b"\xff\xda") else last
    return raw[:start] + raw[start:-2] * scans + raw[-2:]


def large_grey(size: tuple[int, int] = (7980, 5000)) -> bytes:
    """A PNG of 39.9 megapixels of 16 bits."""
    pixels = np.zeros(size[::-1], dtype=np.uint16)
    pixels[:, ::7] = 40_000
    return encoded(Image.fromarray(pixels), "PNG", compress_level=1)


def frame(marker: int, bits: int, size: tuple[int, int] = (16, 16)) -> bytes:
    """A JPEG whose frame is of that kind, depth and size, with nothing in it."""
    body = struct.pack(">BHHBBBB", bits, *size[::-1], 1, 1, 0x11, 0)
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0)
    head = struct.pack(">BBH", 0xFF, marker, len(body) + 2)
    return b"\xff\xd8" + head + body + scan + b"\x12\x34\xff\xd9"


def icon_of(picture: bytes) -> bytes:
    """An icon that says it is of 16 × 16 and holds this PNG."""
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(picture), 22)
    return b"\0\0\1\0\1\0" + entry + picture


def ftyp(*brands: bytes) -> bytes:
    """The beginning of a file of these brands, and nothing in it."""
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 4) + body + bytes(64)


def bmp_in_runs(width: int, height: int) -> bytes:
    """A BMP of runs with nothing in it."""
    head = struct.pack("<IHHI", 14 + 40 + 1024, 0, 0, 14 + 40 + 1024)
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + head + about + bytes(1024)
