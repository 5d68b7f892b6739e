"""Each widget shows what a link says of it; of nonsense it shows the default and says so."""

import ast

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.ui.shell import keys
from tests.app.links_support import HOSTILE, asked

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
