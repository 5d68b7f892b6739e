"""Channels can be pressed, and a file of them says its scale."""

import numpy as np
from PIL import Image

from resnet_viz import charts


def test_over_each_channel_lies_a_point_that_says_its_number():
    maps = np.arange(5 * 4, dtype=float).reshape(5, 2, 2)
    png = charts.png(charts.grid(maps, most=19, signed=False))
    figure = charts.channel_sheet(png, 5, height=150)
    [points] = figure.data
    assert list(points.customdata) == [0, 1, 2, 3, 4]
    assert list(zip(points.x, points.y, strict=True))[3:] == [(0.5, 1.5), (1.5, 1.5)]
    [image] = figure.layout.images
    assert (image.sizex, image.sizey) == (3, 2)


def test_a_picture_for_a_file_stands_over_the_bar_of_its_colours():
    sheet = Image.new("RGB", (200, 100), (10, 20, 30))
    named = charts.with_scale(sheet, "x of a network", top=2.5, signed=True)
    assert np.array_equal(np.asarray(named)[:100, :200], np.asarray(sheet))
    bar = np.asarray(named)[100 + 8 + 14 + 8 + 5]
    assert bar[10, 2] > bar[10, 0]  # blue at the left end, red at the right
    assert bar[-10, 0] > bar[-10, 2]
    other = charts.with_scale(sheet, "x of a network", top=9.5, signed=True)
    assert not np.array_equal(np.asarray(named), np.asarray(other))
