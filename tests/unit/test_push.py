"""What is pushed reaches every follower, the latest first, as the same bytes."""

import asyncio
import os
import signal
import threading
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette

from resnet_viz.ui.shell import push, server
from resnet_viz.ui.shell.push import RETRY, Hub


@pytest.fixture
def hub(monkeypatch):
    """An open hub with one channel, that the route serves too."""
    hub = Hub()
    hub.open()
    monkeypatch.setattr(push, "hub", hub)
    return hub


class Stream:
    """One follower of a hub."""

    def __init__(self, hub, *channels):
        self.events = hub.events(channels or ("live",))

    async def next(self):
        """The next event but the first, which says how soon to come back."""
        return await asyncio.wait_for(anext(self.events), 5)

    async def begin(self):
        assert await self.next() == RETRY
        return self


def test_whoever_comes_later_gets_the_latest_message_first_and_all_the_same_bytes(hub):
    async def scene():
        hub.publish("live", b"1")
        hub.publish("live", b"2")
        one, other = await Stream(hub).begin(), await Stream(hub).begin()
        firsts = [await one.next(), await other.next()]
        threading.Thread(target=hub.publish, args=("live", b"3")).start()
        return firsts, [await one.next(), await other.next()]

    firsts, thirds = asyncio.run(scene())
    assert firsts == [b"event: live\ndata: 2\n\n"] * 2
    assert thirds == [b"event: live\ndata: 3\n\n"] * 2
    assert firsts[0] is firsts[1]
    assert thirds[0] is thirds[1]


def test_a_slow_follower_gets_the_latest_alone_where_each_message_stands_for_itself(hub):
    async def scene():
        slow = await Stream(hub).begin()
        for number in range(100):
            hub.publish("live", b"%d" % number)
        first = await slow.next()
        hub.publish("live", b"more")
        return first, await slow.next()

    assert asyncio.run(scene()) == (b"event: live\ndata: 99\n\n", b"event: live\ndata: more\n\n")


def test_what_adds_up_reaches_a_follower_whole_once_it_fell_behind(hub):
    made = []

    def publish(number):
        def whole():
            made.append(number)
            return b"0-%d" % number

        hub.publish("live", b"%d" % number, whole)

    async def heard(messages):
        follower = await Stream(hub).begin()
        publish(0)
        numbers = [await follower.next()]
        for number in range(1, messages):
            publish(number)
        while numbers[-1].removesuffix(b"\n\n").split(b"-")[-1][-2:] != b"%02d" % (messages - 1):
            numbers.append(await follower.next())
        return [event.split()[-1] for event in numbers]

    publish(0)
    assert asyncio.run(heard(13)) == [b"0-0", b"0-12"]
    made.clear()

    async def two_who_come_late():
        streams = [await Stream(hub).begin() for _ in range(2)]
        return [await stream.next() for stream in streams]

    first, second = asyncio.run(two_who_come_late())
    assert first is second  # which was made for the one who was slow
    assert not made


def test_a_follower_who_keeps_up_gets_every_message_of_what_adds_up(hub):
    async def scene():
        follower = await Stream(hub).begin()
        for number in b"123":
            hub.publish("live", bytes([number]), lambda: b"whole")
        return [(await follower.next()).split()[-1] for _ in range(3)]

    assert asyncio.run(scene()) == [b"1", b"2", b"3"]


def test_followers_are_counted_until_they_leave(hub):
    async def scene():
        streams = [await Stream(hub).begin() for _ in range(3)]
        counts = [hub.followers("live")]
        await streams.pop().events.aclose()
        counts.append(hub.followers("live"))
        return counts, hub.followers("other")

    assert asyncio.run(scene()) == ([3, 2], 0)
    assert hub.followers("live") == 0


def test_the_end_of_the_hub_is_the_end_of_every_stream(hub):
    async def scene():
        follower = await Stream(hub).begin()
        threading.Timer(0.05, hub.close).start()
        with pytest.raises(StopAsyncIteration):
            await follower.next()

    asyncio.run(scene())


def test_a_heartbeat_keeps_the_connection(hub, monkeypatch):
    monkeypatch.setattr(push, "HEARTBEAT_SECONDS", 0.01)

    async def scene():
        return await (await Stream(hub).begin()).next()

    assert asyncio.run(scene()).startswith(b":")


@pytest.mark.parametrize("name", ["", "Live", "a b", "a,b", "a/b", "x\n", "-a", "a" * 64])
def test_a_name_that_is_none_is_refused(hub, name):
    with pytest.raises(ValueError, match="no name of a channel"):
        hub.publish(name, b"1")
    assert not hub.knows(name)


@pytest.mark.parametrize("data", [b"a\nb", b"a\rb"])
def test_a_message_of_several_lines_is_refused(hub, data):
    with pytest.raises(ValueError, match="one line"):
        hub.publish("live", data)


@asynccontextmanager
async def asked(path):
    """A request to the routes of a server: its status, headers, and what is read of the body."""
    app = Starlette(routes=server.ROUTES)
    sent = asyncio.Queue()
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    task = asyncio.create_task(app(scope, receive, sent.put))
    start = await sent.get()

    async def read():
        return (await asyncio.wait_for(sent.get(), 5)).get("body", b"")

    yield start["status"], dict(start["headers"]), read
    gone.set()
    await asyncio.wait_for(task, 5)


@pytest.mark.parametrize("base", ["/", "/dash/", "/class/room/"])
def test_the_route_streams_beneath_the_path_of_the_server(hub, base):
    async def scene():
        hub.announce("other")
        async with asked(f"{base}push/live,other") as (status, headers, read):
            assert await read() == RETRY
            hub.publish("other", b"x")
            return status, headers, await read(), hub.followers("live")

    status, headers, event, following = asyncio.run(scene())
    assert status == 200
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"cache-control"] == b"no-store"
    assert event == b"event: other\ndata: x\n\n"
    assert following == 1
    assert hub.followers("live") == 0  # who has gone is forgotten


@pytest.mark.parametrize(
    "channels", ["nobody", "live,nobody", "Live", "live,", ",".join(f"c{n}" for n in range(9))]
)
def test_channels_that_are_not_there_are_refused(hub, channels):
    for number in range(9):
        hub.announce(f"c{number}")

    async def scene():
        async with asked(f"/push/{channels}") as (status, _, _):
            return status

    assert asyncio.run(scene()) == 404


def test_more_followers_than_a_server_bears_are_refused(hub, monkeypatch):
    monkeypatch.setattr(push, "MOST_FOLLOWERS", 1)

    async def scene():
        async with asked("/push/live") as (first, _, read):
            await read()
            async with asked("/push/live") as (second, _, _):
                return first, second

    assert asyncio.run(scene()) == (200, 503)


def test_the_signal_that_ends_a_server_ends_its_streams_first(hub):
    ended = []
    before = signal.signal(signal.SIGTERM, lambda *_: ended.append("server"))
    try:

        async def scene():
            with push.carried():
                follower = await Stream(hub).begin()
                os.kill(os.getpid(), signal.SIGTERM)
                with pytest.raises(StopAsyncIteration):
                    await follower.next()

        asyncio.run(scene())
        assert ended == ["server"]
    finally:
        signal.signal(signal.SIGTERM, before)
