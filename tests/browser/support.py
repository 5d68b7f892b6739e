"""Waiting for a page, and reading what its browser drew."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, ViewportSize, expect

from resnet_viz.ui.shell.navigation import PRODUCT
from resnet_viz.ui.shell.page_table import GROUPS
from resnet_viz.ui.shell.page_table import PAGES as TABLE

NARROW = ViewportSize(width=390, height=844)
WIDE_ENOUGH = 768  # pixels for the navigation to stand above the page
# Streamlit rests, and nothing is a placeholder any more.
RESTS = """
    !document.querySelector('[data-testid=stSpinner], [data-testid=stSkeleton]')
    && document.querySelector('[data-test-script-state=notRunning]')
"""


def settled(page: Page) -> None:
    """Wait until the page has been drawn and nothing runs any more."""
    page.wait_for_selector("h1")
    page.wait_for_function(RESTS)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def opened(page: Page, url: str, **link: str) -> Page:
    """The page behind an address, loaded anew: another visit."""
    page.goto(f"{url}?{urlencode(link)}" if link else url)
    settled(page)
    return page


def turn_to(page: Page, name: str) -> None:
    """Another page of the same visit, by the navigation, which a telephone keeps folded."""
    target = TABLE[name]
    if page.viewport_size["width"] < WIDE_ENOUGH:
        unfold = page.get_by_test_id("stExpandSidebarButton")
        if unfold.is_visible():
            unfold.click()
        links = page.get_by_test_id("stSidebarNavLink")
    else:
        page.get_by_test_id("stTopNavSection").filter(has_text=GROUPS[target.group]).click()
        links = page.get_by_test_id("stTopNavDropdownLink")
    links.filter(has_text=re.compile(rf"{re.escape(target.label)}$")).click()
    if page.viewport_size["width"] < WIDE_ENOUGH:  # the navigation folds by itself
        expect(page.get_by_test_id("stSidebarCollapseButton")).to_be_hidden()
    expect(page).to_have_title(f"{target.label} · {PRODUCT}")
    expect(page.locator("h1")).to_have_text(target.title)
    settled(page)


@contextmanager
def on_a_telephone(page: Page) -> Iterator[None]:
    """The page that is open, as a telephone shows it, which is dark and touched by fingers."""
    before = page.viewport_size
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    rested(page)
    yield
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
    rested(page)


def rested(page: Page) -> None:
    """Wait until a page that another window was given has found its place in it."""
    page.wait_for_function(
        """() => {
            const places = [...document.querySelectorAll('.st-key-evidence, .js-plotly-plot')]
                .map(each => JSON.stringify(each.getBoundingClientRect())).join();
            const same = places === window.places;
            window.places = places;
            return same;
        }""",
        polling=150,
    )
    settled(page)


def watch_frames(page: Page, key: str) -> None:
    """Count the frames in which a chart shows no line, or says what the pointer is at, and how
    often it is another element.
    """
    page.evaluate(
        """key => {
            const seen = window.watched = { frames: 0, blank: 0, charts: 0, pointed: 0 };
            let known;
            const look = () => {
                const chart = [...document.querySelectorAll(`.st-key-${key} .js-plotly-plot`)].find(
                    each => each.offsetHeight && each.querySelector('.main-svg .trace path'));
                seen.frames += 1;
                if (chart?.querySelector('.hoverlayer')?.childElementCount) seen.pointed += 1;
                if (!chart) seen.blank += 1;
                else if (chart !== known) { seen.charts += 1; known = chart; }
                seen.next = requestAnimationFrame(look);
            };
            look();
        }""",
        key,
    )


def watched_frames(page: Page) -> dict[str, int]:
    """What was counted until now; the counting ends."""
    return page.evaluate("(cancelAnimationFrame(watched.next), delete watched.next, watched)")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return page.evaluate(
        "Math.max(document.querySelector('[data-testid=stMain]').scrollWidth,"
        " document.documentElement.scrollWidth) - window.innerWidth"
    )


def curves(page: Page, key: str) -> dict[str, list[float]]:
    """Where the points of each line of a chart stand on x, as plotly drew them."""
    lines = page.locator(f".st-key-{key} .js-plotly-plot").evaluate(
        "chart => chart._fullData.map(line => [line.name, Array.from(line.x)])"
    )
    return dict(lines)


def downloads(page: Page, folder: Path) -> list[Path]:
    """Everything behind the page's Download button, under the names that the browser is told."""
    popover = page.get_by_test_id("stPopover").filter(has_text=re.compile("Download"))
    popover.get_by_role("button").click()
    buttons = page.get_by_test_id("stDownloadButton").get_by_role("button")
    expect(buttons.first).to_be_visible()
    paths = []
    for button in buttons.all():
        with page.expect_download() as info:
            button.click()
        paths.append(folder / info.value.suggested_filename)
        info.value.save_as(paths[-1])
    return paths
