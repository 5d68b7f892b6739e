"""Feature maps are drawn so that two networks can be compared, and named for what they are."""

import numpy as np
import pytest

import resnet_viz.charts
from resnet_viz.charts import png
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import drawings
from resnet_viz.ui.topics import feature_maps
from tests.app.broken_support import broken
from tests.app.support import (
    DIGITS,
    LEFT,
    PHOTOGRAPHS,
    RIGHT,
    alternatives,
    captions,
    open_page,
    texts,
    values,
)


@pytest.fixture
def drawn(monkeypatch):
    """The pictures of channels that a page makes, as (values, most, signed)."""
    grid = resnet_viz.charts.grid
    calls = []

    def remember(maps, *, most, signed, **rest):
        calls.append((maps, most, signed))
        return grid(maps, most=most, signed=signed, **rest)

    monkeypatch.setattr("resnet_viz.charts.grid", remember)
    monkeypatch.setattr(drawings, "picture", lambda _, draw: png(draw()))  # each time anew
    return calls


def overflow(block: str):
    """Weights so large that what the block puts out is not finite any more."""

    def spoil(network):
        for layer in (network.get_submodule(block).conv1, network.get_submodule(block).conv2):
            layer.weight.mul_(1e30)
        network.get_submodule(block).bn1.running_var.fill_(1)
        network.get_submodule(block).bn2.running_var.fill_(1)

    return spoil


def test_x_branch_and_sum_of_both_networks_have_one_colour_scale(drawn):
    said = captions(open_page("feature_maps", **DIGITS, block="layer2.3"))
    [(most, signed)] = {(most, signed) for _, most, signed in drawn[:6]}
    assert signed
    assert most == pytest.approx(max(np.quantile(np.abs(maps), 0.995) for maps, *_ in drawn[:6]))
    under = [caption for caption in said if "one scale" in caption]
    ends = f"−{most:.2g} … {most:.2g}"
    assert under == [f"{ends}: one scale for x, F(x) and the sum of both networks"]


def test_a_plain_networks_sum_looks_like_its_branch_because_it_is(drawn):
    open_page("feature_maps", **DIGITS, block="layer2.3")
    (_, branch, total) = drawn[:3]
    np.testing.assert_array_equal(branch[0], total[0])
    assert branch[1:] == total[1:]


def test_what_the_colours_stand_for_is_said_of_what_is_drawn_in_them():
    app = open_page("feature_maps", **DIGITS, block="layer2.3", left_layer="layer1.0.act2")
    [source] = [text for text in values(app.caption) if text.startswith("He et al. 2015")]
    assert "x, F(x) and the sum: blue is below 0, red above." in source
    assert "viridis" not in source
    own = [text for text in values(app.caption) if "a colour scale of its own" in text]
    assert own[0].endswith("viridis, for nothing is below 0")
    assert own[1].endswith("blue is below 0, red above")


@pytest.mark.parametrize(
    ("block", "right", "found"),
    [
        ("b2", ["b0", "b2"], "b2"),
        ("b2", ["c0", "c1", "c2", "c3", "c4"], "c2"),
        ("b4", ["c0", "c1"], "c1"),
        ("b0", ["c0", "c1"], "c0"),
    ],
)
def test_the_right_networks_block_is_that_of_the_name_or_as_far_on_its_way(block, right, found):
    assert feature_maps.beside(block, ["b0", "b1", "b2", "b3", "b4"], right) == found


def test_the_blocks_of_the_network_that_has_more_of_them_are_all_reached():
    fresh = {"right": catalogue.FRESH, "right_net": "resnet101"}
    app = open_page("feature_maps", left=LEFT, **fresh, image="drawn", block="layer3.20")
    assert not app.warning
    slider = app.select_slider(key="block")
    assert len(slider.options) == 33
    assert slider.value == "layer3.20"
    assert "layer3.20: " in texts(app)
    # A link of before, to a block that only the left network has.
    app = open_page("feature_maps", left=LEFT, **fresh, image="drawn", block="layer1.8")
    assert not app.warning
    blocks = [f"layer{stage}.{block}" for stage in (1, 2, 3) for block in range(9)]
    assert app.select_slider(key="block").value == feature_maps.beside(
        "layer1.8", blocks, slider.options
    )


class Network:
    """A side of the pair with some blocks."""

    def __init__(self, *blocks: str) -> None:
        self.classifier = self.network = self
        self.blocks = lambda: blocks


def test_a_click_at_a_block_or_a_channel_chooses_it(monkeypatch):
    state = {"chart": {"selection": {"points": [{"x": "b2", "customdata": "b2"}]}}}
    monkeypatch.setattr(feature_maps.st, "session_state", state)
    sides = (Network("b0", "b1", "b2"), Network("c0", "c1"))
    feature_maps._follow_block("chart", sides)
    assert state["block"] == "b2"
    state["chart"] = {"selection": {"points": [{"x": "c0"}]}}  # a bar of the other network
    feature_maps._follow_block("chart", sides)
    assert state["block"] == "b0"
    state["maps"] = {"selection": {"points": [{"x": 1.5, "y": 0.5, "customdata": 7}]}}
    feature_maps.follow_channel("maps")
    assert state["channel"] == "7"
    state["maps"] = {"selection": {"points": []}}
    feature_maps.follow_channel("maps")
    assert state["channel"] == "7"


def channels(app) -> list[str]:
    """What stands under the enlarged channels."""
    return [caption for caption in captions(app) if caption.startswith("channel ")]


def test_the_channel_to_begin_with_shows_something_in_each_picture(drawn):
    app = open_page("feature_maps", **DIGITS)
    for side, parts in enumerate((drawn[:3], drawn[3:6])):
        [caption] = set(channels(app)[3 * side : 3 * side + 3])
        chosen = int(caption.removeprefix("channel "))
        least = np.min([maps.std((1, 2)) for maps, *_ in parts], axis=0)
        assert least[chosen] == least.max() > 0
    assert app.selectbox(key="channel").value == "automatic"


def test_a_channel_without_anything_in_it_says_so(drawn):
    open_page("feature_maps", **DIGITS)
    empty = np.flatnonzero(~drawn[0][0].any((1, 2)))
    assert len(empty)  # x of the plain network, behind its first activation
    app = open_page("feature_maps", **DIGITS, channel=str(empty[0]))
    assert channels(app)[0] == f"channel {empty[0]}: 0 everywhere"
    assert [alt for alt in alternatives(app) if f"channel {empty[0]}: 0 everywhere" in alt]
    assert f"channel {empty[0]}" in channels(app)[1:]


def test_a_plain_networks_third_picture_is_said_to_be_the_second():
    said = values(open_page("feature_maps", **DIGITS).caption)
    [plain, residual] = [text for text in said if text.startswith("layer1.0: ")]
    assert plain.endswith("nothing is added, the third picture is F(x) again")
    assert residual.endswith("% of the sum is shortcut")


def test_each_network_can_have_a_scale_of_its_own_and_a_link_says_so(drawn):
    app = open_page("feature_maps", **DIGITS, block="layer2.3")
    assert "one network is pale" in texts(app)
    drawn.clear()
    app = open_page("feature_maps", **DIGITS, block="layer2.3", scale="each network")
    tops = [most for _, most, _ in drawn[:6]]
    assert tops[:3] == [tops[0]] * 3
    assert tops[3:] == [tops[3]] * 3
    assert tops[3] > 2 * tops[0]
    assert "one network is pale" not in texts(app)
    assert len([caption for caption in captions(app) if "sum of this network" in caption]) == 2


@pytest.mark.parametrize(
    ("shortcut", "block", "formula"),
    [
        ("A", "layer1.0", "F(x) + x"),
        ("A", "layer2.0", "F(x) + padded x"),
        ("B", "layer2.0", "F(x) + Wₛx"),
        ("C", "layer1.0", "F(x) + Wₛx"),
        ("none", "layer2.0", "F(x), no shortcut"),
    ],
)
def test_the_sum_is_named_after_the_blocks_own_shortcut(shortcut, block, formula):
    fresh = {"left": catalogue.FRESH, "left_net": "resnet20", "left_shortcut": shortcut}
    if shortcut == "none":
        fresh = {"left": catalogue.FRESH, "left_net": "plain20"}
    app = open_page("feature_maps", **fresh, right=LEFT, block=block, image="drawn")
    headings = [
        text.partition("  \n")[0]
        for text in values(app.markdown)
        if text.startswith("**F(x)") and "  \n" in text
    ]
    assert headings == ["**F(x)**", f"**{formula}**", "**F(x)**", "**F(x), no shortcut**"]
    assert [alt for alt in alternatives(app) if alt.startswith(f"{formula} of ")]


def test_feature_maps_show_the_picture_as_each_network_sees_it():
    app = open_page("feature_maps", left=LEFT, right=PHOTOGRAPHS["right"], image="drawn")
    assert [caption for caption in captions(app) if caption.startswith("drawn picture")] == [
        "drawn picture, as the network sees it: 8 × 8",
        "drawn picture, as the network sees it: 32 × 32",
    ]


def test_a_network_that_overflows_hides_no_other_on_feature_maps(drawn):
    label = broken(overflow("layer2.3"))
    link = {"left": label, "right": RIGHT, "image": "data set"}
    app = open_page("feature_maps", **link, block="layer2.3")
    [error] = values(app.error)
    assert error.startswith("The numbers in layer2.3 of ResNet-56 are not finite")
    assert len(channels(app)) == 3
    assert all(np.isfinite(maps).all() and np.isfinite(most) for maps, most, _ in drawn)
    before = open_page("feature_maps", **link, block="layer2.2")
    [unknown] = values(before.error)  # which channels matter for a class that has no score
    assert unknown.startswith("The scores of ResNet-56 are not finite numbers")
    assert len(channels(before)) == 6
    assert "nan" not in texts(before)
    both = open_page("feature_maps", left=label, right=label, image="data set", block="layer2.3")
    assert len(both.error) == 2
