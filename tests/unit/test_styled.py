"""The rules of the style sheet travel in the document, and in nothing else."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from resnet_viz.ui.shell.styled import STYLE, Styled

PAGE = "<html><head><title>x</title></head><body>" + 2000 * "y" + "</body></html>"


@pytest.fixture
def answers():
    """Asks a server that packs what it can, as Streamlit's does: status, headers, body."""
    routes = [
        Route("/", lambda request: HTMLResponse(PAGE, headers={"etag": "1", "last-modified": "x"})),
        Route("/text", lambda request: PlainTextResponse(PAGE)),
    ]
    app = Styled(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)]))

    def ask(path, accept):
        headers = [(b"accept", accept), (b"accept-encoding", b"gzip")]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
        sent = []

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            sent.append(message)

        whole = {**scope, "headers": headers, "extensions": {"http.response.pathsend": {}}}
        asyncio.run(app(whole, receive, send))
        start, *parts = sent
        return dict(start["headers"]), b"".join(part.get("body", b"") for part in parts)

    return ask


def test_a_document_brings_the_rules_at_the_end_of_its_head(answers):
    headers, body = answers("/", b"text/html,*/*")
    before, rules, after = body.decode().partition(STYLE.read_text())
    assert rules
    assert before.endswith("<title>x</title><style>")
    assert after.startswith("</style></head>")
    assert int(headers[b"content-length"]) == len(body)
    # They tell versions of the file, and the rules have versions of their own.
    assert not {b"etag", b"last-modified", b"content-encoding"} & headers.keys()


def test_everything_else_goes_by_as_it_is(answers):
    headers, body = answers("/text", b"*/*")
    assert headers[b"content-encoding"] == b"gzip"
    assert len(body) < len(PAGE)
