"""The lesson on sizes: what it shows at first, after a prediction and a move, and for nonsense."""

import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn, zeros

from resnet_viz import models
from resnet_viz.analysis.sliding_window import Window
from resnet_viz.reporting import convolution as reported
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.topics import convolution
from tests.app.support import alternatives, charts, numbers, open_page, seen, texts, values

PREDICTION = "convolution_prediction"


def predicted(app: AppTest, choice: str = "150") -> AppTest:
    """After a prediction."""
    app.segmented_control(key=PREDICTION).set_value(choice)
    return seen(app.run(), "convolution")


def cells(app: AppTest, key: str) -> list[list[int]]:
    """What is drawn in each cell of a grid."""
    grid = charts(app)[key][0]["z"]
    side = int(len(numbers(grid)) ** 0.5)
    return numbers(grid).reshape(side, side).astype(int).tolist()


def test_it_asks_before_it_answers():
    app = open_page("convolution")
    assert not app.error
    assert not app.warning
    assert not app.success
    assert "walk-chart" not in charts(app)
    assert "150" not in texts(app)
    assert "arXiv:1603.07285" in texts(app)
    assert all(len(text) > 20 for text in alternatives(app))


@pytest.mark.parametrize(("choice", "right"), [("147", False), ("150", True), ("300", False)])
def test_a_prediction_is_answered_by_what_torch_gives(choice, right):
    app = predicted(open_page("convolution"), choice)
    stem = nn.Conv2d(3, 64, 7, stride=2, padding=3)
    assert stem(zeros(1, 3, 300, 300)).shape[-1] == 150
    [said] = values(app.success if right else app.info)
    assert said.startswith("Yes." if right else "No: 150.")
    assert "= **150**, with" in said
    assert said.endswith(f"it would be {choice}." if not right else "rounds down.")


@pytest.mark.parametrize(
    "window",
    [
        {"size": 8, "kernel": 3, "padding": 1, "stride": 2, "row": 0, "column": 3},
        {"size": 9, "kernel": 3, "padding": 0, "stride": 1, "dilation": 2, "row": 4, "column": 1},
        {"size": 8, "kernel": 5, "padding": 2, "stride": 1, "row": 7, "column": 0},
    ],
)
def test_the_pixels_times_the_weights_are_what_torch_puts_into_the_chosen_cell(window):
    filters = models.load(shipped_checkpoint(convolution.TRAINED)).network.conv1.weight.detach()
    weights = filters[3].sum(0) if window["kernel"] == 3 else torch.full((5, 5), 1 / 25)
    pixels = torch.from_numpy(convolution.photograph(window["size"]))
    out = torch.nn.functional.conv2d(
        pixels[None, None],
        weights[None, None],
        padding=window["padding"],
        stride=window["stride"],
        dilation=window.get("dilation", 1),
    )[0, 0]
    expected = f"{float(out[window['row'], window['column']]):.3f}".replace("-", "−")
    link = {key: str(value) for key, value in window.items()}
    app = open_page("convolution", **link, **({"filter": "3"} if window["kernel"] == 3 else {}))
    assert not app.warning
    assert f"add up to **{expected}**" in texts(app)
    drawn = [trace for trace in charts(app)["products"] if trace["type"] == "heatmap"]
    assert len(drawn) == 3
    multiplied = numbers(drawn[0]["z"]) * numbers(drawn[1]["z"])
    np.testing.assert_allclose(numbers(drawn[2]["z"]), multiplied, rtol=1e-5)


def test_the_articles_walk_and_any_other():
    app = predicted(open_page("convolution"))
    assert "ResNet-34: 300 → 150 → 75 → 38 → 19 → 10 → 1 pixels a side" in texts(app)
    table = app.dataframe[0].value.set_index("layer")
    assert table.loc["conv1", "formula"] == "⌊(300 + 2·3 − 7) / 2⌋ + 1 = 150"
    assert table.loc["maxpool", "shape that came out"] == "75×75×64"
    assert next(iter(table)) == "formula"  # what a telephone shows beside the layer
    app.selectbox(key="walk").set_value("ResNet-20")
    app.number_input(key="pixels").set_value(32)
    assert "ResNet-20: 32 → 16 → 8 → 1 pixels a side" in texts(seen(app.run(), "convolution"))
    app.selectbox(key="walk").set_value("ResNet-9")
    app.number_input(key="pixels").set_value(4)
    [sentence] = values(seen(app.run(), "convolution").error)
    assert sentence.startswith("An image of 4 × 4 pixels is too small for ResNet-9")
    assert "What to notice" in texts(app)


def test_the_kernel_lies_where_the_chosen_cell_is():
    app = open_page(
        "convolution", size="5", kernel="3", padding="1", stride="2", row="0", column="2"
    )
    assert not app.warning
    assert cells(app, "window") == [
        [0, 0, 0, 0, 3, 3, 3],
        [0, 1, 1, 1, 3, 3, 3],
        [0, 1, 1, 1, 3, 3, 3],
        [0, 1, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    assert cells(app, "output") == [[1, 1, 3], [1, 1, 1], [1, 1, 1]]


def test_both_ways_of_writing_the_formula_are_brought_together():
    app = open_page("convolution")
    assert "with d = 1 the numerator is n + 2p − f" in texts(app)
    app.number_input(key="dilation").set_value(2)
    assert "with d = 1" not in texts(seen(app.run(), "convolution"))


def test_it_says_which_pixels_are_lost():
    app = open_page("convolution")
    assert reported.lost(Window(8, 3, stride=2)) in texts(app)
    assert [row[7] for row in cells(app, "window")] == [2] * 8


def test_columns_are_numbered_at_the_grid_and_cells_too_small_to_press_are_said_to_be_so():
    app = open_page("convolution")
    assert "press a cell to move the kernel" in texts(app)
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    sides = [spec["layout"]["xaxis"].get("side") for spec in specs]
    assert sides.count("top") == 2
    app.number_input(key="size").set_value(224)
    app.number_input(key="stride").set_value(3)  # 74 cells, each of which is a pixel or two
    assert "too small to press: choose row and column above" in texts(
        seen(app.run(), "convolution")
    )
    assert "markers" not in [trace.get("mode") for trace in charts(app)["output"][1:-2]]


def test_a_smaller_output_has_no_cell_that_is_gone():
    app = open_page("convolution", row="2", column="2")
    app.number_input(key="kernel").set_value(6)
    assert app.number_input(key="row").value == 2
    assert not seen(app.run(), "convolution").error
    assert app.number_input(key="row").value <= 1


def test_a_kernel_that_is_too_large_gets_its_sentence_and_the_rest_stays():
    app = predicted(open_page("convolution", size="3", kernel="9"))
    [sentence] = values(app.error)
    assert sentence.startswith("The kernel reaches over 9 pixels, but the picture with its padding")
    assert "walk-chart" in charts(app)
    assert "What to notice" in texts(app)


@pytest.mark.parametrize("said", ["resnet50", "ResNet-50"])
def test_a_link_to_a_walk_is_kept_until_the_prediction_is_made(said):
    app = predicted(open_page("convolution", walk=said, pixels="224"))
    assert app.selectbox(key="walk").value == "ResNet-50"
    assert not app.warning
    assert "ResNet-50: 224 → 112 → 56 → 28 → 14 → 7 → 1 pixels a side" in texts(app)


def test_an_unknown_network_in_a_link_gets_its_sentence():
    app = predicted(open_page("convolution", walk="resnet57"))
    assert "`resnet57`" in values(app.warning)[0]
    assert app.selectbox(key="walk").value == "ResNet-34"


def test_every_number_says_how_large_it_may_be():
    app = predicted(open_page("convolution"))
    labels = [app.number_input(key=key).label for key in ("size", "padding", "dilation", "pixels")]
    ends = ["(1–300)", "(0–15)", "(1–8)", "(1–4,096)"]
    assert [label.rsplit(" ", 1)[1] for label in labels] == ends
