"""Who notices that a worker is gone, and what a worker does that was taken for gone."""

import os
import subprocess
import sys
import time

import psutil
import pytest
from sqlalchemy import update

from resnet_viz.runs import Store, liveness
from resnet_viz.runs.database import runs
from resnet_viz.runs.errors import Superseded
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from tests.unit.runs_support import FAKE_WORKER, config, hand_over, launcher, wait, worker_of
from tests.unit.store_support import store

__all__ = ["store"]


def running(store, **values):
    [run] = launcher(store).submit(config())
    with store.database.writing() as connection:
        connection.execute(update(runs).values({"token": "t1"} | values))
    return run


def test_a_killed_worker_is_noticed_at_once_on_its_machine(store):
    run = running(store)
    worker_of(store, run).kill()
    run = wait(Store(), run.name, "interrupted", seconds=1)
    assert "resume it" in run.error
    assert run.ended is not None


def test_a_worker_nobody_waits_for_is_gone_although_a_zombie(store):
    run = running(store)
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and not reaped
    worker_of(store, run).kill()
    with store.database.writing() as connection:
        connection.execute(update(runs).values(pid=child.pid, process_started=time.time()))
    assert store.run(run.name).status == "interrupted"
    child.wait()


@pytest.mark.parametrize(("age", "status"), [(17, "running"), (23, "interrupted")])
def test_a_worker_elsewhere_is_gone_when_it_is_silent(store, age, status):
    run = running(store, host="elsewhere", beat=time.time() - age)
    assert store.run(run.name).status == status


def test_a_silent_worker_here_is_not_gone_while_its_process_lives(store):
    run = running(store, beat=time.time() - 100)
    assert store.run(run.name).status == "running"


def test_another_process_with_the_same_number_is_not_the_worker(store):
    run = running(store, pid=os.getpid(), process_started=1.0, beat=time.time() - 23)
    assert store.run(run.name).status == "interrupted"


def test_a_worker_that_beats_again_is_running_again(store):
    run = running(store, host="elsewhere", beat=time.time() - 23)
    assert store.run(run.name).status == "interrupted"
    Attempt(store.database, run.id, "t1").look(liveness.BEAT_SECONDS)
    now = store.run(run.name)
    assert (now.status, now.error, now.ended) == ("running", None, None)


def test_a_superseded_worker_writes_nothing(store):
    run = running(store)
    recorder = StoreRecorder(Attempt(store.database, run.id, "an older launch"))
    hand_over(recorder, 1)
    with pytest.raises(Superseded):
        recorder.commit()
    assert store.steps(run.name).empty
    with pytest.raises(Superseded):
        Attempt(store.database, run.id, "an older launch").end("failed", "Nothing to see.")
    assert store.run(run.name).status == "running"


def test_a_superseded_worker_ends_by_itself(store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.2")
    [run] = launcher(store, FAKE_WORKER).submit(config())
    worker = worker_of(store, run)
    deadline = time.monotonic() + 20
    while not store.run(run.name).step:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with store.database.writing() as connection:
        connection.execute(update(runs).values(token="another launch"))
    step = store.run(run.name).step
    worker.wait(timeout=5)
    now = store.run(run.name)
    assert now.step <= step + 1
    assert "taken this run over" in now.log_tail()


def test_a_killed_worker_leaves_no_process_beside_it(store, monkeypatch):
    monkeypatch.setenv("FAKE_FIT", "assisted")
    [run] = launcher(store, FAKE_WORKER).submit(config())
    introduced = run.folder / "assistant"
    deadline = time.monotonic() + 20
    while not (introduced.exists() and introduced.read_text()):
        assert time.monotonic() < deadline, run.log_tail()
        time.sleep(0.05)
    assistant = psutil.Process(int(introduced.read_text()))
    try:
        worker_of(store, run).kill()
        psutil.wait_procs([assistant], timeout=5)
        assert not assistant.is_running()
    finally:
        if assistant.is_running():
            assistant.kill()
    assert "first process is gone" in store.run(run.name).log_tail()


def test_a_process_beside_the_first_ends_without_an_error_when_all_stop(store, monkeypatch):
    """Of one that has ended with an error Lightning would kill the first."""
    monkeypatch.setenv("FAKE_FIT", "stopping")
    [run] = launcher(store, FAKE_WORKER).submit(config())
    run = wait(store, run.name, "stopped")
    assert (run.folder / "ended").read_text() == "0"
    assert "Traceback" not in run.log_tail()


def test_a_worker_outlives_a_kill_of_the_process_that_started_it(store):
    code = (
        "import os, signal; from resnet_viz.runs import Store;"
        "from tests.unit import runs_support as s;"
        "s.launcher(Store(), s.FAKE_WORKER).submit(s.config(), s.config());"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", code], env=environment, timeout=60)
    assert killed.returncode == -9
    first, second = "resnet20-digits-seed0-2", "resnet20-digits-seed0-3"
    assert wait(store, first, "finished").step == 40
    assert wait(store, second, "finished").step == 40  # started by the first one's worker
