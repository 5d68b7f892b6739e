"""What is listed beside the curves, and the sentence above them, follow from the runs."""

import dataclasses

import pandas as pd

from resnet_viz.reporting import findings, histories, run_lines
from resnet_viz.reporting.run_lines import Lines
from resnet_viz.runs import shipped
from tests.unit.runs_support import config


def ends(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["label", "train_error", "test_error"])


def records() -> list:
    return [record for record in shipped().values() if record.config.data == "digits"]


def test_the_finding_follows_the_numbers_whichever_way_they_are():
    plain, residual = ("plain-56", 48.21, 47.6), ("ResNet-56", 0.0, 2.34)
    assert findings.curves(ends(plain)) == (
        "plain-56 ends at 47.6 % test error and 48.2 % training error."
    )
    said = "plain-56 ends at 47.6 % test error (48.2 % in training), ResNet-56 at 2.3 % (0.0 %)."
    assert findings.curves(ends(plain, residual)) == findings.curves(ends(residual, plain)) == said
    swapped = ends((plain[0], *residual[1:]), (residual[0], *plain[1:]))
    assert findings.curves(swapped).startswith("ResNet-56 ends at 47.6 %")
    three = findings.curves(ends(plain, residual, ("my*own", 3.0, 50.0)))
    assert three == (
        r"Test error of the 3 lines ends between 2.3 % (ResNet-56) and 50.0 % (my\*own, 3.0 % in "
        "training)."
    )


def test_a_line_ends_where_its_runs_do_on_average():
    lines = Lines.of(records(), [])
    history = histories.of_lines({"plain-20 on digits": lines.members["plain-20 on digits"]}, None)
    accuracies = [
        record.epochs["test_accuracy"].iloc[-1] for record in lines.members["plain-20 on digits"]
    ]
    [error] = histories.last(history)["test_error"]
    assert abs(error - (100 - sum(accuracies) / 3)) < 1e-9
    same = histories.epochs({"plain-20 on digits": lines.members["plain-20 on digits"]})
    pd.testing.assert_frame_equal(history[list(same)], same, check_like=True)


def test_settings_are_listed_or_every_run_and_each_name_means_one_thing():
    lines = Lines.of(records(), [])
    assert set(lines.settings) <= set(lines.members)
    assert lines.listed(["plain-20 on digits, seed 1"], together=True)[-1] == (
        "plain-20 on digits, seed 1"
    )
    apart = lines.apart(["plain-20 on digits", "plain-20 on digits, seed 1"])
    assert apart == [f"plain-20 on digits, seed {seed}" for seed in (0, 1, 2)]
    assert len(lines.listed([], together=False)) == len(records())
    assert len(set(lines.places.values())) == len(lines.members)


def test_the_search_takes_every_word_from_any_column():
    rows = run_lines.table(Lines.of(records(), []), ["plain-20 on digits", "ResNet-20 on digits"])
    assert list(run_lines.found(rows, "").index) == list(rows.index)
    assert list(run_lines.found(rows, "RESNET quick").index) == ["ResNet-20 on digits"]
    assert run_lines.found(rows, "resnet paper").empty


def test_only_the_settings_that_differ_are_set_apart():
    one = config("plain20", seed=3)
    other = dataclasses.replace(one, learning_rate=0.02, seed=4)
    apart = run_lines.settings_apart({"a": one, "b": other}).set_index("setting")
    assert apart.to_dict("index") == {
        "learning rate": {"a": "0.1", "b": "0.02"},
        "seed": {"a": "3", "b": "4"},
    }
    said = run_lines.apart_said(apart.reset_index())
    assert said == "They differ in learning rate and seed; everything else is the same."
