"""The two colours on a light page and on a dark one."""

import pytest

from resnet_viz.charts import PLAIN, RESIDUAL
from resnet_viz.ui.shell.panels import BRIGHTER
from tests.browser.conftest import WIDE, opened_tab

LINES = "path => getComputedStyle(path).stroke"


def rgb(colour: str) -> str:
    """A colour as a browser says it."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_are_brighter_on_a_dark_page_and_as_they_are_on_a_light_one(server, chromium, scheme):
    with opened_tab(chromium, WIDE, scheme) as page:
        page.goto(f"{server.url}/gradients")
        page.locator(".js-plotly-plot .js-line").first.wait_for()
        drawn = {line.evaluate(LINES) for line in page.locator(".js-plotly-plot .js-line").all()}
    wanted = BRIGHTER.values() if scheme == "dark" else (PLAIN, RESIDUAL)
    assert {rgb(colour) for colour in wanted} <= drawn
