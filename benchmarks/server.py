"""Servers and browsers of one's own: started, waited for, and ended by their id."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app.py"
PATIENCE = 60.0
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Server:
    """A Streamlit server of one's own."""

    address: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """What it has computed so far, which does not grow with what else the machine does."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def server(app: Path = APP) -> Iterator[Server]:
    """A Streamlit server that has just begun to answer: the dashboard's, or another app's.

    Raises:
        RuntimeError: if it does not answer; the text ends with what it printed.
    """
    port = free_port()
    address = f"http://localhost:{port}"
    command = _dashboard(port) if app == APP else _other(app, port)
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=app.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            if not _answers(f"{address}/_stcore/health", process):
                output.seek(0)
                raise RuntimeError(f"The server did not start: {output.read()[-500:].strip()}")
            yield Server(address, psutil.Process(process.pid))
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, gently first."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or else the one that Playwright installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _dashboard(port: int) -> list[str]:
    """The command that people start it with."""
    return [sys.executable, "-m", "resnet_viz", "serve", "--no-open", "--port", str(port)]


def _other(app: Path, port: int) -> list[str]:
    options = {"port": port, "headless": "true", "address": "localhost", "fileWatcherType": "none"}
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    command += ["--browser.gatherUsageStats", "false"]
    return command + [
        part for name, value in options.items() for part in (f"--server.{name}", f"{value}")
    ]


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    return False
