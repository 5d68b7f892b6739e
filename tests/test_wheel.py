"""What is installed from the wheel works in an empty folder, far from the checkout."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from benchmarks.server import free_port
from resnet_viz import models
from resnet_viz.ui.shell.page_table import PAGES
from tests.test_architecture_rules import sources, tops

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60
OURS = ("RESNET_VIZ_HOME", "RESNET_VIZ_STORE", "PYTHONPATH")
# All in one process, which imports torch and Lightning once. Each page by itself, as a link opens
# it; one thread, nothing in the background, no measured training speed. A worker's own command
# begins, and is told that its token is another's; what it would do with the right one is done here.
VISIT = """
import json, os, subprocess, sys
from types import SimpleNamespace
from streamlit.testing.v1 import AppTest
from resnet_viz.cli import main
from resnet_viz.home import APP, SHIPPED
from resnet_viz.runs import starting
from resnet_viz.runs.worker import process
from resnet_viz.ui.inputs import estimates
from resnet_viz.ui.results import free_threads
from resnet_viz.ui.shell import warm
from resnet_viz.ui.shell.page_table import PAGES

warm.start = free_threads.take = lambda: None
estimates.run_seconds = lambda *_: 31.0
for page in PAGES.values():
    app = AppTest.from_file(str(APP), default_timeout=240).switch_page(page.script).run()
    shown = [len(app.get(kind)) for kind in ("plotly_chart", "imgs", "arrow_data_frame", "html")]
    wrong = [error.value for error in (*app.exception, *app.error)]
    print(json.dumps([page.name, [title.value for title in app.title], wrong, sum(shown)]))
print("evaluate")
assert main(["evaluate", str(SHIPPED / "digits" / sys.argv[1]), "--data", "digits", "--json"]) == 0
print("train")

def work(command, **options):
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    refused = subprocess.run([*command[:-1], "of another"], text=True, **options).stdout
    assert "Another worker has taken this run over" in refused, refused
    process.main(command[-2:])
    return SimpleNamespace(pid=os.getpid(), poll=lambda: 0)

starting.subprocess = SimpleNamespace(Popen=work, DEVNULL=subprocess.DEVNULL)
small = ["--data", "digits", "--epochs", "1", "--option", "blocks=1,1,1"]
sys.exit(main(["train", "resnet20", *small]))
"""
NETWORK = "resnet20-digits-seed0.safetensors"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True, timeout=PATIENCE)
    return next(folder.glob("*.whl"))


class Installed:
    """A virtual environment with the wheel in it, and an empty folder to work in."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.bin, self.folder, self.home = folder / "venv/bin", folder / "empty", folder / "home"
        self.folder.mkdir()
        self.home.mkdir()
        inherited = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = inherited | {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "OMP_NUM_THREADS": "1",
        }
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.bin.parent], check=True)
        # What it depends on is taken from where this runs, instead of being downloaded again.
        packages = next(self.bin.parent.glob("lib/python*/site-packages"))
        (packages / "present.pth").write_text(sysconfig.get_paths()["purelib"])
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install"]
        subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)

    def run(self, program: str, *arguments: str) -> str:
        """What a command prints; it must end well."""
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=8 * PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory, wheel):
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_the_wheel_carries_every_page_network_and_history(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = [ROOT / "app.py", ROOT / ".streamlit/config.toml", *ROOT.glob("pages/*/*.py")]
    kept += [file for file in ROOT.glob("checkpoints/*/*") if file.suffix != ".pyc"]
    assert len(kept) > len(PAGES) + 20
    assert {f"resnet_viz/dashboard/{file.relative_to(ROOT).as_posix()}" for file in kept} <= names
    assert not any(name.startswith(("tests/", "benchmarks/", "pages/")) for name in names)


def test_the_wheel_names_every_package_that_is_imported(wheel):
    """The environment below has whatever is installed here, so that none could be missed there."""
    archive = zipfile.ZipFile(wheel)
    [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    required = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist")
    named = {plain(re.match(r"[\w.-]+", requirement)[0]) for requirement in required}
    files = sources(ROOT / "resnet_viz", ROOT / "pages", ROOT / "app.py")
    imported = set().union(*map(tops, files)) - sys.stdlib_module_names - {"resnet_viz"}
    assert {"torch", "PIL", "sklearn", "streamlit"} <= imported
    # What is not installed here, as an extra may not be, is taken by its own name.
    providers = {top: [top] for top in imported} | packages_distributions()
    assert {top for top in imported if not named & {*map(plain, providers[top])}} == set()


def plain(distribution: str) -> str:
    """A distribution's name as those are compared: scikit_learn is scikit-learn."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.fixture(scope="module")
def visit(installed):
    """What the visit prints: of the pages, of the evaluation, of the training."""
    pages, _, rest = installed.run("python", "-c", VISIT, NETWORK).partition("evaluate\n")
    evaluated, _, trained = rest.partition("train\n")
    return pages, evaluated, trained


def test_every_page_shows_something_and_what_ships_is_as_good_as_it_says(visit):
    pages, evaluated, _ = visit
    visited = [json.loads(line) for line in pages.splitlines()]
    assert {name: titles for name, titles, _, _ in visited} == {
        page.name: [page.title] for page in PAGES.values()
    }
    assert {name: wrong for name, _, wrong, _ in visited if wrong} == {}
    assert [name for name, _, _, shown in visited if not shown] == []
    card = models.load(ROOT / "checkpoints" / "digits" / NETWORK).card
    accuracy = json.loads(evaluated)["test_accuracy"]
    assert accuracy == pytest.approx(card["metrics"]["test_accuracy"], abs=0.3)


def test_a_run_is_trained_and_kept_where_the_system_keeps_a_users_data(installed, visit):
    assert "is finished after 1 epoch" in visit[2]
    assert list((installed.home / "data" / "resnet_viz").rglob("*.safetensors"))
    assert list(installed.folder.iterdir()) == []


def test_the_dashboard_is_served(installed):
    port = free_port()
    server = subprocess.Popen(
        [installed.bin / "resnet-viz", "serve", "--no-open", "--port", str(port)],
        cwd=installed.folder,
        env=installed.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert b"<title>" in answer(f"http://localhost:{port}/attribution")
    finally:
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert str(installed.home / "data" / "resnet_viz") in said


def answer(url: str) -> bytes:
    """What a server says, once it answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.read()
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not answer")
