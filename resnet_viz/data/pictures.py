"""Reading a picture that anybody may have sent."""

import io

import numpy as np
from PIL import Image

from resnet_viz.errors import UserError

MAX_PIXELS = 40_000_000
# No other decoder is ever handed the bytes, whatever they claim to be.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
ADVICE = "choose a JPEG, PNG, WebP, GIF, BMP or TIFF image"

# (offset, bytes found there, name)
ACCEPTED = (
    (0, b"\xff\xd8", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
)
REFUSED = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (4, b"ftyphei", "an HEIC photograph"),
    (4, b"ftypmif1", "an HEIC photograph"),
    (4, b"ftypavi", "an AVIF image"),
    (4, b"ftyp", "a video"),
    (4, b"jP  ", "a JPEG 2000 image"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"\x1f\x8b", "a compressed archive"),
    (0, b"BZh", "a compressed archive"),
    (0, b"\xfd7zXZ", "a compressed archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)
# What a file is named that means to be a picture, whether it can be read here or not.
SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".heic", ".heif", ".avif", ".jp2"),
)
HEAD = 16  # bytes that hold every signature above
CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\f\r")

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What white may be in a mode of more than 8 bits: the first value that no pixel exceeds.
WHITES = {"I": (255, 65535), "F": (1, 255, 65535)}


class ImageError(UserError):
    """Bytes that are no image that can be read; the text says what they are instead."""


def read_image(raw: bytes) -> Image.Image:
    """Upright RGB picture from the bytes of a JPEG, PNG, WebP, GIF, BMP or TIFF file.

    The first frame of an animation, transparency over white, more than 8 bits scaled to 8, turned
    as its EXIF block says and without that block. May be called from several threads.

    Raises:
        ImageError: if the bytes are none of these, damaged, or of more than 40 megapixels (seen
            in the header, before anything is decoded).
    """
    if not raw:
        raise ImageError(f"The file is empty; {ADVICE}.")
    # Pillow's warnings are left alone: silencing them would change the whole process's filters.
    try:
        image = Image.open(io.BytesIO(raw), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(_too_large()) from error
    except Exception as error:  # on hostile bytes a decoder may fail in any way
        raise ImageError(_what_it_is(raw)) from error
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(_too_large())
    try:
        image.load()
        picture = _rgb(_upright(image))
    except Exception as error:
        raise ImageError(_what_it_is(raw)) from error
    picture.info.clear()  # where and when a visitor took the photograph stays with the file
    return picture


def is_meant_as_picture(name: str, head: bytes) -> bool:
    """Whether a file means to be a picture, by its name or its first ``HEAD`` bytes."""
    return name.lower().endswith(SUFFIXES) or any(
        head.startswith(signature, offset) for offset, signature, _ in ACCEPTED
    )


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(ORIENTATION)
    except Exception:  # a broken EXIF block is no reason to refuse intact pixels
        orientation = None
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def _rgb(image: Image.Image) -> Image.Image:
    clear = image.info.get("transparency")
    if image.mode[0] in "IF":
        image = _eight_bits(image, clear)
    elif image.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        # Of 16 bits a colour Pillow keeps the upper 8 of the pixels, but all of the clear colour.
        image.info["transparency"] = tuple(value >> 8 for value in clear)
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def _eight_bits(image: Image.Image, clear: int | None) -> Image.Image:
    """Grey of 8 bits; white where the pixels have the value that a PNG declares to be clear."""
    values = np.array(image, dtype=np.float32)  # (H, W)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    whites = WHITES.get(image.mode, (65535,))
    if low >= 0 and high <= whites[-1]:
        low, high = 0.0, next(white for white in whites if high <= white)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    scaled = (values - low) * (255 / ((high - low) or 1))
    if clear is not None:
        scaled[np.asarray(image) == clear] = 255
    return Image.fromarray(scaled.round().astype(np.uint8))


def _too_large() -> str:
    return (
        f"The image has more than {MAX_PIXELS // 10**6} megapixels, the most that can be read; "
        "make it smaller first."
    )


def _what_it_is(raw: bytes) -> str:
    for offset, signature, name in ACCEPTED:
        if raw.startswith(signature, offset):
            return f"The {name} file is damaged or cut short; save or download it again."
    for offset, signature, name in REFUSED:
        if raw.startswith(signature, offset):
            return f"The file is {name}, not an image that can be read here; {ADVICE}."
    start = raw[:4096].lower()
    if CONTROL_BYTES.intersection(start):
        return f"The file is not an image that can be read here; {ADVICE}."
    name = "an SVG drawing" if b"<svg" in start else "text"
    return f"The file is {name}, not an image that can be read here; {ADVICE}."
