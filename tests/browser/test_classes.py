"""A click or a finger on a matrix, which no test without a browser can make."""

import pytest
from playwright.sync_api import expect

from resnet_viz.ui.shell.page_table import DIGITS
from tests.browser.accessibility import swipe_up
from tests.browser.conftest import opened_tab
from tests.browser.support import NARROW, opened, settled

SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
RANGES = """[...document.querySelectorAll('.js-plotly-plot')].map(
    ({_fullLayout: {xaxis, yaxis}}) => [...xaxis.range, ...yaxis.range])"""


def test_a_finger_on_a_chart_moves_the_page_and_a_tap_chooses(server, chromium):
    with opened_tab(chromium, NARROW, has_touch=True) as phone:
        opened(phone, f"{server.url}/classes", **DIGITS)
        before = phone.evaluate(RANGES)
        for key in ("matrix-left", "class-accuracy"):
            chart = phone.locator(f".st-key-{key} .nsewdrag").first
            chart.scroll_into_view_if_needed()
            start = phone.evaluate(SCROLLED)
            swipe_up(chart, 150)
            assert phone.evaluate(SCROLLED) == pytest.approx(start + 150, abs=40)
        assert phone.evaluate(RANGES) == before
        cells = phone.locator(".st-key-matrix-left .nsewdrag").first
        cells.scroll_into_view_if_needed()
        box = cells.bounding_box()
        cells.tap(position={"x": box["width"] * 0.75, "y": box["height"] * 0.35})
        expect(phone.get_by_role("combobox", name="Pictures of")).to_have_value("3")
        expect(phone.get_by_role("combobox", name="taken for")).to_have_value("7")


def test_a_click_into_either_matrix_chooses_that_cell(server, page):
    page.goto(f"{server.url}/classes?left=plain-56+on+digits&right=ResNet-56+on+digits")
    settled(page)
    true, predicted = (
        page.get_by_role("combobox", name=name) for name in ("Pictures of", "taken for")
    )
    for side, row, column in (("left", 1, 2), ("right", 8, 4), ("left", 9, 2)):
        cells = page.locator(f".st-key-matrix-{side} .nsewdrag").first
        cells.scroll_into_view_if_needed()
        box = cells.bounding_box()
        cells.click(
            position={
                "x": box["width"] * (column + 0.5) / 10,
                "y": box["height"] * (row + 0.5) / 10,
            }
        )
        expect(true).to_have_value(str(row))
        expect(predicted).to_have_value(str(column))
        settled(page)
    assert "true=9" in page.url
    assert "predicted=2" in page.url
