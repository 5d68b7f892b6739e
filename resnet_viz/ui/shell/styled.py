"""The rules of `style.css`, in the document that a browser asks for first.

A page could bring them with its elements, but later than these: all that is drawn until then would
be seen to move.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLE = Path(__file__).with_name("style.css")
END = b"</head>"
# They tell one version of Streamlit's own file from another, not one of these rules.
VERSIONS = (b"etag", b"last-modified")


class Styled:
    """Puts the rules at the end of the head of every HTML document that an application answers.

    Documents travel unpacked: whoever packs them does so before they come by here.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun: list[Message] = []
        parts: list[bytes] = []

        async def answer(message: "Message") -> None:
            if message["type"] == "http.response.start" and _is_document(message):
                begun.append(message)
            elif begun and message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    for whole in _with_rules(begun[0], b"".join(parts)):
                        await send(whole)
            else:
                await send(message)

        await self.app(_unpacked(scope), receive, answer)


def _unpacked(scope: "Scope") -> "Scope":
    """The same request, but for a document without the ways to pack it that a browser knows.

    Nor with those of a server to send a file by itself, which nobody could add to.
    """
    if b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
        return scope
    rest = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": rest, "extensions": {}}


def _is_document(start: "Message") -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    return start["status"] == 200 and kind.startswith(b"text/html")


def _with_rules(start: "Message", body: bytes) -> "tuple[Message, Message]":
    body = body.replace(END, _rules() + END, 1)
    headers = [
        (name, value)
        for name, value in start["headers"]
        if name not in (b"content-length", *VERSIONS)
    ]
    headers.append((b"content-length", str(len(body)).encode()))
    return {**start, "headers": headers}, {"type": "http.response.body", "body": body}


@cache
def _rules() -> bytes:
    return f"<style>{STYLE.read_text()}</style>".encode()
