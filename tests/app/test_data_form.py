"""The choice of the data on the Training page: one's own by name, a folder, an archive."""

import dataclasses

import pytest

from resnet_viz import data
from resnet_viz.data import DATA_SETS, archive_unpacking
from resnet_viz.home import data_sets
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.inputs import data_form, estimates
from resnet_viz.ui.results import opened
from tests.app.runs import train
from tests.app.support import open_page, seen, texts, values
from tests.unit.archives_support import BUILT_IN, GOOD, pictures, tarred, zipped
from tests.unit.test_data_folders import paint

FORMAT = "application/zip"


@pytest.fixture
def pets():
    """A data set of one's own: 8 pictures of 16 × 16 pixels."""
    for index, label in enumerate(("cat", "dog")):
        paint(data_sets() / "pets" / label, 4, (16, 16), 20 * index)
    return data_sets() / "pets"


@pytest.fixture
def measured(monkeypatch):
    """What the time is estimated for: images of each split and their side."""
    asked = []
    monkeypatch.setattr(
        estimates, "run_seconds", lambda config, *sizes: asked.append(sizes) or 31.0
    )
    return asked


def upload(app, raw: bytes, name: str = "pets.zip"):
    app.file_uploader(key="data_archive").set_value((name, raw, FORMAT))
    return seen(app.run(), "training")


def picked(app) -> str:
    return app.selectbox(key="data").value


def test_ones_own_data_sets_can_be_chosen_beside_the_built_in_ones(pets):
    app = open_page("training")
    assert app.selectbox(key="data").options == [
        "digits",
        "shapes",
        "shapes with a tag",
        "CIFAR-10 (170 MB to download)",
        "MNIST (12 MB to download)",
        "Fashion-MNIST (31 MB to download)",
        "CIFAR-100 (169 MB to download)",
        "SVHN (house numbers) (246 MB to download)",
        "STL-10 (2.6 GB to download)",
        "pets",
        "a folder",
        "upload a zip",
    ]
    assert picked(app) == "digits"


def test_a_published_set_is_called_by_its_size_until_it_is_here(measured, store, sleepers):
    row = DATA_SETS["mnist"]
    app = open_page("training", data="mnist")
    assert not app.warning
    assert picked(app) == "MNIST (12 MB to download)"
    assert row.sentence in texts(app)
    assert set(measured) == {(60_000, 10_000, 28)}
    (row.root / row.folder).mkdir(parents=True)  # a run has downloaded it
    seen(app.run(), "training")
    assert picked(app) == "MNIST"
    assert not app.warning
    app.button(key="train_now").click()
    seen(app.run(), "training")
    assert {run.config.data for run in store.runs()} == {"mnist"}


def test_a_link_may_call_a_published_set_as_it_is_called_here_or_there():
    names, large = data_form._names(["mnist"]), "MNIST (12 MB to download)"
    assert (names["mnist"], names["MNIST"]) == (large, large)
    row = DATA_SETS["mnist"]
    (row.root / row.folder).mkdir(parents=True)
    names = data_form._names(["mnist"])
    assert (names["mnist"], names[large]) == ("MNIST", "MNIST")


def test_a_folder_of_ones_own_that_is_called_as_a_published_set_can_be_chosen(store, sleepers):
    for index, label in enumerate(("cat", "dog")):
        paint(data_sets() / "MNIST" / label, 4, (16, 16), 20 * index)
    app = open_page("training", data="MNIST")
    assert "6 pictures for training and 2 for the test" in texts(app)
    assert "mnist (12 MB to download)" in app.selectbox(key="data").options


def test_a_row_more_in_the_registry_is_a_choice_more(monkeypatch):
    row = dataclasses.replace(DATA_SETS["digits"], name="dummy", title="Dummy")
    monkeypatch.setitem(DATA_SETS, "dummy", row)
    app = open_page("training", data="dummy")
    assert picked(app) == "Dummy"
    assert not app.warning


def test_a_link_to_ones_own_data_set_says_what_is_in_it_and_trains_on_it(
    pets, measured, store, sleepers
):
    (pets / "cat/readme.txt").touch()
    app = open_page("training", data="pets", network="plain20", against="resnet20")
    assert not app.warning
    said = texts(app)
    assert (
        "6 pictures for training and 2 for the test, 16 × 16 pixels, of 2 classes: cat, dog."
        in said
    )
    assert "1 file that is no image was left out: “cat/readme.txt”." in said
    assert "About 41 s on this machine" in said
    assert measured == [(6, 2, 16)] * 2
    app.button(key="train_now").click()
    seen(app.run(), "training")
    assert {run.config.data for run in store.runs()} == {str(pets)}


def test_a_larger_picture_is_counted_at_the_size_at_which_it_trains(measured):
    for index, label in enumerate(("cat", "dog")):
        paint(data_sets() / "photos" / label, 4, (300, 300), 20 * index)
    open_page("training", data="photos", network="resnet18", against="none: train one alone")
    open_page("training", data="photos", network="resnet20", against="none: train one alone")
    assert measured == [(6, 2, 224), (6, 2, 64)]


def test_many_pictures_are_read_when_that_is_asked_for(pets, measured, monkeypatch):
    monkeypatch.setattr(data_form, "AT_ONCE", 7)
    app = open_page("training", data="pets")
    assert "The time is not known before the pictures have been read." in texts(app)
    assert "pictures for training" not in texts(app)
    assert not app.button(key="train_now").disabled
    [button] = [b for b in app.button if b.label == "Look through the pictures"]
    button.click()
    seen(app.run(), "training")
    assert "6 pictures for training" in texts(app)
    assert measured[-1] == (6, 2, 16)


def test_of_many_pictures_that_a_run_has_read_it_is_said_unasked(
    pets, measured, monkeypatch, store, sleepers
):
    monkeypatch.setattr(data_form, "AT_ONCE", 7)
    (pets / "cat/readme.txt").touch()
    [run] = sleepers.submit(RunConfig.from_recipe("resnet20", data="pets"))
    assert "left out" not in texts(open_page("training", data="pets"))
    train(store, run, steps=1)
    assert "1 file that is no image was left out" in texts(open_page("training", data="pets"))


@pytest.mark.parametrize(
    ("folders", "sentence"),
    [
        ((), "has no class folders"),
        (("cat",), "has one class only, “cat”"),
        (("train/cat", "train/dog"), "has class folders in train but none in test"),
    ],
)
def test_a_folder_of_another_layout_gets_its_sentence_and_no_run(tmp_path, folders, sentence):
    for folder in folders:
        paint(tmp_path / "x" / folder, 3)
    (tmp_path / "x").mkdir(exist_ok=True)
    app = open_page("training", data="a folder")
    app.text_input(key="data_folder").set_value(str(tmp_path / "x"))
    seen(app.run(), "training")
    [error] = values(app.error)
    assert sentence in error
    assert app.button(key="train_now").disabled


def test_a_folder_that_cannot_be_read_is_said_once(pets, measured):
    for picture in pets.glob("*/*.png"):
        picture.write_text("not a picture")
    app = open_page("training", data="pets")
    [error] = values(app.error)
    assert "None of the 8 files in" in error
    assert measured == []


@pytest.mark.parametrize(("pack", "name"), [(zipped, "my pets.zip"), (tarred, "my pets.tar")])
def test_an_archive_becomes_a_data_set_and_is_chosen(pack, name, store, sleepers):
    app = open_page("training", data="upload a zip")
    assert app.button(key="train_now").disabled
    text = texts(app)
    assert "Upload the pictures, in one folder a class" in text
    assert "`train/‹class›/*`" in text  # outside of backticks the stars would be italics
    app.number_input(key="epochs_quick").set_value(3)
    upload(app, pack(GOOD), name)
    assert not app.error
    assert picked(app) == "my-pets"
    assert "6 pictures for training and 2 for the test" in texts(app)
    assert app.number_input(key="epochs_quick").value == 3
    app.button(key="train_now").click()
    seen(app.run(), "training")
    assert {run.config.data for run in store.runs()} == {str(data_sets() / "my-pets")}


def test_what_is_wrong_with_an_archive_is_said_and_it_is_not_unpacked_again(monkeypatch):
    unpacked = []
    unpack = archive_unpacking.unpack
    monkeypatch.setattr(
        data, "unpack", lambda *given: unpacked.append(given) or unpack(*given), raising=False
    )
    app = open_page("training", data="upload a zip")
    upload(app, zipped(pictures("cat")))
    for _ in range(2):
        [error] = values(app.error)
        assert error.startswith(
            "The archive has one class only, “cat”; a classifier needs at least two, as in ‹class›/"
        )
        assert picked(app) == "upload a zip"
        assert app.button(key="train_now").disabled
        app.number_input(key="epochs_quick").set_value(3)
        seen(app.run(), "training")
    assert len(unpacked) == 1
    assert data.available() == BUILT_IN
    upload(app, zipped(GOOD))
    assert picked(app) == "pets"


def press(app, label: str):
    [button] = [button for button in app.button if button.label == label]
    button.click()
    return seen(app.run(), "training")


@pytest.mark.parametrize(
    ("answer", "name"),
    [("Keep both, the new one as pets-2", "pets-2"), ("Use the pets that is here", "pets")],
)
def test_a_name_that_other_pictures_have_is_asked_about(answer, name, pets):
    app = open_page("training", data="upload a zip")
    upload(app, zipped(GOOD))
    assert values(app.warning) == ["There is a data set pets of other pictures."]
    assert picked(app) == "upload a zip"
    assert data.available() == (*BUILT_IN, "pets")
    press(app, answer)
    assert picked(app) == name
    assert data.available()[len(BUILT_IN) :] == ("pets", "pets-2")[: 1 + (name == "pets-2")]


def test_an_archive_of_another_kind_is_refused_by_its_name():
    app = open_page("training", data="upload a zip")
    upload(app, b"Rar!\x1a\x07\0" + bytes(99), "pets.rar")
    [error] = values(app.error)
    assert error.startswith("The file is a RAR archive, which cannot be read here; unpack it")


def test_the_reading_of_many_pictures_can_be_stopped(pets, monkeypatch):
    monkeypatch.setattr(data_form, "AT_ONCE", 7)
    app = open_page("training", data="pets")
    with monkeypatch.context() as patch:
        # as long as it is being read
        patch.setattr(opened, "facts", lambda name: data_form.st.stop())
        press(app, "Look through the pictures")
        press(app, "Stop reading")
    labels = {button.label for button in app.button}
    assert "Look through the pictures" in labels
    assert "Stop reading" not in labels
    press(app, "Look through the pictures")
    assert "6 pictures for training" in texts(app)
    assert "Stop reading" not in {button.label for button in app.button}


def test_a_data_set_that_is_gone_is_said(pets):
    app = open_page("training", data="pets")
    pets.rename(pets.with_name("others"))
    seen(app.run(), "training")
    assert picked(app) == "digits"
    assert values(app.warning) == ["The data set pets is gone; this page shows digits instead."]
    seen(app.run(), "training")
    assert not app.warning
