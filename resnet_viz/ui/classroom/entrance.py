"""How browsers come into a class: every document brings a student's badge, one link a teacher's.

The teacher's link is answered with a cookie and a way to the first page, so that its secret is
never the address of a page: it stands in no log, no other link and nothing that is downloaded.
"""

import logging
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

from resnet_viz.classroom import current, mode
from resnet_viz.classroom.address import TEACH
from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.ui.classroom import badge

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_SUCH_LINK = (
    "This is not the link of this class's teacher: take the one that the server showed when it was "
    "started last."
)

logger = logging.getLogger(__name__)


class Entrance:
    """Gives a badge with every HTML document of a class to a browser that has none."""

    def __init__(self, app: "ASGIApp", path: str = "") -> None:
        self.app = app
        self._path = path or "/"

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or not mode.is_on() or badge.read(cookies(scope)):
            await self.app(scope, receive, send)
            return

        async def answer(message: "Message") -> None:
            if message["type"] == "http.response.start" and _is_document(message):
                visitor = Visitor(badge.new_id(), Role.STUDENT)
                header = _cookie(visitor, self._path, secure=scope["scheme"] == "https")
                headers = [*message["headers"], (b"set-cookie", header.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, answer)


async def teach(request: "Request") -> "Response":
    """Make a teacher of whoever has the secret, and go on to the page where the class joins."""
    from starlette.responses import PlainTextResponse, RedirectResponse

    quiet = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    if not mode.admits(request.path_params["secret"]):
        logger.warning("A link that is not the teacher's was opened.")
        return PlainTextResponse(NO_SUCH_LINK, status_code=403, headers=quiet)
    current.begin()  # the next class, where the last one was ended
    known = badge.read(request.cookies)
    visitor = Visitor(known.id if known else badge.new_id(), Role.TEACHER)
    path = request.url.path.partition(f"/{TEACH}/")[0]
    header = _cookie(visitor, path or "/", secure=request.url.scheme == "https")
    return RedirectResponse(f"{path}/join", status_code=303, headers=quiet | {"Set-Cookie": header})


def cookies(scope: "Scope") -> dict[str, str]:
    """The cookies of a request or a socket."""
    from starlette.requests import HTTPConnection

    return HTTPConnection(scope).cookies


def _is_document(start: "Message") -> bool:
    kind = dict(start["headers"]).get(b"content-type", b"")
    return start["status"] == 200 and kind.startswith(b"text/html")


def _cookie(visitor: Visitor, path: str, *, secure: bool) -> str:
    jar: SimpleCookie = SimpleCookie({badge.name(): badge.write(visitor)})
    morsel = jar[badge.name()]
    morsel["path"], morsel["max-age"] = path, str(badge.SECONDS)
    morsel["httponly"], morsel["samesite"] = True, "Lax"
    if secure:
        morsel["secure"] = True
    return morsel.OutputString()
