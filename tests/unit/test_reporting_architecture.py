"""What is said of a network's cost follows from the counts, published ones beside them."""

import pandas as pd
import pytest

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.published import IMAGENET_WEIGHTS
from resnet_viz.reporting import architecture


def outline(*shortcuts: tuple[str, int, int], kind: str = "basic") -> pd.DataFrame:
    """Blocks of 100 parameters and 1,000 multiply-adds by their shortcut and what it costs."""
    rows = [(kind, shortcut, 100, 1000, *cost) for shortcut, *cost in shortcuts]
    columns = [
        "kind",
        "shortcut",
        "parameters",
        "multiply_adds",
        "shortcut_parameters",
        "shortcut_multiply_adds",
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (outline(("none", 0, 0)), "a net has no shortcut: each block must pass on all"),
        (
            outline(("identity", 0, 0), ("identity", 0, 0)),
            "The 2 shortcuts of a net have no parameters and cost no multiply-add",
        ),
        (
            outline(("identity", 0, 0), ("projection", 10, 25)),
            "The 2 shortcuts of a net hold 5.0 % of its parameters and 1.2 % of its multiply-adds.",
        ),
    ],
)
def test_what_shortcuts_cost_is_a_share_of_the_whole(parts, said):
    assert architecture.finding({"a net": parts}).startswith(said)


def test_bottlenecks_alone_are_said_to_have_their_stride_elsewhere():
    said = BLOCKS["bottleneck"].sentence
    shown = {"a net": outline(("identity", 0, 0))}
    assert said not in architecture.finding(shown)
    shown |= {"another": outline(("identity", 0, 0), kind="bottleneck")}
    assert architecture.finding(shown).endswith(said)


def test_totals_stand_beside_published_ones_of_the_same_network_and_size_alone():
    row, known = ARCHITECTURES["resnet50"], IMAGENET_WEIGHTS["resnet50"]
    said = architecture.compared(row, 224, 25_557_032, 4_089_184_256)
    assert said == (
        "25,557,032 parameters and 4.09 G multiply-adds; published: "
        f"{known.parameters:,} parameters and {known.gmacs:g} G (torchvision), 3.8 G (paper) "
        "multiply-adds."
    )
    assert architecture.compared(row, 64, 1, 2).endswith("at 64 × 64.")
    variant = ARCHITECTURES["resnet34"].with_options(shortcut="C")
    said = architecture.compared(variant, 224, 1, 2)
    assert said.endswith("multiply-adds; neither is published of this variant.")
    unknown = ARCHITECTURES["resnet9"]
    assert architecture.compared(unknown, unknown.input_size, 1, 2).endswith("gives no numbers.")


def test_what_the_paper_gives_in_millions_is_not_written_more_exactly():
    assert architecture.published_parameters(ARCHITECTURES["resnet20"]) == "0.27 M"
    assert architecture.published_parameters(ARCHITECTURES["resnet9"]) == architecture.NOTHING


def test_the_table_of_layers_has_shapes_in_words_and_whole_numbers():
    row = dict.fromkeys(architecture.COLUMNS, 1) | {"kernel": 3.0, "stride": None}
    row |= {"input": (3, 32, 32), "output": (16, 8, 8)}
    shown = architecture.layers(pd.DataFrame([row]))
    assert list(shown) == list(architecture.COLUMNS.values())
    assert shown.loc[0, ["input", "output", "kernel"]].tolist() == ["32×32×3", "8×8×16", 3]
    assert pd.isna(shown.loc[0, "stride"])


def test_a_row_of_the_family_has_what_is_counted_beside_what_is_published():
    row = architecture.family_row(ARCHITECTURES["resnet50"], 25_000_000, 4_000_000_000)
    assert (row["parameters"], row["published"]) == (25_000_000, "25,557,032")
    assert (row["multiply-adds"], row["torchvision"], row["paper"]) == (4.0, 4.089, 3.8)
    assert (row["paper's error (%)"], row["images"]) == ("22.85", "ImageNet, 224×224")
    small = architecture.family_row(ARCHITECTURES["plain110"], 1, 1)
    assert (small["torchvision"], small["paper"]) == (None, None)
    assert small["paper's error (%)"] == "above 60"
