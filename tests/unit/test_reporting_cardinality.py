"""What is said of cardinality follows from the numbers."""

import pandas as pd
import pytest

from resnet_viz.analysis.experiments.pass_times import Times
from resnet_viz.analysis.experiments.separate_paths import Forms
from resnet_viz.reporting import cardinality


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ([1.2, 1.3, 1.1, 1.1, 0.5], "ResNeXt-50 is slower"),
        ([0.9, 1.1, 1.2, 0.8, 1.0], "about the same"),
        ([0.5, 0.6, 0.7, 0.8, 3.0], "ResNet-50 is slower"),
        ([0.5, 0.62, 1.01, 3.26, 4.0], None),
        ([1.6, 1.7, 2.9, 3.3, 3.5], "ResNeXt-50 is slower"),  # by how much is another question
    ],
)
def test_a_network_is_called_slower_where_most_rounds_say_so(second, said):
    assert cardinality.outcome(times([1.0] * 5, second)) == said


def times(first: list[float], second: list[float]) -> Times:
    """As if both networks had taken so many milliseconds."""
    passes = [
        {"network": name, "round": number, "milliseconds": value, "kernel3": value / 2}
        for name, taken in (("resnet50", first), ("resnext50_32x4d", second))
        for number, value in enumerate(taken)
    ]
    return Times(pd.DataFrame(passes), threads=1)


def test_each_time_stands_beside_its_own_network():
    counts = pd.DataFrame({"network": ["ResNet-50", "ResNeXt-50"]})
    table = cardinality.measured(counts, times([1.0, 1.0, 2.0], [4.0, 3.0, 3.0]))
    assert table["measured: ms a picture"].tolist() == [1.0, 3.0]
    assert table["measured: ms in 3×3"].tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("difference", "first", "last"),
    [
        (0.0, "**One and the same.**", "are equal, bit for bit."),
        (2e-6, "**One and the same.**", "differ by at most 2.0·10⁻⁶, which is rounding."),
        (0.5, "**Not the same here.**", "one of the forms is not computed as it should be."),
    ],
)
def test_two_forms_are_called_the_same_only_where_they_are(difference, first, last):
    said = cardinality.compared(Forms(weights=(10, 10), largest=4.0, difference=difference))
    assert said.startswith(first)
    assert said.endswith(last)


def test_nothing_is_concluded_where_medians_and_rounds_disagree():
    # In four of five rounds the second is slower, yet its median is the smaller one.
    found = times([1.0, 2.0, 3.0, 4.0, 5.0], [1.1, 2.1, 3.1, 2.9, 5.1])
    assert found.quotient("resnext50_32x4d", "resnet50") == pytest.approx(2.9 / 3)
    assert cardinality.outcome(found) is None


@pytest.mark.parametrize(
    ("cost", "said"), [(70_144, "100.7 % of"), (696_320, "10 times"), (6_963_200, "100 times")]
)
def test_a_cost_far_above_that_of_one_path_is_a_multiple_of_it(cost, said):
    assert cardinality.share(cost, 69_632) == said


def test_every_prediction_is_answered_with_what_the_right_width_costs():
    one = cardinality.weights(1, cardinality.ONE_PATH)
    answers = cardinality.answers(4, one)
    assert list(answers) == ["2", "4", "8"]
    assert answers["4"] == cardinality.costs(32, 4, one)
    assert answers["8"] == f"{answers['4']} {cardinality.costs(32, 8, one)}"
    assert f"has {one:,} weights. Its successor has 32 paths" in cardinality.question(one)


@pytest.mark.parametrize(
    ("paths", "width", "first", "share"),
    [
        (1, 64, "Weights of 1 path of 64 channels: ", "100 % of 64×64"),
        (32, 4, "Weights of 32 paths of 4 channels: ", "3.125 % of 128×128"),
        (2, 1, "Weights of 2 paths of 1 channel: ", "50 % of 2×2"),
    ],
)
def test_chosen_paths_are_said_with_their_cost_and_width(paths, width, first, share):
    beside, groups = {1: ("1 path", "1 group")}.get(paths, (f"{paths} paths", f"{paths} groups"))
    channels = "1 channel" if width == 1 else f"{width} channels"
    said = cardinality.chosen(paths, width, 69_632)
    assert said.startswith(first + cardinality.formula(paths, width))
    assert said.endswith(f"All paths together are {paths * width} channels wide.")
    assert f"{share} connections" in cardinality.connected(paths, width)
    assert f"into {beside} beside each other" in cardinality.paths_described(paths, width)
    inner = f"{paths * width} channels, a 3×3 convolution in {groups} of {channels}"
    assert inner in cardinality.grouped_described(paths, width)
    blocks = f"block{'s' if paths > 1 else ''} of {width} by {width} on the diagonal"
    assert blocks in cardinality.connections_described(paths, width)


def test_the_papers_pairs_are_said_from_their_rows():
    pairs = pd.DataFrame({"cardinality": [4, 1, 16], "width": [2, 9, 1], "error": [5.5, 6.1, 5.0]})
    assert (
        cardinality.errors(pairs) == "4 paths of 2: 5.5 %; 1 path of 9: 6.1 %; 16 paths of 1: 5.0 %"
    )
    assert "from 6.1 % with one to 5.0 % with 16: cardinality" in cardinality.noticed(pairs)


COUNTS = pd.DataFrame(
    {
        "network": ["ResNet-50", "ResNeXt-50"],
        "parameters": [10, 20],
        "multiply-adds (G)": [4.0, 5.0],
        "in 3×3 (G)": [2.0, 0.5],
    }
)


@pytest.mark.parametrize(
    ("second", "milliseconds", "costs"),
    [(2.0, "2 ms, 2.00 times as long", "8.0"), (0.5, "0 ms, 0.50 times as long", "2.0")],
)
def test_times_are_said_beside_each_other_and_beside_the_multiply_adds(second, milliseconds, costs):
    found = times([1.0] * 5, [second] * 5)
    table = cardinality.measured(COUNTS, found)
    took = cardinality.took(table, found)
    assert took.startswith(f"ResNet-50 took 1 ms, ResNeXt-50 {milliseconds}")
    ratios = cardinality.ratios(table, found)
    said = cardinality.in_kernels(ratios)
    assert f"grouped they need 0.25 times the multiply-adds and take {second:.2f} times" in said
    assert said.endswith(f"costs {costs} times as much.")
    described = cardinality.ratios_described(ratios, of="this", to="that")
    assert described.startswith("this as a multiple of that: parameters 2.00; multiply-adds 1.25; ")
    assert cardinality.free(COUNTS).startswith("ResNeXt-50 has 1.25 times the multiply-adds of ")
    how = cardinality.how_measured(found, 99)
    assert how.startswith("Medians of 5 forward passes each,")
    assert f"one picture of 99×99 pixels, random weights; {cardinality.where(found)}." in how


def test_the_curve_is_described_with_the_pairs_that_are_on_it():
    pairs = cardinality.pairs()
    said = cardinality.curve_described(4, 24, pairs)
    assert "chosen are 4 paths of 24. The paper's pairs" in said
    assert cardinality.errors(pairs) in said
    assert cardinality.curve_described(1, 64, pairs.iloc[:0]).endswith("chosen is 1 path of 64.")
    assert "about 70,144" in cardinality.equally_dear(70144)
    assert "one path of 64 channels" in cardinality.on_another_curve()
