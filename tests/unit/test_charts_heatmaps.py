"""Maps over pictures, alone and as masks: what is seen follows from the map's values."""

import io

import numpy as np
import pytest
from PIL import Image

from resnet_viz import charts
from resnet_viz.charts.heatmaps import HIDDEN

WHITE = Image.new("RGB", (8, 8), (255, 255, 255))
RISING = np.arange(64, dtype=np.float32).reshape(8, 8)


@pytest.mark.parametrize("percent", [25, 50, 100])
def test_a_mask_leaves_the_share_of_the_picture_where_the_map_is_strongest(percent):
    seen = np.asarray(charts.masked(WHITE, RISING, strongest=percent / 100)) == 255
    wanted = 64 * (1 - percent / 100) <= RISING
    wanted[0, 0] = False  # which has no value at all
    np.testing.assert_array_equal(seen.all(axis=2), wanted)


def test_a_mask_hides_all_of_a_blank_map():
    pixels = np.asarray(charts.masked(WHITE, np.zeros((8, 8), np.float32), strongest=0.5))
    assert (pixels == HIDDEN).all()


def test_a_map_alone_has_nothing_of_the_picture():
    black = Image.new("RGB", (8, 8))
    drawn = [charts.drawn_map(image, RISING, charts.ALONE) for image in (WHITE, black)]
    assert drawn[0].tobytes() == drawn[1].tobytes()
    assert np.asarray(drawn[0])[7, 7].tolist() == charts.sequential(np.ones(1), 0, 1)[0].tolist()


@pytest.mark.parametrize("look", [charts.ALONE, charts.OVERLAY])
def test_on_a_shared_scale_a_map_of_small_numbers_is_weak(look):
    own, shared = (charts.drawn_map(WHITE, RISING, look, most=most) for most in (None, 4 * 63.0))
    alike = charts.drawn_map(WHITE, RISING / 4, look, most=63.0)
    assert own.tobytes() != shared.tobytes()
    np.testing.assert_allclose(np.asarray(shared, int), np.asarray(alike, int), atol=1)


def test_a_contact_sheet_has_a_row_a_title_and_leaves_gaps():
    red = charts.png(Image.new("RGB", (8, 8), (255, 0, 0)))
    sheet = charts.contact_sheet([("one", [red, None]), ("two", [red, red])], ["a", "b"], side=40)
    pixels = np.asarray(sheet)
    assert ((pixels == (255, 0, 0)).all(axis=2)).sum() == 3 * 40 * 40


@pytest.mark.parametrize(("side", "points"), [(8, 64), (64, 32 * 32)])
def test_each_pixel_of_a_map_can_be_pressed_and_of_many_a_raster(side, points):
    values = np.random.default_rng(0).random((side, side))
    figure = charts.pressable(WHITE, values, marked=(1, 2))
    [trace] = figure.data
    assert len(trace.x) == points
    for x, y, (row, column, value) in zip(trace.x, trace.y, trace.customdata, strict=True):
        assert (x, y) == (column, row)
        assert value == values[int(row), int(column)]


def test_a_strip_breaks_into_rows():
    files = [charts.png(WHITE)] * 5
    assert charts.strip(files, side=10).size == (5 * 24 - 4, 20)
    assert charts.strip(files, side=10, columns=3).size == (3 * 24 - 4, 2 * 24 - 4)
    assert Image.open(io.BytesIO(files[0])).size == (8, 8)
