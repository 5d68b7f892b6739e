"""What one browser of a class may ask at once, without a server."""

import asyncio
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from resnet_viz.classroom import current
from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.ui.classroom import badge, gate
from tests.unit.classroom_support import classroom

__all__ = ["classroom"]

ADA, EVE = Visitor("a" * 32, Role.STUDENT), Visitor("e" * 32, Role.STUDENT)
TEACHER = Visitor("7" * 32, Role.TEACHER)


async def kept_open(scope, receive, send):
    """An application that answers when it is told to."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


class Sockets:
    """Opens and closes sockets through a gate."""

    def __init__(self):
        self.gate = gate.Gate(kept_open)
        self.open = []

    async def come(self, who: Visitor | None, address="192.0.2.9") -> bool:
        """Whether one more is let in."""
        cookie = f"{badge.name()}={badge.write(who)}" if who else ""
        scope = {
            "type": "websocket",
            "path": gate.STREAM,
            "client": (address, len(self.open)),
            "headers": [(b"cookie", cookie.encode())],
        }
        incoming: asyncio.Queue = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})
        sent: asyncio.Queue = asyncio.Queue()
        task = asyncio.create_task(self.gate(scope, incoming.get, sent.put))
        self.open.append((incoming, task))
        return (await sent.get())["type"] == "websocket.accept"

    async def leave(self) -> None:
        for incoming, task in self.open:
            incoming.put_nowait({"type": "websocket.disconnect"})
            await task


def in_turn(work):
    """Run what opens sockets, and close them; what is counted is nothing again."""

    async def run():
        sockets = Sockets()
        try:
            return await work(sockets)
        finally:
            await sockets.leave()

    found = asyncio.run(run())
    assert not gate._open
    return found


def test_a_student_has_so_many_sockets_and_a_teacher_any_number(classroom):
    async def work(sockets):
        ada = [await sockets.come(ADA) for _ in range(gate.SOCKETS + 3)]
        eve = await sockets.come(EVE)
        teacher = [await sockets.come(TEACHER) for _ in range(gate.SOCKETS + 3)]
        return ada, eve, teacher, gate.visitors()

    ada, eve, teacher, visitors = in_turn(work)
    assert ada == [True] * gate.SOCKETS + [False] * 3
    assert eve
    assert all(teacher)
    assert visitors == 3


def test_one_address_has_so_many_sockets_whatever_cookies_it_sends(classroom, monkeypatch):
    monkeypatch.setattr(gate, "SOCKETS_OF_ADDRESS", 4)

    async def work(sockets):
        return [await sockets.come(None) for _ in range(6)] + [await sockets.come(ADA, "192.0.2.8")]

    assert in_turn(work) == [True] * 4 + [False] * 2 + [True]


def test_a_full_class_lets_nobody_in_but_who_is_here_and_its_teacher(classroom):
    current.change(visitors=1)

    async def work(sockets):
        return [await sockets.come(who) for who in (ADA, ADA, EVE, None, TEACHER)]

    assert in_turn(work) == [True, True, False, False, True]


def test_sockets_are_counted_but_not_bounded_where_no_class_is_held(monkeypatch, home):
    async def work(sockets):
        return [await sockets.come(None) for _ in range(gate.SOCKETS + 1)], gate.visitors()

    came, visitors = in_turn(work)
    assert all(came)
    assert visitors == gate.SOCKETS + 1


def test_messages_come_no_faster_than_they_may_and_none_clears_caches(monkeypatch):
    monkeypatch.setattr(gate, "BURST", 3.0)
    clear, click = BackMsg(), BackMsg()
    clear.clear_cache = True
    click.rerun_script.query_string = "a=1"
    sent = [clear.SerializeToString(), *[click.SerializeToString()] * 9]
    messages = iter(
        [*({"type": "websocket.receive", "bytes": raw} for raw in sent), {"type": "disconnect"}]
    )

    async def receive():
        return next(messages)

    async def read():
        slowly, begun, found = gate._slowed(receive), time.monotonic(), []
        while (message := await slowly())["type"] != "disconnect":
            found.append(message["bytes"])
        return found, time.monotonic() - begun

    found, seconds = asyncio.run(read())
    assert found == sent[1:]
    assert seconds == pytest.approx((len(sent) - 3) / gate.FAST, abs=0.3)
    assert seconds >= (len(sent) - 4) / gate.FAST


@pytest.mark.parametrize("wrong", [{"bytes": b"\xff\xff"}, {"bytes": b""}, {"text": "hello"}])
def test_what_is_no_message_ends_the_connection_in_one_line(wrong, caplog):
    async def receive():
        return {"type": "websocket.receive"} | wrong

    assert asyncio.run(gate._slowed(receive)())["type"] == "websocket.disconnect"
    assert len(caplog.records) == 1
