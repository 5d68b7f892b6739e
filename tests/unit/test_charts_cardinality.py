"""Drawings of a block of many paths: each path once, or the first, the second and the last."""

from itertools import pairwise

import numpy as np
import pytest

from resnet_viz.charts import cardinality as drawn


def polygons(trace) -> list[np.ndarray]:
    """The corners of each closed shape of a trace."""
    points = np.array([trace.x, trace.y], dtype=float).T
    breaks = np.flatnonzero(np.isnan(points[:, 0]))
    return [part[~np.isnan(part[:, 0])] for part in np.split(points, breaks) if len(part) > 1]


def boxes(figure) -> list[np.ndarray]:
    [trace] = [trace for trace in figure.data if trace.fill == "toself"]
    return polygons(trace)


def texts(figure) -> list[str]:
    [trace] = [trace for trace in figure.data if trace.mode == "text"]
    return list(trace.text)


@pytest.mark.parametrize(("cardinality", "columns"), [(1, 1), (3, 3), (4, 4), (5, 3), (32, 3)])
def test_the_paths_are_drawn_or_said_to_be_more(cardinality, columns):
    figure = drawn.block_as_paths(cardinality, 6, 256)
    assert len(boxes(figure)) == 3 * columns
    said = texts(figure)
    assert said.count("1×1<br>256 → 6") == said.count("1×1<br>6 → 256") == columns
    hidden = [text for text in said if "more" in text]
    assert hidden == ([f"… {cardinality - 3}<br>more …"] if cardinality > 4 else [])


def test_boxes_do_not_touch_each_other():
    for cardinality in (2, 3, 4, 9):
        spans = sorted(
            {
                (box[:, 0].min(), box[:, 0].max())
                for box in boxes(drawn.block_as_paths(cardinality, 4, 256))
            }
        )
        assert all(left[1] < right[0] for left, right in pairwise(spans))
        assert spans[-1][1] < drawn.ASIDE  # nor the shortcut


def test_the_grouped_form_has_three_boxes_and_says_its_groups():
    figure = drawn.block_grouped(32, 4, 256)
    assert len(boxes(figure)) == 3
    assert "3×3, 128 → 128<br>in 32 groups of 4 channels" in texts(figure)
    assert "1×1, 256 → 128" in texts(figure)


@pytest.mark.parametrize(("cardinality", "width"), [(1, 64), (32, 4), (133, 1)])
def test_the_connected_squares_cover_one_part_in_c(cardinality, width):
    squares = [np.ptp(part, axis=0) for part in boxes(drawn.connections(cardinality, width))]
    assert len(squares) == cardinality
    assert sum(side.prod() for side in squares) * cardinality == (cardinality * width) ** 2
