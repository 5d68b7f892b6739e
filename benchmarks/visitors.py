"""Visitors without a browser: each speaks Streamlit's protocol, and follows what is pushed."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urljoin, urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from resnet_viz.ui.shell.push import ADDRESS, LIVE

MOST_BYTES = 256 * 2**20  # of a message
PATIENCE = 120.0  # seconds for a page
WHOLE = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


class Visitor:
    """One tab of one visitor, as far as its server notices.

    Attributes:
        heard: when it was told on which channel of what, in `time.monotonic`'s seconds.
        elements: the latest element of each kind that its page has drawn.
        drawn: how many messages its pages have come in.
    """

    def __init__(self, address: str, visit: AsyncExitStack) -> None:
        self.address, self._visit = address, visit
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self.elements: dict[str, Any] = {}
        self.drawn = 0
        self.files: asyncio.Queue[Any] = asyncio.Queue()
        self._finished = asyncio.Event()
        self._again: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._page = ""
        self.session = ""

    async def connect(self) -> None:
        """Open the connection, which is closed with the visit."""
        url = f"ws{self.address.removeprefix('http')}/_stcore/stream"
        connection = websockets.connect(
            url,
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=MOST_BYTES,
            compression=None,
            open_timeout=PATIENCE,
            ping_interval=None,  # a server that is slow is measured, and not given up
        )
        self._socket = await self._visit.enter_async_context(connection)
        self._visit.callback(self._leave)
        self._start(self._listen())

    def _leave(self) -> None:
        for task in (*self._tasks, *self._again.values()):
            task.cancel()

    async def open(self, page: str, query: str = "") -> float:
        """Ask for a page; the seconds until it is there, all of it."""
        self._page = page
        begun = time.monotonic()
        await self.run(query=query)
        return time.monotonic() - begun

    async def run(self, *widgets: WidgetState, query: str = "") -> None:
        """Run the page, and wait until it has; with what some of its widgets say."""
        self._finished.clear()
        message = BackMsg()
        message.rerun_script.page_name = self._page
        message.rerun_script.query_string = query
        message.rerun_script.widget_states.widgets.extend(widgets)
        await self.send(message)
        await asyncio.wait_for(self._finished.wait(), PATIENCE)

    async def send(self, message: BackMsg) -> None:
        """Say something to the server."""
        await self._socket.send(message.SerializeToString())

    async def follow(self) -> None:
        """Take what is pushed of the runs under way from now on."""
        self._start(self._follow())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        async for data in self._socket:
            message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            self.drawn += 1
            match message.WhichOneof("type"):
                case "script_finished" if message.script_finished == WHOLE:
                    self._finished.set()
                case "new_session":
                    self.session = message.new_session.initialize.session_id
                    if not message.metadata.run.fragment_ids:
                        self._stop_clocks(list(self._again))
                case "auto_rerun":
                    self._keep_running(message.auto_rerun)
                case "stop_auto_rerun":
                    self._stop_clocks(message.stop_auto_rerun.fragment_ids)
                case "file_urls_response":
                    self.files.put_nowait(message.file_urls_response)
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    element = message.delta.new_element
                    kind = element.WhichOneof("type") or ""
                    self.elements[kind] = getattr(element, kind, None)

    def _stop_clocks(self, fragments: Iterable[str]) -> None:
        for fragment in fragments:
            if task := self._again.pop(fragment, None):
                task.cancel()

    def _keep_running(self, clock: Any) -> None:
        """A part of the page that runs again by itself, which is a browser's work to ask for."""
        if clock.fragment_id in self._again:
            return

        async def run_again() -> None:
            while True:
                await asyncio.sleep(clock.interval)
                message = BackMsg()
                message.rerun_script.page_name = self._page
                message.rerun_script.fragment_id = clock.fragment_id
                message.rerun_script.is_auto_rerun = True
                await self.send(message)

        self._again[clock.fragment_id] = asyncio.create_task(run_again())

    async def _follow(self) -> None:
        parts = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(f"GET /{ADDRESS}{LIVE} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    now = time.monotonic()
                    self.heard.append((now, json.loads(line.removeprefix(b"data: "))))
        finally:
            writer.close()


async def upload(visitor: Visitor, name: str, data: bytes) -> None:
    """Choose a file in the page's uploader, as a browser does: ask where to, send it, say so."""
    asked = BackMsg()
    asked.file_urls_request.request_id = name
    asked.file_urls_request.file_names.append(name)
    asked.file_urls_request.session_id = visitor.session
    await visitor.send(asked)
    [urls] = (await asyncio.wait_for(visitor.files.get(), PATIENCE)).file_urls
    await asyncio.to_thread(_put, f"{visitor.address}{urls.upload_url}", name, data)
    chosen = WidgetState(id=visitor.elements["file_uploader"].id)
    chosen.file_uploader_state_value.uploaded_file_info.add(
        name=name, size=len(data), file_id=urls.file_id, file_urls=urls
    )
    await visitor.run(chosen)


def _put(url: str, name: str, data: bytes) -> None:
    """Send a file, with the cookie that shows where the request comes from."""
    with urllib.request.urlopen(urljoin(url, "/_stcore/health"), timeout=PATIENCE) as answer:
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
    edge = "a-line-that-is-in-no-picture"
    start = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = f"{start}Content-Type: image/jpeg\r\n\r\n".encode() + data + f"\r\n--{edge}--".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": cookie,
        "X-Xsrftoken": cookie.partition("=")[2],
    }
    request = urllib.request.Request(url, body, headers, method="PUT")
    with urllib.request.urlopen(request, timeout=PATIENCE):
        pass
