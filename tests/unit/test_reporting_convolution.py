"""Windows in words: the formula with its numbers, what is lost, and the walk through a network."""

import pandas as pd
import pytest

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.reporting import convolution


def test_each_answer_says_what_came_out_and_what_a_wrong_one_left_out():
    right, slow = Window(300, 7, padding=3, stride=2), Window(300, 7, padding=3)
    said = convolution.answers(right, {"Moving by 1 pixel": slow})
    assert list(said) == ["150", "300"]
    assert "⌊(300 + 2·3 − 7) / 2⌋ + 1 = **150**" in said["150"]
    assert said["300"] == f"{said['150']} Moving by 1 pixel it would be 300."
    assert list(convolution.answers(slow, {"Moving by 2 pixels": right})) == ["150", "300"]


def test_the_formula_ends_with_what_comes_out():
    assert convolution.formula(Window(8, 3, padding=1, stride=2, dilation=2)).endswith(
        "= ⌊(8 + 2·1 − 2·(3 − 1) − 1) / 2⌋ + 1 = ⌊5 / 2⌋ + 1 = **3**"
    )


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (Window(9, 3, stride=2), "6 divides by 2: the last window ends at the border. Every pixel"),
        (Window(8, 3, stride=2), "Lost at the end: row and column 7. So 15 of 64 pixels (23 %)"),
        (Window(8, 3, padding=1, stride=2), "That is padding: every pixel is read."),
        (Window(7, 3, stride=4), "Jumped over: row and column 3. So 13 of 49 pixels (27 %)"),
        (Window(8, 1, stride=3), "Jumped over: rows and columns 1, 2, 4, 5. So 55 of 64"),
        (
            # Of the padded 12 pixels 0, 4 and 8 are read: 2 and 6 of the picture; 7 is beyond.
            Window(8, 1, padding=2, stride=4),
            "Lost at the end: row and column 7. Jumped over: rows and columns 0, 1, 3, 4, 5.",
        ),
        (Window(40, 1, stride=2), "1, 3, 5, 7, 9, 11, 13, 15 and 11 more."),
    ],
)
def test_pixels_that_nothing_reads_are_counted_and_told_apart(window, said):
    assert said in convolution.lost(window)


def test_a_picture_without_padding_is_not_said_to_have_some():
    assert convolution.into(Window(8, 3)) == "8×8"
    assert convolution.into(Window(8, 3, padding=2)) == "8×8, with padding 12×12"
    said = convolution.picture_described(Window(8, 3, padding=1, stride=2), (0, 2))
    assert "with 1 row of padding" in said
    assert "reads rows -1, 0, 1 and columns 3, 4, 5" in said
    assert "row 0, column 2" in convolution.output_described(Window(8, 3), (0, 2))


LAYERS = pd.DataFrame(
    {
        "layer": ["conv1", "layer1.0.conv1", "maxpool"],
        "kind": ["convolution", "convolution", "pooling"],
        "kernel": [7, 3, 3],
        "padding": [3, 1, 1],
        "stride": [2, 1, 2],
        "side_in": [30, 15, 15],
        "side": [15, 15, 8],
        "channels": [64, 64, 64],
        "formula": [15, 15, 8],
        "lost": [0, 0, 0],
    }
)


def test_a_walk_names_the_steps_that_change_the_size_alone():
    steps = convolution.steps(LAYERS)
    assert list(steps["step"]) == ["the image", "conv1 7×7/2", "maxpool 3×3/2"]
    assert list(steps["shape"]) == ["30×30×3", "15×15×64", "8×8×64"]
    said = convolution.walked("A network", LAYERS, steps)
    assert said == (
        "A network: 30 → 15 → 8 pixels a side. 3 windows slide one after the other, 2 change the "
        "size."
    )
    assert convolution.walk_described("a network", steps).endswith("; maxpool 3×3/2 8×8×64.")


def test_the_table_of_a_walk_has_every_layers_formula_with_its_numbers():
    table = convolution.in_numbers(LAYERS).set_index("layer")
    assert next(iter(table)) == "formula"  # what a telephone shows beside the layer
    assert table.loc["conv1", "formula"] == "⌊(30 + 2·3 − 7) / 2⌋ + 1 = 15"
    assert table.loc["maxpool", "shape that came out"] == "8×8×64"


def test_what_to_notice_follows_from_the_windows():
    windows = {
        "same": Window(56, 3, padding=1),
        "half": Window(56, 3, padding=1, stride=2),
        "odd": Window(75, 3, padding=1, stride=2),
        "pointwise": Window(56, 1, stride=2),
    }
    said = convolution.noticed(**windows, lesson="lesson 9")
    assert "(56 → 56)" in said
    assert "(56 → 28)" in said
    assert "(75 → 38)" in said
    assert "56 + 2·1 − 3 = 55 does not divide by 2" in said
    assert "as some shortcuts have it (lesson 9), jumps over 75 % of the pixels" in said
    assert "jumps over 89 % of" in convolution.noticed(
        **windows | {"pointwise": Window(57, 1, stride=3)}, lesson=""
    )
