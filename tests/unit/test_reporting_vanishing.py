"""What is said of vanishing gradients follows from the numbers."""

import pandas as pd
import pytest

from resnet_viz.reporting import vanishing


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(4000, "are not what shortcuts"), (1, "are not what"), (0.01, "may be what shortcuts repair")],
)
def test_what_follows_for_shortcuts_follows_from_the_ratio(ratio, said):
    assert f"**vanishing gradients {said}" in vanishing.concluded(ratio)


@pytest.mark.parametrize(
    ("ratio", "word"), [(40, "grows"), (1, "stays about level"), (0.03, "shrinks")]
)
def test_a_course_is_said_from_the_ratio(ratio, word):
    assert vanishing.course(ratio) == word


def test_a_gradient_that_is_level_but_tiny_is_said_to_be_so():
    found = pd.DataFrame(
        {"label": ["plain", "residual"], "ratio": [0.8, 20.0], "last": [4e-26, 0.9]}
    )
    assert vanishing.said(found) == (
        "plain stays about level (× 0.8, but with a norm of only 4.0·10⁻²⁶ in the last); "
        "residual grows (× 20)"
    )
