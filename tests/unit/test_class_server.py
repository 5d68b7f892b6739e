"""A real server that holds a class: what its students send, by HTTP and on the socket."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from benchmarks.server import ROOT, end, free_port
from resnet_viz.classroom import current
from resnet_viz.home import home
from resnet_viz.runs import Launcher, Store, class_tables, database
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.teaching.polls import Polls
from resnet_viz.teaching.sessions import Sessions
from resnet_viz.ui.classroom import gate
from tests.unit.class_client import PRESSED, Client, said, told
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


@pytest.fixture(scope="module")
def kept_store(server):
    """The store of the server's runs, with one of the teacher's that is under way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", str(server.folder / "home"))
        patch.delenv("RESNET_VIZ_STORE", raising=False)
        store = Store()
        Launcher(store, SLEEPER).submit(config())
        yield store
        end_workers(store)


@pytest.fixture
def store(kept_store, server, monkeypatch):
    """The same, in the folder of the server."""
    monkeypatch.setenv("RESNET_VIZ_HOME", str(server.folder / "home"))
    return kept_store


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


def kept(store) -> list:
    """What no student may change: runs, settings, classes, what is shared, and their files."""
    with store.database.reading() as connection:
        rows = [connection.execute(select(t)).all() for t in class_tables.metadata.sorted_tables]
    runs = [(run.id, run.name, run.status, run.stop_requested) for run in store.runs()]
    files = [path for path in home().rglob("*.safetensors") if "visitors" not in path.parts]
    return [rows, runs, store.settings, current.held(), sorted(files)]


def refuses(tab, store, *forged) -> None:
    """Sends what a student has no widget for, and sees that nothing comes of it."""
    before = kept(store)
    for states in forged:
        tab.offered(states)
    assert kept(store) == before


def test_no_student_resumes_renames_or_deletes_a_run_of_another(server, store):
    [run] = Launcher(store, SLEEPER).submit(config())
    with store.database.writing() as connection:
        rows = database.runs
        connection.execute(update(rows).where(rows.c.id == run.id).values(status="stopped"))
    with server.teacher().page("training") as lead, server.student().page("training") as tab:
        table = next(key for name, key in lead.offered().items() if "runs_table" in name)
        tab.offered()
        row = [each.id for each in store.runs()].index(run.id)
        picked = json.dumps({"selection": {"rows": [row], "columns": [], "cells": []}})
        chosen = {table: ("string_value", picked)}
        ids = lead.offered(chosen)
        asked = lead.offered(chosen | {ids["Delete"]: PRESSED})
        sure = {asked["Delete"]: PRESSED}
        named = {ids["New name"]: ("string_value", "renamed")}
        rename = named | {ids["Rename it"]: PRESSED}
        acts = (named, rename, {ids["Resume"]: PRESSED}, {ids["Delete"]: PRESSED}, sure)
        refuses(tab, store, *(chosen | act for act in acts))
        for act in (named, rename):
            lead.offered(chosen | act)
        assert store.run(run.id).name == "renamed"
        lead.offered(chosen | {ids["Resume"]: PRESSED})
        assert store.run(run.id).status == "queued"
        lead.offered(chosen | {ids["Delete"]: PRESSED})
        lead.offered(chosen | sure, fragment=lead.fragments[asked["Delete"]])
        assert run.id not in [each.id for each in store.runs()]


def test_no_student_changes_the_settings_of_the_server(server, store):
    with server.teacher().page("training") as lead, server.student().page("training") as tab:
        ids = lead.offered()
        tab.offered()
        slots = {ids["Runs at once"]: ("double_value", float(3 - store.settings.slots))}
        refuses(tab, store, slots, {ids["Engine"]: ("string_value", "Ray")})
        lead.offered(slots)
        assert store.settings.slots == slots[ids["Runs at once"]][1]
        store.set_slots(1)


def test_no_student_pauses_renames_or_ends_the_class(server, store):
    with server.teacher().page("class") as lead, server.student().page("class") as tab:
        ids = lead.offered()
        tab.offered()
        end_it = lead.offered({ids["End the class"]: PRESSED})["End it"]
        pause = {ids["Pause the class"]: ("bool_value", True)}
        starts = {ids["Students may start runs"]: ("bool_value", True)}
        name = {ids["Name of the class"]: ("string_value", "Mine")}
        refuses(tab, store, pause, starts, name, {ids["End the class"]: PRESSED, end_it: PRESSED})
        lead.offered(pause)
        assert current.held().paused
        lead.offered({ids["Pause the class"]: ("bool_value", False)})


def test_no_student_presents_or_asks_the_class(server, store):
    books = Sessions(store.database), Polls(store.database)
    with server.teacher().page("convolution") as lead, server.student().page("convolution") as tab:
        ids, own = lead.offered(), tab.offered()
        rooms = (own["class-follower"], ids["class-presenter"])
        moves = [told(room, "moved", "glossary?word=a") for room in rooms]
        moves += [told(room, "pointed", "st-key-window") for room in rooms]
        refuses(tab, store, {ids["Present"]: PRESSED}, *moves)
        ids |= lead.offered({ids["Present"]: PRESSED})
        held = current.held().id
        assert books[0].target(held).page == "convolution"
        refuses(tab, store, {ids["Stop"]: PRESSED}, {ids["Open poll"]: PRESSED}, *moves)
        ids |= lead.offered({ids["Open poll"]: PRESSED})
        assert books[1].of_class(held)[-1].is_open
        refuses(tab, store, {ids["Close poll"]: PRESSED}, {ids["Reveal"]: PRESSED})
        lead.offered(told(ids["class-presenter"], "pointed", "st-key-window"))
        assert books[0].target(held).mark == "st-key-window"
        lead.offered({ids["Stop"]: PRESSED})
        assert books[0].target(held).presenter is None


def test_no_student_adds_or_removes_a_network_that_everybody_uses(server, store):
    shared = home() / "imported" / "shared.safetensors"
    shared.parent.mkdir(exist_ok=True)
    shutil.copy(shipped_checkpoint("plain20-digits-seed0"), shared)
    raw = shipped_checkpoint("resnet20-digits-seed0").read_bytes()
    with server.teacher().page("gradients") as lead:
        ids = lead.offered()
        sure = lead.offered({ids["Remove"]: PRESSED})["Remove for good"]
        student = server.student()
        with student.page("gradients") as tab:
            own = tab.offered()
            refuses(tab, store, {ids["Remove"]: PRESSED}, {sure: PRESSED})
            uploaded = student.upload(tab.session, "mine.safetensors", raw)
            for uploader in (ids["Checkpoint"], own["Checkpoint"]):
                chosen = {uploader: ("file_uploader_state_value", uploaded)}
                refuses(tab, store, chosen, chosen | {own["Import"]: PRESSED})
            assert len([*current.visitors_folder().rglob("*.safetensors")]) == 1
        lead.offered({sure: PRESSED})
        assert not shared.exists()


def test_no_student_brings_data(server, store):
    where = {"data": "a folder", "data_folder": str(ROOT)}
    with server.teacher().page("training") as lead, server.student().page("training") as tab:
        ids, own = lead.offered(), tab.offered()
        folder = {ids["Data"]: ("string_value", "a folder")}
        ids |= lead.offered(folder)
        archive = {ids["Data"]: ("string_value", "upload a zip")}
        assert "Folder on this machine" in ids
        place = {ids["Folder on this machine"]: ("string_value", str(ROOT))}
        refuses(tab, store, folder | place, folder | place | {own["Train"]: PRESSED})
        for sent in (folder, archive):
            assert tab.offered(sent).keys() == own.keys()
        tab.send(query=urlencode(where))
        assert tab.offered().keys() == own.keys()


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
