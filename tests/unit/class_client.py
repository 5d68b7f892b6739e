"""A browser of a class without a browser: cookies, requests and Streamlit's protocol."""

import http.client
import json
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from http.cookies import SimpleCookie
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60
PRESSED = ("trigger_value", True)
Sent = Mapping[str, tuple[str, Any]]  # widget -> field of its state, value


class Client:
    """Asks one server, and keeps its cookies."""

    def __init__(self, port: int, path: str = ""):
        self.port, self.path = port, path
        self.cookies: dict[str, str] = {}

    def ask(
        self, what: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, dict, str]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE)
        known = {"Accept": "text/html", "Cookie": self._kept()} | headers
        connection.request(method, self.path + what, body, headers=known)
        answer = connection.getresponse()
        for value in answer.headers.get_all("set-cookie") or []:
            self.cookies |= {name: each.value for name, each in SimpleCookie(value).items()}
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, dict(answer.headers), text

    def upload(self, session: str, name: str, raw: bytes) -> dict[str, Any]:
        """Send a file as a page's uploader does; what is then said of it."""
        self.ask("/_stcore/health")  # which gives the cookie that has to come back
        edge, where = "a-line-of-no-file", f"/_stcore/upload_file/{session}/{name}"
        start = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        )
        headers = {
            "Content-Type": f"multipart/form-data; boundary={edge}",
            "X-Xsrftoken": self.cookies.get("_streamlit_xsrf", ""),
        }
        body = start.encode() + raw + f"\r\n--{edge}--".encode()
        status, _, text = self.ask(where, "PUT", body, **headers)
        assert status == 204, text
        urls = {"file_id": name, "upload_url": where, "delete_url": where}
        return {"name": name, "size": len(raw), "file_id": name, "file_urls": urls}

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
        self.fragments: dict[str, str] = {}  # of the widgets that have been sent

    def send(
        self,
        *,
        page_name: str = "",
        pressed: str = "",
        query: str = "",
        states: Sent | None = None,
        fragment: str = "",
    ) -> None:
        """Ask for a run of a page, as a press of a button does or the first visit."""
        message = BackMsg()
        message.rerun_script.query_string = query
        if page_name:
            message.rerun_script.page_name = page_name
        else:
            message.rerun_script.page_script_hash = self.page
        message.rerun_script.fragment_id = fragment
        for widget, (field, value) in (
            (states or {}) | ({pressed: PRESSED} if pressed else {})
        ).items():
            state = message.rerun_script.widget_states.widgets.add(id=widget)
            if field == "file_uploader_state_value":
                state.file_uploader_state_value.uploaded_file_info.add(**value)
            else:
                setattr(state, field, value)
        self.socket.send(message.SerializeToString())

    def elements(self, until: Callable[[list], bool] = lambda _: False) -> list:
        """The elements of the next run, when it ends or they are what is awaited."""
        found: list = []
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=PATIENCE))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                found = []
                self.session = message.new_session.initialize.session_id or self.session
            elif kind == "navigation":
                self.page = message.navigation.page_script_hash
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                found.append(message.delta.new_element)
                self.fragments[_id(found[-1])] = message.delta.fragment_id
                if until(found):
                    return found
            elif kind == "script_finished" and message.script_finished in (0, 1):
                return found

    def offered(self, states: Sent | None = None, **how: str) -> dict[str, str]:
        """The widgets of the next run, which is asked for with states, if any are given.

        Returns:
            Label, or key of what has none -> id; of two with one label the last.
        """
        if states is not None:
            self.send(states=states, **how)
        found = {}
        for element in self.elements():
            if widget := _id(element):
                label = getattr(getattr(element, element.WhichOneof("type")), "label", "")
                found[label or widget.split("-", 2)[2]] = widget
        return found

    def texts(self) -> str:
        """What the next run says in boxes, headings and captions."""
        return said(self.elements())


def _id(element) -> str:
    return getattr(getattr(element, element.WhichOneof("type")), "id", "")


def told(component: str, event: str, value: str) -> Sent:
    """A message of a component, as its script in a browser sends it."""
    widget = f"$$STREAMLIT_INTERNAL_KEY_{component}__events"
    return {widget: ("json_trigger_value", json.dumps([{"event": event, "value": value}]))}


def said(elements: list) -> str:
    parts = []
    for element in elements:
        kind = element.WhichOneof("type")
        if kind in ("markdown", "alert", "heading"):
            parts.append(getattr(element, kind).body)
        elif kind in ("button", "toggle", "checkbox", "number_input", "text_input"):
            parts.append(getattr(element, kind).label)
    return "\n".join(parts)
