"""What is said of shortcuts follows from the tensors and from the recorded errors."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import RESNET34_BY_OPTION
from resnet_viz.reporting import shortcuts
from resnet_viz.runs import shipped


def runs(**errors: tuple[float, ...]) -> pd.DataFrame:
    """Recorded runs by the attribute that names their shortcut: a test error for each seed."""
    rows = [
        (getattr(shortcuts, name), seed, error)
        for name, seeds in errors.items()
        for seed, error in enumerate(seeds)
    ]
    frame = pd.DataFrame(rows, columns=["shortcut", "seed", "test_error"])
    return frame.assign(train_error=frame["test_error"] / 2, epochs=15)


def test_records_are_grouped_by_their_options_and_those_of_other_networks_left_out():
    groups = shortcuts.grouped(shipped().values(), shortcuts.VARIATIONS)
    assert list(groups) == list(shortcuts.VARIATIONS)
    assert {record.config.architecture for record in groups[shortcuts.IDENTITY]} == {"resnet56"}
    assert list(shortcuts.grouped(groups[shortcuts.HALF], shortcuts.VARIATIONS)) == [shortcuts.HALF]
    ends = shortcuts.ends({"mine": groups[shortcuts.HALF]})
    assert list(ends["shortcut"]) == ["mine"] * 3
    said = shortcuts.conditions(ends, {"mine": groups[shortcuts.HALF]})
    assert "15 epochs, seeds 0, 1, 2," in said
    assert said.endswith(f"Trained on: {groups[shortcuts.HALF][0].hardware}.")


def test_costs_stand_beside_the_papers_error_and_the_one_measured_here():
    counts = {"A": (1000, 2_000_000), "B": (1234, 3_000_000)}
    measured = runs(IDENTITY=(2.0, 3.0))
    table = shortcuts.costs(ARCHITECTURES["resnet34"], counts, measured).set_index("option")
    assert list(table["of the shortcuts"]) == ["0", "234"]
    assert list(table["multiply-adds at 224×224"]) == ["2.0 M", "3.0 M"]
    assert list(table["here: ResNet-56 on digits"]) == ["2.5 (2.0 – 3.0) %", "–"]
    assert table.loc["B", "paper: ResNet-34 on ImageNet"] == f"{RESNET34_BY_OPTION['B']} %"


@pytest.mark.parametrize(("factor", "power"), [(0.9, "0.058"), (0.5, "7.5·10⁻⁹"), (1.0, "1")])
def test_a_factor_is_raised_to_the_number_of_blocks(factor, power):
    assert shortcuts.block_counts() == {20: 9, 56: 27, 110: 54}
    assert f"to the power of 27, the blocks of ResNet-56, is {power}." in shortcuts.left(factor)
    assert f"{power} after the 27 blocks" in shortcuts.left_described(factor)


@pytest.mark.parametrize(
    ("errors", "worst"),
    [
        ({"IDENTITY": (2.0, 3.0), "HALF": (9.0,)}, "HALF"),
        ({"IDENTITY": (5.0,), "HALF": (4.0,)}, "IDENTITY"),
    ],
)
def test_the_answer_to_the_prediction_is_the_largest_mean_error(errors, worst):
    measured = runs(**errors)
    choices, answer = shortcuts.answers(measured)
    assert answer == getattr(shortcuts, worst)
    assert list(choices) == [shortcuts.IDENTITY, shortcuts.HALF]  # of three, what was recorded
    mean = measured.groupby("shortcut")["test_error"].mean()
    assert f"{answer} {mean[answer]:.1f} %" in choices[answer]
    assert f"{answer} is worst with {mean[answer]:.1f} %" in (
        shortcuts.variations_described(measured)
    )


def test_the_table_of_variations_has_what_was_measured_first():
    table = shortcuts.variations_table(runs(IDENTITY=(2.0, 3.0), HALF=(9.0,)))
    assert list(table)[:2] == ["on the shortcut", "here: test error"]  # what a telephone shows
    assert list(table["here: test error"]) == ["2.5 (2.0 – 3.0) %", "9.0 %"]
    assert table.loc[0, "here: training error"] == "1.2 (1.0 – 1.5) %"


def test_the_ends_of_the_colours_are_those_of_what_is_drawn():
    assert shortcuts.scale(2.345, signed=True) == "−2.3 … 0 … 2.3"
    assert shortcuts.scale(2.345, signed=False) == "0 … 2.3"
    assert shortcuts.chosen("C", "layer2.0") == (
        "Option C: a 1×1 convolution everywhere. layer2.0 is stage 2, block 1."
    )


def test_without_runs_nothing_is_said_of_them():
    nothing = runs(IDENTITY=()).iloc[:0]
    assert shortcuts.noticed(nothing, nothing) == (
        "No runs with other shortcuts are recorded here."
    )


def test_options_in_the_papers_order_and_apart_are_said_to_be_so():
    rows = [
        (name, seed, 10.0 + seed - 3 * n)
        for seed in (0, 1)
        for n, name in enumerate(shortcuts.OPTIONS)
    ]
    ends = pd.DataFrame(rows, columns=["shortcut", "seed", "test_error"]).assign(epochs=15)
    said = shortcuts.ranked(ends)
    assert "Here the order is the same, and A's seeds lie 1 points apart" in said
    assert said.endswith("no two options overlap.")


@pytest.mark.parametrize(
    ("half", "said"),
    [
        ((1.0, 1.2), "half shortcut did better than the identity"),
        ((1.9, 2.5), "The seeds do not rank half shortcut against the identity here."),
        ((5.0, 6.0), "makes it worse here too: half shortcut 5.5 against 2.5 %."),
    ],
)
def test_variations_are_ranked_only_where_no_seed_overlaps(half, said):
    rows = [(shortcuts.IDENTITY, 2.0), (shortcuts.IDENTITY, 3.0)]
    rows += [(shortcuts.HALF, error) for error in half]
    frame = pd.DataFrame(rows, columns=["shortcut", "test_error"])
    assert said in shortcuts.noticed(frame, frame)


def test_channels_that_a_rectifier_left_empty_are_not_called_padding():
    x = np.zeros((4, 6, 6), np.float32)
    x[:3] = 1
    out = np.zeros((8, 3, 3), np.float32)
    out[2:6] = x[:, ::2, ::2]
    assert shortcuts.happened("A", x, out).startswith("4 of 8 channels are zeros")
    assert shortcuts.happened("A", x, x) == (
        "Nothing happens here: the shapes agree, so x is added as it is."
    )
    assert shortcuts.happened("A", x, x[:, ::2, ::2]) == "Every second pixel is left out."
