"""What is said of vanishing gradients follows from the numbers."""

import math

import pandas as pd
import pytest

from resnet_viz.analysis.experiments.scalar_chain import Slope
from resnet_viz.reporting import vanishing


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(4000, "are not what shortcuts"), (1, "are not what"), (0.01, "may be what shortcuts repair")],
)
def test_what_follows_for_shortcuts_follows_from_the_ratio(ratio, said):
    text = vanishing.concluded(ratio, "lesson 9")
    assert f"**vanishing gradients {said}" in text
    assert text.endswith(" is lesson 9.")


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


def chain(product: float, layers: int = 3) -> pd.DataFrame:
    """A chain of so many layers, at whose first one stands the product; at most twice as much."""
    rows = {
        "product": [product, *[1.0] * (layers - 1)],
        "bound": [2 * product] + [1.0] * (layers - 1),
    }
    frame = pd.DataFrame(rows | {"layer": range(1, layers + 1), "sign": 1.0})
    logs = {f"log10_{name}": [math.log10(value) for value in rows[name]] for name in rows}
    return frame.assign(**logs)


PAPER = pd.Series({"ratio": 4000.0, "least": 900.0, "most": 9000.0})
FOUND = pd.DataFrame({"label": ["plain", "residual"], "ratio": [0.01, 2.0], "last": [0.5, 0.9]})


@pytest.mark.parametrize(
    ("slope", "where"),
    [(Slope(0.25, 0.0, 0.0), "at z = 0.00"), (Slope(1.0, 0.1, 6.0), "for every")],
)
def test_the_largest_slope_is_said_with_the_place_where_it_is(slope, where):
    assert vanishing.steepest("f", slope).startswith(
        f"f's slope is at most **{slope.largest:g}** ({where}"
    )
    assert f"largest {where}" in vanishing.activation_described("f", slope)
    assert vanishing.activation_described("f", slope).endswith(f": {slope.largest:g}.")


def test_the_first_layer_has_one_factor_less_than_there_are_layers():
    assert vanishing.factors(20, 0.25) == (
        "At most 0.25 to the power of 19",
        "The product of these 19 factors",
    )
    assert vanishing.behind(20).startswith("Of 20 layers, 19 lie behind the first.")


@pytest.mark.parametrize(("ratio", "course"), [(4000.0, "grows"), (0.02, "shrinks")])
def test_what_was_measured_of_the_papers_network_answers_the_question(ratio, course):
    said = vanishing.measured(PAPER.replace(4000.0, ratio), 5)
    assert said.startswith("Measured, 5 seeds: ")
    assert "(from 900 to 9,000)" in said
    assert said.endswith(f"gradient {course} toward the first layers.")
    asked = vanishing.question(56, "level")
    assert "56 layers" in asked
    assert f"“level”: within a factor of {vanishing.LEVEL:g}" in asked


def test_the_chart_is_described_by_the_first_layer_of_chain_and_networks():
    assert vanishing.chart_described("tanh", chain(0.25), FOUND) == (
        "Gradient norm of each convolution of 3 layers over the last one's, logarithmic, tanh, at "
        "initialisation. In the first: the chain's product 0.25, at most 0.5; plain 0.01; "
        "residual 2."
    )
    explained = vanishing.chart_explained("tanh", chain(0.25), 5, 128)
    assert explained.startswith("Networks of 3 layers with tanh and random weights, 128 digits")
    assert "the median of 5 seeds" in explained


@pytest.mark.parametrize(
    ("product", "ratio", "first", "last"),
    [
        (1.0, 4000.0, "is as large as the last", "the gradient grows toward the first layers"),
        (0.25, 0.02, "is 0.25 times the last", "the gradient shrinks toward the first layers"),
    ],
)
def test_what_to_notice_follows_from_the_chain_and_the_networks(product, ratio, first, last):
    paper = pd.Series({"ratio": ratio})
    said = vanishing.noticed("ReLU", chain(product), FOUND, paper, 56, "lesson 9")
    assert f"In the chain of 3 layers with ReLU the first layer's gradient {first} one's." in said
    assert f"the gradient of {vanishing.said(FOUND)}." in said
    assert f"plain network, 56 layers with ReLU and batch normalisation, {last}" in said
    assert said.endswith(vanishing.concluded(ratio, "lesson 9"))
