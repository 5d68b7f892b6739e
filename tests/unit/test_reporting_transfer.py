"""Transfer in words and frames: what follows from a study, and never more."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from resnet_viz.models.architecture import PRETRAINED
from resnet_viz.reporting import transfer
from tests.unit.runs_support import config
from tests.unit.test_transfer_study import study


def finished(accuracy=84.0, **changes) -> SimpleNamespace:
    """What is read of a finished run."""
    known = {
        "config": config("resnet18", recipe="finetune", start="imagenet", data="digits", seed=7),
        "latest": {"test_loss": 0.6, "test_accuracy": accuracy},
        "seconds": 200.0,
        "checkpoint": None,
    }
    return SimpleNamespace(**known | changes)


def test_what_no_run_has_measured_is_in_no_row_and_no_column():
    rows = transfer.article([], str)
    assert list(rows["architecture"]) == list(PRETRAINED)
    assert not set(transfer.MEASURED) & set(transfer.filled(rows))
    assert {"imagenet", "article"} <= set(transfer.filled(rows))
    assert set(transfer.points(rows)["origin"]) == {"imagenet", "article"}


def test_each_finished_run_has_a_row_and_a_point_beside_what_is_published():
    runs = [finished(), finished(85.0, checkpoint=Path("here.safetensors"))]
    rows = transfer.article(runs, lambda path: path.stem)
    own = rows[rows["architecture"] == "resnet18"]
    assert list(own["here"]) == [84.0, 85.0]
    assert own["weights"].isna().tolist() == [True, False]
    assert own["weights"].iloc[1] == "here"
    assert set(own["article"]) == {93.2}
    assert len(rows) == len(PRETRAINED) + 1
    assert transfer.filled(rows) == list(transfer.TABLE)
    points = transfer.points(rows)
    assert list(points.loc[points["origin"] == "here", "accuracy"]) == [84.0, 85.0]
    [text, _] = points.loc[points["origin"] == "here", "text"]
    assert text.startswith("ResNet-18: 84.0 % (digits, finetune, 5 epochs")
    assert len(points[points["origin"] == "article"]) == 2  # of a network with two runs one point


def test_what_the_article_says_of_size_is_computed_from_its_two_numbers():
    rows = transfer.article([], str)
    said = transfer.size_matters(rows)
    assert "ResNet-152, with 5.1 times the parameters of ResNet-18, has 3.5 % error" in said
    rows.loc[rows["architecture"] == "resnet152", "article"] = 90.0
    assert "has 10.0 % error on CIFAR-10 instead of 6.8 %" in transfer.size_matters(rows)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"input_size": 32, "trunk_rate": 0}, "finetune, 5 epochs, 32 px, last layer alone"),
        ({}, "finetune, 5 epochs, 224 px, trunk × 0.1"),
    ],
)
def test_a_fine_tuning_run_is_described_by_its_choices(overrides, said):
    described = config("resnet18", recipe="finetune", start="imagenet", **overrides)
    assert transfer.recipe(described) == said


def test_the_table_has_a_row_for_each_number_of_images_and_way_with_the_seeds_range():
    crossing = accuracies(**CROSSING)
    rows = crossing.rows.assign(train_accuracy=99.0, images_seen=10_000)
    table = transfer.results(dataclasses.replace(crossing, rows=rows))
    assert list(table["way"]) == list(transfer.WAYS) * 3
    assert list(table["images"]) == [10] * 3 + [50] * 3 + [250] * 3
    found = table.set_index(["images", "way"])["test"]
    assert found[250, "all layers"] == "85.0 (84.0 – 86.0)"


def test_findings_do_not_claim_what_the_numbers_do_not_say():
    equal = study()
    said = transfer.findings(equal)
    assert "To have seen other classes does not help with 10." in said
    assert "pass" not in said
    worse = study()
    worse.rows.loc[worse.rows["way"] == "from scratch", "test_accuracy"] = 20.0
    assert "not even 1,000 images" in transfer.findings(worse)


# Test accuracies of two seeds, by way and images a class: the three lines cross.
CROSSING = {
    "from scratch": {10: (45, 49), 50: (61, 65), 250: (75, 77)},
    "last layer alone": {10: (64, 68), 50: (70, 72), 250: (71, 73)},
    "all layers": {10: (60, 68), 50: (75, 77), 250: (84, 86)},
}


def accuracies(**ways: dict[int, tuple[float, ...]]):
    """A study of those test accuracies: by way, by images a class, of each seed."""
    rows = [
        {"way": way, "images": images, "seed": seed, "test_accuracy": value}
        for way, sizes in ways.items()
        for images, values in sizes.items()
        for seed, value in enumerate(values)
    ]
    return study(rows=pd.DataFrame(rows))


def test_findings_bracket_how_many_images_are_worth_a_start_and_say_where_seeds_differ_too_much():
    said = transfer.findings(accuracies(**CROSSING))
    assert (
        "64.0 % when all layers learn and 66.0 % when its last layer does alone, ranges that "
        "overlap" in said
    )
    assert (
        "more than 50 and at most 250 images a class (63.0 % and 76.0 %) to come to what all "
        "layers reach with 10; with 50 the ranges of the seeds overlap." in said
    )


def test_findings_name_each_crossing_of_the_lines():
    said = transfer.findings(accuracies(**CROSSING))
    assert (
        "From scratch it passes the last layer alone between 50 images a class (63.0 against "
        "71.0 %) and 250 images a class (76.0 against 72.0 %)." in said
    )
    assert (
        "All layers pass the last layer alone between 10 images a class (64.0 against 66.0 %, "
        "ranges that overlap) and 50 images a class (76.0 against 71.0 %)." in said
    )


def test_every_point_whose_network_was_not_trained_to_the_end_is_said_so():
    assert "come further" not in transfer.conditions(study())  # 99 % on its training images
    short = study()
    scratch = short.rows["way"] == "from scratch"
    short.rows.loc[scratch & (short.rows["images"] == 10), "train_accuracy"] = 77.2
    said = transfer.conditions(short)
    assert "ends, on its training images, at 77 % with 10 images a class: with more" in said
    short.rows.loc[scratch & (short.rows["images"] == 1000), "train_accuracy"] = 70.4
    assert "at 77 % with 10 and 70 % with 1,000 images a class" in transfer.conditions(short)


def test_it_is_said_that_along_the_axis_not_only_the_data_grow():
    longer = study()
    longer.rows.loc[longer.rows["images"] == 1000, "images_seen"] = 40_000
    said = transfer.conditions(longer)
    assert (
        "10,000 images with 10 a class and 40,000 with 1,000, in each way as many: to the right "
        "both the data and the training grow." in said
    )
    assert "grow" not in transfer.conditions(study())  # 10,000 in every run


def test_a_study_says_how_it_came_about():
    said = transfer.conditions(study())
    assert said.startswith("Mean of 3 seeds, which choose the images too")
    assert "81.2 % test accuracy on airplane, automobile, bird, cat and deer" in said


def test_how_a_network_is_tuned_is_said_from_the_recipe(monkeypatch):
    longer = dataclasses.replace(transfer.RECIPES["finetune"], epochs=9)
    monkeypatch.setitem(transfer.RECIPES, "finetune", longer)
    assert transfer.tuning().endswith("a new one, and 9 epochs follow.")
