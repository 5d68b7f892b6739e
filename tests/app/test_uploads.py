"""Files that visitors bring: pictures of every kind, broken ones among them, and weights."""

import errno
import io
import os
import pickle
import time
import zipfile
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import data, models
from resnet_viz.home import home
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training.start import kept_start
from resnet_viz.ui.inputs import decoded_pictures, picture_form
from resnet_viz.ui.inputs.picture_form import MOST, sample_of
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.networks.catalogue import imported_folder
from tests.app.support import (
    DIGITS,
    PHOTOGRAPHS,
    captions,
    charts,
    numbers,
    open_page,
    texts,
    turn_to,
    values,
)
from tests.unit.runs_support import config
from tests.unit.test_read_image import encoded, header_only_png, tiff16

ORIENTATION = 0x0112
NUMBER = 1  # of a test picture in which something is white


def rotated(picture):
    """The picture lying on its side, with the note that says so."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return encoded(picture.transpose(Image.Transpose.ROTATE_90), exif=exif)


def see_through(picture):
    """The picture with nothing where it is white."""
    pixels = np.array(picture.convert("RGBA"))  # (H, W, 4)
    white = (pixels[..., :3] == 255).all(-1)
    assert white.any()
    pixels[white] = 0
    return encoded(Image.fromarray(pixels))


def animated(picture):
    """The picture as the first frame of two."""
    return encoded(
        picture.convert("L"), "GIF", save_all=True, append_images=[Image.new("L", picture.size, 99)]
    )


# Kinds of files that hold the very same picture.
KINDS = {
    "plain.png": encoded,
    "bitmap.bmp": lambda picture: encoded(picture, "BMP"),
    "exact.webp": lambda picture: encoded(picture, "WEBP", lossless=True),
    "grey.png": lambda picture: encoded(picture.convert("L")),
    "palette.png": lambda picture: encoded(picture.quantize(256)),
    "cmyk.tif": lambda picture: encoded(picture.convert("CMYK"), "TIFF"),
    "deep.tiff": lambda picture: tiff16(np.array(picture.convert("L"), np.uint16) * 257, "<"),
    "alpha.png": see_through,
    "animated.gif": animated,
    "rotated.png": rotated,
    "photo.jpg": lambda picture: encoded(picture, "JPEG", quality=100, subsampling=0),
}
JPEG = encoded(Image.linear_gradient("L").convert("RGB"), "JPEG")
PNG = encoded(Image.linear_gradient("L"))
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
BROKEN = {
    "text.jpg": (b"this is no picture", "The file is text, not an image"),
    "cut.jpg": (JPEG[: len(JPEG) // 2], "The JPEG file is damaged or cut short"),
    "cut.png": (PNG[: len(PNG) // 2], "The PNG file is damaged or cut short"),
    "drawing.png": (SVG, "The file is an SVG drawing, not an image"),
    "paper.png": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "The file is a PDF document, not an image"),
    "empty.png": (b"", "The file is empty"),
    "noise.gif": (bytes(range(256)), "The file is not an image that can be read here"),
    "bomb.png": (header_only_png(8000, 6000), "The image has more than 40 megapixels"),
}


@pytest.fixture(scope="module")
def digit():
    """A test picture of the digits."""
    return sample_of(data.load("digits"), NUMBER).image


def upload(app, files):
    """Give the page's own uploader these files by name."""
    [uploader] = app.main.file_uploader
    uploader.set_value([(name, raw, "application/octet-stream") for name, raw in files.items()])
    return app.run()


def attribution(**link):
    return open_page("attribution", **DIGITS, image="upload", **link)


def rows(app):
    """What the right network says of each picture: its probabilities in per cent by name."""
    drawn = charts(app)
    names = values(app.subheader)
    bars = [drawn[f"predictions-{number}-right"][0]["x"] for number in range(len(names))]
    assert len(drawn) == 2 * len(names)
    return dict(zip(names, map(numbers, bars), strict=True))


def test_the_page_asks_for_photographs():
    app = attribution()
    assert "Upload one photograph or several above" in texts(app)
    assert not charts(app)


def test_every_kind_of_file_with_the_same_picture_gets_the_same_answer(digit):
    app = upload(attribution(), {name: make(digit) for name, make in KINDS.items()})
    assert not app.error
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    with torch.no_grad():
        logits = classifier.network(classifier.preprocess(digit)[None])
    expected = 100 * logits.softmax(1)[0].sort().values
    found = rows(app)
    assert list(found) == list(KINDS)
    for name, bars in found.items():
        tolerance = 0.5 if name == "photo.jpg" else 1e-3
        assert np.sort(bars) == pytest.approx(expected[-len(bars) :], abs=tolerance), name


def test_bad_files_get_their_sentences_and_hide_no_good_one(digit):
    good = {"first.png": encoded(digit), "last.png": encoded(digit.rotate(90))}
    files = {"first.png": good["first.png"]}
    files |= {name: raw for name, (raw, _) in BROKEN.items()} | good
    app = upload(attribution(), files)
    errors = values(app.error)
    assert len(errors) == len(BROKEN)
    for error, (name, (_, sentence)) in zip(errors, BROKEN.items(), strict=True):
        assert error.startswith(f"{name}: {sentence}")
        assert error.endswith(".")
    assert list(rows(app)) == ["first.png", "last.png"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_file_alone_leaves_the_page_asking(name):
    raw, sentence = BROKEN[name]
    for page, asks in (("attribution", "Upload one photograph"), ("feature_maps", "Choose a pic")):
        app = upload(open_page(page, image="upload"), {name: raw})
        [error] = values(app.error)
        assert error.startswith(f"{name}: {sentence}")
        assert asks in texts(app)


def test_feature_maps_take_an_upload_after_a_bad_one(digit):
    app = upload(open_page("feature_maps", **DIGITS, image="upload"), {"text.jpg": b"no picture"})
    assert len(app.error) == 1
    app = upload(app, {"mine.png": encoded(digit)})
    assert not app.error
    assert "mine.png, as the network sees it: 8 × 8" in captions(app)
    shares = charts(app)["shortcut-share"]
    of_the_sample = charts(open_page("feature_maps", **DIGITS, sample=str(NUMBER)))[
        "shortcut-share"
    ]
    assert numbers(shares[0]["y"]) == pytest.approx(numbers(of_the_sample[0]["y"]), abs=1e-3)


def go(app, name):
    """The page that a visitor turns to."""
    app.query_params.clear()
    return turn_to(app, name)


def test_uploads_follow_to_the_next_page_and_back_until_they_are_forgotten(digit):
    files = {"first.png": encoded(digit), "second.png": encoded(digit.rotate(90))}
    app = go(upload(attribution(), files), "feature_maps")
    assert app.segmented_control(key="image").value == "upload"
    seen_as = "as the network sees it: 8 × 8"
    assert f"first.png, {seen_as}" in captions(app)
    [choice] = [box for box in app.main.selectbox if box.label == "Uploaded before"]
    choice.set_value(1).run()
    assert f"second.png, {seen_as}" in captions(app)
    app = go(app, "attribution")
    assert list(rows(app)) == list(files)
    [button] = [button for button in app.button if button.label == "Forget uploads"]
    button.click().run()
    assert "Upload one photograph or several above" in texts(app)
    assert "Uploaded before" not in texts(go(app, "feature_maps"))


def test_what_was_uploaded_last_or_taken_away_is_what_follows(digit):
    app = go(upload(attribution(), {"old.png": encoded(digit)}), "feature_maps")
    app = go(upload(app, {"new.png": encoded(digit.rotate(90))}), "attribution")
    assert "Uploaded before: new.png." in texts(app)
    app = upload(go(app, "feature_maps"), {"newer.png": encoded(digit)})
    [uploader] = app.main.file_uploader
    uploader.set_value(None).run()
    assert "Choose a picture above" in texts(app)


def test_whoever_chose_another_way_or_follows_a_link_finds_no_uploads(digit):
    app = upload(attribution(), {"mine.png": encoded(digit)})
    app.segmented_control(key="image").set_value("drawn").run()
    assert "Uploaded before" not in texts(go(app, "feature_maps"))
    assert "Uploaded before" not in texts(open_page("feature_maps", image="upload"))


def test_no_more_of_the_uploads_follows_than_there_is_room_for(digit, monkeypatch):
    raw = encoded(digit)
    monkeypatch.setattr(picture_form, "MOST_CARRIED", 2 * len(raw))
    app = upload(attribution(), {f"{number}.png": raw for number in range(3)})
    assert list(rows(app)) == ["0.png", "1.png", "2.png"]
    app = go(go(app, "feature_maps"), "attribution")
    assert list(rows(app)) == ["0.png", "1.png"]


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (4000, 3)])
def test_pictures_of_any_size_are_looked_at(size):
    raw = encoded(Image.new("RGB", size, "red"))
    app = upload(attribution(), {"odd.png": raw})
    assert not app.error
    assert len(charts(app)) == 2
    assert not upload(open_page("feature_maps", image="upload"), {"odd.png": raw}).error


def test_a_photograph_from_the_camera_is_looked_at(digit):
    app = open_page("feature_maps", image="camera")
    assert "Choose a picture above" in texts(app)
    app.camera_input[0].set_value(("photo.jpg", encoded(digit, "JPEG"), "image/jpeg")).run()
    assert not app.error
    assert any(caption.startswith("photo.jpg, as the network sees it") for caption in captions(app))
    app.camera_input[0].set_value(("photo.jpg", b"nothing", "image/jpeg")).run()
    assert values(app.error)[0].startswith("photo.jpg: The file is text")


def test_more_pictures_than_fit_are_said_to_be_left_out(digit):
    files = {f"{number}.png": encoded(digit) for number in range(MOST + 1)}
    app = upload(attribution(), files)
    assert values(app.warning) == [f"Only the first {MOST} of {MOST + 1} pictures are shown."]
    assert len(app.subheader) == MOST


def test_names_that_differ_by_little_or_nothing_are_pictures_of_their_own(digit):
    turned = digit.rotate(180)
    [uploader] = attribution().main.file_uploader
    files = [
        (name, encoded(picture), "image/png")
        for name in ("a b.png", "a-b.png", "a_b.png", "same.png")
        for picture in ((digit, turned) if name == "same.png" else (digit,))
    ]
    app = uploader.set_value(files).run()
    assert not app.exception
    assert len(charts(app)) == 2 * len(files)
    assert values(app.subheader)[-2:] == ["same.png", "same.png (2)"]
    offered = [button for button in app.download_button if button.label.endswith("(PNG)")]
    assert len(offered) == 2 * len(files)


def test_a_files_name_is_no_markup(digit):
    app = upload(attribution(), {"**[x](javascript:0)** <b>.png": encoded(digit)})
    [caption, _] = [caption for caption in captions(app) if "png" in caption]
    shown = caption.replace("\\_", "_")  # as Markdown shows it
    assert shown == "___x__javascript_0___ _b_.png, as the network sees it: 8 × 8"


def test_a_blank_map_is_said_in_words_and_not_drawn():
    black = encoded(Image.new("L", (8, 8)))
    app = attribution(method="Integrated gradients")
    upload(app, {"black.png": black})
    said = [text for text in values(app.info) if text.startswith("The map is blank")]
    assert len(said) == 2
    alternatives = [image.alt for element in app.image for image in element.proto.imgs]
    assert not [alt for alt in alternatives if alt.startswith("Integrated gradients of")]
    assert len(charts(app)) == 2


def test_a_picture_is_decoded_once_however_often_the_page_is_drawn(monkeypatch):
    decoded_ones = []
    read = data.read_image
    monkeypatch.setattr(
        decoded_pictures, "read_image", lambda raw: decoded_ones.append(raw) or read(raw)
    )
    files = {f"{red}.png": encoded(Image.new("RGB", (9, 8), (red, 8, 77))) for red in (7, 9)}
    files |= {"text.png": b"no picture of mine"}
    app = upload(attribution(), files)
    for _ in range(2):
        assert list(rows(app)) == ["7.png", "9.png"]
        [error] = values(app.error)
        assert error.startswith("text.png: The file is text")
        app.slider(key="opacity").set_value(40).run()
    assert sorted(decoded_ones) == sorted(files.values())


def test_decoded_pictures_take_no_more_room_than_there_is(monkeypatch):
    asked = []
    read = data.read_image
    monkeypatch.setattr(decoded_pictures, "read_image", lambda raw: asked.append(raw) or read(raw))
    pictures = {shade: encoded(Image.new("L", (200, 100), shade)) for shade in range(4)}
    kept = decoded_pictures.Decoded(2 * 200 * 100)
    for shade in (0, 1, 0, 2, 0, 1):  # 2 takes the place of 1, which was not seen for longest
        assert kept.read(str(shade), pictures[shade]).getpixel((0, 0)) == (shade,) * 3
    assert asked == [pictures[shade] for shade in (0, 1, 2, 1)]
    with pytest.raises(data.ImageError, match="The file is text"):
        kept.read("text", b"no picture")


def test_pictures_are_never_written(digit, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    upload(attribution(), {"mine.png": encoded(digit)})
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name.split("-")[0] for path in written} <= {"runs.sqlite"}


class Malicious:
    """What a pickle may hold: something that is called when it is opened."""

    def __init__(self, trap):
        self.trap = trap

    def __reduce__(self):
        return os.mkdir, (str(self.trap),)


def saved(content):
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def import_weights(name, raw, architecture="resnet20", side="right"):
    """Import a file through the sidebar of a page that is open."""
    app = open_page("attribution")
    app.file_uploader(key="import_file").set_value((name, raw, "application/octet-stream"))
    app.selectbox(key="import_net").set_value(architecture)
    app.segmented_control(key="import_side").set_value(side)
    app.run()
    [button] = [button for button in app.button if button.label == "Import"]
    assert not button.disabled
    return button.click().run()


def test_the_import_button_waits_for_a_file():
    [button] = [button for button in open_page("overview").button if button.label == "Import"]
    assert button.disabled


@pytest.mark.parametrize("side", ["left", "right"])
def test_weights_in_torchvisions_layout_become_a_network_of_the_pair(side):
    import torchvision

    network = torchvision.models.resnet18(num_classes=7)
    app = import_weights("mine.pth", saved(network.state_dict()), "resnet18", side)
    [path] = imported_folder().glob("*.safetensors")
    label = "ResNet-18, mine"
    assert values(app.success) == [f"{label} is now on the {side}."]
    assert app.selectbox(key=side).value == label == app.query_params[side]
    assert not app.error
    assert f"#### :blue[●] {label}" in texts(app)
    state = models.load(path).network.state_dict()
    assert torch.equal(state["conv1.weight"], network.conv1.weight)


def test_a_cifar_file_and_a_checkpoint_of_ones_own_are_imported():
    state = models.build("resnet20", seed=1).state_dict()
    wrapped = {f"module.{name.replace('fc.', 'linear.')}": w for name, w in state.items()}
    app = import_weights("resnet20.th", saved({"state_dict": wrapped, "best_prec1": 91.7}))
    assert app.selectbox(key="right").value == "ResNet-20, resnet20"
    own = shipped_checkpoint("plain20-digits-seed0").read_bytes()
    # What a file says about itself goes before what the visitor chose.
    app = import_weights("own.safetensors", own, "resnet152")
    assert "#### :orange[●] plain-20, own" in texts(app)


def test_a_file_of_another_architecture_is_recognised_and_imported_at_the_second_press():
    state = models.build("resnet18", seed=1, classes=7).state_dict()
    app = import_weights("mine_resnet18.pth", saved(state))
    [error] = values(app.error)
    assert error.startswith("The file was refused: the weights do not fit ResNet-20")
    assert error.endswith(
        "They fit ResNet-18 instead. ResNet-18 is chosen now: press Import again."
    )
    assert app.selectbox(key="import_net").value == "resnet18"
    [button] = [button for button in app.button if button.label == "Import"]
    button.click().run()
    assert values(app.success) == ["ResNet-18, mine-resnet18 is now on the right."]


@pytest.mark.parametrize(
    ("architecture", "classes", "clause"),
    [
        ("resnet18", 1000, "1,000 outputs, labelled with ImageNet's names"),
        ("resnet20", 10, "10 outputs, labelled with CIFAR-10's names"),
        ("resnet20", 7, "7 outputs, its file does not say of what data"),
    ],
)
def test_what_tensors_were_trained_on_is_not_guessed(architecture, classes, clause):
    state = models.build(architecture, seed=1, classes=classes).state_dict()
    app = import_weights("mine.pth", saved(state), architecture)
    [said] = [text for text in values(app.markdown) if "only knows its own classes" in text]
    assert f"(trained on CIFAR-10, JPEG copy; {clause})" in said
    assert "trained on ImageNet" not in texts(app)


def weights(seed: int) -> "models.Classifier":
    """A network that nobody has imported yet."""
    return models.Classifier(
        network=models.build("resnet20", seed=seed),
        classes=tuple("0123456789"),
        input_size=32,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
    )


def test_an_imported_network_is_called_by_its_architecture_and_its_file():
    labels = [
        catalogue.keep(weights(seed), name)
        for seed, name in enumerate(
            ("best.th", "best.pt", "**[x](javascript:0)** _b_.pth", "a/very-long_name-of_a_file.th")
        )
    ]
    assert labels[:3] == ["ResNet-20, best", "ResNet-20, best 2", "ResNet-20, x-javascript-0-b"]
    assert labels[3] == "ResNet-20, very-long-name-of-a"
    assert list(catalogue.imported()) == labels
    # The same weights are one network, whatever their file is called.
    assert catalogue.keep(weights(0), "again.th") == "ResNet-20, best"
    catalogue.remove("ResNet-20, best")
    assert list(catalogue.imported()) == labels[1:]


def test_no_more_networks_are_kept_than_there_may_be(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST", 1)
    import_weights("one.pth", saved(models.build("resnet20", seed=1).state_dict()))
    raw = saved(models.build("resnet20", seed=2).state_dict())
    [error] = values(import_weights("two.pth", raw).error)
    assert error.startswith("1 imported networks are kept here")
    assert "remove one" in error
    assert list(catalogue.imported()) == ["ResNet-20, one"]


def test_no_more_bytes_of_networks_are_kept_than_there_may_be(monkeypatch):
    one, two = weights(1), weights(2)
    monkeypatch.setattr(catalogue, "MOST_BYTES", one.nbytes + two.nbytes - 1)
    label = catalogue.keep(one, "one.pth")
    with pytest.raises(catalogue.ImportsError, match="remove another one"):
        catalogue.keep(two, "two.pth")
    assert list(catalogue.imported()) == [label]
    catalogue.remove(label)
    assert catalogue.keep(two, "two.pth").endswith("two")


def test_visitors_who_import_at_once_fill_no_more_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST", 3)
    look = catalogue.imported

    def slowly():
        kept = look()
        time.sleep(0.05)
        return kept

    monkeypatch.setattr(catalogue, "imported", slowly)
    networks = [weights(seed) for seed in range(6)]
    said = []

    def keep(network):
        try:
            said.append(catalogue.keep(network, "mine.pth"))
        except catalogue.ImportsError as error:
            said.append(str(error)[:1])

    visitors = [Thread(target=keep, args=(network,)) for network in networks]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    labels = ["ResNet-20, mine", "ResNet-20, mine 2", "ResNet-20, mine 3"]
    assert sorted(said) == ["3", "3", "3", *labels]
    assert sorted(look()) == labels


def no_folder(monkeypatch):
    def refuse(**options):
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)


def full_disk(monkeypatch):
    def write_bytes(path, raw):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


@pytest.mark.parametrize("trouble", [no_folder, full_disk])
def test_an_import_that_finds_no_room_for_the_file_says_so(monkeypatch, trouble):
    raw = saved(models.build("resnet20", seed=1).state_dict())
    trouble(monkeypatch)
    app = import_weights("mine.pth", raw)
    assert not app.exception
    [error] = values(app.error)
    assert error.startswith("The network could not be kept, because the disk is full")
    assert not catalogue.imported()


def test_an_imported_network_is_removed_when_that_is_confirmed():
    app = import_weights("mine.pth", saved(models.build("resnet20", seed=1).state_dict()))
    app.button(key="import_remove").click().run()
    assert "ResNet-20, mine will be gone for everybody" in texts(app)
    app.button(key="import_kept").click().run()
    assert "will be gone" not in texts(app)
    assert list(catalogue.imported()) == ["ResNet-20, mine"]
    app.button(key="import_remove").click().run()
    app.button(key="import_removed").click().run()
    assert not app.exception
    assert not list(imported_folder().glob("*"))
    assert values(app.success) == ["ResNet-20, mine is removed."]
    default = PHOTOGRAPHS["right"]
    assert values(app.warning) == [f"ResNet-20, mine is gone; this page shows {default} instead."]
    assert app.selectbox(key="right").value == default


def test_what_a_waiting_run_starts_from_is_not_removed(store, sleepers):
    label = catalogue.keep(weights(0), "mine.pth")
    start = str(catalogue.imported()[label])
    sleepers.submit(config("resnet20"))
    [waiting] = sleepers.submit(config("resnet20", recipe="finetune", start=start))
    assert store.run(waiting.id).status == "queued"
    with pytest.raises(catalogue.ImportsError, match=f"what {waiting.name} will start from"):
        catalogue.remove(label)
    assert list(catalogue.imported()) == [label]


def test_what_a_run_starts_from_is_not_removed_before_its_worker_has_a_copy(store, sleepers):
    label = catalogue.keep(weights(0), "mine.pth")
    start = catalogue.imported()[label]
    [run] = sleepers.submit(config("resnet20", recipe="finetune", start=str(start)))
    assert store.run(run.id).status == "running"
    with pytest.raises(catalogue.ImportsError, match=f"what {run.name} will start from"):
        catalogue.remove(label)
    assert kept_start(run.config, run.folder).read_bytes() == start.read_bytes()
    catalogue.remove(label)
    assert not start.exists()


def pickled(trap):
    return pickle.dumps({"state_dict": Malicious(trap)})


def zipped(trap):
    """The same in the container that torch.save writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickled(trap))
        file.writestr("archive/version", "3\n")
    return buffer.getvalue()


REFUSED = {
    "another.pth": (
        lambda _: saved(models.build("resnet32", seed=0).state_dict()),
        "The file was refused: the weights do not fit ResNet-20: layer1.3.conv1.weight is unknown",
    ),
    "wide.pth": (
        lambda _: saved(
            models.build("resnet20", seed=0).state_dict() | {"bn1.bias": torch.ones(3)}
        ),
        "bn1.bias is 3 where 16 is needed",
    ),
    "object.pth": (lambda _: saved(models.build("resnet20", seed=0)), "more than tensors"),
    "numbers.pth": (lambda _: saved([1, 2, 3]), "The file holds no named tensors"),
    "text.pth": (lambda _: b"no weights", "The file is not a file of weights, or it is damaged."),
    "empty.pth": (lambda _: b"", "The file is not a file of weights, or it is damaged."),
    "cut.pth": (
        lambda _: saved(models.build("resnet20", seed=0).state_dict())[:5000],
        "The file is not a file of weights, or it is damaged.",
    ),
    "cut.safetensors": (
        lambda _: shipped_checkpoint("resnet20-digits-seed0").read_bytes()[:5000],
        "The file is not a readable .safetensors file",
    ),
    "pickle.pt": (pickled, "The file "),
    "zipped.pth": (zipped, "The file "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_fitting_weights_is_refused_and_nothing_in_it_is_run(name, tmp_path):
    make, sentence = REFUSED[name]
    trap = tmp_path / "executed"
    app = import_weights(name, make(trap))
    assert not trap.exists()
    [error] = values(app.error)
    assert sentence in error
    assert error.endswith(".")
    assert "uploaded" not in error
    assert app.selectbox(key="right").value == PHOTOGRAPHS["right"]
    assert not list((home() / "imported").glob("*"))
    assert not app.run().error
