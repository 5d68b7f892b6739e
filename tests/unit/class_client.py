"""A browser of a class without a browser: cookies, requests and Streamlit's protocol."""

import http.client
from collections.abc import Callable
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60


class Client:
    """Asks one server, and keeps its cookies."""

    def __init__(self, port: int, path: str = ""):
        self.port, self.path = port, path
        self.cookies: dict[str, str] = {}

    def ask(self, what: str, method: str = "GET", **headers: str) -> tuple[int, dict, str]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE)
        known = {"Accept": "text/html", "Cookie": self._kept()} | headers
        connection.request(method, self.path + what, headers=known)
        answer = connection.getresponse()
        for value in answer.headers.get_all("set-cookie") or []:
            self.cookies |= {name: each.value for name, each in SimpleCookie(value).items()}
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, dict(answer.headers), text

    @contextmanager
    def page(self, name: str = ""):
        """A tab at a page."""
        with connect(
            f"ws://localhost:{self.port}{self.path}/_stcore/stream",
            additional_headers={"Cookie": self._kept()},
            subprotocols=["streamlit"],
            max_size=None,
            open_timeout=PATIENCE,
            close_timeout=0.5,
        ) as socket:
            tab = Tab(socket)
            tab.send(page_name=name)
            yield tab

    def sockets(self, number: int) -> list[ClientConnection]:
        """As many as are let in of so many."""
        found = []
        for _ in range(number):
            with suppress(InvalidStatus):
                found.append(
                    connect(
                        legacy=True,
                        uri=f"ws://localhost:{self.port}{self.path}/_stcore/stream",
                        additional_headers={"Cookie": self._kept()},
                        subprotocols=["streamlit"],
                        open_timeout=PATIENCE,
                    )
                )
        return found

    def _kept(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Tab:
    """One socket, and what the server has sent by it."""

    def __init__(self, socket: ClientConnection):
        self.socket = socket
        self.session = ""
        self.page = ""

    def send(self, *, page_name: str = "", pressed: str = "", query: str = "") -> None:
        """Ask for a run of a page, as a press of a button does or the first visit."""
        message = BackMsg()
        message.rerun_script.query_string = query
        if page_name:
            message.rerun_script.page_name = page_name
        else:
            message.rerun_script.page_script_hash = self.page
        if pressed:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = pressed, True
        self.socket.send(message.SerializeToString())

    def elements(self, until: Callable[[list], bool] = lambda _: False) -> list:
        """The elements of the next run, when it ends or they are what is awaited."""
        found: list = []
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=PATIENCE))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
                found = []
                self.session = message.new_session.initialize.session_id or self.session
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                found.append(message.delta.new_element)
                if until(found):
                    return found
            elif kind == "script_finished" and message.script_finished in (0, 1):
                return found

    def texts(self) -> str:
        """What the next run says in boxes, headings and captions."""
        return said(self.elements())


def said(elements: list) -> str:
    parts = []
    for element in elements:
        kind = element.WhichOneof("type")
        if kind in ("markdown", "alert", "heading"):
            parts.append(getattr(element, kind).body)
        elif kind in ("button", "toggle", "checkbox", "number_input", "text_input"):
            parts.append(getattr(element, kind).label)
    return "\n".join(parts)
