"""python -m benchmarks.screenshots [FOLDER]: every page, wide and narrow, light and dark."""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.home import own_home
from benchmarks.server import ROOT, chromium, server
from benchmarks.training import trained
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.shell import page_table

SIZES = ((1440, 900), (390, 844))
SCHEMES = ("light", "dark")
TALLEST = 8_000
PATIENCE_MS = 90_000
# Streamlit rests, nothing is a placeholder, and every picture and chart has been drawn.
DRAWN = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const rests = all('[data-test-script-state="notRunning"]').length > 0;
    const waits = all('[data-testid=stSpinner], [data-testid=stSkeleton]').length > 0;
    const pictures = all('img').every(img => img.complete && img.naturalWidth > 0);
    const charts = all('.js-plotly-plot').every(chart => chart.querySelector('.main-svg'));
    const begun = all('h1').length > 0 && document.fonts.status === 'loaded';
    return rests && !waits && pictures && charts && begun;
}"""
# What has been drawn is there twice, a few frames apart: a fragment may just have been asked for.
FRAMES = """() => new Promise(done => {
    let left = 20;
    const next = () => left-- ? requestAnimationFrame(next) : done();
    next();
})"""


def main() -> int:
    """Take the pictures of a server of its own, in which a pair has been trained."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--fresh", action="store_true", help="a first start: nothing trained yet")
    parser.add_argument("--pages", nargs="+", choices=list(page_table.PAGES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    pages = [page_table.PAGES[name] for name in options.pages or page_table.PAGES]
    with own_home():
        if not options.fresh:
            print("training plain-20 and ResNet-20 …", file=sys.stderr, flush=True)
            trained(*(RunConfig.from_recipe(name) for name in ("plain20", "resnet20")))
        with server() as running, chromium() as browser:
            for size in SIZES:
                for scheme in SCHEMES:
                    take(browser, running.address, pages, size, scheme, options.folder)
    return 0


def take(
    browser: Browser,
    address: str,
    pages: list[page_table.Page],
    size: tuple[int, int],
    scheme: str,
    folder: Path,
) -> None:
    """Pictures of pages in their whole height, ``PAGE-WIDTH-SCHEME.png``."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    tab = context.new_page()
    for page in pages:
        tab.set_viewport_size({"width": width, "height": height})
        tab.goto(f"{address}/{page.address}")
        settle(tab)
        # The page scrolls inside the window, so the window grows instead.
        tall = tab.locator("[data-testid=stMain]").evaluate("main => main.scrollHeight")
        tab.set_viewport_size({"width": width, "height": max(height, min(tall, TALLEST))})
        settle(tab)
        path = folder / f"{page.name}-{width}-{scheme}.png"
        tab.screenshot(path=path)
        print(path.name, flush=True)
    context.close()


def settle(tab: Page) -> None:
    """Wait until a page is drawn and stays so."""
    for _ in range(2):
        tab.wait_for_function(DRAWN, timeout=PATIENCE_MS)
        tab.evaluate(FRAMES)
    tab.wait_for_function(DRAWN, timeout=PATIENCE_MS)


if __name__ == "__main__":
    sys.exit(main())
