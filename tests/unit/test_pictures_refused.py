"""What is said of files that are not read: no pictures, damaged, of other kinds, too large."""

import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from resnet_viz.data import ImageError, read_image
from resnet_viz.data.picture_formats import ADVICE, FORMATS
from tests.unit.images_support import encoded, header_only_png
from tests.unit.picture_files import (
    DEFLATE,
    JPEG_XL,
    bmp_in_runs,
    deep_tiff,
    frame,
    ftyp,
    icon_of,
    scan_bomb,
    tiff,
    tile_bomb,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8))
FLOATS = np.linspace(0, 1, 8, dtype=np.float32).reshape(2, 4)
COLOUR = Image.new("RGB", (24, 16), "teal")
DAMAGED = "is damaged or cut short"


# A file, or what makes one where that takes long -> a part of the sentence.
REFUSED = {
    # Damaged.
    "JPEG without its half": (encoded(NOISE, "JPEG")[: -20_000 // 3], DAMAGED),
    "JPEG without a picture": (b"\xff\xd8\xff\xe0\0\4ab", DAMAGED),
    # Not read, and why.
    "JPEG of 12 bits": (frame(0xC1, 12), "has 12 bits a colour, where 8 are read"),
    "lossless JPEG": (frame(0xC3, 8), "a lossless one, which is not read"),
    "TIFF of JPEG XL": (
        tiff([bytes(99)], (4, 2), t259=JPEG_XL),
        "not read here (compression 50002",
    ),
    "TIFF of 14 bits": (tiff([bytes(14)], (4, 2), t258=14), "not read here (14 bits a colour)"),
    "TIFF of unequal colours": (
        tiff([bytes(99)], (4, 2), t258=(5, 6, 5), t277=3),
        "(colours of unequal bits)",
    ),
    "deep TIFF cut short": (deep_tiff(FLOATS.astype(float))[:-40], DAMAGED),
    "deep TIFF with a short strip": (tiff([bytes(5)], (4, 2), t258=64, t339=3), DAMAGED),
    "PNG cut short": (encoded(NOISE)[:-9000], DAMAGED),
    "AVIF cut short": (encoded(NOISE, "AVIF")[:-2000], "is damaged"),
    "JPEG 2000 without pixels": (encoded(COLOUR, "JPEG2000")[:100], "is damaged"),
    "PAM": (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 9\n", "damaged, or of a kind"),
    "coloured PFM": (b"PF\n1 1\n-1.0\n" + bytes(12), "damaged, or of a kind"),
    "cut TGA": (encoded(COLOUR, "TGA")[:300], "not an image that can be read"),
    "HEIC with nothing in it": (ftyp(b"heic", b"mif1"), "HEIC"),
    "AVIF by its second brand": (ftyp(b"mif1", b"avif"), "The AVIF file is damaged"),
    "video": (ftyp(b"isom", b"mp41"), "The file is a video"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    "Photoshop": (b"8BPS\0\1", "a Photoshop document"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
    "bytes": (bytes(range(256)), "not an image that can be read"),
    "nothing": (b"", "The file is empty"),
    # More than a picture may ask for.
    "PNG of 48 megapixels": (header_only_png(8000, 6000), "more than 40 megapixels"),
    "PNG of more than Pillow opens": (header_only_png(60_000, 60_000), "more than 40"),
    "icon with a large picture": (icon_of(header_only_png(8000, 6000)), "more than 40 megapixels"),
    "plain PPM of a megapixel": (b"P3\n1000 1000\n255\n1 ", "more than 0.5 megapixels"),
    "TIFF of too many doubles": (
        tiff([bytes(9)], (5000, 4000), t258=64, t339=3),
        "more than 15 megapixels",
    ),
    "TIFF of a large tile": (lambda: tile_bomb(12_000), "in pieces of 12,000 × 12,000"),
    "TIFF of a tile that is too much at once": (
        lambda: tile_bomb(7000),
        "in pieces of 7,000 × 7,000",
    ),
    "BMP in runs of two megapixels": (bmp_in_runs(2000, 1000), "more than 1.5 megapixels"),
    "deep TIFF of a large tile": (
        tiff([bytes(9)], (40, 40), t258=64, t339=3, t322=8000, t323=8000),
        "more than 15 megapixels",
    ),
    "JPEG of many scans": (lambda: scan_bomb((64, 64)), "goes over the picture 409 times"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_read_gets_a_true_sentence(kind: str) -> None:
    raw, sentence = REFUSED[kind]
    with pytest.raises(ImageError) as refusal:
        read_image(raw() if callable(raw) else raw)
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_of_a_deflated_strip_no_more_is_unpacked_than_its_rows_hold() -> None:
    bomb = tiff([zlib.compress(bytes(100_000_000))], (4, 2), t258=64, t339=3, t259=DEFLATE)
    tracemalloc.start()
    assert read_image(bomb).size == (4, 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_what_is_advised_is_read() -> None:
    names = {row.name for row in FORMATS}
    advised = ADVICE.removeprefix("choose a ").removesuffix(" image").replace(" or ", ", ")
    assert set(advised.split(", ")) <= names
