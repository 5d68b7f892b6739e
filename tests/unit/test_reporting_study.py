"""A study in words: only what follows from the records, with the opposite result too."""

import dataclasses
import re

import pandas as pd
import pytest

from resnet_viz.reporting import findings, histories, study, tables
from tests.app import shelf
from tests.unit.runs_support import config

# As in the paper, deeper is worse without shortcuts and better with them; and the other way about.
AS_PUBLISHED = {
    "plain20": (10.0, 20.0),
    "plain56": (18.0, 26.0),
    "resnet20": (9.0, 18.0),
    "resnet56": (5.0, 16.5),
}
OTHERWISE = AS_PUBLISHED | {"plain56": (8.0, 26.0), "resnet56": (5.0, 19.5)}


def records(errors) -> list:
    return [shelf.record(network, *ends) for network, ends in errors.items()]


def test_what_depth_and_shortcuts_did_follows_from_the_errors():
    said = study.noticed(histories.ends(study.labelled(records(AS_PUBLISHED))))
    assert "plain-56 ends at 18.0 %, 8.0 points above plain-20" in said
    assert "ResNet-56 ends at 16.5 %, 1.5 points below ResNet-20, from one seed" in said
    assert "in the paper 1.8 points below ResNet-20 (6.97 against 8.75 %)" in said
    assert "At 56 layers: 26.0 % test error without shortcuts, 16.5 % with them." in said
    said = study.noticed(histories.ends(study.labelled(records(OTHERWISE))))
    assert "plain-56 ends at 8.0 %, 2.0 points below plain-20" in said
    assert "ResNet-56 ends at 19.5 %, 1.5 points above ResNet-20" in said
    alone = histories.ends(study.labelled([shelf.record("resnet20", 5, 9)]))
    assert study.noticed(alone).startswith("Train networks of two depths")


def test_a_run_of_the_paper_recipe_takes_its_networks_place_in_the_table_and_not_in_the_charts():
    [made] = records({"resnet20": (9.0, 18.0)})
    own = dataclasses.replace(made, name="mine")
    view = study.of("a title", [made, *records({"plain20": (1.0, 2.0)})], [own])
    assert view.taken == {"ResNet-20": ["mine"]}
    assert [record.name for record in view.here["ResNet-20"]] == ["mine"]
    assert view.drawn["ResNet-20"] == [made]
    assert list(view.here) == ["plain-20", "ResNet-20"]
    assert study.of("a title", [made]).taken == {}


def test_of_several_trainings_of_a_network_the_longest_stands_in_the_table():
    short, long = (shelf.record("resnet20", 9, 18, epochs=epochs) for epochs in (3, 5))
    assert study.of("a title", [short, long]).here == {"ResNet-20": [long]}
    assert study.of("a title", [long, short]).here == {"ResNet-20": [long]}


def test_records_of_one_depth_are_no_study():
    one, twin, deep = records(dict.fromkeys(("resnet20", "plain20", "plain56"), (9.0, 18.0)))
    assert not study.is_study([one, one])
    assert not study.is_study([one, twin])
    assert study.is_study([one, twin, deep])


def test_networks_that_were_trained_otherwise_are_labelled_with_their_training():
    same = study.labelled(records({"resnet20": (1, 2), "plain20": (1, 2)}))
    assert list(same) == ["plain-20", "ResNet-20"]
    other = shelf.record("resnet20", 1, 2, epochs=5, batch_size=64)
    mixed = study.labelled([*records({"resnet20": (1, 2)}), other])
    assert len(mixed) == 2
    assert any("batches of 64" in label for label in mixed)
    assert tables.paper_and_here({"x": [other]})["recipe"].tolist() == ["short, batches of 64"]


def test_charts_are_described_by_the_numbers_that_they_show():
    groups = study.labelled(records({"plain20": (10.0, 20.0), "plain56": (18.0, 26.0)}))
    ends = histories.ends(groups)
    said = study.curves_described("Plain networks", "digits", ends)
    assert said.endswith(
        "plain-20 training 10.0 %, test 20.0 %; plain-56 training 18.0 %, test 26.0 %."
    )
    banded = study.bands_described("Plain networks", "the digits", 15, ends)
    assert banded.startswith("Plain networks: training and test error over 15 epochs on the digits")
    assert banded.partition("At the end")[2] == said.partition("At the end")[2]
    assert study.bars_described(study.bars(ends.iloc[:1])) == (
        "plain-20 ends at 10.0 % training and 20.0 % test error."
    )
    norms = study.norms(groups)
    assert list(norms["label"].unique()) == ["plain-20", "plain-56"]
    assert "1 → 2" in study.norms_described("Plain networks", "digits", {"plain-20": "1 → 2"})
    nothing = [dataclasses.replace(r, gradients=r.gradients.iloc[:0]) for r in groups["plain-20"]]
    assert study.norms({"plain-20": nothing}).empty


def test_a_run_under_way_and_runs_of_ones_own_are_named():
    [made] = records({"resnet20": (9.0, 18.0)})
    running = dataclasses.replace(made, epochs=made.epochs.iloc[:2], status="running")
    assert study.going_on(running) == f"{made.name} goes on: 2 of 8 epochs so far."
    assert study.View("", {"x": [made, running]}, {}).going_on == [running]
    assert study.stands_here("ResNet-20", ["a"]).endswith(
        "your run a of the recipe *paper* stands here."
    )
    assert "your runs a, b of the recipe *paper* stand here." in study.stands_here("x", ["a", "b"])


@pytest.mark.parametrize(
    ("plain20", "plain56", "verdict"),
    [
        ((10, 20), (18, 26), "**No.** .* 6.0 points above .* 8.0 points above on the training"),
        ((10, 20), (16, 26), "**No.**"),
        ((10, 20), (14, 26), "**Mostly not.** .*: 4.0 of them .* 2.0 are a wider gap"),
        ((10, 20), (12, 26), "**Mostly.** .*: 2.0 of them .* 4.0 are a wider gap"),
        ((10, 20), (10, 26), "**Yes.** .* as well"),
        ((10, 20), (8, 26), "**Yes.** .* better"),
        ((10, 20), (18, 20), "nothing to explain: .* level with plain-20"),
        ((10, 20), (18, 19), "nothing to explain: .* 1.0 points below plain-20"),
    ],
)
def test_overfitting_is_what_of_the_extra_test_error_is_a_wider_gap(plain20, plain56, verdict):
    records = [shelf.record("plain20", *plain20), shelf.record("plain56", *plain56)]
    ends = histories.ends(study.labelled(records))
    said = findings.overfitting(findings.pair(ends, residual=False))
    assert re.search(verdict.replace("**", r"\*\*"), said), said


def test_why_the_numbers_differ_is_read_off_the_settings():
    def why(**overrides):
        return findings.differences({"ResNet-20": [shelf.record("resnet20", 5, 9, **overrides)]})

    short = why()
    for clause in (
        "a JPEG copy of CIFAR-10",
        "400,000 images seen instead of 8.2 million",
        "one cycle instead of two steps down",
        "one seed",
    ):
        assert clause in short
    assert "batches" not in short
    assert "crops" not in short
    assert "batches of 64 instead of 128" in why(batch_size=64)
    assert "a learning rate of 0.4 instead of 0.1" in why(learning_rate=0.4)
    assert "a weight decay of 0.0005 instead of 0.0001" in why(weight_decay=5e-4)
    assert "arithmetic in bfloat16" in why(precision="bf16-mixed")
    assert "another network (activation gelu)" in why(options={"activation": "gelu"})
    assert "JPEG" not in why(data="cifar10")
    assert "a JPEG copy" in why(data="elsewhere/cifar10-jpeg")
    assert "400,000 images" in why(data="elsewhere/cifar10-jpeg")
    assert "are those of garden" in why(data="elsewhere/garden")


def test_a_run_as_in_the_paper_differs_by_nothing_but_its_seed():
    made = shelf.record("resnet20", 5, 9)
    paper = config(recipe="paper", data="cifar10")
    last = made.epochs.iloc[[-1]].assign(step=64_000, epoch=164)
    records = [
        dataclasses.replace(made, config=dataclasses.replace(paper, seed=seed), epochs=last)
        for seed in (0, 1)
    ]
    assert findings.differences({"ResNet-20": records}) == "ResNet-20: trained as in the paper."
    one = findings.differences({"ResNet-20": records[:1]})
    assert one == "Why they differ: one seed, whose luck is in the number."
    assert tables.paper_and_here({"x": records})["images seen"].tolist() == ["8,184,176"]


def test_what_sets_only_some_rows_apart_names_them():
    made = {
        "plain-20": [shelf.record("plain20", 5, 9)],
        "ResNet-20": [shelf.record("resnet20", 5, 9, batch_size=64)],
    }
    said = findings.differences(made)
    common, *others = said.split(". ")
    assert "JPEG" in common
    assert "batches" not in common
    assert any("ResNet-20: " in other and "batches of 64" in other for other in others)


def norms(*values, moments=(0, 1)):
    """Norms of convolutions and, last, of fc; the same at each of the moments."""
    layers = [f"layer1.{place}.conv1" for place in range(len(values) - 1)] + ["fc"]
    return pd.DataFrame(
        [
            {
                "label": "ResNet-56",
                "epoch": epoch,
                "layer": layer,
                "position": place,
                "gradient_norm": value,
                "weight_norm": 1.0,
            }
            for epoch in moments
            for place, (layer, value) in enumerate(zip(layers, values, strict=True))
        ]
    )


def test_the_first_convolutions_gradient_is_set_against_the_last_convolutions_not_fcs():
    assert findings.gradients(norms(8.0, 3.0, 0.8, 16.0))["ResNet-56"] == "10 → 10"
    said = findings.slope(norms(8.0, 3.0, 0.8, 16.0, moments=(0,)), "gradient_norm")
    assert said == (
        "the first convolution's is 10 times the last one's, fc's is 20 times the last "
        "convolution's"
    )


def test_gradients_that_no_float_holds_are_not_called_nought_times_the_last():
    said = findings.slope(norms(0.0, 0.0, 2e-41, 0.5, 1.0, moments=(0,)), "gradient_norm")
    assert said == (
        "fc's is 2 times the last convolution's, in layers 1–2 it is below what a 32-bit float "
        "holds (underflow), which no logarithmic axis can show"
    )
    dead = findings.slope(norms(0.5, 0.0, 0.5, 1.0, moments=(0,)), "gradient_norm")
    assert dead.endswith("in layer 2 it is 0, which no logarithmic axis can show")
