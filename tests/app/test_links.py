"""A link shows what it says; a link with nonsense in it shows the default and says so."""

import ast

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.data import DATA_SETS
from resnet_viz.ui.shell import keys
from resnet_viz.ui.shell.page_table import PAGES
from tests.app.support import DIGITS, LEFT, PAIRS, RIGHT, open_page, seen, texts, values

HOSTILE = "<script>alert(1)</script> `*[x](javascript:0)"
KINDS = ("segmented_control", "selectbox", "select_slider", "multiselect", "number_input", "slider")
KINDS += ("toggle", "text_input")

# One of each widget that a link may speak of, by its key, and what it shows at first.
WIDGETS = {
    "segments": ("links.segments('S', ('a', 'b'), key='segments')", "a"),
    "named": ("links.segments('S', ('a', 'b'), key='named', names={'b': 'B'}, default='b')", "b"),
    "select": ("links.select('S', ('a', 'b'), key='select', names={'a': 'A'})", "a"),
    "steps": ("links.steps('S', ('0.00', '15.00'), key='steps')", "0.00"),
    "several": ("links.several('S', ('a', 'b'), ['a'], key='several', says='a')", ["a"]),
    "whole": ("links.number('S', 1, 20, 3, key='whole')", 3),
    "number": ("links.number('S', 1e-6, 10.0, 0.5, key='number')", 0.5),
    "slider": ("links.slider('S', 0, 100, 60, 5, key='slider', says='60 %')", 60),
    "toggle": ("links.toggle('S', True, key='toggle', says='mean and band', help='')", True),
    "text": ("links.text('S', 'x', key='text', fits=lambda text: 0 < len(text) < 9)", "x"),
    "expander": ("links.expander('S', key='expander', says='it closed', icon=None).open", False),
}
DEFAULTS = {key: default for key, (_, default) in WIDGETS.items()}
DRAWN = ", ".join(f"{key}={call}" for key, (call, _) in WIDGETS.items())
SCRIPT = f"""
import streamlit as st
from resnet_viz.ui.shell import links
links.begin()
st.code(repr(dict({DRAWN})))
"""
ODD_NUMBERS = ("many", "", "0", "-1", "99", "1e9", "inf", "-inf", "nan", "9" * 30, HOSTILE)
ODD_OPTIONS = ("abc", "9" * 30, HOSTILE, "A ", "true", "15")
ODD_SWITCHES = ("perhaps", "", "1", HOSTILE)
NONSENSE = {
    "segments": (*ODD_OPTIONS, ""),
    "named": (*ODD_OPTIONS, ""),
    "select": (*ODD_OPTIONS, ""),
    "steps": (*ODD_OPTIONS, ""),
    "several": ODD_OPTIONS,
    "whole": (*ODD_NUMBERS, "2.5"),
    "number": ODD_NUMBERS,
    "slider": ("a lot", "-1", "101", "nan", "inf", ""),
    "toggle": ODD_SWITCHES,
    "text": ("", HOSTILE, "x" * 200),
    "expander": ODD_SWITCHES,
}
LINKS = [
    {key: odd[number] for key, odd in NONSENSE.items() if number < len(odd)}
    for number in range(max(map(len, NONSENSE.values())))
]
# What another page could have left under a key if it meant something else there, and the widgets
# that could have left it themselves.
LEFT_BEHIND = (
    ("b", {"segments", "select", "text"}),
    ("abc", {"text"}),
    (0.7, {"number"}),
    (7, {"whole", "number", "slider"}),
    (True, {"toggle", "expander"}),
    (["b"], {"several"}),
    ((1, 2), set()),
    (None, set()),
)


def draw(**link) -> AppTest:
    """A page with each of the widgets, as a link opens it; it writes down what they give."""
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    app.query_params.update(link)
    return app.run()


def given(app: AppTest) -> dict:
    """What the widgets of `draw` give."""
    assert not app.exception, app.exception[0].value
    return ast.literal_eval(app.code[0].value)


def control(app: AppTest, key: str):
    """The control of a page that has a key."""
    return next(one for kind in KINDS for one in getattr(app, kind) if one.key == key)


def asked(app: AppTest, key: str) -> str:
    """The one warning about a key of the link."""
    about = f"The link asks for {key.replace('_', ' ')} "
    [warning] = [text for text in values(app.warning) if text.startswith(about)]
    return warning


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["whole"][:9])
def test_nonsense_gives_the_default_and_a_sentence_once(link):
    app = draw(**link)
    assert given(app) == DEFAULTS
    for key in link:
        assert "which is not here" in asked(app, key)
    assert len(app.warning) == len(link)
    assert given(app.run()) == DEFAULTS
    assert not app.warning
    assert not app.query_params


@pytest.mark.parametrize(("value", "fitting"), LEFT_BEHIND)
def test_what_something_else_left_under_a_key_breaks_no_widget(value, fitting):
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    for key in WIDGETS:
        app.session_state[key] = value
    expected = DEFAULTS | dict.fromkeys(fitting, value)
    assert given(app.run()) == expected
    assert given(app.run()) == expected
    assert not app.warning


def test_nothing_in_a_link_is_markup():
    warning = asked(draw(select=HOSTILE), "select")
    start, end = warning.index("`"), warning.rindex("`")
    assert "`" not in warning[start + 1 : end]
    assert "<script>" in warning[start:end]
    assert "<script>" not in warning[end:]


def test_of_a_value_said_twice_the_sentence_speaks_of_the_one_that_counts():
    app = draw(segments=["b", "bad"], select=["b", "bad"], several=["bad", "b"])
    assert given(app) == DEFAULTS | {"segments": "b", "select": "a", "several": ["b"]}
    assert asked(app, "select")
    assert asked(app, "several")
    assert len(app.warning) == 2
    app = draw(segments=["bad", "b"], select=["bad", "b"])
    assert given(app) == DEFAULTS | {"segments": "a", "select": "b"}
    assert asked(app, "segments")
    assert len(app.warning) == 1


def test_a_link_shows_what_it_says_of_each_widget():
    said = {"named": "a", "segments": "b", "select": "b", "steps": "15.00", "several": ["a", "b"]}
    numbers = {"whole": "20", "number": "1e-3", "slider": "35"}
    app = draw(**said, **numbers, toggle="false", text="stride", expander="true")
    shown = said | {"whole": 20, "number": 1e-3, "slider": 35}
    shown |= {"toggle": False, "text": "stride", "expander": True}
    assert given(app) == shown
    assert given(app.run()) == shown
    assert not app.warning


def test_a_link_may_leave_several_empty():
    app = draw(several="")
    assert given(app) == DEFAULTS | {"several": []}
    assert not app.warning


@pytest.mark.parametrize("said", ["resnet20", "ResNet-20"])
def test_an_option_goes_by_either_of_its_names(said):
    app = open_page("training", network=said)
    assert not app.warning
    assert app.selectbox(key="network").value == "ResNet-20"
    assert seen(app.run(), "training").query_params["network"] == "ResNet-20"


@pytest.mark.parametrize(
    ("page", "key", "said", "shown"),
    [("shortcuts", "shortcut_scale", "0.7", 0.7), ("training", "run_activation", "gelu", "gelu")],
)
def test_a_link_of_before_is_understood_and_written_anew(page, key, said, shown):
    app = open_page(page, **{keys.FORMERLY[key]: said})
    assert not app.warning
    assert control(app, key).value == shown
    seen(app.run(), page)
    assert control(app, key).value == shown
    assert app.query_params[key] == said
    assert keys.FORMERLY[key] not in app.query_params


def test_a_page_takes_no_key_of_another(monkeypatch):
    monkeypatch.setitem(keys.KEYS, "glossary", ())
    keys.owners.cache_clear()
    app = AppTest.from_string(
        "import streamlit as st\n"
        "from resnet_viz.ui.shell import links, navigation\n"
        "st.session_state[navigation.SHOWN] = 'glossary'\n"
        "links.begin(); links.text('Look for', '', key='word', fits=len)"
    )
    app.run()
    keys.owners.cache_clear()
    assert len(app.exception) == 1


# Page -> what a link says of all of its keys at once, and what is shown instead.
ODD = {
    "overview": {"projector": ("perhaps", False)},
    "architecture": {
        "show": ("a cow", "the pair"),
        "part": ("layer9.9", "layer2.0"),
        "size_8": ("0", 8),
        "unfold": ("perhaps", False),
        "layers": ("ResNet-57", "plain-56"),
    },
    "training": {
        "recipe": ("grandmother's", "quick"),
        "network": ("resnet57", "plain-56"),
        "against": (HOSTILE, "ResNet-56"),
        "data": ("my folder", "digits"),
        "epochs_quick": ("2.5", 15),
        "batch_quick": ("a few", 64),
        "rate_quick": ("inf", 0.1),
        "decay_quick": ("-1", 1e-4),
        "seed": ("inf", 0),
        "device": (HOSTILE, "auto"),
        "precision": ("exact", "auto"),
        "run_activation": ("electric", "as usual"),
        "run_norm": ("", "as usual"),
        "run_shortcut": ("none", "as usual"),
    },
    "study": {"study": ("ImageNet", "CIFAR-10, JPEG copy")},
    "transfer": {
        "networks": ("ResNet-19", ["ResNet-18"]),
        "six_data": ("my folder", f"CIFAR-10 ({DATA_SETS['cifar10'].download_size} to download)"),
        "six_epochs": ("0", 5),
        "six_dropout": ("1", 0.2),
        "six_device": ("", "auto"),
        "own_data": ("my folder", "a folder"),
        "own_seed": ("inf", 0),
    },
    "curves": {
        "metric": ("abc", "error"),
        "x": ("years", "epoch"),
        "runs": ("nobody's", [LEFT, RIGHT]),
        "smoothing": ("7", 0.0),
        "band": ("perhaps", True),
    },
    "gradients": {
        "gradients": ("imagined", "recorded"),
        "quantity": ("mass", "‖∂L/∂W‖₂"),
        "moment": ("15", "0.00"),
    },
    "feature_maps": {
        "image": ("telepathy", "data set"),
        "sample": ("99999", 0),
        "channel": ("9" * 22, "automatic"),
        "block": ("layer9.9", "layer1.0"),
        "scale": ("0.7", "shared"),
        "left_layer": ("nowhere", "conv1"),
    },
    "classes": {
        "test_data": ("unicorn", "each network's own"),
        "true": ("unicorn", "4"),
        "predicted": ("unicorn", "6"),
    },
    "attribution": {
        "method": ("guessing", "Grad-CAM"),
        "target": ("unicorn", "true, else predicted"),
        "layer": ("layer0", "automatic"),
        "opacity": ("101", 60),
        "sample": ("1e9", 0),
    },
    "convolution": {
        "size": ("9999", 8),
        "kernel": ("-3", 3),
        "padding": ("some", 0),
        "stride": ("1.5", 2),
        "dilation": ("inf", 1),
        "row": ("3", 0),
        "column": ("-1", 0),
    },
    "vanishing": {
        "function": ("softplus", "sigmoid"),
        "chain_layers": ("0", "20"),
        "chain_weight": ("-3", 1.0),
        "chain_input": ("inf", 1.0),
    },
    "degradation": {"recorded_on": ("ImageNet", "digits")},
    "shortcuts": {
        "at": ("x", "layer2.0"),
        "option": ("D", "A"),
        "counted": ("resnet57", "ResNet-34"),
        "shortcut_scale": ("each network", 0.5),
    },
    "cardinality": {
        "paths": ("many", 4),
        "one_path": ("300", 64),
        "width": ("wide", "at equal cost"),
    },
    "glossary": {"word": ("x" * 200, "")},
}
ON_DIGITS = ("feature_maps", "classes", "attribution", "shortcuts")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_whose_link_nothing_is_true_shows_all_its_defaults(page):
    odd = {key: nonsense for key, (nonsense, _) in ODD[page].items()}
    network = DIGITS if page in ON_DIGITS else {"left": "plain-57 on letters"}
    unknown = {"utm_source": "newsletter", "page": "../../etc/passwd"}  # which no page knows
    app = open_page(page, **odd, **network, **unknown)
    assert not app.error
    for key, (_, default) in ODD[page].items():
        assert control(app, key).value == default
        assert "which is not here" in asked(app, key)
    if page not in ON_DIGITS:
        assert f"this page shows {PAIRS[page]['left']} instead" in asked(app, "left")
    assert len(app.warning) == len(odd) + (page not in ON_DIGITS)
    seen(app.run(), page)
    assert not app.warning
    assert {key: control(app, key).value for key in odd} == {
        key: default for key, (_, default) in ODD[page].items()
    }


@pytest.mark.parametrize("page", ["feature_maps", "classes", "attribution", "shortcuts"])
def test_an_unknown_network_gives_the_pages_own_and_a_sentence(page):
    app = open_page(page, left="plain-57 on letters", right=RIGHT)
    default = PAIRS[page]["left"]
    assert app.selectbox(key="left").value == default
    assert app.selectbox(key="right").value == RIGHT
    assert "`plain-57 on letters`" in asked(app, "left")
    assert f"this page shows {default} instead" in asked(app, "left")
    assert len(app.warning) == 1


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
