"""Charts of mistakes: the numbers in the cells, one colour scale, texts that can be read."""

import json

import numpy as np
import pandas as pd

from resnet_viz import charts
from resnet_viz.charts.colours import VIRIDIS

COUNTS = pd.DataFrame(
    [[8, 2, 0], [1, 3, 0], [0, 0, 400]],
    index=["cat", "dog", "a rather long name"],
    columns=["cat", "dog", "a rather long name"],
)


def heat_maps(figure) -> list:
    return [trace for trace in figure.data if trace.type == "heatmap"]


def test_the_cells_are_shares_of_the_true_class():
    values = np.nanmax([np.array(t.z, dtype=float) for t in heat_maps(charts.confusion(COUNTS))], 0)
    np.testing.assert_allclose(values, [[80, 20, 0], [25, 75, 0], [0, 0, 100]])


def test_every_figure_has_the_same_colour_scale():
    for counts in (COUNTS, COUNTS * 0 + 1):
        for trace in heat_maps(charts.confusion(counts)):
            assert (trace.zmin, trace.zmax) == (0, 100)
            assert trace.colorscale[0][1] == "#440154"


def test_texts_are_legible_on_their_colours():
    """Contrast of at least 4.5 to 1 (WCAG AA) between ink and cell."""

    def luminance(rgb) -> float:
        channels = np.array(rgb) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return float(linear @ (0.2126, 0.7152, 0.0722))

    counts = pd.DataFrame(np.stack([np.arange(101), 100 - np.arange(101)], axis=1))
    names = [str(number) for number in range(101)]
    square = pd.DataFrame(0, index=names, columns=names)
    square.iloc[:, :2] = counts.to_numpy()
    for trace in heat_maps(charts.confusion(square)):
        ink = luminance([int(trace.textfont.color[i : i + 2], 16) for i in (1, 3, 5)])
        for row, texts in zip(np.array(trace.z, dtype=float), trace.text, strict=True):
            for share, text in zip(row, texts, strict=True):
                if text:
                    cell = luminance(VIRIDIS[round(share / 100 * 255)])
                    light, dark = max(ink, cell), min(ink, cell)
                    assert (light + 0.05) / (dark + 0.05) >= 4.5, share


def test_an_empty_cell_says_nothing_and_a_small_one_that_it_is_small():
    texts = [t.text for t in heat_maps(charts.confusion(COUNTS.replace({1: 0, 2: 0})))]
    assert {text for grid in texts for row in grid for text in row} == {"", "100"}
    tiny = COUNTS.copy()
    tiny.iloc[2, 0] = 1
    assert "<1" in [text for t in heat_maps(charts.confusion(tiny)) for r in t.text for text in r]


def test_no_cell_with_pictures_says_nought_and_a_half_is_rounded_up():
    names = ["cat", "dog", "frog"]
    counts = pd.DataFrame([[972, 3, 25], [995, 5, 0], [0, 9, 991]], index=names, columns=names)
    grids = [np.array(t.text, dtype=object) for t in heat_maps(charts.confusion(counts))]
    texts = np.where(grids[0] != "", grids[0], grids[1])
    assert texts.tolist() == [["97", "<1", "3"], ["100", "<1", ""], ["", "<1", "99"]]


def test_each_cell_can_be_chosen_and_tells_its_classes():
    [points] = [trace for trace in charts.confusion(COUNTS).data if trace.type == "scatter"]
    assert len(points.x) == 9
    told = {
        (y, x): tuple(data[:3])
        for x, y, data in zip(points.x, points.y, points.customdata, strict=True)
    }
    assert told[0, 1] == ("cat", "dog", 2)
    assert told[2, 2] == ("a rather long name", "a rather long name", 400)


def test_no_class_name_is_taken_for_markup():
    link = '<a href="https://evil.example">x</a>'
    counts = pd.DataFrame([[1, 2], [3, 4]], index=["cat", link], columns=["cat", link])
    classes = pd.DataFrame({"label": "one", "residual": True, "class": [link], "accuracy": [5.0]})
    likely = pd.DataFrame({"class": [link], "probability": [1.0]})
    figures = (
        charts.confusion(counts),
        charts.class_accuracy(classes),
        charts.predictions(likely, residual=True, target=link),
    )
    for figure in figures:
        for trace in figure.data:
            trace.customdata = None  # which is never shown
        shown = str(json.loads(figure.to_json()))
        assert "&lt;a " in shown
        assert "<a " not in shown


def test_a_chosen_cell_is_framed():
    [shape] = charts.confusion(COUNTS, marked=(1, 2)).layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (1.5, 2.5, 0.5, 1.5)
    assert not charts.confusion(COUNTS).layout.shapes


def test_accuracy_by_class_has_a_bar_for_each_network_the_hardest_class_on_top():
    frame = pd.DataFrame(
        {
            "label": ["plain"] * 3 + ["ResNet"] * 3,
            "residual": [False] * 3 + [True] * 3,
            "class": ["a", "b", "c"] * 2,
            "accuracy": [90.0, 10.0, 50.0, 95.0, 20.0, 60.0],
        }
    )
    plain, residual = charts.class_accuracy(frame).data
    assert list(plain.y) == ["b", "c", "a"]
    np.testing.assert_array_equal(plain.x, [10, 50, 90])
    np.testing.assert_array_equal(residual.x, [20, 60, 95])
    assert (plain.marker.color, residual.marker.color) == ("#D55E00", "#0072B2")
    assert plain.marker.pattern.shape != residual.marker.pattern.shape
    assert charts.class_accuracy(frame).layout.yaxis.autorange == "reversed"
    assert list(charts.class_accuracy(frame, most=1).data[0].y) == ["b"]


def test_a_bar_says_the_same_number_as_the_matrix():
    frame = pd.DataFrame({"label": "one", "residual": True, "class": ["a"], "accuracy": [66.5]})
    counts = pd.DataFrame([[665, 335], [0, 1]], index=["a", "b"], columns=["a", "b"])
    texts = {text for t in heat_maps(charts.confusion(counts)) for row in t.text for text in row}
    assert set(charts.class_accuracy(frame).data[0].text) == {"67"} <= texts


def test_two_networks_of_other_classes_share_the_axis_without_made_up_bars():
    frame = pd.DataFrame(
        {
            "label": ["plain", "ResNet"],
            "residual": [False, True],
            "class": ["a", "b"],
            "accuracy": [90.0, 95.0],
        }
    )
    plain, residual = charts.class_accuracy(frame).data
    assert list(plain.y) == list(residual.y) == ["a", "b"]
    np.testing.assert_array_equal(plain.x, [90, np.nan])
    assert "nan" not in (*plain.text, *residual.text)


def test_a_sheet_shows_each_picture_unblurred_in_its_place():
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (10, 8, 8, 3), dtype=np.uint8)
    sheet = np.asarray(charts.sheet(pictures, columns=4, width=64))
    factor = 2
    assert sheet.shape == (3 * (8 * factor + 2), 4 * (8 * factor + 2), 4)
    for number, picture in enumerate(pictures):
        top, left = number // 4 * 18 + 1, number % 4 * 18 + 1
        shown = sheet[top : top + 16 : factor, left : left + 16 : factor]
        np.testing.assert_array_equal(shown[..., :3], picture)
        assert (shown[..., 3] == 255).all()
    assert not sheet[-18:, 2 * 18 :, 3].any()
