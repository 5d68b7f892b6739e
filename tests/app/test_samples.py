"""The picture to look at: which ways a page offers, and what each way gives."""

import numpy as np
import pytest
from PIL import Image

from resnet_viz import data, models
from resnet_viz.class_names import CIFAR10
from resnet_viz.home import data_sets
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.networks import catalogue
from tests.app.support import DIGITS, LEFT, captions, open_page, seen, texts, values
from tests.unit.test_data_folders import paint

PAGES = ("attribution", "feature_maps")


def kept(classes, **card) -> str:
    """A network of random weights that knows some classes, its card as a run writes it; its label.

    Written past `catalogue.keep`, which leaves away what a foreign card says of this machine.
    """
    grey = (0.5, 0.5, 0.5)
    classifier = models.Classifier(
        network=models.build("resnet20", classes=len(classes), seed=0),
        classes=classes,
        input_size=32,
        mean=grey,
        std=grey,
        card=card,
    )
    classifier.save(catalogue.imported_folder() / f"{classifier.digest}.safetensors")
    return f"{catalogue.IMPORTED} {classifier.digest[:8]}"


def photographs(name: str, classes, number: int = 5) -> None:
    """A person's own folder of pictures, each of a shade of its own."""
    for index, label in enumerate(classes):
        paint(data_sets() / name / label, number, shade=20 * index)


def shown(app) -> str:
    """What is said on the page and under its pictures."""
    return "\n".join([texts(app), *captions(app)])


def ways(app) -> list[str]:
    return app.segmented_control(key="image").options


@pytest.mark.parametrize("page", PAGES)
def test_a_network_of_the_digits_starts_with_a_digit(page):
    app = open_page(page, **DIGITS)
    assert ways(app) == ["photograph", "data set", "upload", "camera", "drawn"]
    assert app.segmented_control(key="image").value == "data set"
    assert "Handwritten digits 0" in shown(app)
    assert "What the one knows" not in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_network_of_photographs_starts_with_a_photograph(page):
    label = kept(CIFAR10, data="cifar10-jpeg")
    app = open_page(page, left=label, right=label)
    assert not app.warning
    assert not app.error
    assert ways(app) == ["photograph", "upload", "camera", "drawn"]
    assert app.segmented_control(key="image").value == "photograph"
    assert "a horse herd" in shown(app)
    assert "Seth Zeigler, CC0, from Wikimedia Commons" in texts(app)
    why = app.segmented_control(key="image").help
    assert why.startswith("Test pictures of CIFAR-10, JPEG copy are not on this server. Whoever ")
    assert "named cifar10-jpeg with train/‹class›/* and test/‹class›/* to `data`" in why


@pytest.mark.parametrize("name", data.PHOTOGRAPHS)
def test_every_photograph_is_shown_as_it_is(name):
    app = open_page("attribution", image="photograph", photograph=name, cut="centre")
    assert not app.warning
    photograph = data.PHOTOGRAPHS[name]
    side = min(photograph.load().size)
    seen = (
        f"{photograph.title}, as the network sees it: 32 × 32, made of the {side} × {side} in the "
        "middle"
    )
    assert seen in texts(app)
    assert photograph.origin in texts(app)
    assert len([text for text in values(app.markdown) if text.startswith(":material/")]) == 2
    if photograph.label not in CIFAR10:
        unknown = f"this network has no class called **{photograph.label}**"
        assert texts(app).count(unknown) == 2


def test_a_link_to_a_way_that_is_not_offered_shows_the_default_and_says_so():
    label = kept(CIFAR10, data="cifar10-jpeg")
    app = open_page("attribution", left=label, right=label, image="data set")
    assert app.segmented_control(key="image").value == "photograph"
    [warning] = values(app.warning)
    assert "`data set`, which is not here; this page shows photograph instead" in warning


def test_pictures_come_from_the_folder_that_the_run_was_trained_on(tmp_path):
    for index, label in enumerate(("ant", "bee")):
        paint(tmp_path / "elsewhere" / label, 5, shade=20 * index)
    photographs("bugs", ("ant", "bee"), number=8)
    folder = str(tmp_path / "elsewhere")
    label = kept(("ant", "bee"), data="elsewhere", config={"data": folder})
    app = open_page("attribution", left=label, right=label, image="data set")
    assert not app.warning
    assert "elsewhere 0: ant" in shown(app)
    assert app.number_input(key="sample").label == "Test picture (0–1)"
    assert app.number_input(key="sample").help == "Of elsewhere."


def test_pictures_come_from_ones_own_folder_of_the_name_or_else_of_the_classes():
    photographs("other", ("ant", "bee"))
    by_classes = kept(("ant", "bee"), data="bugs", config={"data": "/nowhere/bugs"})
    app = open_page("attribution", left=by_classes, right=by_classes, image="data set")
    assert "other 0: ant" in shown(app)
    photographs("bugs", ("ant", "bee"))
    app = open_page("attribution", left=by_classes, right=by_classes, image="data set")
    assert "bugs 0: ant" in shown(app)


def test_a_folder_of_other_classes_is_not_offered():
    photographs("bugs", ("ant", "wasp"))
    label = kept(("ant", "bee"), data="bugs")
    assert "data set" not in ways(open_page("attribution", left=label, right=label))


def test_a_path_in_an_imported_card_is_not_followed(tmp_path):
    for index, label in enumerate(("ant", "bee")):
        paint(tmp_path / "private" / label, 5, shade=20 * index)
    folder = str(tmp_path / "private")
    kept(("ant", "bee"), data=folder, config={"data": folder})
    [path] = catalogue.imported_folder().iterdir()
    foreign = models.load(path)
    path.unlink()
    label = catalogue.keep(foreign)
    app = open_page("attribution", left=label, right=label)
    assert "data set" not in ways(app)


def test_a_card_that_was_made_up_harms_nobody():
    label = kept(("ant", "bee"), data=["a", "list"], config="no config")
    app = open_page("attribution", left=label, right=label)
    assert not app.error
    assert "data set" not in ways(app)


def test_what_a_data_set_left_out_is_said_beside_its_pictures():
    photographs("bugs", ("ant", "bee"))
    (data_sets() / "bugs/ant/notes.txt").touch()
    label = kept(("ant", "bee"), data="bugs")
    app = open_page("attribution", left=label, right=label, image="data set")
    assert "1 file that is no image was left out: “ant/notes.txt”." in texts(app)


def test_a_data_set_that_cannot_be_read_gets_its_sentence():
    photographs("bugs", ("ant", "bee"))
    for picture in (data_sets() / "bugs").glob("*/*.png"):
        picture.write_text("not a picture")
    label = kept(("ant", "bee"), data="bugs")
    app = open_page("attribution", left=label, right=label, image="data set")
    assert "None of the 10 files in" in app.error[0].value


def test_a_folder_that_grew_is_read_again():
    photographs("bugs", ("ant", "bee"))
    label = kept(("ant", "bee"), data="bugs")
    link = {"left": label, "right": label, "image": "data set"}
    assert "(0–1)" in open_page("feature_maps", **link).number_input(key="sample").label
    paint(data_sets() / "bugs" / "ant", 15)
    assert "(0–3)" in open_page("feature_maps", **link).number_input(key="sample").label


def test_the_number_of_the_picture_stays_within_the_data_set():
    photographs("bugs", ("ant", "bee"))
    label = kept(("ant", "bee"), data="bugs")
    app = open_page("feature_maps", **DIGITS, sample="300")
    assert app.number_input(key="sample").value == 300
    app.selectbox(key="left").set_value(label)
    seen(app.run(), "feature_maps")
    app.segmented_control(key="image").set_value("data set")
    seen(app.run(), "feature_maps")
    assert app.number_input(key="sample").value == 1
    assert any(caption.startswith("bugs 1: bee") for caption in captions(app))


def test_the_default_follows_the_network_until_a_way_is_chosen():
    label = kept(CIFAR10)
    app = open_page("feature_maps", **DIGITS)
    for left, way in ((label, "photograph"), (LEFT, "data set"), (label, "photograph")):
        app.selectbox(key="left").set_value(left)
        seen(app.run(), "feature_maps")
        assert app.segmented_control(key="image").value == way
    app.segmented_control(key="image").set_value("drawn")
    seen(app.run(), "feature_maps")
    app.selectbox(key="left").set_value(LEFT)
    seen(app.run(), "feature_maps")
    assert app.segmented_control(key="image").value == "drawn"


def test_a_pair_that_knows_different_things_is_told_so():
    app = open_page("attribution", left=LEFT, right=kept(CIFAR10, data="cifar10-jpeg"))
    said = "Left: trained on digits. Right: trained on CIFAR-10, JPEG copy. What the one knows"
    assert said in texts(app)


def test_pictures_of_two_folders_with_one_name_are_told_apart(tmp_path):
    keys = set()
    for shade, place in ((0, "a"), (90, "b")):
        for label in ("ant", "bee"):
            paint(tmp_path / place / "bugs" / label, 5, shade=shade)
        sample = sample_of(data.load(tmp_path / place / "bugs"), 0)
        keys.add(sample.key)
        assert isinstance(sample.image, Image.Image)
        assert np.asarray(sample.image).min() >= shade
    assert len(keys) == 2
