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


# Charts and tables whose drawing is wider or higher than the place that it has.
CUT = """() => [...document.querySelectorAll(
    '.js-plotly-plot .main-svg, [data-testid=stDataFrame] canvas')].filter(drawn => {
    const place = drawn.closest('[data-testid=stElementContainer]').getBoundingClientRect();
    const {right, bottom, width} = drawn.getBoundingClientRect();
    return width && (right > place.right + 2 || bottom > place.bottom + 2);
}).map(drawn => drawn.parentElement.className)"""


@pytest.mark.parametrize("name", ["", "curves", "gradients", "attribution"])
def test_all_grows_with_the_window_and_is_seen_whole(server, page, name):
    opened(page, f"{server.url}/{name}", stage="true")
    expect(page.locator("h1")).to_be_visible(timeout=500)  # it waits for no navigation
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        settled(page)
        least, text = page.evaluate(SMALLEST)
        assert least >= LEAST, f"{text} at {width} × {height}"
        assert overflow(page) <= 0
        assert page.evaluate(CUT) == []
        chart = page.locator(".st-key-evidence .js-plotly-plot").first.bounding_box()
        assert chart["y"] + chart["height"] <= height
