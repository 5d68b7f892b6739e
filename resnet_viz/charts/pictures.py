"""Pictures of tensors: grids of channels, enlarged maps, overlays, colour bars, a drawn picture."""

import io
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from resnet_viz.charts.colours import Pixels, diverging, sequential

Array = NDArray[np.floating]
GAP = 1
HIGH = 0.995
FRAME = (230, 159, 0)


def paint(values: Array, most: float, signed: bool) -> Pixels:
    """Values in the signed map (±most) or the sequential one (0 … most); adds a last axis of 3."""
    return diverging(values, most) if signed else sequential(values, 0.0, most)


def scale_top(pictures: Iterable[Array]) -> float:
    """The value with the strongest colour on a scale that pictures share.

    A high quantile of the picture with the largest numbers, or one spike would hide all.
    """
    return max(float(np.quantile(np.abs(values), HIGH)) for values in pictures) or 1.0


def grid(
    maps: Array,
    *,
    most: float,
    signed: bool,
    width: int = 640,
    marked: int | None = None,
    gap: int = GAP,
    columns: int = 0,
) -> Image.Image:
    """Channels (K, h, w) as a grid on one colour scale, enlarged without blurring.

    Args:
        most: the value with the strongest colour, shared by whatever stands beside this grid.
        width: pixels that the picture should be wide at least.
        marked: a channel to draw a frame around.
        gap: pixels around each channel, nothing or its frame.
        columns: channels in a row; 0 for a near-square grid.
    """
    channels, height, side = maps.shape
    columns = columns or math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    factor = max(1, math.ceil(width / (columns * (side + gap))))
    cell_height, cell_width = factor * height + 2 * gap, factor * side + 2 * gap
    sheet = np.full((rows * cell_height, columns * cell_width, 4), 0, np.uint8)
    for channel, pixels in enumerate(paint(maps, most, signed)):
        top, left = channel // columns * cell_height, channel % columns * cell_width
        if channel == marked:
            sheet[top : top + cell_height, left : left + cell_width] = (*FRAME, 255)
        inside = sheet[top + gap : top + cell_height - gap, left + gap : left + cell_width - gap]
        inside[..., :3] = pixels.repeat(factor, axis=0).repeat(factor, axis=1)
        inside[..., 3] = 255
    return Image.fromarray(sheet)


def enlarge(values: Array, *, most: float, signed: bool, width: int = 360) -> Image.Image:
    """One map (h, w) at least so many pixels wide, every value a square."""
    factor = max(1, math.ceil(width / values.shape[1]))
    pixels = paint(values, most, signed)
    return Image.fromarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1))


def magnify(image: Image.Image, *, width: int = 320) -> Image.Image:
    """A picture at least so many pixels wide, every pixel of it a square."""
    factor = max(1, math.ceil(width / image.width))
    return image.resize((factor * image.width, factor * image.height), Image.Resampling.NEAREST)


def framed(image: Image.Image, box: tuple[int, int, int, int], *, width: int = 240) -> Image.Image:
    """A small copy of a picture with a frame around a part; black where that reaches outside.

    Args:
        box: left, top, right and bottom of the part, in the picture's pixels.
        width: of the copy, in pixels; twice as many are drawn, for screens with small ones.
    """
    left, top = min(0, box[0]), min(0, box[1])
    right, bottom = max(image.width, box[2]), max(image.height, box[3])
    paper = Image.new("RGB", (right - left, bottom - top))
    paper.paste(image, (-left, -top))
    factor = 2 * width / max(paper.size)
    small = paper.resize(
        (max(1, round(paper.width * factor)), max(1, round(paper.height * factor)))
    )
    near, far = (
        [round((edge - start) * factor) for edge, start in zip(side, (left, top), strict=True)]
        for side in (box[:2], box[2:])
    )
    far = [max(low, high - 1) for low, high in zip(near, far, strict=True)]
    ImageDraw.Draw(small).rectangle((*near, *far), outline=FRAME, width=4)
    return small


def strip(pictures: Iterable[Image.Image | bytes], *, side: int, columns: int = 0) -> Image.Image:
    """Pictures beside each other, each cut to its centre square; twice as many pixels as said.

    Args:
        pictures: as they are, or as the content of files.
        side: of each square.
        columns: pictures in a row; 0 for one row of all.
    """
    opened = [Image.open(io.BytesIO(one)) if isinstance(one, bytes) else one for one in pictures]
    step, columns = 2 * side + 4, columns or len(opened)
    rows = math.ceil(len(opened) / columns)
    paper = Image.new("RGBA", (step * columns - 4, step * rows - 4))
    for place, image in enumerate(opened):
        square = ImageOps.fit(image.convert("RGB"), (2 * side, 2 * side))
        paper.paste(square, (place % columns * step, place // columns * step))
    return paper


def png(image: Image.Image) -> bytes:
    """A picture as the content of a PNG file."""
    buffer = io.BytesIO()
    # A map over a photograph is a tenth larger than at Pillow's own level, in a fifth of the time.
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def colour_bar(*, signed: bool, width: int = 256, height: int = 12) -> Image.Image:
    """The colour map from its least to its largest value."""
    values = np.linspace(-1 if signed else 0, 1, width)[None].repeat(height, axis=0)
    return Image.fromarray(paint(values, 1.0, signed))


def drawn_picture(size: int = 256) -> Image.Image:
    """Edges, stripes, a disc and a gradient, for when there is no photograph."""
    y, x = np.mgrid[0:size, 0:size] / size
    pixels = np.stack([x, y, 1 - x], axis=-1)
    pixels[(x - 0.3) ** 2 + (y - 0.32) ** 2 < 0.04] = (0.93, 0.56, 0.13)
    stripes = (x > 0.55) & (y < 0.5)
    pixels[stripes] = np.where(((x * 16).astype(int) % 2 == 0)[stripes][:, None], 0.95, 0.08)
    checks = (x < 0.5) & (y > 0.58)
    squares = ((x * 16).astype(int) + (y * 16).astype(int)) % 2 == 0
    pixels[checks] = np.where(squares[checks][:, None], 0.9, 0.2)
    return Image.fromarray((255 * pixels).round().astype(np.uint8))
