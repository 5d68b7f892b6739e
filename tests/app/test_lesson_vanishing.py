"""The lesson on vanishing gradients: what it shows after a click, and what it says of nonsense."""

import json
import math

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz import analysis
from resnet_viz.analysis.experiments import fresh_networks
from resnet_viz.numbers import RAISED, number
from resnet_viz.reporting import vanishing as sentences
from resnet_viz.ui.topics import vanishing
from tests.app.support import alternatives, charts, numbers, open_page, seen, texts, turn_to, values

PREDICTION = "vanishing_prediction"
KINDS = [kind.label for kind in fresh_networks.KINDS]


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch):
    """Two networks of each kind are as good as five for what is asked here."""
    monkeypatch.setattr(vanishing, "SEEDS", 2)


def predicted(app: AppTest, choice: str = "much larger") -> AppTest:
    """After a prediction."""
    app.segmented_control(key=PREDICTION).set_value(choice)
    return seen(app.run(), "vanishing")


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def lines(app: AppTest) -> dict[str, np.ndarray]:
    """What is drawn of each network and of the chain, by name."""
    traces = charts(app)["vanishing-gradients"]
    return {trace["name"]: numbers(trace["y"]) for trace in traces if trace.get("name")}


def test_it_asks_before_it_answers():
    app = open_page("vanishing")
    assert not app.error
    assert not app.warning
    assert not app.success
    assert list(charts(app)) == ["vanishing-activation"]
    assert "What to notice" not in texts(app)
    assert all(len(text) > 20 for text in alternatives(app))


def test_the_derivative_is_drawn_with_its_maximum_marked():
    traces = {
        trace["name"]: trace for trace in charts(open_page("vanishing"))["vanishing-activation"]
    }
    assert numbers(traces["its derivative"]["y"]).max() == pytest.approx(0.25)
    marked = traces["its maximum, 0.25"]
    assert (numbers(marked["x"]).tolist(), numbers(marked["y"]).tolist()) == ([0], [0.25])


@pytest.mark.parametrize(("link", "size"), [({}, 14), ({"stage": "true"}, 19)])
def test_the_stage_enlarges_the_charts_too(link, size):
    [chart] = open_page("vanishing", **link).get("plotly_chart")
    assert json.loads(chart.proto.spec)["layout"]["font"]["size"] == size


def test_the_product_follows_layers_weight_and_input():
    app = open_page("vanishing")
    chain = analysis.scalar_chain("sigmoid", 20)
    said = metrics(app)
    assert said["At most 0.25 to the power of 19"] == number(0.25**19)
    assert said["The product of these 19 factors"] == number(chain["product"].iloc[0])
    app.number_input(key="chain_weight").set_value(4.0)
    app.segmented_control(key="chain_layers").set_value("56")
    said = metrics(seen(app.run(), "vanishing"))
    assert said["At most 1 to the power of 55"] == "1"
    product = analysis.scalar_chain("sigmoid", 56, 4.0)["product"].iloc[0]
    assert said["The product of these 55 factors"] == number(product)


def test_a_link_shows_what_it_says():
    app = open_page(
        "vanishing", function="tanh", chain_layers="110", chain_weight="0.5", chain_input="-2.0"
    )
    assert not app.warning
    product = analysis.scalar_chain("tanh", 110, 0.5, -2.0)["product"].iloc[0]
    said = metrics(app)["The product of these 109 factors"]
    assert said == number(product)


def test_a_product_too_small_for_any_float_is_told_from_nothing():
    value, power = 1.0, 0.0
    for _ in range(55):
        value = math.tanh(10 * value)
        power += math.log10(10 / math.cosh(10 * value) ** 2)
    assert power < -380
    app = predicted(open_page("vanishing", function="tanh", chain_weight="10", chain_layers="56"))
    shown = f"{10 ** (power % 1):.1f}·10{str(math.floor(power)).translate(RAISED)}"
    assert metrics(app)["The product of these 55 factors"] == shown
    drawn = lines(app)["chain: the product"]
    ended = int(np.flatnonzero(drawn > 0)[0]) + 1
    assert f"line ends in layer {ended}," in texts(app)
    assert f"the product goes on to {shown}." in texts(app)
    assert f"the chain's product {shown}, at most 1.0·10⁵⁵" in " ".join(alternatives(app))


def test_nothing_is_left_of_a_chain_where_a_slope_is_zero():
    app = predicted(open_page("vanishing", function="ReLU", chain_input="-1.0"))
    assert metrics(app)["The product of these 19 factors"] == "0"
    assert "begins behind a slope of exactly 0" in texts(app)
    assert "line ends" not in texts(app)
    assert "line begins" not in texts(predicted(open_page("vanishing", function="ReLU")))


@pytest.mark.parametrize(
    ("choice", "right"), [("much smaller", False), ("about as large", False), ("much larger", True)]
)
def test_a_prediction_is_answered_by_what_was_measured(choice, right):
    app = predicted(open_page("vanishing"), choice)
    [said] = values(app.success if right else app.info)
    assert said.startswith("Yes." if right else "No: much larger.")
    assert "grows toward the first layers" in said


def test_an_answer_turns_to_what_was_asked_about_whoever_has_moved_nothing():
    app = predicted(open_page("vanishing"))
    assert app.segmented_control(key="function").value == "ReLU"
    assert app.segmented_control(key="chain_layers").value == "56"
    assert "Shown below: **ReLU, 56 layers**, as in the question." in texts(app)
    assert not [button for button in app.button if button.key == "paper"]
    said = app.success[0].value
    drawn = lines(app)["plain + batch norm"]
    assert f"{number(drawn[0])} times the last one's" in said
    app.segmented_control(key="chain_layers").set_value("20")
    app.segmented_control(key=PREDICTION).set_value("much smaller")
    seen(app.run(), "vanishing")
    assert app.segmented_control(key="chain_layers").value == "20"  # a second guess moves nothing


def test_an_answer_leaves_controls_that_were_moved_and_says_what_was_asked_about():
    app = predicted(open_page("vanishing", function="tanh"))
    assert app.segmented_control(key="function").value == "tanh"
    said = "Shown below: **tanh, 20 layers**; the question was about ReLU, 56 layers."
    assert said in texts(app)
    order = [element.key for element in app.main if element.key]
    assert app.button(key="paper")
    assert order.index("paper") < order.index("vanishing-gradients")


def test_a_prediction_is_kept_while_the_visitor_is_on_another_page():
    app = predicted(open_page("vanishing"))
    turn_to(app, "convolution")
    turn_to(app, "vanishing")
    assert app.segmented_control(key=PREDICTION).value == "much larger"
    assert "What to notice" in texts(app)
    app.segmented_control(key=PREDICTION).set_value(None)
    seen(app.run(), "vanishing")
    assert "What to notice" not in texts(app)


def test_all_networks_and_the_chain_stand_in_one_chart():
    app = predicted(open_page("vanishing", chain_layers="8"))
    app.segmented_control(key="chain_layers").set_value("20")
    seen(app.run(), "vanishing")
    drawn = lines(app)
    assert list(drawn) == [*KINDS, "chain: the product", "chain: at most"]
    assert all(line[-1] == 1 for line in drawn.values())
    assert "norm of ∂loss/∂weights of each layer, the chain's is ∂(its last number)" in texts(app)
    assert [len(line) for line in drawn.values()] == [19] * 4 + [20] * 2  # without the linear one
    product, bound = drawn["chain: the product"][0], drawn["chain: at most"][0]
    assert drawn["plain"][0] < product < bound < 1e-10
    said = metrics(app)
    assert said["The product of these 19 factors"] == number(product)
    assert said["At most 0.25 to the power of 19"] == number(bound)
    table = app.dataframe[0].value.set_index("network")
    assert list(table.index) == KINDS
    assert table.columns[0] == "first / last"  # beside the name, where a telephone shows it
    assert table.loc["plain", "first / last"] == number(drawn["plain"][0])
    norms = vanishing.measured("sigmoid", 20)
    last = norms[norms["position"] == 18]
    for label, group in last.groupby("label"):
        expected = number(group["gradient_norm"].median())
        assert table.loc[label, "norm, last"] == expected


def test_the_papers_network_is_one_click_away_and_its_gradient_grows():
    app = predicted(open_page("vanishing", function="tanh"))
    app.button(key="paper").click()
    seen(app.run(), "vanishing")
    assert app.segmented_control(key="function").value == "ReLU"
    assert app.segmented_control(key="chain_layers").value == "56"
    drawn = lines(app)
    assert drawn["plain + batch norm"][0] > 100 * drawn["residual + batch norm"][0]
    assert drawn["plain + batch norm"][0] > 1000
    [notice] = [text for text in values(app.markdown) if "What to notice" in text]
    assert f"plain + batch norm grows (× {drawn['plain + batch norm'][0]:,.0f})" in notice
    assert "the first layer's gradient is as large as the last one's" in notice  # ReLU, w = 1
    assert "not what shortcuts repaired" in notice
    assert "unlikely to be caused by vanishing gradients" in notice


def test_what_counts_as_level_is_said_before_and_after_the_answer():
    app = open_page("vanishing")
    factor = f"within a factor of {sentences.LEVEL:g}"
    assert f"“about as large”: {factor}" in texts(app)
    assert f"“about level” is what stays {factor}" in texts(predicted(app))


def test_a_tiny_gradient_is_explained_where_there_is_one():
    why = "Why is the gradient of plain so small in every layer?"
    assert sentences.tiny(sentences.ends(vanishing.measured("relu", 56))) == ["plain"]
    assert why in texts(predicted(open_page("vanishing")))
    assert sentences.tiny(sentences.ends(vanishing.measured("relu", 8))) == []
    assert why not in texts(predicted(open_page("vanishing", function="ReLU", chain_layers="8")))
