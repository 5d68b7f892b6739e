"""A link shows what it says; a link with nonsense in it shows the default and says so."""

import pytest

from tests.app.support import DIGITS, LEFT, PAGES, PAIRS, RIGHT, open_page, seen, texts, values

HOSTILE = "<script>alert(1)</script> `*[x](javascript:0)"


def asked(app, key: str) -> str:
    """The one warning about a key of the link."""
    [warning] = [
        text for text in values(app.warning) if text.startswith(f"The link asks for {key} ")
    ]
    return warning


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_network_gives_the_default_pair_and_a_sentence(page):
    app = open_page(page, left="plain-57 on letters", right=RIGHT)
    default = PAIRS[page]["left"]
    assert app.selectbox(key="left").value == default
    assert app.selectbox(key="right").value == RIGHT
    assert "`plain-57 on letters`" in asked(app, "left")
    assert f"this page shows {default} instead" in asked(app, "left")
    assert len(app.warning) == 1


@pytest.mark.parametrize(
    ("page", "key", "nonsense", "widget", "default"),
    [
        ("curves", "metric", "abc", "segmented_control", "error"),
        ("curves", "x", "years", "segmented_control", "epoch"),
        ("curves", "runs", "nobody's", "multiselect", [LEFT, RIGHT]),
        ("curves", "smoothing", "a lot", "slider", 0.0),
        ("curves", "smoothing", "7", "slider", 0.0),
        ("curves", "band", "perhaps", "toggle", True),
        ("gradients", "gradients", "imagined", "segmented_control", "recorded"),
        ("gradients", "quantity", "mass", "segmented_control", "‖∂L/∂W‖₂"),
        ("gradients", "moment", "when I was young", "select_slider", "0.00"),
        ("gradients", "moment", "99", "select_slider", "0.00"),
        ("gradients", "moment", "7.01", "select_slider", "0.00"),
        ("gradients", "moment", "15", "select_slider", "0.00"),
        ("feature_maps", "image", "telepathy", "segmented_control", "data set"),
        ("feature_maps", "sample", "99999", "number_input", 0),
        ("feature_maps", "sample", "-1", "number_input", 0),
        ("feature_maps", "sample", "many", "number_input", 0),
        ("feature_maps", "sample", "inf", "number_input", 0),
        ("feature_maps", "sample", "1.5", "number_input", 0),
        ("feature_maps", "channel", "abc", "selectbox", "automatic"),
        ("feature_maps", "channel", "9999999999999999999999", "selectbox", "automatic"),
        ("feature_maps", "block", "layer9.9", "select_slider", "layer1.0"),
        ("feature_maps", "left_layer", "nowhere", "selectbox", "conv1"),
        ("attribution", "method", "guessing", "segmented_control", "Grad-CAM"),
        ("attribution", "target", "unicorn", "selectbox", "true, else predicted"),
        ("attribution", "layer", "layer0", "selectbox", "automatic"),
        ("attribution", "opacity", "nan", "slider", 60),
        ("attribution", "opacity", "101", "slider", 60),
        ("attribution", "sample", "1e9", "number_input", 0),
        ("training", "recipe", "grandmother's", "selectbox", "quick"),
        ("training", "network", "resnet57", "selectbox", "plain-56"),
        ("training", "against", HOSTILE, "selectbox", "ResNet-56"),
        ("training", "data", "my folder", "selectbox", "digits"),
        ("training", "activation", "electric", "selectbox", "as usual"),
        ("training", "epochs_quick", "0", "number_input", 15),
        ("training", "epochs_quick", "2.5", "number_input", 15),
        ("training", "batch_quick", "a few", "number_input", 64),
        ("training", "rate_quick", "inf", "number_input", 0.1),
        ("training", "decay_quick", "-1", "number_input", 1e-4),
        ("training", "seed", "inf", "number_input", 0),
        ("training", "device", HOSTILE, "text_input", "auto"),
        ("training", "device", "", "text_input", "auto"),
        ("training", "precision", "exact", "selectbox", "auto"),
    ],
)
def test_nonsense_gives_the_default_and_a_sentence(page, key, nonsense, widget, default):
    app = open_page(page, **DIGITS, **{key: nonsense})
    assert getattr(app, widget)(key=key).value == default
    assert "which is not here" in asked(app, key.replace("_", " "))
    assert len(app.warning) == 1
    seen(app.run(), page)
    assert not app.warning
    assert getattr(app, widget)(key=key).value == default


def test_nothing_in_a_link_is_markup():
    warning = asked(open_page("training", against=HOSTILE), "against")
    start, end = warning.index("`"), warning.rindex("`")
    assert "`" not in warning[start + 1 : end]
    assert "<script>" in warning[start:end]
    assert "<script>" not in warning[end:]


@pytest.mark.parametrize("page", PAGES)
def test_what_no_page_knows_changes_nothing(page):
    app = open_page(page, utm_source="newsletter", page="../../etc/passwd")
    assert not app.warning
    assert not app.error


def test_a_link_shows_what_it_says():
    app = open_page(
        "feature_maps", left=RIGHT, right=LEFT, sample="7", block="layer2.3", channel="5"
    )
    assert not app.warning
    said = texts(app)
    assert said.index(f"#### :blue[●] {RIGHT}") < said.index(f"#### :orange[●] {LEFT}")
    assert said.count("layer2.3: 4×4×32") == 2
    assert any("channel 5" in caption for image in app.image for caption in image.captions)
    assert app.number_input(key="sample").value == 7


def test_a_fresh_network_travels_in_the_link():
    app = open_page(
        "attribution",
        right="a fresh network",
        right_net="resnet20",
        right_activation="tanh",
        right_seed="3",
    )
    assert not app.warning
    assert "ResNet-20 · tanh, random weights of seed 3" in texts(app)
    assert app.selectbox(key="right_activation").value == "tanh"
    assert app.number_input(key="right_seed").value == 3


def test_moving_a_widget_is_not_taken_for_a_link():
    app = open_page("feature_maps", **DIGITS, block="layer3.8", channel="60")
    assert not app.warning
    app.select_slider(key="block").set_value("layer1.0").run()
    assert not app.exception
    assert not app.warning
    assert app.selectbox(key="channel").value == "automatic"


@pytest.mark.parametrize(
    ("page", "key", "values", "widget", "shown", "warned"),
    [
        ("gradients", "gradients", ["on a batch", "bad"], "segmented_control", "on a batch", False),
        ("gradients", "gradients", ["bad", "on a batch"], "segmented_control", "recorded", True),
        ("training", "network", ["plain-20", "bad"], "selectbox", "plain-56", True),
        ("training", "network", ["bad", "plain-20"], "selectbox", "plain-20", False),
    ],
)
def test_of_a_value_said_twice_the_sentence_speaks_of_the_one_that_counts(
    page, key, values, widget, shown, warned
):
    app = open_page(page, **DIGITS, **{key: values})
    assert getattr(app, widget)(key=key).value == shown
    assert len(app.warning) == warned
