"""What a class guessed, as charts and as drawings for a report."""

import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest

from resnet_viz import charts

HISTORY = pd.DataFrame(
    {"epoch": [0.0, 1, 2], "train_error": [90.0, 60, 55], "test_error": [90, 70, 65]}
)
NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_what_was_measured_is_green_whatever_the_class_said():
    figure = charts.poll_bars({"lower": 3, "higher": 1}, "higher", mine="lower")
    [bars] = figure.data
    assert list(bars.x) == [1, 3]
    assert list(bars.marker.color) == [charts.GREEN, charts.GREY]
    assert bars.y[1].startswith("lower ")
    assert bars.text[0].startswith("1 (25%)")
    assert figure.layout.xaxis.range[1] > 3


def test_what_nobody_could_choose_has_a_bar_of_no_length():
    [bars] = charts.poll_bars({"lower": 0, "equal": 0}, "rises").data
    assert list(bars.x) == [0, 0, 0]
    assert bars.y[0] == "rises"


@pytest.mark.parametrize("quantity", ["train", "test"])
def test_guesses_stand_at_the_end_of_the_guessed_curve(quantity):
    figure = charts.race(
        HISTORY, [10.0, 80.0], network="plain-56", quantity=quantity, epochs=4, mine=80.0
    )
    curve, all_of_them, mine = figure.data
    assert list(curve.y) == HISTORY[f"{quantity}_error"].tolist()
    assert [value for value in all_of_them.y if value is not None] == [10.0, 10.0, 80.0, 80.0]
    assert [value for value in mine.y if value is not None] == [80.0, 80.0]
    assert min(value for value in all_of_them.x if value is not None) > 4
    assert figure.layout.xaxis.range[1] > max(value for value in mine.x if value is not None)


def test_a_drawing_of_answers_holds_no_markup_of_strangers():
    drawn = ElementTree.fromstring(charts.poll_drawing({"<b>yes</b>": 3, "no": 1}, "no"))
    widths = [float(bar.get("width")) for bar in drawn.iter(f"{NAMESPACE}rect")]
    assert widths[0] == pytest.approx(3 * widths[1])
    assert [bar.get("fill") for bar in drawn.iter(f"{NAMESPACE}rect")][1] == charts.GREEN
    assert any(text.text == "<b>yes</b>" for text in drawn.iter(f"{NAMESPACE}text"))


def test_a_drawing_of_curves_has_a_line_each_and_a_mark_for_each_guess():
    lines = {
        "plain-56, training": ([0, 1, 2], [90, 60, 55], False, False),
        "ResNet-56, test": ([0, 1, 2], [90, 30, float("nan")], True, True),
    }
    drawn = ElementTree.fromstring(charts.curves_drawing(lines, [10.0, 80.0]))
    plain, residual = drawn.iter(f"{NAMESPACE}polyline")
    assert (plain.get("stroke"), residual.get("stroke")) == (charts.PLAIN, charts.RESIDUAL)
    assert len(plain.get("points").split()) == 3
    assert len(residual.get("points").split()) == 2
    marks = [path for path in drawn.iter(f"{NAMESPACE}path") if path.get("stroke") == charts.GREY]
    assert len(marks) == 2
    assert charts.curves_drawing({})
