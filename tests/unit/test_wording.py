"""Numbers and lists in words."""

import pytest

from resnet_viz.wording import in_words, several


@pytest.mark.parametrize(("number", "said"), [(1, "one"), (5, "five"), (10, "ten"), (11, "11")])
def test_a_small_number_is_said_in_words_and_a_larger_one_in_digits(number, said):
    assert in_words(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures"), (1797, "1,797 pictures")],
)
def test_one_thing_is_no_plural(number, said):
    assert several(number, "picture") == said


def test_a_plural_may_be_another_word():
    assert [several(number, "class", "classes") for number in (1, 2)] == ["1 class", "2 classes"]
