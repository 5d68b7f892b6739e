"""Bars of accuracy by the place of the tag, and of where maps are strongest."""

import pandas as pd
import pytest

from resnet_viz import charts

ROWS = pd.DataFrame(
    [
        {"trained": trained, "tag": tag, "residual": True, "accuracy": accuracy}
        for trained, tag, accuracy in (
            ("without", "here", 97.0),
            ("without", "nowhere", 96.0),
            ("with", "here", 99.0),
            ("with", "nowhere", 74.0),
        )
    ]
)
SCORES = pd.DataFrame(
    {
        "map": ["one", "random map"],
        "in_shape": [96.0, 20.0],
        "in_tag": [1.0, 2.0],
        "elsewhere": [3.0, 78.0],
    }
)


def test_a_training_is_a_bar_of_its_own_in_the_familys_colour():
    figure = charts.accuracy_by_tag(ROWS)
    assert [bar.name for bar in figure.data] == ["trained without", "trained with"]
    for bar, values in zip(figure.data, ([97, 96], [99, 74]), strict=True):
        assert list(bar.x) == values
        assert list(bar.y) == ["tag here", "tag nowhere"]
        assert bar.marker.color == charts.RESIDUAL
    assert figure.data[0].marker.pattern.shape != figure.data[1].marker.pattern.shape
    plain = charts.accuracy_by_tag(ROWS.assign(residual=False))
    assert plain.data[0].marker.color == charts.PLAIN
    assert plain.layout.xaxis.range == figure.layout.xaxis.range  # both panels have one scale


def test_the_parts_of_a_bar_are_all_maps_and_small_ones_have_no_number():
    figure = charts.strongest_points(SCORES)
    for place in range(len(SCORES)):
        assert sum(bar.x[place] for bar in figure.data) == pytest.approx(100)
    assert [list(bar.text) for bar in figure.data] == [["96", "20"], ["", ""], ["", "78"]]
    assert figure.layout.legend.traceorder == "normal"
    assert len({bar.marker.color for bar in figure.data}) == 3
