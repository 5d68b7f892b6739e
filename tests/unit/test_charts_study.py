"""The charts of the study: figure 6 of the paper, the gap between the splits, gradients."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz import charts
from resnet_viz.charts.end_labels import spread_labels


def history(label, depth, *, residual=False, runs=1, epochs=4):
    return pd.DataFrame(
        [
            {
                "label": label,
                "run": f"{label} {run}",
                "residual": residual,
                "depth": depth,
                "epoch": epoch,
                "step": 10 * epoch,
                "train_error": depth - 5.0 * epoch + run,
                "test_error": depth - 4.0 * epoch + run,
            }
            for run in range(runs)
            for epoch in range(1, epochs + 1)
        ]
    )


BOTH = pd.concat([history("plain-56", 56), history("plain-20", 20)], ignore_index=True)


def lines(figure) -> dict:
    return {trace.name: trace for trace in figure.data if trace.x is not None and len(trace.x) > 1}


def notes(figure) -> list[str]:
    """The texts at the curves' ends."""
    return [note.text for note in figure.layout.annotations if "</span>" in note.text]


def brackets(figure) -> list[tuple[float, float, str]]:
    """What is written between two curves, and from where to where."""
    between = [note for note in figure.layout.annotations if "</span>" not in note.text]
    arrows, texts = between[::2], between[1::2]
    return [(arrow.ay, arrow.y, text.text) for arrow, text in zip(arrows, texts, strict=True)]


def test_lines_are_those_of_every_chart_of_curves_dashed_for_test_and_thick_for_depth():
    drawn = lines(charts.figure6(BOTH, title="Plain"))
    curves = {trace.name: trace for trace in charts.curves(BOTH).data}
    assert drawn.keys() == curves.keys()
    for name, line in drawn.items():
        assert (line.line.dash, line.line.width) == (
            curves[name].line.dash,
            curves[name].line.width,
        )
    assert drawn["plain-56 test"].line.width > drawn["plain-20 test"].line.width
    assert {trace.line.color for trace in drawn.values()} == {"#D55E00"}


def test_the_legend_of_figure_6_tells_the_splits_apart_by_the_dash_alone():
    figure = charts.figure6(BOTH, title="Plain")
    legend = [trace for trace in figure.data if trace.showlegend is not False]
    assert [(t.name, t.line.dash) for t in legend] == [("training", "solid"), ("test", "dash")]
    assert len({trace.line.width for trace in legend}) == 1


def test_depth_shows_without_colour_by_marker_and_by_a_label_with_the_last_number():
    figure = charts.figure6(BOTH, title="Plain")
    drawn = lines(figure)
    assert drawn["plain-20 test"].marker.symbol != drawn["plain-56 test"].marker.symbol
    assert drawn["plain-20 test"].marker.symbol == drawn["plain-20 training"].marker.symbol
    assert {note.split("</span> ")[1] for note in notes(figure)} == {
        "20 train 0.0",
        "<b>20 test 4.0</b>",
        "56 train 36.0",
        "<b>56 test 40.0</b>",
    }


def test_the_distance_of_the_training_errors_is_written_between_their_ends():
    assert brackets(charts.figure6(BOTH, title="Plain")) == [(0.0, 36.0, "<b>36.0 points</b>")]
    close = pd.concat([history("plain-56", 56), history("plain-50", 50)], ignore_index=True)
    assert brackets(charts.figure6(close, title="Plain")) == []  # there is no room for it
    unequal = pd.concat([history("plain-56", 56), history("plain-20", 20, epochs=3)])
    assert brackets(charts.figure6(unequal, title="Plain")) == []  # not of one epoch
    alone = charts.figure6(history("plain-56", 56), title="Plain")
    assert brackets(alone) == []


def test_the_curves_carry_the_recorded_errors():
    drawn = lines(charts.figure6(BOTH, title="Plain"))
    np.testing.assert_array_equal(drawn["plain-56 test"].y, [52, 48, 44, 40])
    np.testing.assert_array_equal(drawn["plain-56 training"].y, [51, 46, 41, 36])


def test_seeds_are_their_mean_with_a_band_and_the_label_says_the_mean():
    figure = charts.figure6(history("ResNet-20", 20, residual=True, runs=3), title="Residual")
    mean = lines(figure)["ResNet-20 test"]
    np.testing.assert_allclose(mean.y, [17, 13, 9, 5])
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 2
    assert any("20 test 5.0" in note for note in notes(figure))
    assert mean.line.color == "#0072B2"


def test_both_panels_can_have_one_axis():
    figure = charts.figure6(BOTH, title="Plain", x_range=(0, 9), y_range=(-2, 70))
    assert figure.layout.xaxis.range == (0, 9)
    assert figure.layout.yaxis.range == (-2, 70)
    assert figure.layout.yaxis.type in (None, "linear")


def test_a_chart_does_not_change_the_frame_it_draws():
    before = BOTH.copy()
    charts.figure6(BOTH, title="Plain")
    pd.testing.assert_frame_equal(BOTH, before)


@pytest.mark.parametrize("values", [[1, 1, 1], [0, 0.2, 5], [9, 1, 1.5, 1.2, 8.9], [3]])
def test_labels_stand_apart_in_order_and_near_their_values(values):
    places = spread_labels(values, gap=1.0, between=(-10.0, 20.0))
    order = np.argsort(values, kind="stable")
    assert (np.diff(np.array(places)[order]) >= 1.0 - 1e-9).all()
    # Labels that touch lie around the mean of their values, so none drifts off.
    assert sum(places) == pytest.approx(sum(values))


def test_labels_stay_within_the_plot():
    assert spread_labels([0.0, 0.0, 0.1], gap=2.0, between=(1.0, 20.0)) == [1, 3, 5]
    assert spread_labels([9.9, 10.0, 4.0], gap=2.0, between=(0.0, 10.0)) == [8, 10, 4]
    assert spread_labels([10.0, 10.0, 10.0], gap=2.0, between=(0.0, 10.0)) == [6, 8, 10]


def test_the_gap_chart_carries_both_errors_of_each_network():
    ends = pd.DataFrame(
        {
            "label": ["plain-20", "plain-56"],
            "residual": [False, False],
            "train_error": [10.0, 20.0],
            "test_error": [12.5, 21.0],
        }
    )
    named = {trace.name: trace for trace in charts.gaps(ends).data if trace.name}
    training, test = named["training error"], named["test error"]
    assert dict(zip(training.y, training.x, strict=True)) == {"plain-20": 10, "plain-56": 20}
    assert dict(zip(test.y, test.x, strict=True)) == {"plain-20": 12.5, "plain-56": 21}
    assert training.marker.symbol != test.marker.symbol
    assert set(test.text) == {"12.5 %", "21.0 %"}
    bars = [trace for trace in charts.gaps(ends).data if trace.mode == "lines"]
    assert [list(bar.x) for bar in bars] == [[20, 21], [10, 12.5]]


def test_gradients_are_drawn_for_the_first_and_the_last_convolution_on_a_logarithmic_axis():
    layers = ["conv1", "layer1.0.conv1", "fc"]
    norms = pd.DataFrame(
        [
            {
                "label": "plain-56",
                "residual": False,
                "depth": 56,
                "epoch": epoch,
                "position": place,
                "layer": layer,
                "gradient_norm": 10.0 ** (place - epoch),
            }
            for epoch in range(3)
            for place, layer in enumerate(layers)
        ]
    )
    figure = charts.gradient_ends(norms, title="Plain", y_range=(-3, 3))
    drawn = lines(figure)
    assert set(drawn) == {"plain-56 conv1", "plain-56 layer1.0.conv1"}
    np.testing.assert_allclose(drawn["plain-56 conv1"].y, [1, 0.1, 0.01])
    np.testing.assert_allclose(drawn["plain-56 layer1.0.conv1"].y, [10, 1, 0.1])
    assert len({line.line.dash for line in drawn.values()}) == 2
    legend = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert legend == ["first convolution", "last convolution"]
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.range == (-3, 3)
    # On a logarithmic axis Plotly wants the places of texts as powers of ten.
    places = {note.text.split("</span> ")[1]: note.y for note in figure.layout.annotations}
    assert places == pytest.approx({"56 first": -2, "56 last": -1})


def test_too_many_curves_are_left_without_labels():
    many = pd.concat([history(f"plain-{n}", n) for n in range(20, 30)], ignore_index=True)
    assert notes(charts.figure6(many, title="Plain")) == []
