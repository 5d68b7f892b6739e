"""Data sets by name: the built-in ones, and a person's own folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_viz import data
from resnet_viz.class_names import CIFAR10 as CIFAR10_CLASSES
from resnet_viz.data import DATA_SETS, folder_listing, local_sets
from resnet_viz.home import data_sets
from resnet_viz.runs import Launcher, RunError, Store
from resnet_viz.training import RunConfig
from resnet_viz.training.start import data_for
from tests.unit.archives_support import BUILT_IN
from tests.unit.test_data_folders import paint

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def pets() -> Path:
    """A folder of one's own, in its place."""
    for name, shade in (("cat", 0), ("dog", 100)):
        paint(data_sets() / "pets" / name, 5, shade=shade)
    return data_sets() / "pets"


def test_a_first_start_knows_what_is_built_in_without_a_network():
    assert data.known() == tuple(DATA_SETS)
    assert data.available() == BUILT_IN == ("digits", "shapes", "shapes-tag")


def test_folders_of_ones_own_go_by_their_names(pets):
    (data_sets() / ".half").mkdir()
    (data_sets() / "a file").touch()
    assert data.known() == (*DATA_SETS, "pets")
    assert data.available() == (*BUILT_IN, "pets")
    loaded = data.load("pets")
    assert (loaded.name, loaded.classes) == ("pets", ("cat", "dog"))
    assert len(loaded.train) + len(loaded.test) == 10


@pytest.mark.parametrize("name", [name for name, row in DATA_SETS.items() if row.download])
def test_a_published_set_is_available_once_its_files_are_there(name):
    assert not data.at_hand(name)
    row = DATA_SETS[name]
    (row.root / row.folder).mkdir(parents=True)
    assert data.at_hand(name)
    assert data.available() == (*BUILT_IN, name)


def test_a_built_in_name_goes_before_a_folder_and_a_folder_before_a_path(
    pets, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name, classes in (("digits", "ab"), ("pets", "xy")):
        for label in classes:
            paint(tmp_path / name / label, 2)
    paint(data_sets() / "digits" / "a", 2)
    assert data.known() == (*DATA_SETS, "pets")
    assert data.load("digits").classes == tuple("0123456789")
    assert data.load("pets").classes == ("cat", "dog")
    assert data.load("./pets").classes == ("x", "y")
    assert data.load("~/pets" if tmp_path == Path.home() else tmp_path / "pets").classes == (
        "x",
        "y",
    )


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "pets/", "pets/cat", "/pets", "no\0"])
def test_a_path_is_no_name(pets, name):
    (data_sets() / ".hidden").mkdir()
    assert local_sets.own(name) is None


def test_an_unknown_name_is_answered_with_ones_own_too(pets):
    with pytest.raises(data.DataError, match="“stl10”, “pets” or a folder"):
        data.load("birds")


def test_classes_are_told_without_reading_a_picture(pets):
    assert data.classes("digits") == data.load("digits").classes
    assert data.classes("cifar10") == CIFAR10_CLASSES
    (pets / "dog/000.png").write_text("not a picture")
    assert data.classes("pets") == data.classes(str(pets)) == ("cat", "dog")
    for part in ("train", "test"):
        for label in "ba":
            (pets.parent / "split" / part / label).mkdir(parents=True)
    assert data.classes("split") == ("a", "b")
    (pets.parent / "unpacked" / DATA_SETS["cifar10"].folder).mkdir(parents=True)
    assert data.classes("unpacked") == CIFAR10_CLASSES


def test_a_folder_without_classes_has_a_sentence_for_its_classes(tmp_path):
    with pytest.raises(data.DataError, match="has no class folders"):
        data.classes(str(tmp_path))
    with pytest.raises(data.DataError, match="There is no folder"):
        data.classes(str(tmp_path / "nowhere"))


def test_at_hand_is_what_loads_without_a_network(pets, tmp_path):
    assert [data.at_hand(name) for name in ("digits", "pets", str(pets))] == [True] * 3
    assert [data.at_hand(name) for name in ("cifar10", "birds", str(tmp_path / "no"))] == [
        False,
        False,
        False,
    ]


def test_the_identity_changes_when_a_file_comes_goes_or_changes(pets, tmp_path, monkeypatch):
    monkeypatch.setattr(local_sets, "PATIENCE", 0)
    assert (data.identity("digits"), data.identity("nowhere")) == ("digits", "nowhere")
    picture = pets / "cat/001.png"
    found = [data.identity("pets")]
    assert data.identity("pets") == data.identity(str(pets)) == found[0]
    for change in (
        lambda: (pets / "cat/000.png").unlink(),
        lambda: paint(pets / "bird", 1),
        lambda: paint(pets / "bird", 3),
        lambda: picture.write_bytes(picture.read_bytes() + b"in its place"),
        lambda: os.utime(picture, ns=(1, 1)),
        lambda: shutil.rmtree(pets / "bird"),
    ):
        change()
        found.append(data.identity("pets"))
    assert len(set(found)) == len(found)
    shutil.copytree(pets, tmp_path / "pets")
    assert data.identity(str(tmp_path / "pets")) != found[-1]


@pytest.mark.parametrize("beside", [(), ("train",), ("train", "test")])
def test_the_identity_of_an_unpacked_archive_is_that_of_its_own_files(
    beside, tmp_path, monkeypatch
):
    monkeypatch.setattr(local_sets, "PATIENCE", 0)
    files = tmp_path / DATA_SETS["cifar10"].folder
    files.mkdir()
    (files / "data_batch_1").write_bytes(b"one")
    for part in beside:  # class folders, which are not read where an archive was unpacked
        paint(tmp_path / part / "cat", 1)
    found = [data.identity(str(tmp_path))]
    assert data.identity(str(tmp_path)) == found[0]
    for change in (
        lambda: (files / "data_batch_1").write_bytes(b"other"),
        lambda: (files / "data_batch_2").touch(),
        lambda: (files / "data_batch_2").rename(files / "test_batch"),
        lambda: os.utime(files / "data_batch_1", ns=(1, 1)),
    ):
        change()
        found.append(data.identity(str(tmp_path)))
    assert len(set(found)) == len(found)


def test_a_folder_is_not_looked_through_at_every_touch_unless_a_file_came(pets, monkeypatch):
    monkeypatch.setattr(local_sets, "PATIENCE", 1e9)
    looks, walk = [], folder_listing.walk
    monkeypatch.setattr(folder_listing, "walk", lambda at: looks.append(at) or walk(at))
    assert len({data.identity("pets") for _ in range(9)}) == len(looks) == 1
    os.utime(pets / "cat", ns=(1, 1))
    data.identity("pets")
    (pets / "cat/new.png").touch()
    data.identity("pets")
    assert len(looks) == 3


def test_what_is_resolved_is_the_data_themselves(pets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paint(tmp_path / "digits" / "a", 1)
    (tmp_path / "link").symlink_to(pets)
    assert data.resolved("digits") == "digits"
    assert data.resolved("./digits") == str(tmp_path / "digits")
    assert {data.resolved(name) for name in ("pets", str(pets), f"{pets}/", "link")} == {str(pets)}
    assert data.resolved("cifar10-jpeg") == "cifar10-jpeg"  # not on this machine


def test_folders_of_one_name_are_told_apart_by_as_much_of_their_way_as_that_takes():
    assert local_sets.titles(["digits", "/a/pets", "/x/birds"]) == {
        "digits": "digits",
        "/a/pets": "pets",
        "/x/birds": "birds",
    }
    assert local_sets.titles(["/a/pets", "/b/pets", "/b/digits"]) == {
        "/a/pets": "pets (a/pets)",
        "/b/pets": "pets (b/pets)",
        "/b/digits": "the folder digits",
    }
    assert set(local_sets.tails(["/x/a/pets", "/y/a/pets"]).values()) == {"x/a/pets", "y/a/pets"}


def test_a_run_is_given_the_folder_that_a_name_means(pets):
    launcher = Launcher(Store(), ("true",))
    [run] = launcher.submit(RunConfig.from_recipe("resnet20", data="pets"))
    assert run.config.data == str(pets)
    assert run.name == "resnet20-pets-seed0"
    with pytest.raises(RunError, match=r"choose digits, shapes, .*, stl10, pets or a folder\."):
        launcher.submit(RunConfig.from_recipe("resnet20", data="~nobody-here/birds"))


def test_larger_pictures_are_read_at_the_networks_size_by_name_as_by_path():
    for label, shade in (("cat", 0), ("dog", 100)):
        paint(data_sets() / "photos" / label, 3, (90, 90), shade)
    for name in ("photos", str(data_sets() / "photos")):
        assert data_for(name, 80).test.images.shape[-1] == 80
        assert data_for(name, 32).test.images.shape[-1] == 64
    assert data_for("digits", 80).test.images.shape[-1] == 8


def test_names_wait_for_nothing_heavy():
    code = (
        "import sys; from resnet_viz import data; data.available(); data.identity('digits');"
        "sys.exit(bool({'torch', 'sklearn', 'skimage', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
