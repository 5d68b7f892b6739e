"""Shapes drawn by code: masks are exact, pixels always the same, a tag only where it belongs."""

import hashlib
import math

import numpy as np
import pytest
import torch

from resnet_viz import data
from resnet_viz.data import DATA_SETS, shapes
from resnet_viz.data.registry import SHAPES, SHAPES_TAG

NUMBER = 40


@pytest.fixture(scope="module")
def drawn() -> shapes.Drawn:
    return shapes.draw(NUMBER, 5)


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> dict[str, data.DataSet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", str(tmp_path_factory.mktemp("home")))
        return {name: data.load(name) for name in (SHAPES, SHAPES_TAG)}


def corners(sides: int, turn: float) -> np.ndarray:
    """The corners of a regular figure of that many sides, on the circle of radius 1."""
    angles = turn + 2 * math.pi * (np.arange(sides) + 0.5) / sides
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def area(points: np.ndarray) -> float:
    """Of a polygon, by the shoelace formula."""
    x, y = points.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def test_a_mask_has_the_area_of_its_shape(drawn):
    """Counted pixels against geometry."""
    wanted = {
        "circle": math.pi * 0.8,
        "square": area(corners(4, 0)) * 0.98,  # half a side of 0.7 instead of √½
        "triangle": area(corners(3, 0)),
        "cross": 4 * 0.6 * 0.95 - 0.6**2,
    }
    radius = 100.0
    x, y = np.meshgrid(np.arange(-radius, radius) + 0.5, np.arange(-radius, radius) + 0.5)
    for name, inside in (
        ("circle", shapes._circle),
        ("cross", shapes._cross),
        ("square", shapes._square),
        ("triangle", shapes._triangle),
    ):
        found = inside(x / radius, y / radius)
        assert found.sum() / radius**2 == pytest.approx(wanted[name], rel=0.01), name
        assert np.hypot(x, y)[found].max() <= radius, name
    least, most = (edge**2 for edge in shapes.RADII)
    for name in shapes.CLASSES:
        pixels = drawn.masks[drawn.of(name)].sum(axis=(1, 2))
        assert (pixels > 0.9 * least * wanted[name]).all()
        assert (pixels < 1.1 * most * wanted[name]).all()


def test_shapes_in_the_middle_that_are_not_turned_are_as_they_are_drawn_by_hand():
    labels = np.arange(4)
    centre = np.full((2, 4, 1, 1), 16.0, np.float32)
    turns = np.array([[1.0] * 4, [0.0] * 4], np.float32)[:, :, None, None]
    masks = shapes._shapes(labels, centre, np.full((4, 1, 1), 10.0, np.float32), turns)
    assert masks[:, 15:17, 15:17].all()  # each has its middle
    assert not masks[:, 0].any()
    assert np.array_equal(masks[2], masks[2].T)  # the square
    assert np.array_equal(masks[3], masks[3][:, ::-1])  # the triangle, base down
    assert masks[3].sum(axis=1)[20] > masks[3].sum(axis=1)[10]


def test_the_shape_is_lighter_than_its_ground(drawn):
    grey = drawn.images.mean(axis=3)
    for picture, mask in zip(grey, drawn.masks, strict=True):
        assert picture[mask].mean() > picture[~mask].mean() + 30


def test_a_picture_is_the_same_each_time_and_everywhere(drawn):
    again = shapes.draw(NUMBER, 5)
    assert np.array_equal(drawn.images, again.images)
    assert np.array_equal(drawn.masks, again.masks)
    assert not np.array_equal(drawn.images, shapes.draw(NUMBER, 6).images)
    # Shipped checkpoints were trained on these very pictures.
    digest = hashlib.sha256(drawn.images.tobytes() + drawn.masks.tobytes()).hexdigest()
    assert digest.startswith("18dafdd4cdf353f0")


def test_classes_are_equally_many_and_all_parts_random(drawn):
    assert np.bincount(drawn.labels).tolist() == [NUMBER // 4] * 4
    rows, columns = (drawn.masks.any(axis=axis).argmax(axis=1) for axis in (2, 1))
    assert len(set(rows)) > 5
    assert len(set(columns)) > 5
    assert drawn.images.reshape(NUMBER, -1).std(axis=1).min() > 10


def test_a_tag_is_a_square_in_the_corner_away_from_the_shape(drawn):
    assert (drawn.tags.sum(axis=(1, 2)) == shapes.TAG_SIDE**2).all()
    assert not (drawn.tags & drawn.masks).any()
    for tag, mask in zip(drawn.tags, drawn.masks, strict=True):
        rows, columns = np.nonzero(tag)
        assert {rows.min(), 31 - rows.max()} & {shapes.TAG_MARGIN}
        assert {columns.min(), 31 - columns.max()} & {shapes.TAG_MARGIN}
        middle = np.argwhere(mask).mean(axis=0)
        assert ((rows.mean() - 15.5) * (middle[0] - 15.5)) < 4
        assert ((columns.mean() - 15.5) * (middle[1] - 15.5)) < 4


@pytest.mark.parametrize("name", [None, *shapes.CLASSES])
def test_the_tag_lies_on_the_pictures_of_one_class_alone(drawn, name):
    tagged = drawn.tagged(name)
    changed = (tagged != drawn.images).any(axis=3)
    wanted = np.zeros(NUMBER, bool) if name is None else drawn.of(name)
    assert (changed.any(axis=(1, 2)) == wanted).all()
    assert not (changed & ~drawn.tags).any()
    if name is not None:
        assert (tagged[drawn.tags & wanted[:, None, None]] == shapes.TAG_COLOUR).all()
        assert not np.shares_memory(tagged, drawn.images)


def test_both_data_sets_have_the_same_pictures_but_for_the_tag(sets):
    plain, tagged = sets[SHAPES], sets[SHAPES_TAG]
    for split, size in (("train", 2000), ("test", 1000)):
        without, tags = getattr(plain, split), getattr(tagged, split)
        assert without.images.shape == (size, 3, 32, 32)
        assert torch.equal(without.labels, tags.labels)
        changed = (without.images != tags.images).flatten(1).any(1)
        assert torch.equal(changed, without.labels == plain.classes.index(shapes.TAGGED))
    assert plain.classes == shapes.CLASSES == tagged.classes
    masks = shapes.masks("test")
    assert np.array_equal(masks, shapes.drawn("test").masks)
    assert masks.shape == (1000, 32, 32)
    bright = plain.test.images.float().mean(1).numpy()
    assert bright[masks].mean() > bright[~masks].mean() + 60  # in the data set's own order


def test_no_test_picture_is_a_training_picture(sets):
    train = {image.numpy().tobytes() for image in sets[SHAPES].train.images}
    assert not any(image.numpy().tobytes() in train for image in sets[SHAPES].test.images)


def test_the_rows_say_what_the_code_draws():
    for name in (SHAPES, SHAPES_TAG):
        row = DATA_SETS[name]
        assert row.classes == shapes.CLASSES
        assert (row.side, row.training, row.test) == (
            shapes.SIDE,
            shapes.SPLITS["train"][0],
            shapes.SPLITS["test"][0],
        )
        assert row.is_here
    size = shapes.TAG_SIDE
    assert f"every {shapes.TAGGED} has a tag" in DATA_SETS[SHAPES_TAG].origin
    assert f"{size} × {size} pixels" in DATA_SETS[SHAPES_TAG].origin
