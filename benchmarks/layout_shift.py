"""How far what is seen moves while a page loads: cumulative layout shift (web.dev/articles/cls)."""

from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks.home import own_home
from benchmarks.server import chromium, server
from benchmarks.table import Row
from resnet_viz.ui.shell.page_table import PAGES

SIZES = {
    "projector": ViewportSize(width=1280, height=720),
    "telephone": ViewportSize(width=390, height=844),
}
AT_MOST = 0.05
AFTERWARDS = 1000  # milliseconds in which something may still move
# Shifts within a second of each other belong together, for five seconds at most; the largest sum.
WATCH = """
    window.shift = 0;
    let sum = 0, first = -Infinity, last = -Infinity;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            const apart = entry.startTime - last > 1000 || entry.startTime - first > 5000;
            sum = apart ? entry.value : sum + entry.value;
            if (apart) first = entry.startTime;
            last = entry.startTime;
            window.shift = Math.max(window.shift, sum);
        }
    }).observe({type: 'layout-shift', buffered: true});
"""
RESTS = """
    document.querySelector('h1') && document.querySelector('[data-test-script-state=notRunning]')
    && !document.querySelector('[data-testid=stSkeleton], [data-testid=stSpinner]')
"""


def layout_shift() -> list[Row]:
    """Every page as it opens in a browser without a cache, on a server that has shown it before."""
    with own_home(), server() as running, chromium() as browser:
        rows = []
        for window, size in SIZES.items():
            found = {}
            for name, page in PAGES.items():
                address = f"{running.address}/{page.address}"
                _of(browser, address, size)
                found[name] = _of(browser, address, size)
            rows.append(_row(window, size, found))
    return rows


def _row(window: str, size: ViewportSize, found: dict[str, float]) -> Row:
    worst = sorted(found, key=found.__getitem__, reverse=True)
    named = ", ".join(f"{name} {found[name]:.3f}" for name in worst[:3])
    return Row(
        what=f"layout shift, {window}",
        measured=f"{found[worst[0]]:.3f}",
        how=f"the most of {len(found)} pages while they load at {size['width']}×{size['height']}: "
        f"{named}",
        bound=f"at most {AT_MOST}",
        holds=found[worst[0]] <= AT_MOST,
    )


def _of(browser: Browser, address: str, size: ViewportSize) -> float:
    context = browser.new_context(viewport=size)
    page: Page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_function(RESTS, timeout=60_000)
    page.wait_for_timeout(AFTERWARDS)
    shift = float(page.evaluate("window.shift"))
    context.close()
    return shift
