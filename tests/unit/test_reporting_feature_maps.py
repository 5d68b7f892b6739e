"""What is said of maps follows from them."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz import charts
from resnet_viz.reporting import feature_maps


def blocks(*rows: tuple[str, bool, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["label", "residual", "response", "share"])


def test_medians_and_the_share_of_blocks_that_are_mostly_shortcut_are_computed():
    said = feature_maps.noticed(
        blocks(
            ("plain", False, 1.0, 0.0),
            ("plain", False, 3.04, 0.0),
            ("residual", True, 0.2, 0.6),
            ("residual", True, 0.2, 0.4),
            ("residual", True, 10.0, 0.9),
        )
    )
    assert said.startswith(
        "For this picture in 67 % of the residual blocks most of the sum is shortcut, and the "
        "median standard deviation of F(x) is 2.0 in plain and 0.20 in residual."
    )


def test_without_shortcuts_nothing_is_said_of_them():
    said = feature_maps.noticed(blocks(("plain", False, 20.0, 0.0)))
    assert said.startswith("For this picture the median standard deviation of F(x) is 20 in plain.")


def test_the_finding_is_how_strong_the_branches_are_where_the_page_stands():
    rows = blocks(("plain", False, 1.25, 0.0), ("residual", True, 0.4, 0.453))
    said = feature_maps.finding(rows.assign(block=["layer1.0", "layer2.3"]))
    assert said == (
        "F(x) has a standard deviation of 1.2 in layer1.0 of plain and 0.40 in layer2.3 of "
        "residual, where 45 % of the sum is shortcut."
    )
    alone = feature_maps.finding(blocks(("plain", False, 20.0, 0.0)).assign(block="layer1.0"))
    assert alone == "F(x) has a standard deviation of 20 in layer1.0 of plain."


def test_the_paper_is_quoted_with_what_is_so_of_this_picture():
    plain, weak, strong = (
        ("plain", False, 1.0, 0.0),
        ("residual", True, 0.5, 0.5),
        ("residual", True, 2.0, 0.5),
    )
    assert feature_maps.noticed(blocks(plain, weak)).endswith("data set: so they are here.")
    said = feature_maps.noticed(blocks(plain, strong))
    assert said.endswith("data set: for this picture they are not.")
    assert "no network of the other kind" in feature_maps.noticed(blocks(strong))


def test_blocks_that_overflow_are_left_out():
    found = feature_maps.finite(blocks(("a", True, 1.0, 0.5), ("a", True, np.inf, np.nan)))
    assert list(found["response"]) == [1.0]


@pytest.mark.parametrize(
    ("sizes", "share", "said"),
    [
        ([(16, 8, 8), (32, 4, 4)], 0.256, "b: 8×8×16 → 4×4×32; 26 % of the sum is shortcut"),
        ([(16, 8, 8), (16, 8, 8)], 0.0, "b: 8×8×16; 0 % of the sum is shortcut"),
        ([(16, 8, 8)], None, "b: 8×8×16; nothing is added, the third picture is F(x) again"),
    ],
)
def test_a_block_is_named_with_its_shapes_and_its_shortcut(sizes, share, said):
    assert feature_maps.passage("b", sizes, share) == said


def test_the_scale_says_its_ends_and_whose_it_is():
    under, alt = feature_maps.scale(2.345, signed=True, networks=2)
    assert under == "−2.3 … 2.3: one scale for x, F(x) and the sum of both networks"
    assert "−2.3 … 2.3" in alt
    under, _ = feature_maps.scale(2.345, signed=False, networks=1)
    assert under == "0 … 2.3: one scale for x, F(x) and the sum of this network"


def test_a_channel_with_nothing_in_it_is_said_to_be_empty():
    assert feature_maps.channel(3, empty=True) == "channel 3: 0 everywhere"
    assert feature_maps.channel(3, empty=False) == "channel 3"
    assert feature_maps.any_layer((16, 8, 8), signed=False).startswith("8×8×16, ")
    assert feature_maps.any_layer((16, 8, 8), signed=True).endswith("red above")
    assert feature_maps.spread(0.123) == "σ = 0.12"
    assert "16 channels, standard deviation 0.12." in feature_maps.channels_described(
        "x", 16, 0.123
    )


def test_a_strangers_name_is_no_markup_and_a_size_does_not_break():
    assert feature_maps.seen("*a*", 8) == "\\*a\\*, as the network sees it: 8\u00a0×\u00a08"
    assert feature_maps.seen_described("a", "b", 8) == "a as b sees it, 8\u00a0×\u00a08 pixels."


def test_the_scale_that_pictures_share_is_the_largest_of_theirs_without_its_spikes():
    spike = np.ones(1000)
    spike[0] = -1e6
    assert charts.scale_top([spike, np.full(10, -3.0)]) == 3.0
    assert charts.scale_top([np.zeros(4)]) == 1.0  # nothing to divide by
