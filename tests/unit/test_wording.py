"""Numbers and lists in words."""

import pytest

from resnet_viz.wording import in_words


@pytest.mark.parametrize(("number", "said"), [(1, "one"), (5, "five"), (10, "ten"), (11, "11")])
def test_a_small_number_is_said_in_words_and_a_larger_one_in_digits(number, said):
    assert in_words(number) == said
