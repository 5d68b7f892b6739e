"""The stage: one press, and all of the evidence can be read from the back row."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.support import opened, overflow, settled

pytestmark = pytest.mark.browser
SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
LEAST = 0.022  # of the height of the window, the smallest letters
# Of the letters on the first screen the smallest, as a part of its height, and whose they are.
SMALLEST = """() => {
    const block = document.querySelector('[data-testid=stMainBlockContainer]');
    const scale = block.getBoundingClientRect().width / block.offsetWidth;
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let least = [Infinity, ''];
    while (texts.nextNode()) {
        const text = texts.currentNode, holder = text.parentElement;
        const place = holder.getBoundingClientRect();
        const seen = holder.checkVisibility({visibilityProperty: true, opacityProperty: true})
            && place.width && place.height && place.bottom > 0 && place.top < innerHeight;
        // A power of ten is written smaller than its ten.
        if (!seen || !text.textContent.trim() || holder.closest('tspan[style*="70%"]')) continue;
        const size = scale * parseFloat(getComputedStyle(holder).fontSize) / innerHeight;
        if (size < least[0]) least = [size, text.textContent];
    }
    return least;
}"""


def test_the_key_p_takes_a_page_to_the_stage_and_back(server, page):
    opened(page, f"{server.url}/gradients")
    header = page.get_by_test_id("stHeader")
    expect(header).to_be_visible()
    page.keyboard.press("p")
    expect(header).to_be_hidden()
    expect(page).to_have_url(re.compile("stage=true"))
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    page.keyboard.press("p")
    expect(header).to_be_visible()
    expect(page).not_to_have_url(re.compile("stage"))


@pytest.mark.parametrize("name", ["", "gradients", "attribution"])
def test_letters_grow_with_the_window(server, page, name):
    opened(page, f"{server.url}/{name}", stage="true")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        settled(page)
        least, text = page.evaluate(SMALLEST)
        assert least >= LEAST, f"{text} at {width} × {height}"
        assert overflow(page) <= 0
