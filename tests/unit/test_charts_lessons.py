"""The charts of the lessons on vanishing gradients and on degradation: numbers in, lines out."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz import charts

CHAIN = pd.DataFrame({"layer": [1, 2, 3], "product": [-1e-3, 0.0, 1.0], "bound": [1e-2, 0.1, 1.0]})
NORMS = pd.DataFrame(
    [
        {
            "label": label,
            "residual": label == "residual",
            "normalised": normalised,
            "seed": seed,
            "position": position,
            "relative": (1 + seed) * 10.0**position,
        }
        for label, normalised in (("plain", False), ("residual", True))
        for seed in range(3)
        for position in range(3)
    ]
)


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_a_network_is_the_median_of_its_seeds_with_a_band_and_its_familys_colour():
    figure = charts.reaching(CHAIN, NORMS)
    lines = named(figure)
    assert list(lines) == ["plain", "residual", "chain: the product", "chain: at most"]
    assert list(lines["plain"].y) == [2, 20, 200]
    assert list(lines["plain"].x) == [1, 2, 3]
    assert (lines["plain"].line.color, lines["plain"].line.dash) == (charts.PLAIN, "dot")
    assert (lines["residual"].line.color, lines["residual"].line.dash) == (charts.RESIDUAL, "solid")
    assert lines["chain: at most"].line.dash not in ("solid", "dot")  # it is of no network
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert all(band.mode == "lines" for band in bands)
    assert list(bands[0].y) == [3, 30, 300, 100, 10, 1]


def test_the_chains_sign_is_not_drawn_and_a_zero_has_no_place_on_the_axis():
    line = named(charts.reaching(CHAIN))["chain: the product"]
    assert line.y[0] == 1e-3
    assert np.isnan(line.y[1])


@pytest.mark.parametrize(("last", "places"), [(0.0, [0.0]), (6.0, [0.0, 6.0])])
def test_the_maximum_is_marked_where_it_is_reached(last, places):
    curve = pd.DataFrame({"x": [-1.0, 0, 1], "value": [0.0, 0, 1], "derivative": [0.0, 1, 1]})
    figure = charts.activation(curve, name="ReLU", largest=1.0, first=0.0, last=last)
    mark = named(figure)["its maximum, 1"]
    assert list(mark.x) == places
    assert set(mark.y) == {1.0}
    [note] = figure.layout.annotations
    assert (note.x, note.y, note.text) == (last, 1, "maximum 1")
    assert list(named(figure)["its derivative"].y) == [0, 1, 1]


@pytest.mark.parametrize("largest", [0.3, 6.0])
def test_an_activation_ends_inside_its_chart_and_its_maximum_has_its_name_there(largest):
    curve = pd.DataFrame({"x": [-6.0, 6.0], "value": [0.0, largest], "derivative": [0.1, 0.25]})
    figure = charts.activation(curve, name="f", largest=0.25, first=6.0, last=6.0)
    low, high = figure.layout.yaxis.range
    assert low < 0
    assert high > largest
    mark = named(figure)["its maximum, 0.25"]
    assert mark.showlegend is False  # where the legend would hold it, the row of buttons stands
    [note] = figure.layout.annotations
    assert note.text == "maximum 0.25"
    assert note.ay > 0  # below, for the activation is above


def test_losses_are_medians_with_a_band_from_the_least_to_the_largest():
    losses = pd.DataFrame(
        [
            {"shortcut": shortcut, "seed": seed, "step": step, "loss": 10.0**seed / (1 + step)}
            for shortcut in (False, True)
            for seed in range(3)
            for step in range(2)
        ]
    )
    figure = charts.identity_losses(losses)
    lines = named(figure)
    assert list(lines["with shortcut"].y) == [10, 5]
    assert lines["with shortcut"].line.color == charts.RESIDUAL
    assert lines["without shortcut"].line.color == charts.PLAIN
    assert list(figure.data[0].y) == [100, 50, 0.5, 1]
    assert figure.layout.yaxis.type == "log"


@pytest.mark.parametrize(("ordered", "drawn"), [(False, [1, 3, 2]), (True, [3, 2, 1])])
def test_responses_are_drawn_by_layer_or_from_the_strongest(ordered, drawn):
    layers = pd.DataFrame(
        {
            "label": "plain-20",
            "residual": False,
            "layer": ["conv1", "a", "b"],
            "position": [0, 1, 2],
            "response": [1.0, 3.0, 2.0],
        }
    )
    [line] = charts.layer_responses(layers, ordered=ordered).data
    assert list(line.y) == drawn
    assert line.customdata[list(line.y).index(3)] == "a"


@pytest.mark.parametrize(("most", "ticks"), [(89.6, (0, 25, 50, 75, 100)), (4.0, None)])
def test_errors_that_reach_far_stand_on_an_axis_that_is_marked_to_a_hundred(most, ticks):
    ends = pd.DataFrame(
        {"label": ["plain-56"], "residual": False, "train_error": [0.0], "test_error": [most]}
    )
    axis = charts.gaps(ends).layout.xaxis
    assert axis.tickvals == ticks
    assert axis.range[1] > max(most, *(ticks or (0,)))
    assert axis.range[0] < 0
