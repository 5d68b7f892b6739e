"""Feature maps shows which channels matter and what excites the chosen one, of both networks."""

from collections import Counter

import pytest

from resnet_viz import analysis, data, models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.results import channels
from tests.app.support import alternatives, charts, numbers, open_page, read_page, texts

NAMES = {"left": "plain20-digits-seed0", "right": "resnet20-digits-seed0"}
SHALLOW = {"left": "plain-20 on digits", "right": "ResNet-20 on digits", "image": "data set"}
BLOCK = "layer2.1"


@pytest.fixture
def anew():
    """Nothing that another test computed is there."""
    channels._exciting.clear()
    yield
    channels._exciting.clear()


def loaded(side: str):
    return models.load(shipped_checkpoint(NAMES[side]))


def test_the_bars_are_of_the_channels_that_count_most_for_the_true_class():
    app = read_page("feature_maps", **SHALLOW, block=BLOCK, channel="7")
    digits = data.load("digits")
    true = int(digits.test.labels[0])
    for side in NAMES:
        found = analysis.important_channels(
            loaded(side), sample_of(digits, 0).image, BLOCK, true
        ).set_index("channel")["score"]
        [bars] = charts(app)[f"important-{side}"]
        drawn = dict(zip(numbers(bars["customdata"]), numbers(bars["x"]), strict=True))
        most = set(found.abs().nlargest(10).index)
        assert set(drawn) == most | {7}
        assert [drawn[channel] for channel in drawn] == pytest.approx(
            [found[channel] for channel in drawn], rel=1e-3, abs=1e-5
        )
        solid = [
            channel for channel, o in zip(drawn, bars["marker"]["opacity"], strict=True) if o == 1
        ]
        assert solid == [7]


def test_pictures_are_looked_for_only_where_that_is_asked(monkeypatch, anew):
    asked = []
    original = analysis.channels.exciting_pictures

    def count(classifier, split, layer, **more):
        asked.append(layer)
        return original(classifier, split, layer, **more)

    monkeypatch.setattr(analysis.channels, "exciting_pictures", count)
    app = open_page("feature_maps", **SHALLOW, block=BLOCK)
    assert not asked
    app.toggle(key="exciting").set_value(True).run()
    assert asked == [BLOCK] * 2
    app.selectbox(key="channel").select("3").run()
    assert not app.exception
    assert asked == [BLOCK] * 2  # one pass finds what excites each of the channels
    assert not app.get("progress")


def test_what_excites_a_channel_is_shown_of_both_networks():
    app = open_page("feature_maps", **SHALLOW, block=BLOCK, channel="9", exciting="true")
    digits = data.load("digits")
    for side in NAMES:
        found = analysis.exciting_pictures(loaded(side), digits.test, BLOCK)
        rows = found[found["channel"] == 9]
        names = [str(int(digits.test.labels[place])) for place in rows["picture"]]
        [alt] = [
            text
            for text in alternatives(app)
            if text.startswith("The 9 test pictures") and SHALLOW[side] in text
        ]
        assert alt.endswith(f"most: {', '.join(names)}.")
        name, number = Counter(names).most_common(1)[0]
        assert f"{number} of 9 pictures are {name}" in texts(app) or number in (1, 9)


def test_a_network_whose_pictures_are_not_here_says_how_to_have_them():
    app = open_page("feature_maps", exciting="true")
    assert texts(app).count("Test pictures of CIFAR-10, JPEG copy are not on this server") == 2
    assert set(charts(app)) >= {"important-left", "important-right"}
