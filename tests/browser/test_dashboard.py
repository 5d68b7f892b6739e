"""The dashboard as its user sees it: a real browser, server and worker."""

import io
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from resnet_viz import models
from tests.browser.conftest import PATIENCE
from tests.browser.support import settled, turn_to
from tests.shared_data import PHOTOS, needs
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait

pytestmark = pytest.mark.browser


def jpeg(size=(120, 90), mode="RGB", form="JPEG", **options):
    """A picture of random colours as bytes."""
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def test_deleting_asks_first_and_leaves_nothing_chosen(server, page):
    store = server.store
    kept, doomed = (
        wait(store, run.name, "finished", seconds=PATIENCE / 1000)
        for seed in (7, 8)
        for run in launcher(store, FAKE_WORKER).submit(config(seed=seed))
    )
    page.goto(f"{server.url}/training")
    settled(page)
    table = page.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 15, "y": 52})  # the box of the first row; it is drawn on a canvas
    delete = page.get_by_role("button", name="Delete")
    dialog = page.get_by_role("dialog")
    for answer, left in (("Keep", {kept.name, doomed.name}), ("Delete", {kept.name})):
        delete.click()
        expect(dialog.get_by_text(f"{doomed.name}: the curves")).to_be_visible()
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_have_count(0)
        settled(page)
        assert left == {run.name for run in store.runs()} & {kept.name, doomed.name}
    expect(page.get_by_text("Choose rows on the left edge")).to_be_visible()
    expect(delete).to_have_count(0)


def test_an_uploaded_photograph_gives_two_maps_and_broken_files_their_sentences(server, page):
    page.goto(f"{server.url}/attribution?image=upload")
    settled(page)
    exif = Image.Exif()
    exif[0x0112] = 6
    files = {
        "photo.jpg": jpeg(),
        "cmyk.jpg": jpeg(mode="CMYK"),
        "rotated.jpg": jpeg(exif=exif),
        "alpha.png": jpeg(mode="RGBA", form="PNG"),
        "deep.png": jpeg(mode="I;16", form="PNG"),
        "text.jpg": b"this is no picture",
        "cut.jpg": jpeg()[:400],
    }
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        [{"name": n, "mimeType": "image/jpeg", "buffer": raw} for n, raw in files.items()]
    )
    # One picture is open with two maps; five are on the contact sheet, each with both.
    expect(page.get_by_role("img", name=re.compile("^Grad-CAM of"))).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("with the maps of both"))).to_have_count(5)
    settled(page)
    errors = page.get_by_test_id("stAlert")
    for name in ("text.jpg", "cut.jpg"):
        expect(errors.filter(has_text=name)).to_have_count(1)


@needs(PHOTOS)
def test_the_ten_photographs_go_through_attribution(server, page):
    page.goto(f"{server.url}/attribution?image=upload")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(sorted(PHOTOS.glob("*.jpg")))
    sheet = page.get_by_role("img", name=re.compile("with the maps of both"))
    expect(sheet).to_have_count(10, timeout=2 * PATIENCE)
    settled(page)


def test_a_link_opened_elsewhere_shows_the_same_page(server, page):
    page.goto(f"{server.url}/curves")
    settled(page)
    page.get_by_text("loss", exact=True).click()
    expect(page).to_have_url(re.compile("metric=loss"))
    settled(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("loss (cross-entropy)").first).to_be_visible(timeout=PATIENCE)


def test_a_link_with_nonsense_shows_the_default_and_says_so(server, page):
    page.goto(f"{server.url}/gradients?left=nobody&quantity=rubbish")
    settled(page)
    expect(page.get_by_text("which is not here")).to_have_count(2)
    expect(page.get_by_text("plain-56 on digits").first).to_be_visible()


class Malicious:
    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self):
        return os.mkdir, (str(self.trap),)


def test_weights_are_imported_and_a_malicious_pickle_executes_nothing(server, page, tmp_path):
    state = models.build("resnet20", seed=1).state_dict()
    good, bad, trap = tmp_path / "good.th", tmp_path / "bad.th", tmp_path / "executed"
    renamed = {f"module.{k.replace('fc.', 'linear.')}": v for k, v in state.items()}
    torch.save({"state_dict": renamed}, good)
    bad.write_bytes(pickle.dumps({"state_dict": Malicious(trap)}))
    page.goto(f"{server.url}/gradients")
    settled(page)
    page.get_by_role("button", name="Import weights").click()
    waiting = page.get_by_role("button", name="Import", exact=True)
    expect(waiting).to_be_disabled()
    expect(waiting).not_to_have_css("color", "rgb(255, 255, 255)")  # white on white
    refused = "The file was refused|is not a file of weights"
    for path, answer in ((bad, refused), (good, "is now")):
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
        expect(page.get_by_role("dialog").get_by_text(path.name)).to_be_visible()
        # Its name is there while it is still on its way; when it has come, the page runs again.
        expect(page.get_by_text(re.compile(refused))).to_have_count(0)
        button = page.get_by_role("button", name="Import", exact=True)
        expect(button).to_be_enabled()
        button.click()
        expect(page.get_by_text(re.compile(answer)).first).to_be_visible()
    assert not trap.exists()
    expect(page).to_have_url(re.compile(r"right=ResNet-20%2C\+good|right=ResNet-20,\+good"))
    page.keyboard.press("Escape")
    # A page link from here keeps the pair.
    turn_to(page, "attribution")
    expect(page.get_by_text("ResNet-20, good").first).to_be_visible()
