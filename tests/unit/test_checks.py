"""Checks of what a person may have typed."""

import pytest

from resnet_viz import checks
from resnet_viz.errors import UserError


class RefusedError(UserError):
    """Some room's own kind of error."""


@pytest.mark.parametrize("value", [0, 4, 1.0, True, "2", None])
def test_a_whole_number_out_of_its_bounds_is_refused_with_them(value):
    with pytest.raises(RefusedError, match=r"The stride is a whole number from 1 to 3, not "):
        checks.whole("The stride", value, least=1, most=3, error=RefusedError)


def test_both_bounds_are_possible():
    for value in (1, 3):
        checks.whole("The stride", value, least=1, most=3)
        checks.number("The rate", value, least=1, most=3)


def test_without_an_upper_bound_there_is_none():
    checks.whole("The stride", 10**9, least=1)
    checks.number("The rate", 1e300, above=True)
    for value in (0, True, 1.5):
        with pytest.raises(UserError, match=r"is a whole number from 1, not "):
            checks.whole("The stride", value, least=1)
    for value in (0, True, float("inf")):
        with pytest.raises(UserError, match=r"is a number above 0, not "):
            checks.number("The rate", value, above=True)


def test_the_sentence_says_why_there_is_a_bound():
    with pytest.raises(UserError, match=r"^The stride is a whole number from 1, or it stays; not"):
        checks.whole("The stride", 0, least=1, why="or it stays")


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), True, "0.5", None])
def test_a_number_out_of_its_bounds_is_refused(value):
    with pytest.raises(RefusedError, match=r"The share is a number from 0 to 1, not "):
        checks.number("The share", value, most=1, error=RefusedError)


@pytest.mark.parametrize(
    ("open_ends", "value", "words"),
    [
        ({"above": True}, 0, "above 0 and up to 1,"),
        ({"below": True}, 1, "from 0 to below 1,"),
        ({"above": True, "below": True}, 1, "above 0 and below 1,"),
    ],
)
def test_a_bound_can_itself_be_impossible(open_ends, value, words):
    with pytest.raises(UserError, match=words):
        checks.number("The share", value, most=1, **open_ends)
    checks.number("The share", 0.5, most=1, **open_ends)


@pytest.mark.parametrize("value", ["C", "", None, ["A"]])
def test_an_unknown_name_is_refused_with_those_there_are(value):
    with pytest.raises(RefusedError, match=r"choose from A, B\."):
        checks.choice("option", value, ["A", "B"], error=RefusedError)
