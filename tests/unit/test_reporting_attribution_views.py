"""What is said of many maps follows from them, with the opposite result too."""

import pandas as pd

from resnet_viz.reporting import attribution_views as views


def test_the_most_and_the_least_similar_maps_are_named():
    said = views.agreement({"A": 0.25, "B": 0.5, "C": -0.125})
    assert "Of 3 methods, B " in said
    assert "0.50" in said
    assert "C the least similar (−0.12)" in said
    assert views.agreement({"A": 0.25}).endswith("0.25.")
    assert views.cell(float("nan")) == ""


def blocks(**agreements) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame(
            {"label": label, "block": [f"layer1.{n}" for n in range(len(of))], "agreement": of}
        )
        for label, of in agreements.items()
    )


def test_the_first_block_from_which_all_maps_resemble_the_last_is_counted():
    nan = float("nan")
    said = views.depths(blocks(one=[0.9, 0.4, 0.5, 1.0], other=[0.6, 0.7, 0.8, 1.0]))
    assert "from block 3 of 4 in one, from block 1 of 4 in other." in said
    said = views.depths(blocks(one=[nan, nan], other=[nan, 1.0]))
    assert "nowhere in one" in said
    assert "from block 2 of 2 in other" in said


def test_a_pixel_has_its_place_among_all():
    assert views.pixel("net", 0.5, 12, 1024) == "net: 0.5, number 12 of 1,024 by strength."


def test_rows_of_a_sheet_are_told_apart_by_what_differs():
    assert views.row_titles([("a cat", "rise", None), ("a dog", "rise", None)]) == [
        "a cat",
        "a dog",
    ]
    assert views.row_titles([("a cat", "rise", "x"), ("a cat", "lrp", "x")]) == ["rise", "lrp"]
    assert views.row_titles([("a cat", "rise", None)]) == ["a cat"]
