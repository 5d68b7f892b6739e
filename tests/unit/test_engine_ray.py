"""Ray's REST interface gets what it is to get; who may use a cluster is decided before it is."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from resnet_viz.runs.engines import EngineError, Job, ray_jobs
from resnet_viz.runs.engines.ray_jobs import Unit
from tests.unit.runs_support import config

TOKEN = "t" * 64
NODES = [
    {"node_ip": "10.0.0.1", "state": "ALIVE", "resources_total": {"CPU": 3.0, "GPU": 1.0}},
    {"node_ip": "10.0.0.2", "state": "ALIVE", "resources_total": {"CPU": 1.0}},
    {"node_ip": "10.0.0.3", "state": "DEAD", "resources_total": {"CPU": 64.0}},
]


class Head(BaseHTTPRequestHandler):
    """A head that wants the token, and remembers what it was asked to do."""

    asked: ClassVar[list] = []
    guarded = True

    def do_GET(self):
        if self._refuses():
            return
        usage = {"CPU": [1.5, 4.0], "GPU": [0.0, 1.0]}
        answers = {
            "/api/version": {"version": "4"},
            "/api/v0/nodes": {"data": {"result": {"result": NODES}}},
            "/api/cluster_status": {
                "data": {"clusterStatus": {"loadMetricsReport": {"usage": usage}}}
            },
            "/api/jobs/one": {"status": "PENDING", "message": "It waits."},
            "/api/jobs/two": {"status": "RUNNING"},
            "/api/jobs/three": {"status": "FAILED"},
            "/api/jobs/one/logs": {"logs": "Setting up.\n"},
        }
        answer = answers.get(self.path.partition("?")[0])
        self._say(404 if answer is None else 200, answer or {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if not self._refuses():
            self.asked.append((self.path, json.loads(body or "null")))
            self._say(200, {})

    def log_message(self, *_):
        pass

    def _refuses(self):
        wrong = self.guarded and self.headers["Authorization"] != f"Bearer {TOKEN}"
        if wrong:
            self._say(401, {})
        return wrong

    def _say(self, code, answer):
        body = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def head(monkeypatch, tmp_path):
    """A guarded head whose token this process knows."""
    monkeypatch.setattr(Head, "asked", [])
    monkeypatch.setenv("HOME", str(tmp_path))  # where a token might lie
    for name in (*ray_jobs.ADDRESS_VARIABLES, "RAY_AUTH_MODE", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Head)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv(ray_jobs.ADDRESS_VARIABLE, f"127.0.0.1:{server.server_port}/")
    yield Head
    server.shutdown()
    server.server_close()


def test_a_run_is_a_job_with_its_demand_and_without_the_stores_address(head, tmp_path):
    secret = {"RESNET_VIZ_STORE": "postgresql://me:secret@host/runs"}
    job = Job("run", "token" * 3, tmp_path / "it's", config(device="auto", threads=2), secret)
    [called] = Unit(("w",)).submit([job])
    [(path, asked)] = head.asked
    assert path == "/api/jobs/"
    assert called == asked["submission_id"] == "resnet_viz-run-tokentok"
    assert (asked["entrypoint_num_cpus"], asked["entrypoint_num_gpus"]) == (2, 1)
    assert job.token in asked["entrypoint"]
    assert "secret" not in json.dumps(asked)
    order = json.loads((job.folder / "order.json").read_text())
    assert order["environment"]["RESNET_VIZ_STORE"].endswith("secret@host/runs")
    assert order["environment"][ray_jobs.ADDRESS_VARIABLE].startswith("http://127.0.0.1:")
    assert order["job"] == called


def test_what_ray_says_is_read_as_it_is_meant(head):
    engine = Unit(())
    has = engine.resources()
    assert (has.cpus, has.cpus_free, has.gpus, has.gpus_free, has.nodes) == (4, 2, 1, 1, 2)
    assert engine.poll(["one", "two", "three", "four"]) == {
        "one": "waiting",
        "two": "running",
        "three": "ended",
        "four": "ended",
    }
    assert engine.logs("one") == "Setting up.\nIt waits."
    assert not engine.is_here()
    engine.stop("two")
    assert head.asked == [("/api/jobs/two/stop", None)]


def test_it_takes_as_many_as_can_run_at_once_and_none_twice_for_one_gpu(head):
    engine = Unit(())
    small, large = config(device="cpu", threads=1), config(device="cpu", threads=3)
    gpu = config(device="cuda", threads=1)
    assert engine.takes([], [small] * 6) == [0, 1, 2, 3]
    assert engine.takes([large], [large, small, small]) == [1]
    assert engine.takes([], [gpu, gpu, small]) == [0, 2]


@pytest.mark.parametrize("how", ["variable", "path", "home"])
def test_the_token_is_found_where_ray_looks_for_it(head, tmp_path, monkeypatch, how):
    if how != "variable":
        monkeypatch.delenv("RAY_AUTH_TOKEN")
        file = tmp_path / ("elsewhere" if how == "path" else ".ray/auth_token")
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{TOKEN}\n")
        if how == "path":
            monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(file))
    assert Unit(()).resources().cpus == 4
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(EngineError, match="RAY_AUTH_TOKEN"):
        Unit(()).resources()


def test_a_cluster_on_another_machine_wants_a_token_and_has_to_ask_for_it(head, monkeypatch):
    monkeypatch.setattr(ray_jobs, "is_loopback", lambda host: False)
    assert Unit(()).resources().cpus == 4
    monkeypatch.setattr(head, "guarded", False)
    with pytest.raises(EngineError, match="from anybody"):
        Unit(())
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    with pytest.raises(EngineError, match="no token"):
        Unit(())


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("head", False),
        ("localhost.example", False),
    ],
)
def test_which_addresses_are_this_machine_alone(host, here):
    assert ray_jobs.is_loopback(host) == here


@pytest.mark.parametrize("name", ["RAY_ADDRESS", "RAY_API_SERVER_ADDRESS"])
@pytest.mark.parametrize("value", ["auto", "head:6379", "ray://head:10001"])
def test_an_address_that_is_no_dashboards_is_refused(head, monkeypatch, name, value):
    monkeypatch.delenv(ray_jobs.ADDRESS_VARIABLE)
    monkeypatch.setenv(name, value)
    with pytest.raises(EngineError, match=ray_jobs.ADDRESS_VARIABLE):
        Unit(())


def test_no_cluster_at_the_address_is_one_sentence(head, monkeypatch):
    monkeypatch.setenv(ray_jobs.ADDRESS_VARIABLE, "http://127.0.0.1:9")
    with pytest.raises(EngineError, match=r"No Ray cluster answers at http://127\.0\.0\.1:9"):
        Unit(()).resources()
