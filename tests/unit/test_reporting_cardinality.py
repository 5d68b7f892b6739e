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
