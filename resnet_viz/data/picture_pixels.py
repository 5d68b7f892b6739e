"""A decoded picture as everything here takes it: upright, RGB of 8 bits, in the screen's colours.

It is made a band at a time, so that little more than the picture before and after is ever held.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from resnet_viz.data.colour_profiles import ProfileError, lab_to_screen, to_screen
from resnet_viz.data.picture_scales import WHITES, Scale

BAND = 2**20  # pixels
ORIENTATION = 0x0112
PHOTOMETRIC, BITS, WHITE_IS_ZERO = 262, 258, 0  # of a TIFF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Bits of the numbers in a mode, where the file does not say otherwise; floats have no white.
DEPTHS = {"I": 32, "F": 0}

Box = tuple[int, int, int, int]


def upright(image: Image.Image) -> Image.Image:
    """The picture turned as its EXIF block says."""
    try:
        orientation = image.getexif().get(ORIENTATION)
    except Exception:  # a broken EXIF block is no reason to refuse intact pixels
        orientation = None
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def rgb(image: Image.Image, tags: Mapping[int, Any], notes: list[str]) -> Image.Image:
    """RGB of 8 bits, transparency over white; what is to be said of it is added to the notes.

    Args:
        tags: of a TIFF, by their numbers.
    """
    clear = image.info.get("transparency")
    if image.mode[0] in "IF":
        scale = _scale(image, tags)
        notes += filter(None, [scale.note])
        # A profile says what the file's own values look like, and not stretched ones.
        profile = None if scale.stretched else _profile(image, "L", notes)
        return _in_bands(image, lambda band: _deep(band, scale, clear, profile))
    if image.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        # Of 16 bits a colour Pillow keeps the upper 8 of the pixels, but all of the clear colour.
        image.info["transparency"] = tuple(value >> 8 for value in clear)
    profile = _profile(image, image.mode, notes)
    return _in_bands(image, lambda band: _over_white(band, profile))


def rgb_of_numbers(
    pixels: np.ndarray, bits: int, *, inverted: bool, notes: list[str]
) -> Image.Image:
    """The same of numbers that Pillow does not know.

    Args:
        pixels: shape (H, W, C); of more colours than three the first three are shown, of two one.
        bits: of a number.
        inverted: whether 0 is white.
    """
    height, width, colours = pixels.shape
    shown = pixels[..., : 3 if colours > 2 else 1]
    boxes = list(bands_of((width, height)))
    whites = WHITES.get(bits, ()) if pixels.dtype.kind != "f" else ()
    bands = (shown[top:bottom] for _, top, _, bottom in boxes)
    scale = Scale.of(bands, whites, inverted=inverted)
    notes += filter(None, [scale.note])
    result = Image.new("RGB", (width, height))
    for box in boxes:
        grey = scale.grey(shown[box[1] : box[3]])  # (h, W, 1 or 3)
        result.paste(Image.fromarray(np.repeat(grey, 3 // grey.shape[2], -1)), box)
    return result


def bands_of(size: tuple[int, int]) -> Iterator[Box]:
    """The bands of a picture, from the top down."""
    width, height = size
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        yield 0, top, width, min(height, top + rows)


def _in_bands(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    if image.width * image.height <= BAND:
        return change(image)
    result = Image.new("RGB", image.size)
    for box in bands_of(image.size):
        result.paste(change(image.crop(box)), box)
    return result


def _profile(image: Image.Image, mode: str, notes: list[str]) -> ImageCms.ImageCmsTransform | None:
    """What turns the picture's colours into the screen's, if anything has to."""
    if mode == "LAB":
        return lab_to_screen()
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    try:
        return to_screen(bytes(profile), mode)
    except ProfileError:
        notes.append("its colour profile cannot be read and is ignored")
        return None


def _over_white(band: Image.Image, profile: ImageCms.ImageCmsTransform | None) -> Image.Image:
    if not band.has_transparency_data:
        return _coloured(band, profile)
    clear = band.convert("RGBA")
    white = Image.new("RGBA", band.size, "white")
    if profile is not None:
        alpha, clear = clear.getchannel("A"), _coloured(clear, profile)
        clear.putalpha(alpha)
    return Image.alpha_composite(white, clear).convert("RGB")


def _coloured(band: Image.Image, profile: ImageCms.ImageCmsTransform | None) -> Image.Image:
    if profile is None:
        return band.convert("RGB")
    return profile.apply(band.convert(profile.input_mode))


def _scale(image: Image.Image, tags: Mapping[int, Any]) -> Scale:
    bits = DEPTHS.get(image.mode, 16)
    if image.mode != "F" and tags.get(BITS) in ((12,), 12):
        bits = 12
    bands = (np.asarray(image.crop(box)) for box in bands_of(image.size))
    inverted = tags.get(PHOTOMETRIC) == WHITE_IS_ZERO
    return Scale.of(bands, WHITES.get(bits, ()), inverted=inverted)


def _deep(
    band: Image.Image,
    scale: Scale,
    clear: int | None,
    profile: ImageCms.ImageCmsTransform | None,
) -> Image.Image:
    """A band of numbers; white where they have the value that a PNG declares to be clear."""
    values = np.asarray(band)  # (h, W)
    result = _coloured(Image.fromarray(scale.grey(values)), profile)
    if clear is not None:
        result.paste("white", mask=Image.fromarray(values == clear))
    return result
