"""Pictures that visitors bring are read whatever their kind, and broken ones hide no good one."""

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import data, models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs import decoded_pictures, picture_form
from resnet_viz.ui.inputs.picture_form import MOST, sample_of
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
from tests.unit.images_support import encoded, header_only_png, tiff16
from tests.unit.picture_files import deep_tiff

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


def own_uploader(app):
    """The page's own, for the pair's has one for weights."""
    [uploader] = [one for one in app.main.file_uploader if one.key in ("upload", "uploads")]
    return uploader


def upload(app, files):
    """Give the page's own uploader these files by name."""
    uploader = own_uploader(app)
    uploader.set_value([(name, raw, "application/octet-stream") for name, raw in files.items()])
    return app.run()


def attribution(**link):
    return open_page("attribution", **DIGITS, image="upload", **link)


def cards(app) -> list[str]:
    """The names on the contact sheet."""
    buttons = [button for button in app.button if (button.key or "").startswith("open ")]
    return [button.label.partition(" ")[2].replace("\\", "") for button in buttons]


def rows(app):
    """What the right network says of each picture: its probabilities in per cent by name."""
    found = {}
    for number, name in enumerate(cards(app)):
        app = app.button(key=f"open {number}").click().run()
        drawn = charts(app)
        assert set(drawn) == {f"predictions-{number}-{side}" for side in ("left", "right")}
        found[name] = numbers(drawn[f"predictions-{number}-right"][0]["x"])
    return found


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


@pytest.mark.parametrize("page", ["attribution", "feature_maps", "shortcuts"])
def test_what_is_to_be_said_of_a_picture_stands_under_it(page, digit):
    deep = deep_tiff(np.array(digit.convert("L"), np.float32) / 150)
    app = upload(open_page(page, **DIGITS, image="upload"), {"deep.tif": deep})
    assert not app.error
    lines = [*texts(app).splitlines(), *captions(app)]
    [said] = [line for line in lines if "stretched from" in line]
    assert said.startswith("deep.tif")
    assert "; stretched from 0 … 1.7" in said


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
    uploader = own_uploader(app)
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
    assert len(cards(app)) == MOST


def test_names_that_differ_by_little_or_nothing_are_pictures_of_their_own(digit):
    turned = digit.rotate(180)
    uploader = own_uploader(attribution())
    files = [
        (name, encoded(picture), "image/png")
        for name in ("a b.png", "a-b.png", "a_b.png", "same.png")
        for picture in ((digit, turned) if name == "same.png" else (digit,))
    ]
    app = uploader.set_value(files).run()
    assert not app.exception
    assert cards(app)[-2:] == ["same.png", "same.png (2)"]
    offered = [button for button in app.download_button if button.label.endswith("(PNG)")]
    # The maps, the opened picture as it was cut, and the sheet of all.
    assert len(offered) == 2 * len(files) + 2


def test_a_files_name_is_no_markup(digit):
    app = upload(attribution(), {"**[x](javascript:0)** <b>.png": encoded(digit)})
    [caption] = [text for text in values(app.caption) if "sees it" in text]
    caption = caption.replace("\u00a0", " ")
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


def test_a_files_name_may_say_its_class_and_then_the_networks_are_right_or_wrong(digit):
    pair = PHOTOGRAPHS | {"image": "upload"}
    app = upload(open_page("attribution", **pair), {"my frog 12.png": encoded(digit)})
    assert texts(app).count("it is frog") + texts(app).count("**right**: frog") == 2
    app = upload(open_page("attribution", **pair), {"frog and cat.png": encoded(digit)})
    assert "it is frog" not in texts(app)
    assert "**right**" not in texts(app)


def test_pictures_are_never_written(digit, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    upload(attribution(), {"mine.png": encoded(digit)})
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name.split("-")[0] for path in written} <= {"runs.sqlite"}
