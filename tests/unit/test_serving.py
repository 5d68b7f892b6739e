"""The command that serves the dashboard: where it listens, by which settings, what it says."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.server import free_port
from resnet_viz import cli
from resnet_viz import home as places
from resnet_viz.classroom import current, mode
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.shell import server, warm

ROOT = Path(__file__).resolve().parents[2]
# Everything but to listen: what holds at that moment.
SETTINGS = """
import json, sys
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette.starlette_server import UvicornRunner
from resnet_viz.cli import main

names = ("server.port", "server.address", "server.headless", "server.maxUploadSize",
         "client.showErrorDetails", "theme.dark.primaryColor")
def run(self):
    print(json.dumps({name: st.get_option(name) for name in names}))
    print(json.dumps([PagesManager.uses_pages_directory, sys.path[0]]))
UvicornRunner.run = run
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_settings_beside_the_app_hold_in_every_folder(tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit/config.toml").write_text("[server]\nmaxUploadSize = 1\nport = 1\n")
    free = free_port()
    command = [sys.executable, "-c", SETTINGS, "serve", "--port", str(free), "--no-open"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RESNET_VIZ_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    where, *printed = done.stdout.splitlines()
    settings, (uses_folder, first_path) = map(json.loads, printed)
    assert str(tmp_path / "home") in where
    assert settings == {
        "server.port": free,
        "server.address": "localhost",
        "server.headless": True,
        "server.maxUploadSize": 300,
        "client.showErrorDetails": "none",
        "theme.dark.primaryColor": "#3A9BD9",
    }
    assert uses_folder is False
    assert first_path == str(ROOT)


def refused(capsys, *arguments: str) -> tuple[int, str]:
    """The exit code and the one line of a server that does not start."""
    code = cli.main(["serve", *arguments])
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    return code, err


def test_a_port_that_is_taken_is_said_in_one_sentence(capsys, home, taken):
    code, said = refused(capsys, "--port", str(taken))
    assert code == 1
    assert f"Port {taken} is taken" in said


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--port 0", "The port is a whole number from 1 to 65,535, not 0"),
        ("--port 99999", "The port is a whole number from 1 to 65,535, not 99999"),
        ("--address 192.0.2.1", "'192.0.2.1' is no address of this machine"),
        ("--path /a?b", "'/a?b' is no path"),
        ("--path ../etc", "'../etc' is no path"),
        ("--secret-file nowhere", "A secret file is for a class"),
        ("--classroom --secret-file nowhere", "The secret in nowhere cannot be read"),
        ("--slots 0", "The number of runs"),
        ("--address no..where", "'no..where' is no address of this machine"),
    ],
)
def test_where_nobody_can_listen_is_said_in_one_sentence(capsys, home, flags, sentence):
    code, said = refused(capsys, *flags.split())
    assert code == 2
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ZeroDivisionError('division by zero')", server.UNFORESEEN),
        ("UserError('Choose another one.')", "Choose another one."),
    ],
)
def test_an_error_that_nobody_foresaw_is_one_sentence_on_the_page(error, sentence):
    script = f"""
        from resnet_viz.errors import UserError
        from resnet_viz.ui.shell import server
        assert server.say({error})
    """
    app = AppTest.from_string(script).run()
    assert [box.value for box in app.error] == [sentence]
    assert not app.exception


@pytest.fixture
def beside(monkeypatch):
    """What is done when a server starts and ends, with these settings, in order."""
    done = []
    monkeypatch.setattr(warm, "begin", lambda: done.append("begin"))
    monkeypatch.setattr(warm, "end", lambda: done.append("end"))
    opened = threading.Event()

    def open_browser(url):
        done.append(url)
        opened.set()

    monkeypatch.setattr(webbrowser, "open", open_browser)

    def serve(**settings):
        settings = {"baseUrlPath": ""} | settings
        monkeypatch.setattr(st, "get_option", lambda name: settings[name.split(".")[1]])

        async def live():
            async with server._beside_the_pages(None):
                done.append("serve")
                if not settings["headless"]:
                    assert await asyncio.to_thread(opened.wait, 5)

        asyncio.run(live())
        return done

    return serve


def test_the_servers_own_work_begins_and_ends_with_it(beside):
    assert beside(headless=True) == ["begin", "serve", "end"]


def test_where_people_sign_in_a_class_begins_with_the_server(beside, home, monkeypatch):
    monkeypatch.setattr(visitor, "people_sign_in", lambda: True)
    try:
        beside(headless=True)
        assert mode.is_on()
        assert current.held()
    finally:
        mode.end()


def test_whoever_starts_a_class_gets_its_teachers_page_by_a_link_for_once(beside, home):
    mode.begin("a-secret-of-the-tests")
    try:
        [url] = set(beside(headless=False, address="0.0.0.0", port=8501)) - {
            "begin",
            "serve",
            "end",
        }
        assert url.startswith("http://localhost:8501/teach/")
        assert "a-secret-of-the-tests" not in url
        ticket = url.rpartition("/")[2]
        assert [mode.admits(ticket) for _ in range(2)] == [True, False]
        assert mode.admits("a-secret-of-the-tests")
    finally:
        mode.end()


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("localhost", "http://localhost:8501"),
        ("0.0.0.0", "http://localhost:8501"),
        ("::1", "http://[::1]:8501"),
    ],
)
def test_a_browser_is_opened_where_there_is_a_screen(beside, address, url):
    assert sorted(beside(headless=False, address=address, port=8501)) == [
        "begin",
        "end",
        url,
        "serve",
    ]


def test_runs_stay_in_the_checkout_only_for_those_who_work_in_it(tmp_path, monkeypatch):
    monkeypatch.delenv("RESNET_VIZ_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    checkout = tmp_path / "checkout"
    (checkout / "deep").mkdir(parents=True)
    monkeypatch.setattr(places, "DASHBOARD", checkout)
    monkeypatch.chdir(checkout / "deep")
    assert places.home() == checkout / "deep" / "runs"
    monkeypatch.setattr(places, "IS_CHECKOUT", False)
    installed = places.home()
    assert installed.is_dir()
    assert not installed.is_relative_to(checkout)
    monkeypatch.setattr(places, "IS_CHECKOUT", True)
    monkeypatch.chdir(tmp_path)
    assert places.home() == installed
    monkeypatch.setenv("RESNET_VIZ_HOME", "mine")
    assert places.home() == tmp_path / "mine"
