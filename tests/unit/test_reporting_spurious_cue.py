"""Sentences of the lesson on a spurious cue follow from the numbers, whatever these are."""

import pandas as pd
import pytest

from resnet_viz.analysis.experiments.spurious_cue import (
    AS_TRAINED,
    CENTRE,
    EDGES,
    NOWHERE,
    OTHER,
    PLACES,
    RANDOM,
)
from resnet_viz.data import DATA_SETS
from resnet_viz.data.shapes import CLASSES, TAGGED
from resnet_viz.reporting import spurious_cue as reported
from resnet_viz.training.config import RunConfig

LABELS = {"plain-20": False, "ResNet-20": True}


def answers(kept: dict[str, float]) -> pd.DataFrame:
    """Networks that need the tag: without it they keep a share of the class that had it."""
    rows = [
        {
            "label": label,
            "residual": residual,
            "trained": trained,
            "tag": place,
            "class": name,
            "images": 100,
            "right": right(trained, tag, name, kept[label]),
            "as_tagged": 80 if trained == reported.CHEATED and name == tag == OTHER else 1,
        }
        for label, residual in LABELS.items()
        for trained in reported.DATA.values()
        for place, tag in PLACES.items()
        for name in CLASSES
    ]
    return pd.DataFrame(rows)


def right(trained: str, tag: str | None, name: str, kept: float) -> float:
    if trained == reported.HONEST:
        return 96
    if name == TAGGED:
        return 100 if tag == TAGGED else kept
    return 20 if name == tag == OTHER else 98


def table(kept: float, other: float | None = None) -> pd.DataFrame:
    share = {"ResNet-20": kept, "plain-20": kept if other is None else other}
    return reported.accuracies(answers(share))


def test_accuracies_are_counted_over_all_pictures_and_over_the_classes_that_matter():
    rows = table(4).set_index(["label", "trained", "tag"])
    assert len(rows) == 12
    row = rows.loc[("ResNet-20", reported.CHEATED, NOWHERE)]
    assert row["accuracy"] == pytest.approx((4 + 3 * 98) / 4)
    assert row["tagged_right"] == 4
    wrong = rows.xs(f"on the {OTHER}s", level="tag")["other_as_tagged"]
    assert wrong.tolist() == [1, 80, 1, 80]


@pytest.mark.parametrize(
    ("kept", "choice"), [(96, reported.MOST), (50, reported.HALF), (4, reported.FEW)]
)
def test_the_answer_is_the_choice_nearest_to_what_came_out(kept, choice):
    assert reported.answer(table(kept)) == choice
    assert f"Without the tag ResNet-20 gets {kept} % of the {TAGGED}s right" in reported.found(
        table(kept)
    )


@pytest.mark.parametrize(
    ("kept", "other", "said"),
    [(4, 9, "Both networks have"), (4, 99, "ResNet-20 has"), (99, 98, "Neither network needs")],
)
def test_who_has_learnt_the_tag_is_said_of_whom_it_is_true(kept, other, said):
    assert reported.learnt(table(kept, other)).startswith(f"**{said}")
    assert reported.learnt(table(kept, other)) in reported.noticed(table(kept, other))


def test_what_is_seen_at_first_is_the_accuracy_with_the_tag():
    said = reported.at_first(table(4))
    assert said.count("98.5 %") == 2  # (100 + 3 · 98) / 4
    assert "plain-20" in said


def test_the_table_has_a_row_a_network_and_training():
    shown = reported.table(table(4)).set_index("network")
    assert list(shown.index) == [
        f"{label}, trained {way}" for label in LABELS for way in reported.DATA.values()
    ]
    assert list(shown)[:3] == [f"tag {place}" for place in PLACES]
    row = shown.loc[f"ResNet-20, trained {reported.CHEATED}"]
    assert row.tolist() == pytest.approx([98.5, 74.5, 55, 4, 80])


def test_scores_are_means_and_what_is_neither_is_elsewhere():
    names = [reported.map_of(label, way) for label in LABELS for way in reported.DATA.values()]
    located = pd.DataFrame(
        [
            {"map": name, "in_shape": hit, "in_tag": 0.25, "overlap": 0.1 * place}
            for place, name in enumerate([*names, RANDOM, CENTRE, EDGES])
            for hit in (0.0, 1.0)
        ]
    )
    rows = reported.scores(located)
    assert list(rows["map"]) == [*names, RANDOM, CENTRE, EDGES]
    assert (rows["in_shape"] == 50).all()
    assert (rows["elsewhere"] == 25).all()
    assert rows["pictures"].tolist() == [2] * 7
    said = reported.looked(rows)
    assert "lies in the tag in 25 % and in the triangle in 50 %" in said
    assert "0.30 and 0.20; a random map has 0.40" in said
    assert "is no proof" in said  # the hill in the middle has 0.50
    better = located.assign(
        overlap=located["overlap"].where(~located["map"].isin([CENTRE, EDGES]), 0.1)
    )
    assert "is no proof" not in reported.looked(reported.scores(better))


def test_the_answer_below_a_map_says_whether_it_is_right():
    sure = dict.fromkeys(CLASSES, 0.1) | {"square": 0.7}
    assert ":material/check: **square** (70 %)" in reported.said("plain-20", "x", "square", sure)
    assert ":material/close: **square** (70 %)" in reported.said("plain-20", "x", "circle", sure)
    described = reported.map_described("plain-20", "x", "a circle", "circle", sure)
    assert "it gives circle 10 %" in described


def test_the_link_to_training_describes_the_runs_that_ship():
    link = reported.training()
    assert set(reported.DATA) <= set(DATA_SETS)
    config = RunConfig.from_recipe(
        link["network"], link["recipe"], data=link["data"], epochs=int(link["epochs_quick"])
    )
    assert (config.data, config.epochs) == ("shapes-tag", reported.EPOCHS)
    assert f"tag {AS_TRAINED}" in reported.table(table(4))
