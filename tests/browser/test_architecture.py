"""The page Architecture in a browser: its drawing in both themes, its files, the way to train."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.support import downloads, overflow, settled

pytestmark = pytest.mark.browser
OWN = (
    "show=your+own&base=resnet18&blocks_resnet18=1,2&widths_resnet18=32,64&activation_resnet18=gelu"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawing_is_written_in_ink_that_is_seen_on_its_page(server, page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{server.url}/architecture")
    settled(page)
    drawing = page.get_by_role("img", name=re.compile("^plain-56, from top to bottom"))
    pixels = np.asarray(Image.open(io.BytesIO(drawing.screenshot())).convert("L"), dtype=float)
    # Beside the boxes, where there is only text: in the upper left corner, behind the coloured dot.
    text = pixels[: pixels.shape[0] // 14, pixels.shape[1] // 12 : pixels.shape[1] // 3]
    paper = float(np.median(text))
    assert paper > 200 if scheme == "light" else paper < 60
    assert np.abs(text - paper).max() > 130


def test_the_drawing_is_a_file_of_its_own_beside_the_tables(server, page, tmp_path):
    page.goto(f"{server.url}/architecture?show=any+network&net=resnet152&beside=none:+alone")
    settled(page)
    files = {path.name: path for path in downloads(page, tmp_path)}
    assert set(files) == {
        "architecture-layers.csv",
        "architecture-family.csv",
        "architecture-resnet-152.svg",
    }
    assert pd.read_csv(files["architecture-layers.csv"])["parameters"].sum() == 60_192_808
    assert len(pd.read_csv(files["architecture-family.csv"])) > 15
    root = ElementTree.parse(files["architecture-resnet-152.svg"]).getroot()
    assert root.tag.endswith("svg")
    page.goto(files["architecture-resnet-152.svg"].as_uri())
    expect(page.get_by_text("layer3.1–35  × 35")).to_be_visible()


def test_a_network_of_ones_own_goes_to_training_and_fits_a_phone(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/architecture?{OWN}")
    settled(page)
    assert overflow(page) <= 0
    page.get_by_test_id("stMain").get_by_text("Train it").click()
    page.wait_for_url("**/training?**")
    settled(page)
    expect(page.get_by_role("textbox", name="Your own network")).to_have_value(
        "resnet18 blocks=1,2 widths=32,64 activation=gelu"
    )
    expect(page.get_by_text("the two differ by the shortcuts alone")).to_be_visible()
    assert overflow(page) <= 0
