"""A class for tests: held in a folder of its own, and browsers without a server between."""

import asyncio
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest

from resnet_viz.classroom import current, mode

__all__ = ["SECRET", "Browser", "classroom"]

SECRET = "a-secret-of-the-tests"


@pytest.fixture
def classroom(home, monkeypatch):
    """A class that begins, whose visitors are students where nothing else is said."""
    monkeypatch.delenv(mode.VARIABLE, raising=False)
    home.mkdir()
    mode.begin(SECRET)
    yield current.begin()
    mode.end()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class Browser:
    """Asks an application as a browser that keeps cookies does."""

    def __init__(self, app):
        self._app = app
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "scheme": "http",
            "server": ("testserver", 80),
            "client": ("192.0.2.7", 1),
            "headers": [(b"host", b"testserver"), (b"cookie", kept.encode())],
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            sent.append(message)

        asyncio.run(self._app(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        for name, morsel in SimpleCookie(headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], headers, body.decode())
