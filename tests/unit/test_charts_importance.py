"""Bars of channels, patches of pictures, and probabilities over snapshots."""

import numpy as np
import pandas as pd

from resnet_viz import charts
from resnet_viz.charts.importance import DIM
from resnet_viz.charts.pictures import FRAME


def test_the_channels_that_count_most_are_drawn_whichever_way_they_count():
    scores = [3.0, 2.0, 0.5, 0.1, -0.2, -4.0]
    frame = pd.DataFrame({"channel": [4, 0, 5, 1, 3, 2], "score": scores})
    figure = charts.important_channels(frame, residual=True, shown=0, most=3)
    [bars] = figure.data
    assert list(bars.customdata) == [4, 0, 2]
    assert list(bars.x) == [3.0, 2.0, -4.0]
    assert [opacity == 1 for opacity in bars.marker.opacity] == [False, True, False]
    assert figure.layout.yaxis.categoryarray[-1] == "channel 4"  # the topmost
    other = charts.important_channels(frame, residual=False, shown=1, most=3)
    assert list(other.data[0].customdata) == [4, 0, 1, 2]
    assert bars.marker.color != other.data[0].marker.color


def test_a_patch_is_bright_in_a_frame_and_the_rest_of_the_picture_is_dim():
    pictures = np.full((4, 4, 4, 3), 200, np.uint8)
    boxes = np.array([[0, 0, 2, 2], [1, 1, 4, 3], [0, 0, 4, 4], [3, 3, 4, 4]])
    sheet = np.asarray(charts.patches(pictures, boxes, width=3 * 4 * 20))
    side = (sheet.shape[1] - 2 * 6) // 3
    factor = side // 4
    first = sheet[:side, :side, :3]
    assert tuple(first[0, 0]) == FRAME
    assert tuple(first[factor, factor]) == (200,) * 3  # the middle of the patch
    assert tuple(first[3 * factor, 3 * factor]) == (int(200 * DIM),) * 3
    second = sheet[:side, side + 6 : 2 * side + 6, :3]
    assert tuple(second[0, 0]) == (int(200 * DIM),) * 3
    assert tuple(second[2 * factor, 3 * factor]) == (200,) * 3
    whole = sheet[:side, 2 * side + 12 :, :3]
    assert (whole == 200).all()
    assert sheet.shape[0] == 2 * side + 6
    assert not sheet[side + 6 :, side:].any()  # no fifth picture


def test_probabilities_stand_at_equal_distances_in_the_order_of_epochs():
    moments = pd.DataFrame(
        {
            "label": ["a", "a", "b", "b", "b"],
            "residual": [False, False, True, True, True],
            "epoch": [0, 16, 0, 2, 15],
            "probability": [0.1, 0.9, 0.1, 0.5, 1.0],
        }
    )
    figure = charts.probability_by_epoch(moments)
    assert list(figure.layout.xaxis.categoryarray) == ["0", "2", "15", "16"]
    assert [list(line.x) for line in figure.data] == [["0", "16"], ["0", "2", "15"]]
    assert list(figure.data[1].y) == [10, 50, 100]
    assert figure.data[0].line.color != figure.data[1].line.color
