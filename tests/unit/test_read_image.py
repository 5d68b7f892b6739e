"""What read_image promises, compared with pixels known beforehand."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps

from resnet_viz.data import ImageError, read_image
from resnet_viz.data.pictures import ORIENTATION
from tests.shared_data import PHOTOS, needs
from tests.unit.images_support import encoded, header_only_png, png16, tiff16
from tests.unit.picture_files import DEFLATE, deep_tiff, tiff, twelve_bits
from tests.unit.profile_files import P3, ink_profile, matrix_profile

# Pillow warns about some of the broken files below.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

LOSSLESS = ("PNG", "GIF", "BMP", "TIFF")


def pixels(raw: bytes) -> np.ndarray:
    image = read_image(raw)
    assert image.mode == "RGB"
    return np.asarray(image)


@pytest.fixture(scope="module")
def colours() -> Image.Image:
    """24 × 16, smooth enough for JPEG, with no symmetry and no more than 256 colours."""
    y, x = np.mgrid[0:16, 0:24] // 2
    return Image.fromarray(np.stack([x * 22, y * 36, (x + 2 * y) * 10], -1).astype(np.uint8))


@pytest.mark.parametrize("form", LOSSLESS)
def test_lossless_formats_give_the_exact_pixels(colours: Image.Image, form: str) -> None:
    saved = colours.quantize(256) if form == "GIF" else colours
    assert np.array_equal(pixels(encoded(saved, form)), np.asarray(colours))


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_give_nearly_the_pixels(colours: Image.Image, form: str) -> None:
    difference = pixels(encoded(colours, form, quality=95)).astype(int) - np.asarray(colours)
    assert abs(difference).mean() < 6


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_grey_and_palette_become_rgb(colours: Image.Image, mode: str, form: str) -> None:
    image = colours.convert(mode)
    assert np.array_equal(pixels(encoded(image, form)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_is_ink_on_white(form: str) -> None:
    ink = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    assert abs(pixels(encoded(ink, form))[8, 8].astype(int) - (0, 255, 255)).max() < 6


SIXTEEN = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)


@pytest.mark.parametrize(
    "raw",
    [
        encoded(Image.fromarray(SIXTEEN), "PNG"),
        encoded(Image.fromarray(SIXTEEN), "TIFF"),
        tiff16(SIXTEEN, "<"),
        tiff16(SIXTEEN, ">"),
        encoded(Image.fromarray(SIXTEEN.astype(np.int32)), "TIFF"),
        encoded(Image.fromarray(SIXTEEN.astype(np.float32)), "TIFF"),
        encoded(Image.fromarray(SIXTEEN.astype(np.float32) / 65535), "TIFF"),
    ],
    ids=["png", "tiff", "little-endian", "big-endian", "int32", "float", "float-of-0-to-1"],
)
def test_sixteen_bits_are_scaled_not_clipped(raw: bytes) -> None:
    assert pixels(raw)[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(
    ("clear", "read"),
    [
        (0, [255, 1, 128, 255]),
        (257, [0, 255, 128, 255]),
        (65535, [0, 1, 128, 255]),
        (258, [0, 1, 128, 255]),
    ],
)
def test_a_clear_grey_of_sixteen_bits_is_white(clear: int, read: list[int]) -> None:
    assert pixels(png16(SIXTEEN, clear))[0].tolist() == [[value] * 3 for value in read]


def test_a_clear_colour_of_sixteen_bits_is_white() -> None:
    values = np.array([[[0, 0, 0], [65535, 257, 0], [32768, 32768, 32768]]], dtype=np.uint16)
    read = [[0, 0, 0], [255, 255, 255], [128, 128, 128]]
    assert pixels(png16(values, (65535, 257, 0)))[0].tolist() == read


def test_a_dark_sixteen_bit_image_stays_dark() -> None:
    assert pixels(encoded(Image.fromarray(SIXTEEN // 256)))[0, :, 0].tolist() == [0, 0, 0, 1]


def test_values_with_no_natural_white_span_black_to_white() -> None:
    values = np.array([[-2.0, 0.0, 2.0, np.nan, np.inf]], dtype=np.float32)
    read = pixels(encoded(Image.fromarray(values), "TIFF"))[0, :, 0].tolist()
    assert read == [0, 128, 255, 0, 255]
    same = np.full((1, 2), -3.0, dtype=np.float32)
    assert pixels(encoded(Image.fromarray(same), "TIFF")).max() == 0


@pytest.mark.parametrize(("mode", "form"), [
    ("LA", "PNG"), ("RGBA", "PNG"), ("RGBA", "TIFF"), ("RGBA", "WEBP"), ("PA", "PNG"),
])  # fmt: skip
def test_alpha_is_laid_over_white(mode: str, form: str) -> None:
    image = Image.new("RGBA", (3, 1))
    image.putdata([(0, 0, 0, 0), (0, 0, 0, 128), (0, 0, 0, 255)])
    if mode == "PA":
        raw = encoded(image.quantize(4), form)
    else:
        raw = encoded(image.convert(mode), form, **({"lossless": True} if form == "WEBP" else {}))
    assert abs(pixels(raw)[0].astype(int) - [[255] * 3, [127] * 3, [0] * 3]).max() <= 1


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_transparent_colour_is_white(form: str) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.putdata([0, 1])
    read = pixels(encoded(image, form, transparency=0))
    assert read[0].tolist() == [[255, 255, 255], [0, 200, 0]]
    colour_key = Image.new("RGB", (1, 1), (9, 8, 7))
    assert pixels(encoded(colour_key, "PNG", transparency=(9, 8, 7))).min() == 255


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_upright(colours: Image.Image, orientation: int, form: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if form == "WEBP" else {}
    raw = encoded(colours, form, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(raw))).convert("RGB")
    assert upright.size == ((24, 16) if orientation < 5 else (16, 24))
    assert np.array_equal(pixels(raw), np.asarray(upright))


def test_a_quarter_turn_puts_the_left_edge_on_top(colours: Image.Image) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was held upright, its grip down
    assert np.array_equal(
        pixels(encoded(colours, "PNG", exif=exif)), np.rot90(np.asarray(colours), k=-1)
    )


def test_a_broken_exif_block_does_not_cost_the_picture(colours: Image.Image) -> None:
    raw = encoded(colours, "PNG", exif=b"Exif\0\0nonsense")
    assert np.array_equal(pixels(raw), np.asarray(colours))


def test_nothing_but_pixels_leaves_the_file(colours: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    image = read_image(encoded(colours, "JPEG", exif=exif, comment="secret"))
    assert image.info == {}
    assert not image.getexif()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_gives_its_first_frame(form: str) -> None:
    red, blue = (Image.new("RGB", (8, 8), colour) for colour in ("#FF0000", "#0000FF"))
    options = {"lossless": True} if form == "WEBP" else {}
    raw = encoded(red, form, save_all=True, append_images=[blue], **options)
    assert pixels(raw)[4, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("form", [*LOSSLESS, "JPEG", "WEBP"])
def test_one_pixel_is_an_image(form: str) -> None:
    assert pixels(encoded(Image.new("RGB", (1, 1), "white"), form)).tolist() == [[[255] * 3]]


def test_forty_megapixels_are_read() -> None:
    assert read_image(encoded(Image.new("1", (8000, 5000)))).size == (8000, 5000)


@pytest.mark.parametrize("size", [(8000, 5001), (12_000, 9_000), (60_000, 60_000)])
def test_more_is_refused_from_the_header(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="more than 40 megapixels"):
        read_image(header_only_png(*size))


@pytest.mark.parametrize(
    ("form", "kept"),
    [*((form, kept) for form in (*LOSSLESS, "WEBP") for kept in (0.3, 0.6, 0.9)), ("JPEG", 0.3)],
)
def test_a_truncated_file_is_said_to_be_cut_short(form: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    raw = encoded(Image.fromarray(noise), form)
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(raw[: int(len(raw) * kept)])


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<!DOCTYPE html><title>404</title>", "text"),
        ("Es war einmal ein Bär".encode("latin-1"), "text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "an HEIC photograph"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        (b"PK\3\4\x14\0\0\0", "a ZIP archive"),
        (b"\x80\x02\x8a\nl\xfc\x9c", "not an image"),
    ],
)
def test_what_is_no_image_is_called_by_its_name(raw: bytes, name: str) -> None:
    with pytest.raises(ImageError, match=name) as refusal:
        read_image(raw)
    sentence = str(refusal.value)
    assert sentence.count(".") == 1
    assert sentence.endswith("choose a JPEG, PNG, WebP, GIF, BMP or TIFF image.")


@pytest.mark.parametrize("form", ["PCX", "DDS", "SGI"])
def test_no_other_decoder_is_ever_used(colours: Image.Image, form: str) -> None:
    raw = encoded(colours, form)
    Image.open(io.BytesIO(raw)).load()  # Pillow itself would read it
    with pytest.raises(ImageError, match="not an image that can be read here"):
        read_image(raw)


def test_threads_may_read_at_once_and_pillow_stays_as_it_was(colours: Image.Image) -> None:
    bomb, truncated = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    raws = [encoded(colours, form) for form in ("PNG", "BMP", "TIFF")] * 40
    with ThreadPoolExecutor(8) as pool:
        assert all(np.array_equal(read, np.asarray(colours)) for read in pool.map(pixels, raws))
    assert bomb == Image.MAX_IMAGE_PIXELS
    assert truncated == ImageFile.LOAD_TRUNCATED_IMAGES


@cache
def samples() -> list[bytes]:
    image = Image.fromarray(
        np.random.default_rng(1).integers(0, 256, (13, 17, 4), dtype=np.uint8), "RGBA"
    )
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    rgb = image.convert("RGB")
    return [
        encoded(rgb, "JPEG", exif=exif),
        encoded(rgb, "JPEG", progressive=True),
        encoded(image.convert("CMYK"), "JPEG"),
        encoded(image, "PNG", exif=exif),
        encoded(rgb.quantize(16), "PNG", transparency=3),
        encoded(Image.fromarray(SIXTEEN)),
        encoded(rgb, "GIF", save_all=True, append_images=[rgb.rotate(90)]),
        encoded(image, "WEBP"),
        encoded(rgb, "BMP"),
        encoded(rgb, "TIFF"),
        encoded(image, "TIFF", compression="tiff_lzw"),
        encoded(rgb.convert("1"), "TIFF", compression="group4"),
        tiff16(SIXTEEN, ">"),
        deep_tiff(np.asarray(rgb, dtype=float) / 99, t259=DEFLATE),
        tiff([twelve_bits(SIXTEEN // 16)], (4, 1), t258=12, order=">"),
        tiff([bytes(768)] * 2, (17, 13), t258=(8, 8, 8), t262=2, t277=3, t322=16, t323=16),
        encoded(rgb, "AVIF"),
        encoded(rgb, "JPEG2000"),
        encoded(rgb, "ICO"),
        encoded(rgb, "ICO", bitmap_format="bmp"),
        encoded(rgb, "PPM"),
        encoded(image, "TGA", compression="tga_rle"),
        encoded(rgb, "PNG", icc_profile=matrix_profile(P3, 2.2)),
        encoded(image.convert("CMYK"), "TIFF", icc_profile=ink_profile((60, -20, -30))),
    ]


def assert_image_or_sentence(raw: bytes) -> None:
    try:
        image = read_image(raw)
    except ImageError as refusal:
        sentence = str(refusal)
    else:
        assert image.mode == "RGB"
        assert np.asarray(image).shape == (image.height, image.width, 3)
        return
    assert sentence.endswith(".")


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_files_give_an_image_or_an_image_error(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(samples())))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        match data.draw(st.sampled_from(["change", "cut", "insert", "remove"])):
            case "change":
                raw[at : at + 4] = data.draw(st.binary(min_size=1, max_size=4))
            case "cut":
                del raw[max(at, 1) :]
            case "insert":
                raw[at:at] = data.draw(st.binary(max_size=16))
            case "remove":
                del raw[at : at + 8]
    assert_image_or_sentence(bytes(raw))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_image_or_an_image_error(raw: bytes) -> None:
    assert_image_or_sentence(raw)


@needs(PHOTOS)
def test_ten_photographs_are_read() -> None:
    photos = [read_image(photo.read_bytes()) for photo in PHOTOS.glob("*.jpg")]
    assert len(photos) == 10
    assert all(min(photo.size) > 100 for photo in photos)
