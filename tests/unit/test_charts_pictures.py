"""Pictures that a page shows: enlarged without a blur, and as files."""

import io

import numpy as np
from PIL import Image

from resnet_viz import charts


def test_a_magnified_picture_holds_every_pixel_as_a_square():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    large = np.asarray(charts.magnify(Image.fromarray(pixels), width=300))
    assert large.shape == (304, 304, 3)
    np.testing.assert_array_equal(large, pixels.repeat(38, axis=0).repeat(38, axis=1))


def test_a_png_file_holds_the_very_same_picture():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    read = Image.open(io.BytesIO(charts.png(Image.fromarray(pixels))))
    assert read.format == "PNG"
    np.testing.assert_array_equal(np.asarray(read), pixels)


def test_channels_lie_as_far_apart_as_is_asked():
    maps = np.ones((4, 8, 8))
    sheet = np.asarray(charts.grid(maps, most=1.0, signed=False, width=160, gap=4))
    clear = sheet[sheet.shape[0] // 4, :, 3] == 0  # along a row through the upper two channels
    middle = sheet.shape[1] // 2
    assert clear[:4].all()
    assert clear[middle - 4 : middle + 4].all()
    assert clear.sum() == 16


def test_so_many_channels_lie_in_a_row_as_are_asked_for():
    maps = np.ones((16, 8, 8))
    square, wide = (
        charts.grid(maps, most=1.0, signed=False, columns=columns).size for columns in (0, 8)
    )
    assert square[0] == square[1]
    assert wide[0] == 4 * wide[1]
