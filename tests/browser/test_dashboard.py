"""The dashboard as its user sees it: a real browser, server and worker."""

import io
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from resnet_viz import models
from tests.browser.conftest import PATIENCE
from tests.browser.support import PAGES, curves, downloads, overflow, settled
from tests.shared_data import PHOTOS, needs
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait

# Charts and pictures of a first start, where they are fewer than two.
FEWEST = {"architecture": 1, "training": 0, "transfer": 1, "gradients": 1}
EPOCHS = 5
UNDER_WAY = re.compile(rf"in epoch \d of {EPOCHS}")
pytestmark = pytest.mark.browser


def jpeg(size=(120, 90), mode="RGB", form="JPEG", **options):
    """A picture of random colours as bytes."""
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_something_real_and_fits_a_phone(server, page, name):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/{name}")
    settled(page)
    expect(page.get_by_text("What to notice.")).to_be_visible()
    shown = page.locator("[data-testid=stPlotlyChart], [data-testid=stImage]")
    assert shown.count() >= FEWEST.get(name, 2)
    assert overflow(page) <= 0


def test_the_pair_trains_from_the_page_survives_a_reload_stops_and_resumes(server, page, tmp_path):
    page.goto(f"{server.url}/training?network=plain32&against=resnet32&epochs_quick={EPOCHS}")
    settled(page)
    page.get_by_role("button", name="Train", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(UNDER_WAY).first).to_be_visible(timeout=2 * PATIENCE)
    page.reload()
    page.wait_for_selector("h1")
    expect(page.get_by_text(UNDER_WAY).first).to_be_visible()
    page.get_by_role("button", name="Stop both", exact=True).click()
    expect(page.get_by_text(re.compile("stopped in epoch"))).to_have_count(2)
    page.get_by_role("button", name="Resume both", exact=True).click()
    finished = page.get_by_text(re.compile(f"finished after {EPOCHS} epochs"))
    expect(finished).to_have_count(2, timeout=4 * PATIENCE)
    settled(page)
    lines = curves(page, "live-error")
    assert list(lines) == [
        f"{network} {split}"
        for network in ("plain-32", "ResNet-32")
        for split in ("training", "test")
    ]
    epochs = list(range(1, EPOCHS + 1))
    assert all(line == epochs for line in lines.values())
    done = [run for run in server.store.runs() if run.config.seed == 0]
    assert {run.status for run in done} == {"finished"}
    # Five times as often right as by chance.
    assert min(run.latest["test_accuracy"] for run in done) > 50
    tables = {path.name: path for path in downloads(page, tmp_path)}
    assert set(tables) == {
        "training-runs.csv",
        "training-epochs.csv",
        "training-steps.csv",
        "training.html",
    }
    assert sorted(pd.read_csv(tables["training-epochs.csv"])["epoch"]) == sorted(2 * epochs)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    assert overflow(page) <= 0


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
    expect(page.get_by_role("img", name=re.compile("^Grad-CAM of"))).to_have_count(10)
    settled(page)
    errors = page.get_by_test_id("stAlert")
    for name in ("text.jpg", "cut.jpg"):
        expect(errors.filter(has_text=name)).to_have_count(1)


@needs(PHOTOS)
def test_the_ten_photographs_go_through_attribution(server, page):
    page.goto(f"{server.url}/attribution?image=upload")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(sorted(PHOTOS.glob("*.jpg")))
    # Each photograph with both networks of photographs: a map each, none blank, none missing.
    maps = page.get_by_role("img", name=re.compile("^Grad-CAM of"))
    expect(maps).to_have_count(20, timeout=2 * PATIENCE)
    settled(page)


def test_a_link_opened_elsewhere_shows_the_same_page(server, page, chromium):
    page.goto(f"{server.url}/curves")
    settled(page)
    page.get_by_text("loss", exact=True).click()
    expect(page).to_have_url(re.compile("metric=loss"))
    settled(page)
    other = chromium.new_context().new_page()
    other.goto(page.url)
    other.wait_for_selector("h1")
    expect(other.get_by_text("loss (cross-entropy)").first).to_be_visible(timeout=PATIENCE)
    other.context.close()


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
    for path, answer in ((bad, "The file was refused|is not a file of weights"), (good, "is now")):
        page.goto(server.url)
        settled(page)
        page.get_by_role("button", name="Import weights").click()
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
        button = page.get_by_role("button", name="Import", exact=True)
        expect(button).to_be_enabled()
        button.click()
        expect(page.get_by_text(re.compile(answer)).first).to_be_visible()
    assert not trap.exists()
    expect(page).to_have_url(re.compile(r"right=ResNet-20%2C\+good|right=ResNet-20,\+good"))
    page.keyboard.press("Escape")
    # A page link from here keeps the pair.
    page.get_by_role("link", name="Attribution").click()
    expect(page.get_by_text("ResNet-20, good").first).to_be_visible()
