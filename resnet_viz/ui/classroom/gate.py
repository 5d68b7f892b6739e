"""What one browser of a class may ask of the server at once, so that the others notice nothing.

Bounded are its sockets, how fast it clicks, what it uploads, and commands of Streamlit's protocol
that would touch everybody. Whoever waits is not disconnected: the server reads on more slowly.
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnected
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg

from resnet_viz.classroom import current, mode
from resnet_viz.classroom.roles import Right, Visitor
from resnet_viz.ui.classroom import badge
from resnet_viz.ui.classroom.entrance import cookies
from resnet_viz.ui.classroom.visitor import LARGEST

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SOCKETS = 12  # of a student's browser, tabs and followed channels together
SOCKETS_OF_ADDRESS = 256  # of all browsers behind one address, which a school may share
FAST, BURST = 20.0, 60.0  # messages a second that a socket may send, and at once after a pause
MOST_OF_ONE = 150_000_000  # of all that is kept of a student's uploads
MOST_OF_ALL = 1_000_000_000  # of all that is kept of everybody's
STREAM = "/_stcore/stream"
FOLLOW = re.compile(r"/push/[\w,-]*$")
UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
FULL = "The class is full: wait until somebody has left, and reload this page."
TOO_LARGE = "This is more than the server keeps of one visitor: upload smaller or fewer files."

logger = logging.getLogger(__name__)
_open: Counter[str] = Counter()  # sockets by visitor and by address
_sessions: dict[str, str] = {}  # of Streamlit, by which visitor's uploads are counted


def visitors() -> int:
    """How many browsers are connected now; one that keeps no cookie counts once for each tab."""
    return sum(1 for who in _open if who.startswith("visitor "))


class Gate:
    """Lets a bounded number of requests of each student through."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if not mode.is_on():
            with _counting(_names(scope, None) if scope["type"] == "websocket" else {}, free=True):
                await self.app(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        who = badge.read(cookies(scope))
        free = who is not None and who.may(Right.UNLIMITED_RUNS)
        path = scope["path"]
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, who, free)
        elif FOLLOW.search(path):
            await self._counted(scope, receive, send, who, free)
        elif not free and scope["method"] == "PUT" and (found := UPLOAD.search(path)):
            await self._upload(scope, receive, send, who, found.group(1))
        elif not free and _is_document(scope) and _is_full(who):
            await _answer(503, FULL, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _counted(
        self, scope: "Scope", receive: "Receive", send: "Send", who: Visitor | None, free: bool
    ) -> None:
        with _counting(_names(scope, who), free=free) as let_in:
            if let_in:
                await self.app(scope, receive, send)
            else:
                await _answer(429, FULL, scope, receive, send)

    async def _socket(
        self, scope: "Scope", receive: "Receive", send: "Send", who: Visitor | None, free: bool
    ) -> None:
        with _counting(_names(scope, who), free=free) as let_in:
            if not let_in or (not free and _is_full(who)):
                await receive()
                await send({"type": "websocket.close", "code": 1013})
                return
            with suppress(WebSocketDisconnected):  # it left while it was answered
                await self.app(scope, receive if free else _slowed(receive), send)

    async def _upload(
        self, scope: "Scope", receive: "Receive", send: "Send", who: Visitor | None, session: str
    ) -> None:
        _sessions[session] = who.id if who else session
        size = int(Headers(scope=scope).get("content-length") or LARGEST + 1)
        kept, of_all = _kept(_sessions[session])
        if size > LARGEST or kept + size > MOST_OF_ONE or of_all + size > MOST_OF_ALL:
            await _answer(413, TOO_LARGE, scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_document(scope: "Scope") -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _is_full(who: Visitor | None) -> bool:
    """Whether as many browsers are here as the teacher lets in, and this one is none of them."""
    held = current.held()
    others = visitors() - (who is not None and f"visitor {who.id}" in _open)
    return held is not None and others >= held.visitors


def _names(scope: "Scope", who: Visitor | None) -> dict[str, int]:
    """What a socket is counted as -> how many of those there may be."""
    address, port = scope.get("client") or ("unknown", 0)
    name = who.id if who else f"{address} {port}"
    return {f"address {address}": SOCKETS_OF_ADDRESS, f"visitor {name}": SOCKETS}


@contextmanager
def _counting(names: dict[str, int], *, free: bool) -> Iterator[bool]:
    """Count a socket as long as it is open; whether there was room for it."""
    if not free and any(_open[name] >= most for name, most in names.items()):
        yield False
        return
    _open.update(names.keys())
    try:
        yield True
    finally:
        for name in names:
            _open[name] -= 1
            if not _open[name]:
                del _open[name]


def _slowed(receive: "Receive") -> "Receive":
    """Hand over messages only so fast, and none that would clear everybody's caches.

    What is no message ends the connection here, with one line in the log and no traceback.
    """
    budget, at = BURST, time.monotonic()

    async def slowly() -> "Message":
        nonlocal budget, at
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            now = time.monotonic()
            budget, at = min(BURST, budget + FAST * (now - at)) - 1, now
            if budget < 0:  # as long as this waits, nothing more is read from the network
                await asyncio.sleep(-budget / FAST)
            kind = _kind(message.get("bytes") or b"")
            if kind is None:
                logger.warning("A connection was closed: what it sent is no message of a page.")
                return {"type": "websocket.disconnect", "code": 1002}
            if kind != "clear_cache":
                return message
            logger.warning("A student's browser asked to clear the caches.")

    return slowly


def _kind(raw: bytes) -> str | None:
    """What a browser asks for; None of what is no message of Streamlit's protocol."""
    try:
        return BackMsg.FromString(raw).WhichOneof("type") or None
    except Exception:  # protobuf has no types, and its own errors are none of its public ones
        return None


def _kept(visitor: str) -> tuple[int, int]:
    """The bytes that are kept of a visitor's uploads, and of everybody's."""
    if not runtime.exists():
        return 0, 0
    manager: Any = runtime.get_instance().uploaded_file_mgr
    sizes: Counter[str] = Counter()
    for session, files in list(manager.file_storage.items()):
        owner = _sessions.get(session, session)
        sizes[owner] += sum(len(file.data) for file in list(files.values()))
    for session in set(_sessions) - set(manager.file_storage):
        if not runtime.get_instance().is_active_session(session):
            del _sessions[session]
    return sizes[visitor], sizes.total()


async def _answer(status: int, text: str, scope: "Scope", receive: "Receive", send: "Send") -> None:
    await PlainTextResponse(text, status_code=status, headers={"Retry-After": "10"})(
        scope, receive, send
    )
