"""How long the server works when a visitor touches something on a page that is warm."""

import base64
import time
from collections.abc import Callable
from statistics import fmean
from typing import Any

from playwright.sync_api import Browser

from benchmarks.home import own_home
from benchmarks.screenshots import settle
from benchmarks.server import Server, chromium, server
from benchmarks.table import Row, quartiles, seconds
from benchmarks.training import trained
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.shell import page_table

ROUNDS = 12
AT_MOST = 0.150
AT_MOST_OF_A_LESSON = 0.300
PAUSE_MS = 600
PREDICTIONS = "[class*=st-key-prediction]"


def reruns() -> list[Row]:
    """Every page in Chromium, with a finished pair of runs in the store."""
    with own_home():
        trained(*(RunConfig.from_recipe(name, epochs=2) for name in ("plain20", "resnet20")))
        with server() as running, chromium() as browser:
            return [_page(browser, running, page) for page in page_table.PAGES.values()]


def _page(browser: Browser, running: Server, page: page_table.Page) -> Row:
    """The row of one page, measured from the frame that asks to the frame that says finished."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    asked: list[float] = []
    finished: list[float] = []
    wire = context.new_cdp_session(tab)
    wire.on(
        "Network.webSocketFrameSent",
        _noting(asked, lambda raw: BackMsg.FromString(raw).HasField("rerun_script")),
    )
    wire.on(
        "Network.webSocketFrameReceived",
        _noting(finished, lambda raw: ForwardMsg.FromString(raw).HasField("script_finished")),
    )
    wire.send("Network.enable")
    tab.goto(f"{running.address}/{page.address}")
    settle(tab)
    # A lesson shows most after its predictions, of which one may bring the next.
    answered = 0
    while page.question and answered < tab.locator(PREDICTIONS).count():
        tab.locator(PREDICTIONS).nth(answered).get_by_role("radio").first.click()
        settle(tab)
        answered += 1
    times, computed = [], []
    for _ in range(ROUNDS + 2):
        tab.wait_for_timeout(PAUSE_MS)  # lets the browser draw, which is no time of the server's
        before = running.cpu_seconds()
        asked.clear()
        finished.clear()
        tab.keyboard.press("r")
        deadline = time.monotonic() + 60
        while not finished:
            tab.wait_for_timeout(20)
            if time.monotonic() > deadline:
                raise RuntimeError(f"The page {page.name} did not finish a rerun.")
        times.append(finished[0] - asked[0])
        computed.append(running.cpu_seconds() - before)
    context.close()
    low, middle, high = quartiles(times[2:])
    bound = AT_MOST_OF_A_LESSON if page.question else AT_MOST
    return Row(
        what=f"rerun, {page.name}",
        measured=f"{seconds(middle)} ({seconds(low)}–{seconds(high)})",
        how=f"from the browser's frame to the server's last, warm, {ROUNDS} times; the server "
        f"computes for {seconds(fmean(computed[2:]))}",
        bound=seconds(bound),
        holds=middle <= bound,
    )


def _noting(times: list[float], matters: Callable[[bytes], bool]) -> Callable[[Any], None]:
    """Keeps the browser's time of the frames that matter."""

    def note(event: Any) -> None:
        if matters(base64.b64decode(event["response"]["payloadData"])):
            times.append(event["timestamp"])

    return note
