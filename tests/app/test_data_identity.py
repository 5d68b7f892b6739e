"""Results belong to the data as they are, and to no others that have their name."""

import itertools

import numpy as np
import pandas as pd
import pytest

from resnet_viz import data, models
from resnet_viz.data import local_sets
from resnet_viz.home import data_sets
from resnet_viz.models.classifier import Classifier
from resnet_viz.reporting import histories, run_labels
from resnet_viz.ui.results import analyses, opened
from tests.app import shelf
from tests.app.runs import end, train
from tests.app.support import open_page
from tests.unit.runs_support import config
from tests.unit.test_data_folders import paint

LABELS = ("cat", "dog")


@pytest.fixture
def pets(monkeypatch):
    """A data set of one's own: 10 pictures for training and 10 for the test, of 8 × 8 pixels."""
    monkeypatch.setattr(local_sets, "PATIENCE", 0)
    for (part, label), shade in zip(
        itertools.product(("train", "test"), LABELS), (0, 20, 40, 60), strict=True
    ):
        paint(data_sets() / "pets" / part / label, 5, (8, 8), shade)
    return data_sets() / "pets"


@pytest.fixture
def network() -> Classifier:
    return Classifier(
        network=models.build("resnet20", seed=0, classes=2),
        classes=LABELS,
        input_size=8,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        card={},
    )


def test_pictures_that_came_into_a_folder_are_counted_and_shown(pets, network):
    assert analyses.confusion(network, "pets").counts.to_numpy().sum() == 10
    taken = {cell: len(analyses.pictures_taken_for(network, "pets", *cell)) for cell in cells()}
    paint(pets / "test" / "more", 3, (8, 8), 200)
    for picture in (pets / "test/more").iterdir():
        picture.rename(pets / "test/dog" / f"more {picture.name}")
    (pets / "test/more").rmdir()
    counts = analyses.confusion(network, "pets").counts.to_numpy()
    assert counts.sum() == 13
    for cell in cells():
        assert len(analyses.pictures_taken_for(network, "pets", *cell)) == counts[cell]
    assert sum(taken.values()) == 10


def test_a_picture_that_is_another_one_in_its_place_is_looked_at_again(pets, network):
    before = analyses.gradient_norms(network, "pets", 10, 0)
    pixels = opened.data_set("pets").train.images
    for label in LABELS:
        paint(pets / "train" / label, 5, (8, 8), 240)
    assert (opened.data_set("pets").train.images != pixels).any()
    after = analyses.gradient_norms(network, "pets", 10, 0)
    assert not np.allclose(before["gradient_norm"], after["gradient_norm"])
    pd.testing.assert_frame_equal(after, analyses.gradient_norms(network, "pets", 10, 0))


def cells() -> list[tuple[int, int]]:
    return list(itertools.product(range(2), range(2)))


@pytest.fixture
def twins(tmp_path) -> list[str]:
    """Two folders of one name, and one that is called as a published data set."""
    places = [tmp_path / "a/pets", tmp_path / "b/pets", tmp_path / "c/digits"]
    for place in places:
        for label in LABELS:
            paint(place / label, 2)
    return [*map(str, places), "digits"]


def test_folders_of_one_name_are_no_seeds_of_one_setting(twins):
    records = [
        shelf.record("resnet20", 10, 20, data=place, seed=seed)
        for place in twins
        for seed in (0, 1)
    ]
    groups = run_labels.group(records)
    assert [len(members) for members in groups.values()] == [2] * 4
    for members, place in zip(groups.values(), twins, strict=True):
        assert {record.config.data for record in members} == {place}
    assert [label.split(" on ")[1].split(",")[0] for label in groups] == [
        "pets (a/pets)",
        "pets (b/pets)",
        "the folder digits",
        "digits",
    ]
    assert histories.ends(groups)["alike"].nunique() == 4


def test_one_folder_by_two_names_is_one(pets):
    (pets.parent / "link").symlink_to(pets)
    names = ("pets", str(pets), str(pets.parent / "link"))
    records = [
        shelf.record("resnet20", 10, 20, data=name, seed=seed) for seed, name in enumerate(names)
    ]
    [members] = run_labels.group(records).values()
    assert len(members) == 3


def test_study_keeps_the_runs_on_two_folders_of_one_name_apart(twins, store, sleepers):
    for place in twins:
        [run] = sleepers.submit(config("resnet20", data=place))
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
        sleepers.pump()
    options = open_page("study").selectbox(key="study").options
    assert [option for option in options if option.startswith("your runs")] == [
        "your runs on digits",
        "your runs on the folder digits",
        "your runs on pets (b/pets)",
        "your runs on pets (a/pets)",
    ]


def test_a_network_of_a_folder_called_as_a_published_set_is_not_taken_for_one_of_that(twins):
    folder = data.load(twins[2])
    assert folder.name == "./digits"
    assert data.title(folder.name) == "the folder digits"
