"""A click into a matrix, which no test without a browser can make."""

from playwright.sync_api import expect

from tests.browser.support import settled


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
