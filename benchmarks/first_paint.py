"""What a person waits for at the first page, against an empty Streamlit app."""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.home import own_home
from benchmarks.server import APP, chromium, server
from benchmarks.table import Row

ROUNDS = 7
PAINT_AT_MOST, HEADING_AT_MOST = 1.3, 1.5
EMPTY_APP = 'import streamlit as st\n\nst.title("Empty")\n'
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
HEADING = "document.querySelector('h1')?.checkVisibility() ? performance.now() : null"


def first_paint() -> list[Row]:
    """Each time a new server and a browser without a cache."""
    with own_home(), tempfile.TemporaryDirectory() as folder, chromium() as browser:
        empty = Path(folder) / "app.py"
        empty.write_text(EMPTY_APP)
        times = []
        for number in range(ROUNDS + 1):
            apps = (APP, empty) if number % 2 else (empty, APP)
            taken = {app: _visit(browser, app) for app in apps}
            times.append((taken[APP], taken[empty]))
    what = ("first paint", "heading of the first page", "start of the server and heading")
    bounds = (PAINT_AT_MOST, HEADING_AT_MOST, None)
    how = (
        "first contentful paint in Chromium, server just started; an empty Streamlit app",
        "visible in Chromium, server just started; an empty Streamlit app's",
        "from the command on; an empty Streamlit app's",
    )
    return [
        Row.ratio(what[i], how[i], [(ours[i], theirs[i]) for ours, theirs in times[1:]], bounds[i])
        for i in range(len(what))
    ]


def _visit(browser: Browser, app: Path) -> tuple[float, float, float]:
    """Seconds until the first paint and until the heading is seen, and those with the start."""
    begun = time.perf_counter()
    with server(app) as running:
        started = time.perf_counter() - begun
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.address, wait_until="commit")
        heading = page.wait_for_function(HEADING, polling="raf", timeout=60_000).json_value()
        paint = page.wait_for_function(FIRST_PAINT).json_value()
        context.close()
    return paint / 1000, heading / 1000, started + heading / 1000
