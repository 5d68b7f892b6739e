"""Scores of maps against masks: by hand, by chance, and where values are equal."""

import numpy as np
import pytest
import torch

from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.localisation import overlap, pointing_game
from resnet_viz.analysis.trust.controls import controls

SIDE = 8
MASK = np.zeros((1, SIDE, SIDE), bool)
MASK[0, 2:4, 2:5] = True  # 6 of 64 pixels


def one(values: dict[tuple[int, int], float]) -> np.ndarray:
    """A map that is 0 but for some pixels."""
    made = np.zeros((1, SIDE, SIDE))
    for place, value in values.items():
        made[0][place] = value
    return made


@pytest.mark.parametrize(
    ("values", "hit"),
    [
        ({(2, 2): 1.0}, 1),
        ({(0, 0): 1.0, (2, 2): 0.9}, 0),
        ({(2, 2): 3.0, (0, 0): 3.0}, 0.5),  # of two equal ones one lies in it
        ({(4, 2): 1.0}, 0),  # one pixel below it: none is forgiven
        ({}, 6 / 64),  # a blank map points anywhere
    ],
)
def test_the_strongest_point_lies_in_the_mask_or_not(values, hit):
    assert pointing_game(one(values), MASK).tolist() == [hit]


def test_the_mask_itself_overlaps_wholly_and_its_opposite_not_at_all():
    assert overlap(MASK.astype(float), MASK).tolist() == [1]
    assert overlap(-MASK.astype(float), MASK).tolist() == [0]


def test_overlap_counts_as_many_pixels_as_the_mask_has():
    shifted = np.roll(MASK, 1, axis=2)  # 4 of 6 pixels in common
    assert overlap(shifted.astype(float), MASK)[0] == pytest.approx(4 / 8)
    ordered = MASK * 100.0 + np.arange(SIDE**2).reshape(1, SIDE, SIDE)
    ordered[0, 7, 5:] = 1000.0  # three that are stronger: three of the mask's have no room
    assert overlap(ordered, MASK)[0] == pytest.approx(3 / (12 - 3))


def test_equal_values_share_the_room_that_is_left():
    flat = np.zeros((1, SIDE, SIDE))
    common = 6 * 6 / 64
    assert overlap(flat, MASK)[0] == pytest.approx(common / (12 - common))
    point = one({(2, 2): 1.0})  # one for certain, five among 63 of which five are the mask's
    common = 1 + 5 * 5 / 63
    assert overlap(point, MASK)[0] == pytest.approx(common / (12 - common))


def test_scores_see_the_order_of_the_values_alone():
    random = np.random.default_rng(0)
    maps = random.normal(size=(20, SIDE, SIDE))
    masks = random.random((20, SIDE, SIDE)) < 0.3
    for score in (pointing_game, overlap):
        assert np.array_equal(score(maps, masks), score(np.exp(3 * maps) - 7, masks))


def test_random_maps_score_what_chance_gives():
    maps = np.random.default_rng(1).random((4000, SIDE, SIDE))
    masks = np.broadcast_to(MASK, maps.shape)
    share = 6 / 64
    assert pointing_game(maps, masks).mean() == pytest.approx(share, abs=0.015)
    assert overlap(maps, masks).mean() == pytest.approx(share / (2 - share), abs=0.01)


def test_a_centred_gaussian_finds_what_lies_in_the_middle():
    maps = np.stack([controls(torch.zeros(3, 9, 9))["centre"].numpy()] * 2)
    middle, corner = np.zeros((2, 9, 9), bool)
    middle[3:6, 3:6] = corner[:3, :3] = True
    masks = np.stack([middle, corner])
    assert pointing_game(maps, masks).tolist() == [1, 0]
    assert overlap(maps, masks).tolist() == [1, 0]
    assert np.array_equal(maps[0], maps[0].T)


@pytest.mark.parametrize("score", [pointing_game, overlap])
@pytest.mark.parametrize(
    ("maps", "masks"),
    [
        (np.zeros((1, 4, 4)), MASK),
        (np.zeros((SIDE, SIDE)), MASK[0]),
        (np.zeros((0, SIDE, SIDE)), MASK[:0]),
        (np.full((1, SIDE, SIDE), np.nan), MASK),
        (np.full((1, SIDE, SIDE), np.inf), MASK),
        (np.zeros((1, SIDE, SIDE)), np.zeros_like(MASK)),
    ],
)
def test_what_cannot_be_scored_is_refused(score, maps, masks):
    with pytest.raises(AnalysisError):
        score(maps, masks)
