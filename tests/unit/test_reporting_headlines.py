"""The finding of each page follows from the numbers, whatever these are."""

from types import SimpleNamespace

import pandas as pd
import pytest

from resnet_viz.reporting import headlines


def ends(**errors: tuple[int, bool, float]) -> pd.DataFrame:
    """Ends of runs that were trained alike: depth, whether residual, training error."""
    return pd.DataFrame(
        [
            {
                "label": label,
                "architecture": label,
                "depth": depth,
                "residual": residual,
                "train_error": error,
                "test_error": error + 5,
                "seed": 0,
                "alike": "one",
            }
            for label, (depth, residual, error) in errors.items()
        ]
    )


@pytest.mark.parametrize(
    ("deep_plain", "said"),
    [
        (48.0, "38.0 points more without shortcuts, 1.0 points less with them."),
        (4.0, "6.0 points less without shortcuts, 1.0 points less with them."),
        (10.0, "no change without shortcuts, 1.0 points less with them."),
    ],
)
def test_what_depth_does_is_said_of_each_family_in_its_direction(deep_plain, said):
    rows = ends(
        p20=(20, False, 10.0), p56=(56, False, deep_plain), r20=(20, True, 3.0), r56=(56, True, 2.0)
    )
    assert headlines.depth(rows) == f"Training error with 56 layers instead of 20: {said}"


def test_depth_is_no_finding_where_one_depth_was_trained():
    assert headlines.depth(ends(p20=(20, False, 10.0))) == ""


def norms(label: str, *values: float) -> pd.DataFrame:
    """Gradient norms of convolutions and of the last layer, which is none."""
    layers = [f"conv{number}" for number in range(len(values) - 1)] + ["fc"]
    return pd.DataFrame(
        {
            "label": label,
            "layer": layers,
            "position": range(len(values)),
            "gradient_norm": values,
        }
    )


def test_gradients_of_each_network_are_compared_from_end_to_end():
    both = pd.concat([norms("plain", 200.0, 3.0, 0.5, 9.0), norms("residual", 2.0, 3.0, 4.0, 9.0)])
    said = headlines.gradients(both, "gradient_norm")
    assert "400 times in plain" in said
    assert "0.5 times in residual" in said


def test_a_network_without_a_gradient_worth_the_name_is_not_overlooked():
    said = headlines.gradients(norms("plain", 1e-26, 1e-27, 2e-26, 1.0), "gradient_norm")
    assert "next to nothing anywhere in plain (2.0·10⁻²⁶)" in said
    assert "times" not in said
    assert "nothing in the last layer" in headlines.gradients(
        norms("p", 1.0, 0.0, 1.0), "gradient_norm"
    )


def outline(parameters: int, shortcuts: tuple[int, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parameters": [parameters, *(0 for _ in shortcuts)],
            "shortcut": ["none", *("B" for _ in shortcuts)],
            "shortcut_parameters": [0, *shortcuts],
        }
    )


def test_parameters_are_said_to_be_as_many_only_where_they_are():
    alike = {"plain": outline(1000, ()), "residual": outline(1000, (0, 0))}
    said = headlines.architecture(alike)
    assert said.endswith("1,000 parameters, 0 of them in 2 shortcuts: as many in both.")
    said = headlines.architecture(alike | {"residual": outline(1200, (150, 50))})
    assert said.endswith("residual has 1,200 parameters, 200 of them in 2 shortcuts.")


@pytest.mark.parametrize(
    ("unread", "said"), [((), "every pixel is read"), ((9,), "19 pixels are never read")]
)
def test_a_window_says_how_many_pixels_it_never_reads(unread, said):
    shown = SimpleNamespace(size=10, output=4, unread=unread)
    assert headlines.window(shown) == f"10×10 pixels in, 4×4 cells out; {said}."


def test_paths_are_weighed_against_one():
    assert headlines.paths(32, 4, 70_144, 69_632) == (
        "32 paths of 4 channels hold 70,144 weights, 100.7 % of one path's 69,632."
    )
    assert headlines.paths(1, 1, 5, 10).startswith("1 path of 1 channel hold")


def test_options_stand_with_their_means():
    rows = pd.DataFrame(
        {"shortcut": ["B", "A", "A"], "test_error": [2.5, 2.0, 4.0], "seed": [0, 0, 1]}
    )
    assert headlines.options(rows).endswith(": 2.5 % with B, 3.0 % with A, mean of 2 seeds.")
