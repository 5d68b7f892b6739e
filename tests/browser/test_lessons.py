"""The lessons on what vanishes and what degrades in a browser: large, narrow, and come back to."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import opened, overflow, settled

pytestmark = pytest.mark.browser


def predict(page: Page, choice: str) -> None:
    page.get_by_role("radio", name=choice).click()
    settled(page)


@pytest.fixture(scope="module")
def vanishing(server, tab):
    return opened(tab, f"{server.url}/vanishing")


def test_the_chains_numbers_have_their_buttons_in_a_classroom_too(vanishing):
    for press in ("p", "p"):
        vanishing.keyboard.press(press)
        settled(vanishing)
        for key in ("chain_weight", "chain_input"):
            widget = vanishing.locator(f".st-key-{key}")
            expect(widget.get_by_test_id("stNumberInputStepUp")).to_be_visible()
            expect(widget.get_by_test_id("stNumberInputStepDown")).to_be_visible()


def test_the_row_of_buttons_lies_beside_the_legend_of_an_activation(vanishing):
    vanishing.get_by_role("radio", name="LeakyReLU").click()
    expect(vanishing).to_have_url(re.compile("function=LeakyReLU"))
    settled(vanishing)
    chart = vanishing.locator(".st-key-vanishing-activation")
    chart.hover()
    legend = chart.locator(".legend").bounding_box()
    buttons = chart.locator(".modebar").bounding_box()
    assert legend["x"] + legend["width"] <= buttons["x"]


def test_a_prediction_is_there_again_after_the_next_lesson(server, vanishing):
    page = opened(vanishing, f"{server.url}/vanishing")
    predict(page, "much larger")
    expect(page.get_by_text("as in the question.")).to_be_visible()
    assert "function=ReLU" in page.url
    page.get_by_role("link", name="Next: Degradation").click()
    page.wait_for_url("**/degradation*")
    settled(page)
    page.get_by_role("link", name="Before: Vanishing gradients").click()
    page.wait_for_url("**/vanishing*")
    settled(page)
    expect(page.get_by_text("What to notice").first).to_be_visible()
    expect(page.get_by_text("as in the question.")).to_be_visible()


def test_a_telephone_shows_both_errors_of_the_networks_that_were_built(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/degradation?new_blocks=1")
    settled(page)
    predict(page, "higher")
    predict(page, "stays the same")
    assert overflow(page) <= 0
    table = page.get_by_test_id("stDataFrame").bounding_box()
    assert table["width"] >= 180 + 2 * 76  # the three columns that say it
