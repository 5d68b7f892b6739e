"""Charts of checks: the tested map stands out, and everything that was recorded is drawn."""

import numpy as np
import pandas as pd

from resnet_viz import charts


def test_the_tested_map_is_coloured_and_what_asks_the_network_nothing_is_grey_and_dashed():
    curves = pd.DataFrame(
        {"map": ["map"] * 2 + ["edges"] * 2, "share": [0, 1] * 2, "insertion": [0, 0.9, 0, 0.4]}
    )
    names = {"map": "Grad-CAM: 45", "edges": "Edges <20>"}
    figure = charts.removal(curves, "insertion", names, hue=charts.PLAIN)
    other, tested = figure.data
    assert tested.line.color == charts.PLAIN
    assert tested.line.dash is None
    assert other.line.color == charts.GREY
    assert other.line.dash
    assert other.name == "Edges &lt;20&gt;"
    np.testing.assert_allclose(tested.y, [0, 90])
    assert tested.legendrank < other.legendrank


def test_agreement_shows_each_pair_once():
    names = ["a", "b", "c"]
    values = [[1, 0.5, -0.2], [0.5, 1, 0.3], [-0.2, 0.3, 1]]
    [heatmap] = charts.agreement(pd.DataFrame(values, index=names, columns=names)).data
    assert (list(heatmap.x), list(heatmap.y)) == (["a", "b"], ["b", "c"])
    np.testing.assert_allclose(heatmap.z, [[0.5, np.nan], [-0.2, 0.3]])
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)


def test_recorded_scores_keep_the_order_of_the_rows_and_each_network_its_colour():
    rows = pd.DataFrame(
        {
            "name": ["x", "x", "y", "y"],
            "label": ["plain-20", "ResNet-20"] * 2,
            "residual": [False, True] * 2,
            "value": [60, 70, 30, 40],
            "error": [1, 2, 3, 4],
        }
    )
    figure = charts.recorded_scores(rows, axis="%", span=(0, 100), line=25, says="chance")
    plain, residual = figure.data
    assert (plain.marker.color, residual.marker.color) == (charts.PLAIN, charts.RESIDUAL)
    assert list(plain.x) == [60, 30]
    assert list(residual.error_x.array) == [2, 4]
    assert list(figure.layout.yaxis.categoryarray) == ["x", "y"]
    assert figure.layout.yaxis.range == (1.5, -0.5)
    assert figure.layout.shapes[0].x0 == 25
