"""The study of transfer in small: which images a run sees, and the record that comes of it."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from checkpoints import make_transfer, making
from resnet_viz import charts, data, models
from resnet_viz.runs import Launcher, RunError, Store, shipped
from resnet_viz.runs.transfer_study import TransferStudy, shipped_study
from tests.unit.runs_support import end_workers

WORKER = (sys.executable, str(Path(__file__).with_name("transfer_worker.py")))


@pytest.fixture(scope="module")
def cifar10(tmp_path_factory):
    """CIFAR-10's layout with a few images of noise: six for training and two for the test."""
    folder, random = tmp_path_factory.mktemp("cifar10"), np.random.default_rng(0)
    for label in (*make_transfer.SOURCE, *make_transfer.TARGET):
        for split, number in (("train", 6), ("test", 2)):
            (folder / split / label).mkdir(parents=True)
            for index in range(number):
                pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / split / label / f"{index}.png")
    return folder


@pytest.fixture
def small(monkeypatch):
    """Epochs of a few images."""
    monkeypatch.setattr(make_transfer, "AN_EPOCH", 12)
    monkeypatch.setattr(make_transfer, "EPOCHS", {2: 1, 4: 3})
    monkeypatch.setattr(make_transfer, "SEEDS", (3,))


def chosen(folder):
    """The images behind a subset's links, each once."""
    return {link.resolve() for link in (folder / "train").glob("*/*")}


def test_every_subset_has_an_epoch_of_the_same_length_and_the_whole_test_split(
    cifar10, small, home, tmp_path
):
    for images in (2, 4):
        folder = make_transfer.subset(cifar10, images, 0, tmp_path / str(images))
        found = data.load(folder)
        assert found.classes == make_transfer.TARGET
        assert len(found.train) == 5 * 12
        assert len(found.test) == 5 * 2
        assert len(chosen(folder)) == 5 * images
        assert not found.notes


def test_a_seed_chooses_the_images_and_more_of_them_hold_the_fewer(cifar10, small, tmp_path):
    two, four, other = (
        chosen(make_transfer.subset(cifar10, images, seed, tmp_path / f"{images} {seed}"))
        for images, seed in ((2, 0), (4, 0), (2, 1))
    )
    assert two < four
    assert two != other
    again = make_transfer.subset(cifar10, 2, 0, tmp_path / "again")
    assert chosen(again) == two
    assert chosen(make_transfer.subset(cifar10, 2, 0, again)) == two


def test_the_ways_differ_by_start_and_trunk_and_not_by_the_number_of_steps(
    cifar10, small, tmp_path
):
    start = tmp_path / "start.safetensors"
    scratch = make_transfer.planned((make_transfer.SCRATCH,), cifar10, tmp_path)
    tuned = make_transfer.planned(("last layer alone", "all layers"), cifar10, tmp_path, start)
    assert {config.start for config in scratch} == {None}
    assert {config.start for config in tuned} == {str(start)}
    assert {cell.way: config.is_frozen for config, cell in tuned.items()} == {
        "last layer alone": True,
        "all layers": False,
    }
    for config, cell in (scratch | tuned).items():
        assert (config.epochs, config.batch_size) == ({2: 1, 4: 3}[cell.images], 64)
    names = [cell.name for cell in (*scratch.values(), *tuned.values())]
    assert len(set(names)) == 3 * 2


def test_one_command_makes_the_record_and_given_again_trains_nothing_again(
    cifar10, small, home, tmp_path, monkeypatch
):
    monkeypatch.setattr(make_transfer, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (WORKER,))
    pause = time.sleep
    monkeypatch.setattr(making.time, "sleep", lambda seconds: pause(min(seconds, 0.1)))
    store = Store()
    try:
        make_transfer.main(str(cifar10))
        runs = {run.name: run for run in store.runs()}
        make_transfer.main(str(cifar10))
    finally:
        end_workers(store)
    assert {run.id for run in store.runs()} == {run.id for run in runs.values()}
    assert store.settings.slots == 1
    study = TransferStudy.load(tmp_path / "shipped" / "study.json")
    assert len(study.rows) == 3 * 2
    assert set(study.rows["way"]) == set(make_transfer.WAYS)
    assert set(study.rows["images"]) == {2, 4}
    assert set(study.rows["test_accuracy"]) == {84.0}  # what such a worker records at its end
    assert study.test_images == 10
    seen = study.rows.groupby("images")["images_seen"].unique().map(list).to_dict()
    assert seen == {2: [1 * 12 * 5], 4: [3 * 12 * 5]}
    assert study.seconds == pytest.approx(7 * 20)
    [network] = (tmp_path / "shipped").glob("*.safetensors")
    assert models.load(network).classes == make_transfer.SOURCE
    assert models.load(network).card["data_origin"].startswith("CIFAR-10 (Krizhevsky 2009), JPEG")
    starts = {run.config.start for run in runs.values() if run.config.recipe == "finetune"}
    assert starts == {str(network)}


def study(**changes):
    rows = pd.DataFrame(
        [
            {
                "way": way,
                "images": images,
                "seed": seed,
                "images_seen": 10_000,
                "test_accuracy": 40.0 + 10 * place + seed,
                "test_loss": 1.0,
                "train_accuracy": 99.0,
                "seconds": 12.5,
            }
            for way in make_transfer.WAYS
            for place, images in enumerate((10, 1000))
            for seed in (0, 1, 5)
        ]
    )
    values = {
        "network": "resnet20",
        "source": make_transfer.SOURCE,
        "target": make_transfer.TARGET,
        "source_accuracy": 81.234567,
        "ways": make_transfer.WAYS,
        "test_images": 5_000,
        "origin": "noise",
        "hardware": "a CPU",
        "seconds": 1234.0,
        "rows": rows,
    }
    return TransferStudy(**values | changes)


def test_a_study_comes_back_as_it_was_saved(tmp_path):
    saved = study()
    saved.save(tmp_path / "study.json")
    found = TransferStudy.load(tmp_path / "study.json")
    pd.testing.assert_frame_equal(found.rows, saved.rows, check_dtype=False)
    assert (found.source, found.target) == (saved.source, saved.target)
    assert found.ways == saved.ways
    assert found.source_accuracy == pytest.approx(81.2346)
    assert [path.name for path in tmp_path.iterdir()] == ["study.json"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is not the record of a study"),
        ("[1, 2]", "is not the record of a study"),
        ('{"format": 1}', "is not the record of a study"),
        ('{"format": 2}', "was written by a newer resnet_viz"),
    ],
)
def test_a_damaged_study_is_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "study.json"
    path.write_text(content)
    with pytest.raises(RunError, match=sentence):
        TransferStudy.load(path)


def test_the_chart_shows_the_mean_of_the_seeds_and_their_range():
    figure = charts.accuracy_over_images(study().rows, list(make_transfer.WAYS), chance=20)
    assert figure.layout.xaxis.type == "log"
    assert [line.name for line in figure.data] == list(make_transfer.WAYS)
    for line in figure.data:
        assert list(line.x) == [10, 1000]
        np.testing.assert_allclose(line.y, [42, 52])
        np.testing.assert_allclose(line.error_y.array, [3, 3])
        np.testing.assert_allclose(line.error_y.arrayminus, [2, 2])
    assert len({(line.line.color, line.marker.symbol) for line in figure.data}) == 3


def test_the_ways_are_solid_lines_of_three_hues_with_their_names_at_the_ends():
    rows = study().rows
    rows.loc[rows["way"] == "all layers", "test_accuracy"] += 20
    figure = charts.accuracy_over_images(rows, list(make_transfer.WAYS), chance=20)
    assert {line.line.dash for line in figure.data} <= {None, "solid"}  # none is set against it
    assert len({line.line.color for line in figure.data}) == 3
    assert "#D55E00" not in {line.line.color for line in figure.data}  # these are no plain networks
    names = {
        note.text.replace("<br>", " "): note for note in figure.layout.annotations if note.x == 1
    }
    assert {line.name: line.line.color for line in figure.data} == {
        name: note.font.color for name, note in names.items() if name != "guessing"
    }
    assert names["all layers"].y > 60 > names["from scratch"].y
    assert not figure.layout.showlegend


def test_the_chart_of_the_six_networks_tells_origins_and_cardinality_apart():
    points = pd.DataFrame(
        {
            "network": ["ResNet-18", "ResNeXt-50 32x4d", "ResNet-18", "ResNeXt-50 32x4d"],
            "parameters": [11_689_512, 25_028_904] * 2,
            "cardinality": [1, 32] * 2,
            "origin": ["imagenet"] * 2 + ["here"] * 2,
            "accuracy": [69.8, 77.6, 93.0, 95.0],
            "text": ["a", "b", "c", "d"],
        }
    )
    names = {"imagenet": "documented", "here": "measured"}
    documented, measured, legend = charts.accuracy_over_parameters(points, names).data
    assert list(documented.marker.symbol) == ["circle-open", "diamond-open"]
    assert list(measured.marker.symbol) == ["circle", "diamond"]
    assert measured.marker.color == charts.RESIDUAL != documented.marker.color
    assert (documented.name, measured.name) == ("documented", "measured")
    np.testing.assert_allclose(measured.x, [11.689512, 25.028904])
    assert "cardinality" in legend.name
    assert legend.marker.symbol == "diamond-open"  # filled means a run of this machine


@pytest.mark.skipif(shipped_study() is None, reason="the study has not been recorded")
def test_the_shipped_study_is_complete_and_its_network_is_there():
    recorded = shipped_study()
    cells = recorded.rows.groupby(["way", "images"]).size()
    assert set(cells) == {3}
    assert len(cells) == 3 * 4
    assert recorded.rows["test_accuracy"].between(10, 100).all()
    assert f"resnet20-{make_transfer.ORIGIN['data']}-seed0" in shipped()
