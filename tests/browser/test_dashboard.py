"""The dashboard as its user sees it: a real browser, server and worker."""

import io
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import expect

from resnet_viz import models
from tests.browser.conftest import PATIENCE, ROOT

PAGES = ("", "training", "curves", "gradients", "feature_maps", "attribution")
PHOTOS = ROOT.parent / "shared" / "data" / "photos"
pytestmark = pytest.mark.browser


def settled(page):
    """Wait until the page has been drawn and nothing runs any more."""
    page.wait_for_selector("h1")
    page.wait_for_function(
        "!document.querySelector('[data-testid=stSpinner], [data-testid=stSkeleton]')"
        " && document.querySelector('[data-test-script-state=notRunning]')"
    )
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def runs(server):
    """The runs as the command line lists them."""
    answer = subprocess.run(
        [sys.executable, "-m", "resnet_viz", "runs", "--json"],
        env=os.environ | {"RESNET_VIZ_HOME": str(server.home)},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return {run["name"]: run for run in json.loads(answer.stdout)}


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
    assert shown.count() >= (0 if name == "training" else 2 if name != "gradients" else 1)
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert max(width, page.evaluate("document.documentElement.scrollWidth")) <= 390


def test_the_pair_trains_from_the_page_survives_a_reload_stops_and_resumes(server, page):
    page.goto(f"{server.url}/training?network=plain20&against=resnet20")
    settled(page)
    page.get_by_role("button", name="Train", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"epoch [1-9]\d* of 15")).first).to_be_visible(
        timeout=2 * PATIENCE
    )
    page.reload()
    page.wait_for_selector("h1")
    expect(page.get_by_text(re.compile(r"epoch \d+ of 15")).first).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).first.click()
    expect(page.get_by_text(re.compile("stopped in epoch"))).to_be_visible()
    page.get_by_role("button", name="Resume", exact=True).first.click()
    finished = page.get_by_text(re.compile("finished after 15 epochs"))
    expect(finished).to_have_count(2, timeout=4 * PATIENCE)
    for name in ("live-error", "live-loss"):
        assert page.locator(f".st-key-{name} .scatterlayer .trace").count() >= 2
    done = runs(server)
    assert {run["status"] for run in done.values()} == {"finished"}
    assert {run["epoch"] for run in done.values()} == {15}
    assert min(run["test_accuracy"] for run in done.values()) > 90


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


def test_the_ten_photographs_go_through_attribution(server, page):
    if not PHOTOS.is_dir():
        pytest.skip("the photographs are not here")
    page.goto(f"{server.url}/attribution?image=upload")
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(sorted(PHOTOS.glob("*.jpg")))
    expect(page.get_by_role("img", name=re.compile("as seen"))).to_have_count(20)
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
    expect(page).to_have_url(re.compile(r"right=imported\+"))
    # A page link from here keeps the pair.
    page.get_by_role("link", name="Attribution").click()
    expect(page.get_by_text(re.compile(r"ResNet-20 \(imported")).first).to_be_visible()
