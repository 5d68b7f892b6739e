"""Runs in words: what sets a pair apart, what a run does now, and the table of all."""

import dataclasses
from types import SimpleNamespace

import pytest

from resnet_viz.models import ARCHITECTURES
from resnet_viz.reporting import run_labels, runs
from resnet_viz.runs import shipped
from tests.unit.runs_support import config

OTHER = {
    "shortcut": "C",
    "shortcut_scale": 0.5,
    "shortcut_dropout": 0.5,
    "branch_scale": 0.5,
    "zero_init": True,
    "zero_padding": "behind",
    "blocks": (3, 4, 6, 4),
    "widths": (64, 128, 256, 513),
    "stem": "cifar",
    "stem_width": 32,
    "block": "basic",
    "transition": "pool",
    "groups": 2,
    "width_per_group": 32,
    "activation": "gelu",
    "norm": "group",
    "dropout": 0.1,
}
OF_THE_DATA = {"name", "classes", "channels", "input_size"}


def test_there_is_a_word_for_every_part_that_two_networks_may_differ_by():
    row = ARCHITECTURES["resnet50"].with_options(shortcut="A")
    assert OTHER.keys() | OF_THE_DATA == vars(row).keys()
    for part, value in OTHER.items():
        other = dataclasses.replace(row, **{part: value})
        pair = (SimpleNamespace(network=network, start=None) for network in (row, other))
        said = runs.difference(*pair)
        assert said.startswith("Same data, seed and recipe: the two differ by "), part
        assert said.endswith(" alone."), part


def test_two_runs_that_differ_by_several_things_name_each_once_and_equal_ones_are_refused():
    row = ARCHITECTURES["resnet50"]
    other = dataclasses.replace(row, shortcut="C", shortcut_scale=0.5, norm="group")
    one, two, started = (
        SimpleNamespace(network=network, start=start)
        for network, start in ((row, None), (other, None), (other, "there"))
    )
    assert runs.difference(one, two).endswith("by the shortcuts and the normalisation.")
    assert runs.difference(two, started).endswith("by what they start from alone.")
    assert runs.difference(one, one).startswith("The two runs differ by nothing")


def test_a_recipe_speaks_for_itself_until_something_is_changed_in_it():
    own = vars(config(recipe="quick"))
    assert "changed here" not in runs.changed_recipe("quick", own)
    said = runs.changed_recipe("quick", own | {"epochs": 3, "learning_rate": 0.5})
    assert said.endswith("changed here: 3 epochs, learning rate 0.5.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (99, "99 s"), (100, "2 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_seconds_are_written_in_the_unit_that_they_fill(seconds, said):
    assert runs.duration(seconds) == said


def run(**changes) -> SimpleNamespace:
    """What is read of a run."""
    known = {
        "name": "mine",
        "id": "mine",
        "pair": None,
        "study": None,
        "owner": None,
        "config": config(),
        "status": "running",
        "stored_status": "running",
        "is_stopping": False,
        "is_starting": False,
        "data_read": None,
        "step": 30,
        "epoch": 2,
        "epoch_under_way": 3,
        "seconds": 200.0,
        "seconds_left": 100.0,
        "progress": 0.25,
        "started": None,
        "engine": "local",
        "job": None,
        "error": None,
    }
    known |= {"known_config": known["config"], "is_readable": True}
    latest = {
        "train_loss": 0.5,
        "train_accuracy": 80.0,
        "test_accuracy": 75.0,
        "images_per_second": 1234.0,
    }
    latest |= {name: changes.pop(name) for name in latest.keys() & changes.keys()}
    return SimpleNamespace(**known | changes, latest=latest)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "in epoch 3 of 15 · 1,234 images/s · 2 min left"),
        ({"images_per_second": None, "seconds_left": None}, "in epoch 3 of 15"),
        ({"status": "queued"}, "waiting for a free slot"),
        ({"status": "stopped"}, "stopped in epoch 3 of 15"),
        ({"is_starting": True, "step": 0}, "starting: loading PyTorch and the data"),
        ({"is_starting": True}, "starting again: loading PyTorch and the data"),
        ({"is_starting": True, "data_read": 0.374}, "reading the pictures: 37%"),
        ({"is_stopping": True}, "stopping: it ends its step and saves"),
        ({"is_stopping": True, "is_starting": True}, "stopping: it still loads"),
        (
            {"status": "finished", "epoch": 15},
            "finished after 15 epochs, 3 min of training · 1,234 images/s in the last epoch",
        ),
    ],
)
def test_a_run_says_what_it_does_or_how_it_ended(changes, said):
    assert runs.doing(run(**changes)) == said


def test_a_button_says_to_which_of_the_runs_shown_it_does_something():
    plain, residual, third = run(config=config("plain20")), run(), run(config=config("resnet56"))
    assert runs.button_label("Stop", [plain], [plain]) == "Stop"
    assert runs.button_label("Stop", [plain], [plain, residual]) == "Stop plain-20"
    assert runs.button_label("Resume", [plain, residual], [plain, residual]) == "Resume both"
    three = [plain, residual, third]
    assert runs.button_label("Stop", three, three) == "Stop all 3"


def test_the_table_of_runs_has_errors_and_leaves_those_empty_that_are_not_known():
    table = runs.runs_table([run(), run(name="new", train_accuracy=None, test_accuracy=None)])
    assert list(table["run"]) == ["mine", "new"]
    assert table.loc[0, ["progress", "training error", "test error"]].tolist() == [25, 20, 25]
    assert table.loc[1, ["training error", "test error"]].isna().all()


def record(train: tuple[float, ...], test: tuple[float, ...]) -> list:
    """Records of plain-56 on the digits that ended with these errors, a seed each."""
    made = shipped()["plain56-digits-seed0"]
    return [
        dataclasses.replace(
            made,
            config=dataclasses.replace(made.config, seed=seed),
            epochs=made.epochs.assign(
                train_accuracy=100 - errors[0], test_accuracy=100 - errors[1]
            ),
        )
        for seed, errors in enumerate(zip(train, test, strict=True))
    ]


def test_what_became_of_a_network_follows_from_its_records():
    said = runs.fate(record((45.0, 55.0), (43.0, 53.0)))
    assert "plain-56 ends, over 2 seeds, at 50.0 (45.0 – 55.0) % error on the *training*" in said
    assert "at 48.0 (43.0 – 53.0) % on the test data, so it does not overfit" in said
    said = runs.fate(record((1.0,), (30.0,)))
    assert "ends at 1.0 % error" in said
    assert "overfit" not in said
    assert said.endswith("most of its errors are on pictures that it has not seen.")


def test_without_records_nothing_is_said_of_them():
    assert runs.noticed([]).startswith("The same seed gives the same numbers")
    found = record((45.0,), (43.0,))
    assert runs.noticed(found).startswith(runs.fate(found))


def test_of_all_runs_those_of_the_network_that_hardly_trains_are_told():
    hard = [shipped()[f"plain56-digits-seed{seed}"] for seed in (0, 1, 2)]
    assert runs.noticed(shipped().values()).startswith(runs.fate(hard))
    assert run_labels.recipes(hard) == "*quick*"
    assert "recipe *paper* on CIFAR-10 is" in runs.unlike_paper()
