"""What the server tells every browser that follows a channel, each time as the same bytes.

Streamlit runs a page's script once for each visitor and sends each one messages of their own. Fifty
that saw the same curves grow so were served 6.3 s late, and left a training 0.37 of its speed. What
all see alike is therefore computed and encoded once, and sent as server-sent events (WHATWG HTML,
section 9.2), beside Streamlit's own connection.
"""

import asyncio
import re
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ADDRESS = "push/"  # after the address of the server; then the channels, with commas between them
CLASS = "class"  # the channel of which every tab of a class hears
NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
LIVE = "live"  # the runs under way
CHANNELS = (LIVE,)  # that are there from the start: browsers come back to a server that began anew
HEARTBEAT_SECONDS = 15.0  # proxies close a connection on which nothing is said for a minute
RETRY = b"retry: 1000\n\n"  # milliseconds after which a browser that lost the connection is back
MOST_WAITING = 8  # messages of a channel for a browser that is slow to take them
MOST_FOLLOWERS = 1000
MOST_CHANNELS = 8  # of one follower
# JavaScript for a component: `follow(channel, hear)` and `Following`, one connection a tab.
FOLLOW = Path(__file__).with_name("push.js").read_text("utf-8").replace("__ADDRESS__", ADDRESS)

Whole = Callable[[], bytes]


@dataclass(frozen=True)
class _Message:
    """One event, and what stands for it and all before it where those did not arrive."""

    event: bytes
    whole: Callable[[], bytes]
    latest_wins: bool


@dataclass(eq=False)
class _Follower:
    """One browser: what waits for it, by channel."""

    channels: tuple[str, ...]
    loop: asyncio.AbstractEventLoop
    some: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: dict[str, list[_Message]] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)

    def put(self, channel: str, message: _Message) -> None:
        queue = self.waiting.setdefault(channel, [])
        if message.latest_wins or channel in self.behind or len(queue) >= MOST_WAITING:
            self.behind.add(channel)
            queue.clear()
        queue.append(message)

    def wake(self) -> None:
        """Have the follower look, from any thread."""
        with suppress(RuntimeError):  # its loop is closed
            self.loop.call_soon_threadsafe(self.some.set)


class Hub:
    """Channels by name: whoever follows one gets its latest message, and then each new one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._latest: dict[str, _Message | None] = {}
        self._followers: set[_Follower] = set()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether a server carries what is published; elsewhere a page has to look for itself."""
        return self._is_open

    def open(self) -> None:
        """Begin to answer followers."""
        for channel in CHANNELS:
            self.announce(channel)
        self._is_open = True

    def close(self) -> None:
        """Let every follower go: a server that ends waits for its connections."""
        with self._lock:
            self._is_open = False
            followers = tuple(self._followers)
        for follower in followers:
            follower.wake()

    def announce(self, channel: str) -> None:
        """Have a channel that may be followed before anything is published on it.

        Raises:
            ValueError: if the name is none: small letters, digits and hyphens.
        """
        if not NAME.fullmatch(channel):
            raise ValueError(f"{channel!r} is no name of a channel: use a-z, 0-9 and hyphens.")
        with self._lock:
            self._latest.setdefault(channel, None)

    def withdraw(self, channel: str) -> None:
        """Forget a channel and its latest message; whoever follows it hears nothing more."""
        with self._lock:
            self._latest.pop(channel, None)

    def publish(self, channel: str, data: bytes, whole: Whole | None = None) -> None:
        """Send a message to all who follow a channel, from any thread.

        Args:
            data: one line of UTF-8.
            whole: gives what a browser needs in place of the message when it did not get those
                before it; called at most once, in another thread. None where each message stands
                for itself: then a slow browser gets the latest alone.

        Raises:
            ValueError: for a name that is none, or data of more lines.
        """
        self.announce(channel)
        event = _event(channel, data)
        catch_up = _once(lambda: _event(channel, whole())) if whole else lambda: event
        message = _Message(event, catch_up, latest_wins=whole is None)
        with self._lock:
            self._latest[channel] = message
            reached = [each for each in self._followers if channel in each.channels]
            for follower in reached:
                follower.put(channel, message)
        for follower in reached:
            follower.wake()

    def followers(self, channel: str) -> int:
        """How many browsers follow a channel now."""
        with self._lock:
            return sum(channel in follower.channels for follower in self._followers)

    def knows(self, channel: str) -> bool:
        """Whether a channel of this name has been announced or published on."""
        return channel in self._latest

    async def events(self, channels: tuple[str, ...]) -> AsyncIterator[bytes]:
        """What one follower is sent, until the hub closes."""
        with self._follower(channels) as follower:
            yield RETRY
            while self._is_open:
                follower.some.clear()
                for event in self._take(follower):
                    yield event
                try:
                    await asyncio.wait_for(follower.some.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b":\n\n"

    @contextmanager
    def _follower(self, channels: tuple[str, ...]) -> Iterator[_Follower]:
        follower = _Follower(channels, asyncio.get_running_loop())
        with self._lock:
            self._followers.add(follower)
            for channel in channels:
                if latest := self._latest.get(channel):
                    follower.behind.add(channel)
                    follower.put(channel, latest)
        try:
            yield follower
        finally:
            with self._lock:
                self._followers.discard(follower)

    def _take(self, follower: _Follower) -> list[bytes]:
        with self._lock:
            waiting, behind = follower.waiting, follower.behind
            follower.waiting, follower.behind = {}, set()
        return [
            message.whole() if channel in behind else message.event
            for channel, messages in waiting.items()
            for message in messages
        ]

    @property
    def is_full(self) -> bool:
        """Whether there are as many followers as are answered."""
        return len(self._followers) >= MOST_FOLLOWERS


hub = Hub()


def _event(channel: str, data: bytes) -> bytes:
    if b"\n" in data or b"\r" in data:
        raise ValueError("A message is one line: encode what has more of them, as JSON does.")
    return b"event: %b\ndata: %b\n\n" % (channel.encode(), data)


def _once(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """The same bytes for everyone, made when somebody first needs them."""
    lock = threading.Lock()
    made: list[bytes] = []

    def get() -> bytes:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get


async def serve(request: "Request") -> "Response":
    """The stream of the channels that an address names, with commas between them."""
    from starlette.responses import PlainTextResponse, StreamingResponse

    channels = tuple(dict.fromkeys(request.path_params["channels"].split(",")))
    if len(channels) > MOST_CHANNELS or not all(map(hub.knows, channels)):
        return PlainTextResponse("There is no such channel.", 404)
    if hub.is_full:
        return PlainTextResponse("Too many browsers follow: close some tabs.", 503)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(hub.events(channels), media_type="text/event-stream", headers=headers)


@contextmanager
def carried() -> Iterator[None]:
    """The hub open for as long as a server runs, in its event loop.

    It closes with the signal that ends the server: uvicorn then waits for all connections to end,
    and only after that says that it has.
    """
    hub.open()
    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGINT, signal.SIGTERM):
            before[ending] = signal.getsignal(ending)
            signal.signal(ending, _closing(loop, before[ending]))
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
        hub.close()


def _closing(loop: asyncio.AbstractEventLoop, then: Any) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(hub.close)
        if callable(then):
            then(number, frame)

    return handle
