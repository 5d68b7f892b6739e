"""A real server, a real browser, real workers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from resnet_viz.runs import Store
from tests.unit.runs_support import end_workers

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000  # milliseconds
WIDE = ViewportSize(width=1440, height=900)
PROBING = (
    "/_stcore/",
    "when disconnected from server",
    "Is Streamlit still running?",
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_INCOMPLETE_CHUNKED_ENCODING",  # a server that was killed said no more
)
expect.set_options(timeout=PATIENCE)

# A process that measures how long a training would take costs as much as several pages do.
WITHOUT_ESTIMATES = (
    sys.executable,
    "-c",
    "import sys; from resnet_viz import cli; from resnet_viz.ui.inputs import estimates; "
    "estimates.run_seconds = lambda *_: 31.0; "
    "cli.main(['serve', '--no-open', '--port', sys.argv[-1]])",
)
# Nothing is trained on the server of most tests: no worker need wait for it either.
WITHOUT_WORKER = (
    *WITHOUT_ESTIMATES[:2],
    "from resnet_viz.ui.shell import warm; warm._keep_warm = lambda: None; " + WITHOUT_ESTIMATES[2],
)


class Server:
    """The dashboard on a free port with a home of its own.

    Args:
        command: what starts it; the port comes last.
    """

    def __init__(self, home: Path, command: Sequence[str] = WITHOUT_ESTIMATES) -> None:
        self.home, self.command = home, command
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.start()

    def start(self) -> None:
        environment = os.environ | {"RESNET_VIZ_HOME": str(self.home)}
        environment.pop("RESNET_VIZ_STORE", None)
        self.process = subprocess.Popen([*self.command, str(self.port)], cwd=ROOT, env=environment)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError("the server did not answer")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def store(self) -> Store:
        """The store of its runs, opened by this process."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RESNET_VIZ_HOME", str(self.home))
            patch.delenv("RESNET_VIZ_STORE", raising=False)
            return Store()


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("home"), WITHOUT_WORKER)
    yield running
    running.kill()
    end_workers(running.store)


@pytest.fixture(scope="package")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A tab of one test."""
    with opened_tab(chromium, WIDE) as tab:
        yield tab


@pytest.fixture(scope="module")
def tab(chromium):
    """A tab for all tests of a file that only read: a page is loaded once, then turned to."""
    with opened_tab(chromium, WIDE) as tab:
        yield tab


@contextmanager
def opened_tab(
    chromium: Browser,
    viewport: ViewportSize,
    color_scheme: Literal["light", "dark"] = "light",
    *,
    has_touch: bool = False,
) -> Iterator[Page]:
    """A tab that fails on any error in its console but Streamlit's own probing."""
    window = _window(chromium, has_touch=has_touch)
    others = set(window.pages)
    tab = window.new_page()
    tab.set_viewport_size(viewport)
    tab.emulate_media(color_scheme=color_scheme)
    tab.set_default_timeout(PATIENCE)
    problems = []

    def note(text, address):
        # Under a page's path Streamlit first looks for its server there, and while the server is
        # away it asks for it again and again, and for what it has not loaded yet.
        if not any(known in f"{text} {address}" for known in PROBING):
            problems.append(f"{text} {address}")

    tab.on("pageerror", lambda error: note(str(error), ""))
    tab.on(
        "console",
        lambda message: (
            note(message.text, message.location["url"]) if message.type == "error" else None
        ),
    )
    tab.on(
        "response",
        lambda answer: note(f"{answer.status}", answer.url) if answer.status >= 400 else None,
    )
    yield tab
    for page in set(window.pages) - others:
        page.close()
    assert not problems


def _window(chromium: Browser, *, has_touch: bool) -> BrowserContext:
    """The one of all tabs of a kind: Streamlit's code is loaded and compiled in the first alone."""
    for window in chromium.contexts:
        if window.pages[0].evaluate("navigator.maxTouchPoints > 0") == has_touch:
            return window
    window = chromium.new_context(has_touch=has_touch)
    window.new_page()  # which stays: a window without tabs would be forgotten
    return window
