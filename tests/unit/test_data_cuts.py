"""A cut is a square of the picture, or the whole picture in a square."""

import numpy as np
from PIL import Image

from resnet_viz.data.cuts import BY_HAND, WHOLE, Cut
from resnet_viz.reporting.knowledge import class_in
from resnet_viz.ui.results.samples import Sample

WIDE = Image.fromarray(np.arange(6 * 10, dtype=np.uint8).reshape(6, 10)).convert("RGB")


def test_the_centre_is_what_networks_take_by_themselves():
    assert Cut().box(WIDE.size) == (2, 0, 8, 6)
    sample = Sample("a", "a", WIDE)
    assert sample.cut_as(Cut()) is sample


def test_the_whole_picture_lies_between_black_bars():
    square = np.asarray(Cut(WHOLE).apply(WIDE))
    assert square.shape == (10, 10, 3)
    np.testing.assert_array_equal(square[2:8], np.asarray(WIDE))
    assert not square[:2].any()
    assert not square[8:].any()


def test_a_square_by_hand_has_its_side_and_place():
    cut = Cut(BY_HAND, side=50, across=100, down=0)
    np.testing.assert_array_equal(np.asarray(cut.apply(WIDE)), np.asarray(WIDE)[:3, 7:])
    sample = Sample("a", "a", WIDE).cut_as(cut)
    assert sample.whole is WIDE
    assert sample.key != "a"
    assert sample.key != Sample("a", "a", WIDE).cut_as(Cut(BY_HAND, 50, 0, 0)).key


def test_a_files_name_says_a_class_where_it_says_only_one():
    classes = ("cat", "dog", "3", "x")
    assert class_in("my Cat_12.jpg", classes) == "cat"
    assert class_in("cat and dog.jpg", classes) is None
    assert class_in("category.jpg", classes) is None
    assert class_in("3 x.png", classes) is None
