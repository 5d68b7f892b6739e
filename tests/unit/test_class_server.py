"""A real server that holds a class: what its students send, by HTTP and on the socket."""

import os
import signal
import subprocess
import sys
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from benchmarks.server import ROOT, end, free_port
from resnet_viz.runs import Launcher, Store
from resnet_viz.ui.classroom import gate
from tests.unit.class_client import Client, said
from tests.unit.runs_support import SLEEPER, config, end_workers

SECRET, PATH = "a-secret-of-this-server", "/lab"


class Server:
    """The command `serve --classroom`, which can be killed and started again."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.log = folder / "log"
        self.secret = folder / "secret"
        self.secret.write_text(SECRET)
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "resnet_viz", "serve", "--no-open", "--classroom"]
        command += ["--port", str(self.port), "--path", PATH, "--health", "--metrics"]
        command += ["--secret-file", str(self.secret)]
        environment = os.environ | {"RESNET_VIZ_HOME": str(self.folder / "home")}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.client().ask("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        pytest.fail(self.log.read_text()[-2000:])

    def client(self) -> Client:
        return Client(self.port, PATH)

    def student(self) -> Client:
        client = self.client()
        assert client.ask("/")[0] == 200
        return client

    def teacher(self) -> Client:
        client = self.client()
        status, headers, _ = client.ask(f"/teach/{SECRET}")
        assert (status, headers["location"]) == (303, f"{PATH}/join")
        return client


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("class"))
    yield server
    end(server.process)


@pytest.fixture
def store(server, monkeypatch):
    """The store of the server's runs, with one of the teacher's that is under way."""
    monkeypatch.setenv("RESNET_VIZ_HOME", str(server.folder / "home"))
    monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    store = Store()
    Launcher(store, SLEEPER).submit(config())
    yield store
    end_workers(store)


def buttons(elements) -> dict:
    found = [element.button for element in elements if element.WhichOneof("type") == "button"]
    return {button.label: button for button in found}


def test_a_teacher_is_offered_what_a_student_is_not(server):
    with server.teacher().page("class") as tab:
        assert "Students may start runs" in tab.texts()
    with server.student().page("class") as tab:
        text = tab.texts()
    assert "Students may start runs" not in text
    assert "A student may not" in text


def reached(elements) -> bool:
    """Whether a run of the Training page is past its buttons, or was refused there."""
    kinds = [element.WhichOneof("type") for element in elements]
    return kinds.count("alert") > 1 or "Runs" in said(elements).splitlines()


def test_a_press_on_a_teachers_button_that_a_student_sends_does_nothing(server, store):
    with server.teacher().page("training") as tab:
        offered = buttons(tab.elements(reached))
    with server.student().page("training") as tab:
        own = buttons(tab.elements(reached))
        assert own["Train"].disabled
        before = [(run.id, run.stop_requested) for run in store.runs()]
        for forged in (offered["Stop"].id, offered["Train"].id, own["Train"].id):
            tab.send(pressed=forged)
            tab.elements(reached)
    assert [(run.id, run.stop_requested) for run in store.runs()] == before


def test_no_student_clears_everybodys_caches(server):
    message = BackMsg()
    message.clear_cache = True
    with server.student().page("class") as tab:
        tab.elements()
        tab.socket.send(message.SerializeToString())
        tab.send()
        tab.elements()
    assert server.log.read_text().count("asked to clear the caches") == 1


def test_one_browser_with_200_sockets_leaves_room_for_the_others(server):
    opened = server.student().sockets(200)
    try:
        assert len(opened) == gate.SOCKETS
        with server.student().page("class") as tab:
            assert "A student may not" in tab.texts()
    finally:
        for socket in opened:
            socket.close()


def test_others_are_answered_while_one_sends_a_thousand_clicks(server):
    with server.student().page("class") as tab:
        tab.elements()
        for _ in range(1000):
            tab.send()
        with server.student().page("class") as other:
            assert "A student may not" in other.texts()


def test_what_is_too_large_is_refused_before_it_is_read(server):
    student = server.student()
    with student.page("class") as tab:
        tab.elements()
        where = f"/_stcore/upload_file/{tab.session}/1"
        status, _, text = student.ask(where, "PUT", **{"Content-Length": str(300_000_000)})
    assert (status, text) == (413, gate.TOO_LARGE)


def test_a_visitors_nonsense_is_no_traceback_in_the_log(server):
    for wrong in ("text", b"\xff\xff"):
        with server.student().page("class") as tab:
            tab.elements()
            tab.socket.send(wrong)
            with pytest.raises(ConnectionClosed):
                tab.texts()
    assert server.client().ask("/teach/nonsense")[0] == 403
    assert server.client().ask("/_stcore/upload_file/nobody/1", "PUT")[0] in (400, 403, 413)
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


def test_figures_count_visitors_runs_and_reruns(server, store):
    with server.student().page("class") as tab:
        tab.elements()
        text = server.client().ask("/metrics")[2]
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert float(samples["resnet_viz_visitors"]) >= 1
    assert float(samples['resnet_viz_runs{status="running"}']) >= 1
    assert float(samples["resnet_viz_resident_memory_bytes"]) > 1e8
    assert float(samples["resnet_viz_rerun_seconds_count"]) >= 1


def test_who_was_a_teacher_still_is_after_the_server_was_killed(server):
    teacher, student = server.teacher(), server.student()
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()
    with teacher.page("class") as tab:
        assert "Students may start runs" in said(tab.elements())
    with student.page("class") as tab:
        assert "Students may start runs" not in tab.texts()
    assert SECRET not in server.log.read_text().replace(f"/teach/{SECRET}", "", 2)
    known = dict(student.cookies)
    student.ask("/")
    assert student.cookies == known
