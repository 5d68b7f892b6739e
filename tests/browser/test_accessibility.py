"""What says whether a page can be read: it has to see what it is there for."""

import pytest

from tests.browser.accessibility import barriers, broken_rules, faint_letters

GREYS = {"#767676": True, "#777777": False}  # the known border of 4.5 : 1 on white


def drawn(inside: str) -> str:
    return (
        f'<html lang="en"><title>x</title><main data-testid="stMain" style="background: white">'
        f'<svg width="200" height="100" aria-hidden="true">{inside}</svg></main>'
    )


@pytest.mark.parametrize(("colour", "is_read"), GREYS.items())
def test_letters_of_a_drawing_are_measured_as_wcag_says(page, colour, is_read):
    page.set_content(drawn(f'<text x="9" y="50" fill="{colour}">a</text>'))
    assert (faint_letters(page) == []) == is_read


@pytest.mark.parametrize(
    ("inside", "is_read"),
    [
        ('<rect width="99" height="99"/><text x="9" y="50" fill="#FFF">a</text>', True),
        ('<rect width="99" height="99"/><text x="9" y="50">a</text>', False),
        ('<rect x="60" width="99" height="99"/><text x="9" y="50">a</text>', True),
        ('<g opacity="0.5"><text x="9" y="50">a</text></g>', False),
        ('<text x="9" y="50" fill="#777" font-size="24">a</text>', True),
        ('<text x="9" y="50" fill="#777">●</text>', True),
        ('<text x="9" y="50"><tspan fill="#777">●</tspan> a</text>', True),
        ('<text x="9" y="50"><tspan fill="#999">a</tspan> a</text>', False),
    ],
    ids=["white on black", "black on black", "beside", "pale", "large", "mark", "after", "part"],
)
def test_letters_stand_on_what_is_behind_them(page, inside, is_read):
    page.set_content(drawn(inside))
    assert (faint_letters(page) == []) == is_read


def test_small_buttons_side_by_side_and_pale_words_are_seen(page):
    button = '<button style="width: 20px; height: 20px; padding: 0">a</button>'
    page.set_content(drawn("") + button + button + '<p style="color: #777">pale</p>')
    assert {found.split(":")[0] for found in broken_rules(page)} == {
        "target-size",
        "color-contrast",
    }


def test_the_buttons_of_a_chart_are_seen_as_stops(page):
    page.set_content(drawn("") + '<div class="js-plotly-plot"><button>Zoom</button></div>')
    assert barriers(page) == ["a stop at <button>Zoom</button>"]
