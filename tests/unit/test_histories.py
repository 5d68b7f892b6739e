"""Frames made of recorded runs."""

import pandas as pd
import pytest

from resnet_viz.reporting import histories


def seeds(label, *epochs):
    """Runs of one label, each with so many epochs."""
    return pd.DataFrame(
        [
            {"label": label, "run": f"{label} {seed}", "epoch": epoch}
            for seed, last in enumerate(epochs)
            for epoch in range(1, last + 1)
        ]
    )


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([seeds("plain-56", 15, 15, 15), seeds("ResNet-56", 4)], ""),
        (
            [seeds("plain-56", 15, 4, 15), seeds("ResNet-56", 15, 15)],
            "plain-56: 1 of 3 runs ends early, so their mean ends at epoch 4 instead of 15.",
        ),
        (
            [seeds("plain-56", 3, 15, 4)],
            "plain-56: 2 of 3 runs end early, so their mean ends at epoch 3 instead of 15.",
        ),
        ([pd.DataFrame()], ""),
    ],
)
def test_a_mean_that_ends_with_the_first_of_its_seeds_says_so(frames, said):
    assert histories.ended_early(pd.concat(frames)) == said
