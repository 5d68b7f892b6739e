"""The page Architecture in a browser: its drawing in both themes, its files, the way to train."""

import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.support import downloads, overflow, settled

pytestmark = pytest.mark.browser
OWN = (
    "show=your+own&base=resnet18&blocks_resnet18=1,2&widths_resnet18=32,64&activation_resnet18=gelu"
)


def test_a_block_is_chosen_by_pressing_it_and_by_the_keys(server, page):
    page.goto(f"{server.url}/architecture?show=any+network&net=resnet152&unfold=true")
    settled(page)
    drawing = page.locator(".network-drawing")
    block = drawing.locator("[data-part='layer3.30']").first
    block.click()
    expect(page).to_have_url(re.compile("part=layer3.30"))
    expect(block).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("heading", name="ResNet-152, layer3.30")).to_be_visible()
    for key, part in (
        ("ArrowDown", "layer3.31"),
        ("ArrowDown", "layer3.32"),
        ("ArrowUp", "layer3.31"),
    ):
        page.keyboard.press(key)
        expect(drawing.locator(f"[data-part='{part}']").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("part=layer3.31"))
    settled(page)
    # What has the focus is drawn anew, and keeps it.
    expect(drawing.locator("[data-part='layer3.31']").first).to_be_focused()
    page.keyboard.press("End")
    expect(drawing.locator("[data-part='head']").last).to_be_focused()


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
