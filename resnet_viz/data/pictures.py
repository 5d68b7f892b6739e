"""Reading a picture that anybody may have sent."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from resnet_viz.data import deep_tiffs
from resnet_viz.data.jpeg_scans import scans_of
from resnet_viz.data.picture_formats import (
    ADVICE,
    HEAD,
    HEIC,
    SUFFIXES,
    TGA,
    Format,
    format_of,
    is_meant_as_picture,
    what_it_is,
)
from resnet_viz.data.picture_limits import (
    LimitError,
    require_modest,
    require_modest_icon,
    require_pixels,
    shrink,
    too_large,
)
from resnet_viz.data.picture_pixels import ORIENTATION, bands_of, rgb, rgb_of_numbers, upright
from resnet_viz.errors import UserError

__all__ = [
    "HEAD",
    "ORIENTATION",
    "SUFFIXES",
    "ImageError",
    "is_meant_as_picture",
    "note_of",
    "read_image",
]

MISSING = 1 / 4  # of a JPEG's rows: with more of them lost it is no picture of what it was
GREY = (127, 128)  # what libjpeg fills the rest with, of inks and of light
END_OF_JPEG = b"\xff\xd9"
NOTE = "note"


class ImageError(UserError):
    """Bytes that are no image that can be read; the text says what they are instead."""


def read_image(raw: bytes) -> Image.Image:
    """Upright RGB picture from the bytes of a file of any kind of ``picture_formats.FORMATS``.

    The first frame of an animation, transparency over white, more than 8 bits scaled to 8, colours
    as the file's profile has them, turned as its EXIF block says and without that block. What has
    to be said of it stands in its ``info["note"]``. May be called from several threads.

    Raises:
        ImageError: if the bytes are none of these, damaged, of too many pixels, or ask for far
            more memory or time than a picture takes (seen before anything is decoded).
    """
    if not raw:
        raise ImageError(f"The file is empty; {ADVICE}.")
    row = format_of(raw)
    if row is None:
        raise ImageError(what_it_is(raw))
    notes: list[str] = []
    try:
        picture = _read(raw, row, notes)
    except LimitError as error:
        raise ImageError(str(error)) from error
    picture.info.clear()  # where and when a visitor took the photograph stays with the file
    if notes:
        picture.info[NOTE] = "; ".join(notes)
    return picture


def note_of(picture: Image.Image) -> str:
    """What is to be said of a picture that was read, in a clause; mostly nothing."""
    return picture.info.get(NOTE, "")


def _read(raw: bytes, row: Format, notes: list[str]) -> Image.Image:
    # Pillow's warnings are left alone: silencing them would change the whole process's filters.
    try:
        image = _opened(raw, row)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LimitError(too_large(row.most, row)) from error
    except (ImageError, LimitError):
        raise
    except Exception as error:  # on hostile bytes a decoder may fail in any way
        if row.reader == "TIFF":
            return _read_deep_tiff(raw, row, notes)
        raise ImageError(_why_not_read(raw, row, opened=False)) from error
    try:
        require_modest(image, row, raw)
        notes += filter(None, [shrink(image, row, raw)])
        image = _decoded(image, raw, row, notes)
        # From here on nothing holds the file's own pixels but this name.
        tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
        image = upright(image)
        return rgb(image, tags, notes)
    except LimitError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LimitError(too_large(row.most, row)) from error
    except Exception as error:
        raise ImageError(_why_not_read(raw, row, opened=True)) from error


def _opened(raw: bytes, row: Format) -> Image.Image:
    if row is HEIC:
        _require_heif()
    if row.reader == "ICO":
        require_modest_icon(raw, row)
    return Image.open(io.BytesIO(raw), formats=(row.reader,))


def _require_heif() -> None:
    """Let Pillow read HEIC, for which it needs a library that not everybody has."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise ImageError(
            "The file is an HEIC photograph, for which whoever runs this has to install "
            f"pillow-heif (pip install 'resnet_viz[heif]'); until then {ADVICE}."
        ) from error
    register_heif_opener()


def _decoded(image: Image.Image, raw: bytes, row: Format, notes: list[str]) -> Image.Image:
    try:
        image.load()
    except OSError:
        if row.reader != "JPEG" or scans_of(raw).ended:
            raise
        image = _opened(raw + END_OF_JPEG, row)
        shrink(image, row, raw)
        image.load()
        lost = _rows_lost(image)
        if lost > MISSING:
            raise
        rest = f", the lowest {lost:.0%} of the picture are grey" if lost else ""
        notes.append(f"the end of the file is missing{rest}")
    return image


def _rows_lost(image: Image.Image) -> float:
    """The share of rows at the lower edge that are of the grey that stands for none."""
    for box in reversed(list(bands_of(image.size))):
        rows = np.asarray(image.crop(box))  # (h, W) or (h, W, C)
        held = ((rows < min(GREY)) | (rows > max(GREY))).reshape(len(rows), -1).any(axis=1)
        if held.any():
            return 1 - (box[1] + int(np.flatnonzero(held)[-1]) + 1) / image.height
    return 1.0


def _read_deep_tiff(raw: bytes, row: Format, notes: list[str]) -> Image.Image:
    """A TIFF that Pillow does not know; refused for what it is, and as damaged only if it is."""
    try:
        layout = deep_tiffs.layout_of(raw)
        require_pixels(layout.size, row.most, row)
        deep_tiffs.require_known(layout)
        require_pixels(layout.size, layout.most_pixels, row)
        require_pixels(layout.padded, layout.most_pixels, row)
        pixels = deep_tiffs.pixels_of(raw, layout)
    except deep_tiffs.OtherKindError as error:
        raise ImageError(
            f"The TIFF file is of a kind that is not read here ({error}); save it again with 8 or "
            "16 bits a colour and no compression."
        ) from error
    except LimitError:
        raise
    except Exception as error:
        raise ImageError(_damaged(row)) from error
    return rgb_of_numbers(pixels, layout.bits, inverted=layout.white_is_zero, notes=notes)


def _why_not_read(raw: bytes, row: Format, *, opened: bool) -> str:
    """What is wrong with a file, or only not to be read here.

    Args:
        opened: whether its header was read, so that its kind is one that is.
    """
    if row is TGA:
        return what_it_is(raw)
    if row.reader == "JPEG":
        scans = scans_of(raw)
        if scans.lossless:
            return "The JPEG file is a lossless one, which is not read here; save it as a PNG."
        if scans.bits not in (None, 8):
            return (
                f"The JPEG file has {scans.bits} bits a colour, where 8 are read here; save it "
                "again with 8."
            )
    if row.varied and not opened:
        return (
            f"The {row.name} file is damaged, or of a kind that is not read here; save it as a PNG."
        )
    return _damaged(row)


def _damaged(row: Format) -> str:
    return f"The {row.name} file is damaged or cut short; save or download it again."
