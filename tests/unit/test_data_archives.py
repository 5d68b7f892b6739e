"""An archive of pictures becomes a data set of its name; what is none gets one sentence."""

import lzma
import os

import pytest

from resnet_viz import data
from resnet_viz.home import data_sets
from tests.unit.archives_support import (
    BUILT_IN,
    GOOD,
    PACKERS,
    picture,
    pictures,
    refused,
    tarred,
    unpack,
    zipped,
)

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("ending", PACKERS)
def test_every_kind_of_archive_becomes_a_data_set_of_its_name(ending):
    assert unpack(PACKERS[ending](GOOD), f"my pets.{ending}") == "my-pets"
    assert data.available() == (*BUILT_IN, "my-pets")
    pets = data.load("my-pets")
    assert pets.classes == ("cat", "dog")
    assert (len(pets.train) + len(pets.test), pets.notes) == (8, ())
    for name, raw in GOOD.items():
        assert (data_sets() / "my-pets" / name).read_bytes() == raw


def test_a_file_on_the_disk_may_be_given(tmp_path):
    (tmp_path / "x.zip").write_bytes(zipped(GOOD))
    assert data.unpack(tmp_path / "x.zip", "x.zip") == "x"


@pytest.mark.parametrize(
    ("folders", "train", "test"),
    [
        (("cat", "dog"), 6, 2),
        (("pets/cat", "pets/dog"), 6, 2),
        (("a/b/c/cat", "a/b/c/dog"), 6, 2),
        (("train/cat", "train/dog", "test/cat", "test/dog"), 8, 8),
        (("x/train/cat", "x/train/dog", "x/test/cat", "x/test/dog"), 8, 8),
        (("Train/cat", "Train/dog", "TEST/cat", "TEST/dog"), 8, 8),
        (("cat", "train"), 6, 2),
        (("./pets/./cat", "./pets//dog"), 6, 2),
        (("pets\\cat", "pets\\dog"), 6, 2),
        (("cat", "dog/small"), 6, 2),
        (("a/x/cat", "b/x/dog"), 6, 2),
    ],
)
@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_the_layout_is_recognised(folders, train, test, ending):
    loaded = data.load(unpack(PACKERS[ending](pictures(*folders))))
    assert len(loaded.classes) == 2
    assert (len(loaded.train), len(loaded.test)) == (train, test)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "The archive holds no images; put pictures into it"),
        ({"cat/a.txt": b"text", "dog/b.csv": b"1,2"}, "The archive holds no images"),
        ({"a.png": picture(1), "b.png": picture(2)}, "The archive has no class folders"),
        (pictures("cat"), "The archive has one class only, “cat”; a classifier needs at least two"),
        (pictures("pets/cat"), "The archive has one class only, “cat”"),
        (pictures("train/cat", "val/cat"), "The archive has one class only, “cat”"),
        (pictures("train/cat", "extra/cat"), "The archive has class folders in train but none in"),
        (pictures("train/cat", "train/dog"), "The archive has class folders in train but none in"),
        (
            pictures("train/cat", "train/dog", "test/cat"),
            "The folder test lacks the classes “dog”",
        ),
        (
            {**GOOD, "cat/4.png": b"broken", "cat/5.png": b"broken"},
            "2 of the 10 images in the archive cannot be read, which is more than 1%: “cat/4.png”",
        ),
        ({"cat/1.png": b"?", "dog/1.png": b"?"}, "None of the 2 files in the archive can be read"),
        ({**GOOD, "bird/readme.txt": b"none yet"}, "The class “bird” has no readable picture"),
        ({"a?/1.png": picture(1), "a*/1.png": picture(2)}, "would both be called “a_” here"),
        ({"Cat/1.png": picture(1), "cat/1.png": picture(2)}, "would both be called “cat” here"),
    ],
)
@pytest.mark.parametrize("ending", ["zip", "tar"])
def test_what_is_no_data_set_gets_one_sentence(files, sentence, ending):
    assert sentence in refused(PACKERS[ending](files))


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_class_folder_without_a_picture_is_said(pack):
    assert "The class “bird” has no readable picture" in refused(pack(GOOD, folders=("bird",)))


def test_what_is_no_picture_is_counted_skipped_and_said():
    files = {
        **pictures("pets/cat", "pets/dog"),
        "pets/cat/labels.csv": b"1,2",
        "pets/readme <b>.txt": b"text",
        "pets/cover.png": picture(200),
        "pets/cat/.DS_Store": b"hidden",
        "__MACOSX/pets/cat/._0.png": b"hidden",
        "pets/cat/Thumbs.db": b"hidden",
        ".git/config": b"hidden",
    }
    name = unpack(zipped(files))
    for loaded in (data.load(name), data.load(name)):  # the second one from the cache
        assert loaded.notes == (
            "2 files that are no images were left out of the archive: “pets/cat/labels.csv”, "
            "“pets/readme _b_.txt”.",
            "1 picture outside of any class was left out of the archive: “pets/cover.png”.",
        )
        assert len(loaded.train) + len(loaded.test) == 8
    kept = {path.name for path in (data_sets() / name).rglob("*") if path.is_file()}
    assert kept == {"0.png", "1.png", "2.png", "3.png", ".unpacked.json"}


def test_a_picture_is_known_by_its_name_or_by_its_bytes():
    files = {**GOOD, "cat/photograph": picture(90, "JPEG"), "cat/x.JPG": picture(190, "JPEG")}
    loaded = data.load(unpack(zipped(files)))
    assert (len(loaded.train) + len(loaded.test), loaded.notes) == (10, ())


def test_names_are_made_safe_and_stay_readable():
    hostile = "$(rm -rf x)`<script>"
    files = {
        "größe 1/bild.png": picture(1),
        "größe 1/BILD.png": picture(2),
        "größe 1/…/../x".replace("/../x", ".png"): picture(3),
        f"{hostile}/{hostile}.png": picture(4),
        f"{hostile}/a\nb\0.png": picture(5),
        "猫/猫.png": picture(6),
        "猫/" + "x" * 200 + ".png": picture(7),
        "  .. cat/1.png": picture(8),
        "  .. cat/2.png": picture(9),
    }
    name = unpack(zipped(files), "../../evil/$(x).tar.gz.zip")
    assert name == "(x)".replace("(", "").replace(")", "_")
    loaded = data.load(name)
    assert loaded.classes == ("cat", "größe 1", "rm -rf x)__script_".replace(")", "_"), "猫")
    assert len(loaded.train) + len(loaded.test) == 9
    every = [path.relative_to(data_sets()) for path in data_sets().rglob("*")]
    assert all(len(os.fsencode(path.name)) <= 130 for path in every)
    assert not any(set("$`<>\n\0;|") & set(str(path)) for path in every)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("pets.zip", "pets"),
        ("pets.tar.gz", "pets"),
        ("C:\\Users\\me\\pets.ZIP", "pets"),
        ("digits.zip", "digits-2"),
        ("cifar10.tar.xz", "cifar10-2"),
        (".zip", "pictures"),
        ("", "pictures"),
        ("..", "pictures"),
        ("a folder", "a-folder"),
        ("v1.2 of\tit.zip", "v1.2-of_it"),
    ],
)
def test_the_name_comes_from_the_file(given_name, name):
    assert unpack(zipped(GOOD), given_name) == name
    assert name in data.available()


def test_a_taken_name_gets_a_number():
    names = [unpack(zipped(pictures("cat", "dog", number=number))) for number in (3, 4, 5)]
    assert names == ["pets", "pets-2", "pets-3"]
    assert [len(data.load(name).train) for name in names] == [4, 6, 8]


def test_the_same_pictures_are_kept_once():
    assert unpack(zipped(GOOD), "pets.zip") == "pets"
    below = {f"top/{name}": raw for name, raw in GOOD.items()}
    assert unpack(lzma.compress(tarred(below)), "others.tar.xz") == "pets"
    assert data.available() == (*BUILT_IN, "pets")
    (data_sets() / "pets/cat/0.png").unlink()  # then it is not the same any more
    assert unpack(zipped(GOOD), "pets.zip") == "pets-2"


def test_whoever_unpacks_is_asked_what_to_do_about_a_taken_name():
    asked = []

    def answer(with_free: bool):
        return lambda known, free: asked.append((known, free)) or (free if with_free else known)

    unpack(zipped(GOOD), taken=answer(with_free=False))
    unpack(zipped(GOOD), taken=answer(with_free=False))  # the same pictures: nothing to ask
    assert asked == []
    more = pictures("ape", "bee", "cow")
    assert unpack(zipped(more), taken=answer(with_free=True)) == "pets-2"
    others = pictures("ant", "bee")
    assert unpack(zipped(others), taken=answer(with_free=False)) == "pets"
    assert asked == [("pets", "pets-2"), ("pets", "pets-3")]
    assert [data.load(name).classes[0] for name in ("pets", "pets-2")] == ["ant", "ape"]
    assert sorted(os.listdir(data_sets())) == ["pets", "pets-2"]


def test_what_cannot_be_read_replaces_nothing():
    unpack(zipped(GOOD))
    broken = {**pictures("ape", "bee"), "ape/x.png": b"broken", "ape/y.png": b"broken"}
    with pytest.raises(data.DataError, match="2 of the 10 images in the archive cannot be read"):
        unpack(zipped(broken), taken=lambda known, free: known)
    assert data.load("pets").classes == ("cat", "dog")
    assert os.listdir(data_sets()) == ["pets"]


def test_a_folder_made_by_hand_is_not_replaced():
    (data_sets() / "pets").mkdir(parents=True)
    with pytest.raises(data.DataError, match="was put there by hand, so it is not replaced"):
        unpack(zipped(GOOD), taken=lambda known, free: known)
    assert list((data_sets() / "pets").iterdir()) == []
    assert os.listdir(data_sets()) == ["pets"]


def test_a_folder_of_that_name_made_by_hand_stays_as_it_is():
    (data_sets() / "pets").mkdir(parents=True)
    assert unpack(zipped(GOOD)) == "pets-2"
    assert list((data_sets() / "pets").iterdir()) == []
