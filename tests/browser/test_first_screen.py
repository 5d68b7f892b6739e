"""A first screen is enough: what a page shows, and what it says of it, without scrolling."""

import pytest

from resnet_viz.ui.shell.page_table import PAGES
from tests.browser.conftest import opened_tab
from tests.browser.support import opened, turn_to

pytestmark = pytest.mark.browser
PROJECTOR = {"width": 1280, "height": 720}
# Lessons without an answer yet, and words alone, have no finding.
SAYS_NOTHING = ("degradation", "glossary")
# The least part of the first evidence that is seen, and of a lesson what is asked before it.
PLACE = """() => {
    const seen = document.querySelector('.st-key-evidence, [class*="st-key-prediction"]');
    const said = document.querySelector('.st-key-finding');
    const main = document.querySelector('[data-testid=stMain]');
    const below = element => element.getBoundingClientRect().bottom + main.scrollTop;
    return {
        top: seen?.getBoundingClientRect().top + main.scrollTop,
        bottom: seen && Math.min(...[...seen.querySelectorAll(
            '[data-testid=stPlotlyChart], [data-testid=stImage], [role=radiogroup]')].map(below)),
        said: said?.innerText.trim(),
        finding: said && below(said),
    };
}"""
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifted += entry.value;
    }).observe({type: 'layout-shift', buffered: true});
"""


@pytest.fixture(scope="module")
def projected(server, chromium):
    """A visit on a projector."""
    with opened_tab(chromium, PROJECTOR) as tab:
        yield opened(tab, server.url)


@pytest.fixture(scope="module")
def carried(server, phone):
    """A visit on a telephone."""
    return opened(phone, server.url)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "glossary"])
def test_evidence_and_finding_are_seen_on_a_projector_without_scrolling(projected, name):
    turn_to(projected, name)
    place = projected.evaluate(PLACE)
    assert place["bottom"] <= PROJECTOR["height"]
    assert place["finding"] <= PROJECTOR["height"]
    assert bool(place["said"]) == (name not in SAYS_NOTHING)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "glossary"])
def test_evidence_begins_in_the_upper_half_of_a_telephone(carried, name):
    turn_to(carried, name)
    assert carried.evaluate(PLACE)["top"] < 480


@pytest.mark.parametrize("name", ["", "gradients"])
def test_nothing_moves_once_it_is_seen(server, chromium, name):
    with opened_tab(chromium, PROJECTOR) as tab:
        tab.add_init_script(SHIFTS)
        opened(tab, f"{server.url}/{name}")
        tab.wait_for_timeout(500)
        assert tab.evaluate("shifted") <= 0.05
