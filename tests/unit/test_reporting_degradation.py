"""What is said of degradation follows from what was recorded and measured."""

import pandas as pd
import pytest

from resnet_viz.analysis.experiments.degradation import BY_HAND, ORIGIN, TRAINED
from resnet_viz.reporting import degradation


def ends(**errors) -> pd.DataFrame:
    """The rows of one family, with the errors given."""
    ways = (ORIGIN, BY_HAND)
    return pd.DataFrame(
        {
            "way": ways,
            "residual": False,
            "train_error": [errors["before"], errors["after"]],
            "test_error": [errors["before"], errors["after"]],
            "difference": [None, 1e-6],
        }
    )


@pytest.mark.parametrize(
    ("after", "answer"),
    [
        (2.0, "stays the same"),
        (5.0, "falls a little"),
        (90.0, "falls far"),
        (1.98, "stays the same"),
        (1.0, "rises"),
    ],
)
def test_what_became_of_the_accuracy_is_said_from_the_numbers(after, answer):
    held = degradation.held(ends(before=2.0, after=after))
    assert held.answer == answer
    assert held.text.startswith(f"Measured: 98.0 % before and {100 - after:.1f} % after")


@pytest.mark.parametrize(
    ("after", "trained", "follows"), [(2.0, 50.0, True), (5.0, 50.0, False), (2.0, 2.5, False)]
)
def test_degradation_is_concluded_only_where_both_halves_of_it_were_measured(
    after, trained, follows
):
    rows = pd.DataFrame(
        {
            "residual": False,
            "way": [ORIGIN, BY_HAND, TRAINED],
            "network": ["plain-20", "plain-56", "plain-56"],
            "train_error": [2.0, after, trained],
        }
    )
    assert ("training did not find them" in degradation.concluded(rows)) == follows
    said = degradation.concluded(rows.assign(network=["plain-20", "plain-26", "plain-56"]))
    assert "training did not find them" not in said
    assert ("Training was tried with plain-56 alone" in said) == follows


def mean_responses(**means: float) -> pd.DataFrame:
    """Rows of four networks, each with a block of two layers alike."""
    return pd.DataFrame(
        [
            {
                "label": name,
                "residual": name.startswith("ResNet"),
                "depth": int(name[-2:]),
                "layer": f"layer1.0.{layer}",
                "response": mean,
            }
            for name, mean in means.items()
            for layer in ("conv1", "conv2")
        ]
    )


@pytest.mark.parametrize(
    ("deep", "said"),
    [
        (0.976, "the second cannot be told: the two depths differ by 0.8 %."),
        (0.990, "the second cannot be told: the two depths differ by 0.6 %."),
        (0.885, "the second holds by 10.1 %."),
        (1.100, "the second does not hold."),
    ],
)
def test_responses_are_compared_as_finely_as_they_are_shown(deep, said):
    found = mean_responses(plain20=1.2, plain56=1.3, ResNet20=0.984, ResNet56=deep)
    text = degradation.answered(found)
    assert f"ResNet20 0.984; ResNet56 {deep:.3f}" in text
    more = f"{100 * (1 - deep / 1.3):.1f} %"
    assert f"the first holds, by 18.0 % at 20 and by {more} at 56 layers" in text
    assert text.endswith(said)
    assert text.startswith("Hardly: what blocks add")


@pytest.mark.parametrize(("mean", "answer"), [(1.2, "No"), (0.8, "Hardly"), (0.3, "Yes")])
def test_whether_what_blocks_add_is_small_is_answered_by_their_second_layers(mean, answer):
    found = mean_responses(plain20=1.2, plain56=1.3, ResNet20=mean + 0.1, ResNet56=mean)
    stem = found.iloc[[0]].assign(label="ResNet56", layer="conv1", residual=True, response=9.0)
    found = pd.concat([found, stem])
    said = degradation.answered(found)
    assert said.startswith(f"{answer}: what blocks add")
    assert f"on average {mean + 0.1:.2f} in ResNet20 and {mean:.2f} in ResNet56;" in said
    assert "zigzag" not in said
    stronger = found["layer"].eq("layer1.0.conv1") & found["residual"]
    found.loc[stronger, "response"] += 0.1
    assert "The first layer of a block answers more strongly: hence the zigzag." in (
        degradation.answered(found)
    )


def test_what_was_built_is_described_by_its_errors():
    rows = ends(before=2.0, after=90.0).assign(label=["plain-20", "plain-56, built"])
    assert degradation.built_described(rows) == (
        "plain-20: 2.0 % training and 2.0 % test error; "
        "plain-56, built: 90.0 % training and 90.0 % test error."
    )


@pytest.mark.parametrize(("blocks", "built", "layers"), [(6, 18, 56), (1, 3, 26)])
def test_what_is_asked_counts_blocks_and_layers(blocks, built, layers):
    asked = degradation.question(blocks)
    assert asked.startswith(f"{built} blocks ")
    assert f" {layers} layers" in asked


def test_the_losses_are_described_by_their_steps_and_ends():
    losses = pd.DataFrame({"step": [0, 200] * 2, "shortcut": [False] * 2 + [True] * 2, "seed": 0})
    losses["loss"] = [1, 0.5, 1, 0.1]
    said = degradation.losses_described(losses)
    assert "over 200 steps" in said
    assert said.endswith(degradation.learnt(losses))
