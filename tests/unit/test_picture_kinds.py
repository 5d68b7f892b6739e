"""What each kind of picture file gives: its pixels, or its pixels with a note."""

import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnet_viz.data import ImageError, note_of, read_image
from resnet_viz.data.picture_formats import FORMATS, HEIC, TGA
from tests.unit.images_support import encoded, png16, tiff16
from tests.unit.picture_files import (
    DEFLATE,
    deep_tiff,
    frame,
    ftyp,
    large_grey,
    tiff,
    twelve_bits,
)
from tests.unit.profile_files import (
    ADOBE,
    ADOBE_GAMMA,
    P3,
    grey_profile,
    ink_profile,
    lab_on_screen,
    matrix_profile,
    on_screen,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

Y, X = np.mgrid[0:16, 0:24] // 2
COLOURS = np.stack([X * 22, Y * 36, (X + 2 * Y) * 10], -1).astype(np.uint8)  # (16, 24, 3)
COLOUR = Image.fromarray(COLOURS)
GREYS = COLOURS[..., 0]
GREY = Image.fromarray(GREYS)
THREE_GREYS = np.repeat(GREYS[..., None], 3, -1)
# Numbers of 12 bits, those of 0 … 1 that they stand for, and what the extremes are stretched to.
TWELVE = np.array([[64, 1064, 2004, 4064], [564, 1564, 2564, 3564]], dtype=np.uint16)
STRETCHED = ((TWELVE - 64) / 4000 * 255).round().astype(np.uint8)
FLOATS = (TWELVE / 2000).astype(np.float32)  # 0.032 … 2.032
SIGNED = TWELVE.astype(np.int32) - 2064
THREE_STRETCHED = np.repeat(STRETCHED[..., None], 3, -1)
SIXTEEN = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)
INK = (60, -20, -30)
ENDLESS = encoded(Image.linear_gradient("L"), "JPEG")[:-2]
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8))


@dataclass(frozen=True)
class Gives:
    """What a file gives.

    Attributes:
        pixels: shape (H, W) or (H, W, 3); None where they are not compared.
        apart: by how much they may differ on the mean.
        note: a part of it; without one there is to be none.
    """

    raw: bytes
    pixels: np.ndarray | None = None
    apart: float = 0
    note: str = ""


def colour(form: str, apart: float = 0, **options: object) -> Gives:
    return Gives(encoded(COLOUR, form, **options), COLOURS, apart)


def grey(form: str, apart: float = 0, **options: object) -> Gives:
    return Gives(encoded(GREY, form, **options), GREYS, apart)


def stretched(raw: bytes, ends: str, pixels: np.ndarray = STRETCHED) -> Gives:
    return Gives(raw, pixels, note=f"stretched from {ends}")


def three(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, -1)


def profiled(form: str, image: Image.Image, profile: bytes, pixels: np.ndarray) -> Gives:
    return Gives(encoded(image, form, icc_profile=profile), pixels, apart=1)


def turned(form: str) -> Gives:
    exif = Image.Exif()
    exif[0x0112] = 6
    return Gives(encoded(COLOUR, form, exif=exif), np.rot90(COLOURS, k=-1))


def pgm(kind: str, most: int, body: bytes) -> bytes:
    return f"{kind}\n4 2\n{most}\n".encode() + body


P3_SEEN = on_screen(COLOURS, P3, 2.2)
ADOBE_SEEN = on_screen(COLOURS, ADOBE, ADOBE_GAMMA)
LINEAR_SEEN = on_screen(THREE_GREYS, P3, 1.0)
INKED = np.broadcast_to(lab_on_screen(*INK), (16, 16, 3))
CYAN = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
ADOBE_PROFILE, P3_PROFILE = matrix_profile(ADOBE, ADOBE_GAMMA), matrix_profile(P3, 2.2)
IGNORED = "colour profile cannot be read and is ignored"
DAMAGED = "is damaged or cut short"

KINDS = {
    # As they are.
    "PNG": colour("PNG"),
    "grey PNG": grey("PNG"),
    "PNG of 16 bits": Gives(encoded(Image.fromarray(SIXTEEN)), np.array([[0, 1, 128, 255]])),
    "PNG of 16 bits with a clear grey": Gives(png16(SIXTEEN, 257), np.array([[0, 255, 128, 255]])),
    "palette PNG": Gives(encoded(COLOUR.quantize(256)), COLOURS),
    "JPEG": colour("JPEG", 5, quality=95),
    "grey JPEG": grey("JPEG", 3, quality=95),
    "progressive JPEG": colour("JPEG", 5, quality=95, progressive=True),
    "CMYK JPEG": Gives(encoded(CYAN, "JPEG"), np.full((16, 16, 3), (0, 255, 255)), 6),
    "JPEG with bytes behind its end": Gives(encoded(GREY, "JPEG", quality=95) + b"x", GREYS, 3),
    "WebP": colour("WEBP", 6, quality=95),
    "lossless WebP": colour("WEBP", lossless=True),
    "GIF": Gives(encoded(COLOUR.quantize(256), "GIF"), COLOURS),
    "BMP": colour("BMP"),
    "palette BMP": Gives(encoded(COLOUR.quantize(256), "BMP"), COLOURS),
    "TIFF": colour("TIFF"),
    "TIFF, LZW": colour("TIFF", compression="tiff_lzw"),
    "TIFF, deflated": colour("TIFF", compression="tiff_deflate"),
    "TIFF, JPEG inside": colour("TIFF", 6, compression="jpeg", quality=95),
    "TIFF of 16 bits": Gives(tiff16(SIXTEEN, "<"), np.array([[0, 1, 128, 255]])),
    "TIFF of 16 bits, high byte first": Gives(tiff16(SIXTEEN, ">"), np.array([[0, 1, 128, 255]])),
    "TIFF of 16 bits where 0 is white": Gives(
        deep_tiff(SIXTEEN, t262=0), np.array([[255, 254, 127, 0]])
    ),
    "TIFF of three colours of 16 bits": Gives(
        deep_tiff(three(SIXTEEN)), three(np.array([[0, 1, 128, 255]]))
    ),
    "tiled TIFF": Gives(
        tiff([bytes([9]) * 256] * 4, (24, 20), t322=16, t323=16), np.full((20, 24), 9)
    ),
    "AVIF": colour("AVIF", 8, quality=95),
    "grey AVIF": grey("AVIF", 4, quality=95),
    "JPEG 2000": colour("JPEG2000"),
    "JPEG 2000, no box": colour("JPEG2000", no_jp2=True),
    "grey JPEG 2000": grey("JPEG2000"),
    "JPEG 2000 of 16 bits": Gives(
        encoded(Image.fromarray(SIXTEEN.repeat(8, 0)), "JPEG2000"),
        np.array([[0, 1, 128, 255]] * 8),
    ),
    "ICO": Gives(encoded(COLOUR.resize((16, 16), 0), "ICO"), np.array(COLOUR.resize((16, 16), 0))),
    "ICO, bitmap inside": Gives(
        encoded(COLOUR.resize((16, 16), 0), "ICO", bitmap_format="bmp"),
        np.array(COLOUR.resize((16, 16), 0)),
    ),
    "PPM": colour("PPM"),
    "PGM": grey("PPM"),
    "PBM": Gives(encoded(GREY.convert("1"), "PPM"), np.array(GREY.convert("L").convert("1")) * 255),
    "plain PPM": Gives(pgm("P3", 255, b"1 2 3 " * 8), np.full((2, 4, 3), (1, 2, 3))),
    "PGM of 12 bits": Gives(
        pgm("P5", 4095, TWELVE.astype(">u2").tobytes()), (TWELVE / 4095 * 255).round()
    ),
    "PGM of 16 bits": Gives(
        pgm("P5", 65535, (TWELVE * 16).astype(">u2").tobytes()), (TWELVE / 4096 * 255).round()
    ),
    "TGA": colour("TGA"),
    "TGA in runs": colour("TGA", compression="tga_rle"),
    "clear TGA": Gives(encoded(Image.new("RGBA", (3, 2)), "TGA"), np.full((2, 3), 255)),
    "turned TIFF": turned("TIFF"),
    "turned PNG": turned("PNG"),
    # Stretched to what they hold.
    "float TIFF": stretched(deep_tiff(FLOATS), "0.032 … 2.032"),
    "float TIFF, high byte first": stretched(deep_tiff(FLOATS, order=">"), "0.032 … 2.032"),
    "float TIFF, deflated": stretched(deep_tiff(FLOATS, t259=DEFLATE), "0.032 … 2.032"),
    "TIFF of halves": stretched(deep_tiff(FLOATS.astype(np.float16)), "0.03201 … 2.031"),
    "TIFF of doubles": stretched(deep_tiff(FLOATS.astype(np.float64)), "0.032 … 2.032"),
    "TIFF of doubles of any size": Gives(
        deep_tiff(np.array([[-1.5e308, 0, 1.5e308]])), np.array([[0, 128, 255]]), note="stretched"
    ),
    "coloured float TIFF": stretched(deep_tiff(three(FLOATS)), "0.032 … 2.032", THREE_STRETCHED),
    "coloured float TIFF, deflated": stretched(
        deep_tiff(three(FLOATS), t259=DEFLATE, order=">"), "0.032 … 2.032", THREE_STRETCHED
    ),
    "coloured float TIFF, a plane each": stretched(
        tiff(
            [FLOATS.tobytes(), np.full_like(FLOATS, 0.032).tobytes(), FLOATS.tobytes()],
            (4, 2),
            t258=(32,) * 3,
            t262=2,
            t277=3,
            t284=2,
            t339=(3,) * 3,
        ),
        "0.032 … 2.032",
        THREE_STRETCHED * np.array([1, 0, 1], dtype=np.uint8),
    ),
    "float TIFF where 0 is white": stretched(
        deep_tiff(FLOATS, t262=0), "0.032 … 2.032", 255 - STRETCHED
    ),
    "float TIFF below 0": stretched(deep_tiff(FLOATS - 1), "-0.968 … 1.032"),
    "float TIFF with no numbers in it": Gives(
        deep_tiff(np.full((1, 2), np.nan, np.float32)), np.zeros((1, 2)), note="0 everywhere"
    ),
    "float TIFF of one value": Gives(
        deep_tiff(np.full((1, 2), 0.5, np.float32)), np.zeros((1, 2)), note="0.5 everywhere"
    ),
    "PFM": stretched(b"Pf\n4 2\n-1.0\n" + FLOATS[::-1].tobytes(), "0.032 … 2.032"),
    "TIFF of 12 bits": stretched(tiff([twelve_bits(TWELVE)], (4, 2), t258=12), "64 … 4064"),
    "TIFF of 12 bits, high byte first": stretched(
        tiff([twelve_bits(TWELVE)], (4, 2), t258=12, order=">"), "64 … 4064"
    ),
    "TIFF of 12 bits, deflated": stretched(
        tiff([zlib.compress(twelve_bits(TWELVE))], (4, 2), t258=12, t259=DEFLATE), "64 … 4064"
    ),
    "TIFF of 12 bits in two strips": stretched(
        tiff([twelve_bits(row) for row in TWELVE], (4, 2), t258=12, t278=1, order=">"),
        "64 … 4064",
    ),
    "TIFF of three colours of 12 bits": stretched(
        tiff([twelve_bits(three(TWELVE))], (4, 2), t258=(12,) * 3, t262=2, t277=3),
        "64 … 4064",
        THREE_STRETCHED,
    ),
    "TIFF of 12 bits, rows that end within a byte": stretched(
        tiff(
            [b"".join(twelve_bits(np.append(row, 0))[:5] for row in TWELVE[:, :3])],
            (3, 2),
            t258=12,
            order=">",
        ),
        "64 … 2564",
        ((TWELVE[:, :3] - 64) / 2500 * 255).round(),
    ),
    "TIFF of signed numbers": stretched(deep_tiff(SIGNED), "-2000 … 2000"),
    "TIFF of 32 bits": stretched(deep_tiff(TWELVE.astype(np.uint32) * 100), "6400 … 4.064e+05"),
    "coloured TIFF of 32 bits": stretched(
        deep_tiff(three(TWELVE.astype(np.uint32) * 100)), "6400 … 4.064e+05", THREE_STRETCHED
    ),
    "TIFF of two colours of 16 bits": Gives(
        deep_tiff(np.repeat(SIXTEEN[..., None], 2, -1)), np.array([[0, 1, 128, 255]])
    ),
    # Colour profiles.
    "JPEG in Adobe RGB": Gives(
        encoded(COLOUR, "JPEG", quality=97, subsampling=0, icc_profile=ADOBE_PROFILE),
        ADOBE_SEEN,
        6,
    ),
    "PNG in Adobe RGB": profiled("PNG", COLOUR, ADOBE_PROFILE, ADOBE_SEEN),
    "PNG in Display P3": profiled("PNG", COLOUR, P3_PROFILE, P3_SEEN),
    "TIFF in Display P3": profiled("TIFF", COLOUR, P3_PROFILE, P3_SEEN),
    "palette PNG in Display P3": profiled("PNG", COLOUR.quantize(256), P3_PROFILE, P3_SEEN),
    "clear PNG in Display P3": Gives(
        encoded(Image.new("RGBA", (3, 2), (90, 0, 0, 0)), icc_profile=P3_PROFILE),
        np.full((2, 3), 255),
    ),
    "grey PNG in a profile of colours": profiled("PNG", GREY, matrix_profile(P3, 1.0), LINEAR_SEEN),
    "grey PNG in a profile of greys": profiled("PNG", GREY, grey_profile(1.0), LINEAR_SEEN),
    "CMYK TIFF in a profile": profiled("TIFF", CYAN, ink_profile(INK), INKED),
    "CMYK JPEG in a profile": profiled("JPEG", CYAN, ink_profile(INK), INKED),
    "L*a*b* TIFF": Gives(
        encoded(Image.new("LAB", (16, 16), (153, 108, 98)), "TIFF"), INKED, apart=1
    ),
    "PNG with a damaged profile": Gives(
        encoded(COLOUR, icc_profile=b"nonsense"), COLOURS, note=IGNORED
    ),
    "PNG with a cut profile": Gives(
        encoded(COLOUR, icc_profile=P3_PROFILE[:200]), COLOURS, note=IGNORED
    ),
    "PNG in a profile of inks": Gives(
        encoded(COLOUR, icc_profile=ink_profile(INK)), COLOURS, note=IGNORED
    ),
    # Without their end.
    "JPEG without its last two bytes": Gives(
        ENDLESS, np.array(Image.linear_gradient("L")), 2, note="end of the file is missing"
    ),
    "JPEG without the end of its last row": Gives(ENDLESS[:-60], note="end of the file is missing"),
    "JPEG without a tenth": Gives(
        encoded(NOISE, "JPEG")[: -len(encoded(NOISE, "JPEG")) // 8],
        note="the lowest 12% of the picture are grey",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_picture_gives_its_pixels_and_a_note_where_one_is_due(kind: str) -> None:
    gives = KINDS[kind]
    image = read_image(gives.raw)
    assert image.mode == "RGB"
    assert gives.note in note_of(image)
    assert bool(gives.note) == bool(note_of(image))
    if gives.pixels is not None:
        expected = gives.pixels if gives.pixels.ndim == 3 else three(gives.pixels)
        found = np.asarray(image)
        assert found.shape == expected.shape
        assert abs(found - expected.astype(float)).mean() <= gives.apart


def test_the_table_holds_every_format() -> None:
    for row in {*FORMATS, TGA} - {HEIC}:  # which has a test of its own, for it may be missing
        assert any(row.name in kind for kind in KINDS), row.name


def test_a_heic_photograph_is_read_where_its_library_is_here() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    image = read_image(encoded(COLOUR.resize((96, 64)), "HEIF", quality=95, bits=8))
    assert pillow_heif
    assert image.size == (96, 64)
    assert abs(np.asarray(image, float) - np.asarray(COLOUR.resize((96, 64)))).mean() < 8


def test_a_heic_photograph_says_what_is_missing_and_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match="pip install 'resnet_viz\\[heif\\]'"):
        read_image(ftyp(b"heic", b"mif1"))


def test_a_jpeg_of_up_to_64_megapixels_is_read_smaller_and_says_so() -> None:
    half = Image.new("RGB", (7000, 3500), "teal")
    half.paste("white", (0, 0, 3500, 3500))
    image = read_image(encoded(half, "JPEG"))
    assert image.size == (3500, 1750)
    assert note_of(image) == "7000 × 3500, read at 1/2 of each side"
    assert [image.getpixel((x, 99))[0] for x in (100, 1700, 1800, 3400)] == [255, 255, 0, 0]
    assert note_of(read_image(encoded(half.reduce(2), "JPEG"))) == ""
    with pytest.raises(ImageError, match="more than 64 megapixels"):
        read_image(frame(0xC0, 8, (10_000, 6500)))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kB there alone")
def test_a_picture_takes_little_more_memory_than_its_pixels(tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    file.write_bytes(large_grey())
    asked = (
        "import resource, sys; from pathlib import Path; from resnet_viz.data import read_image\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000\n"
        "raw = Path(sys.argv[1]).read_bytes(); before = peak(); image = read_image(raw)\n"
        "print(*image.size, image.getpixel((7, 0))[0], peak() - before)"
    )
    said = subprocess.run([sys.executable, "-c", asked, file], capture_output=True, check=True)
    *seen, megabytes = map(float, said.stdout.split())
    assert seen == [7980, 5000, round(40_000 / 257)]
    assert megabytes < 400
