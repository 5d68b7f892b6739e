"""Engines with queues of their own: runs are handed over once, followed there, and never lost."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

import pytest
from sqlalchemy import select, update

from resnet_viz import cli
from resnet_viz.runs import Launcher, RunError, environment
from resnet_viz.runs.database import runs
from resnet_viz.runs.engines import ENGINES, VARIABLE, EngineError, Job
from resnet_viz.runs.engines.engine import ENDED
from resnet_viz.runs.engines.orders import Order, order
from tests.unit.engine_support import told, tool, tools
from tests.unit.runs_support import FAKE_WORKER, SLEEPER, config, launcher, wait, worker_of
from tests.unit.store_support import file_store, store

__all__ = ["file_store", "store", "told", "tools"]


def change(store, run, **values):
    with store.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(values))


def token_of(store, run):
    with store.database.reading() as connection:
        return connection.scalar(select(runs.c.token).where(runs.c.id == run.id))


def work(run, token, **variables):
    """Start what the engine would have started."""
    run.folder.mkdir(exist_ok=True)
    variables = {environment.ENGINE_HERE: "slurm", environment.JOB_HERE: "7"} | variables
    return subprocess.Popen([*FAKE_WORKER, run.id, token], env=environment.inherited() | variables)


def test_a_run_waits_in_the_engines_queue_until_its_worker_begins(store, told):
    starter = launcher(store)
    starter.submit(config(), names=["here"])
    [far] = starter.submit(config(), names=["far"], engine="told")
    assert (far.status, far.engine, far.job) == ("queued", "told", "job 0")
    assert (store.run("here").status, store.run("here").engine) == ("running", "local")
    assert starter.pump() == []
    assert list(told.jobs) == ["job 0"]
    assert work(far, told.jobs["job 0"].token).wait(30) == 0
    assert (store.run("far").status, store.run("far").step) == ("finished", 40)
    assert store.run("far").started is not None


def test_an_engines_run_takes_no_slot_of_this_machine(store, told):
    starter = launcher(store)
    [far] = starter.submit(config(), engine="told")
    change(store, far, status="running", slot=0)
    [near] = starter.submit(config())
    assert near.status == "running"


def test_a_job_that_ends_without_a_word_leaves_an_interrupted_run_that_can_be_resumed(store, told):
    starter = launcher(store)
    [run] = starter.submit(config(), engine="told")
    told.states["job 0"] = ENDED
    starter.pump()
    assert store.run(run.id).status == "interrupted"
    assert "Told ended its job" in store.run(run.id).error
    assert starter.queues.logs(store.run(run.id)) == "what the engine says of job 0"
    again = starter.resume(run.id)
    assert (again.status, again.engine, again.job, again.error) == ("queued", "told", "job 1", None)
    assert told.jobs["job 1"].token != told.jobs["job 0"].token


def test_one_that_leaves_the_queue_is_stopped_in_the_engine_and_its_late_worker_goes(
    file_store, told
):
    starter = launcher(file_store)
    [run] = starter.submit(config(), engine="told")
    assert starter.stop(run.name).status == "stopped"
    assert told.stopped == ["job 0"]
    assert work(run, told.jobs["job 0"].token).wait(30) == 0
    assert (file_store.run(run.id).status, file_store.run(run.id).step) == ("stopped", 0)


def test_an_engine_that_does_not_answer_keeps_runs_waiting_and_they_say_why(store, told):
    starter = launcher(store)
    told.most = 0
    [run] = starter.submit(config(), engine="told")
    told.absent = True
    with pytest.raises(EngineError, match="No told cluster"):
        starter.submit(config(), engine="told")
    starter.pump()
    run = store.run(run.id)
    assert (run.status, run.job) == ("queued", None)
    assert run.error == "No told cluster answers: start one."
    told.absent, told.most = False, 1
    starter.pump()
    now = store.run(run.id)
    assert (now.status, now.job, now.error) == ("queued", "job 0", None)


def test_what_was_to_be_handed_over_by_a_process_that_died_is_handed_over_again(store, told):
    starter = launcher(store)
    [run] = starter.submit(config(), engine="told")
    change(store, run, job=None)
    starter.pump()
    assert store.run(run.id).job is None  # someone may be about to write it
    change(store, run, job=None, beat=time.time() - 3600)
    starter.pump()
    assert store.run(run.id).job == "job 1"


def test_no_more_is_handed_over_than_the_engine_takes(store, told):
    told.most = 2
    starter = launcher(store)
    found = starter.submit(*(config(seed=seed) for seed in range(3)), engine="told")
    assert [run.job for run in found] == ["job 0", "job 1", None]
    change(store, found[0], status="finished")
    starter.pump()
    assert store.run(found[2].id).job == "job 2"


def test_two_launchers_hand_a_run_over_once(store, told, monkeypatch):
    first, second = launcher(store), launcher(store)
    takes = told.takes

    def meanwhile(there, waiting):
        monkeypatch.setattr(told, "takes", takes)
        second.queues._ask("told")
        return takes(there, waiting)

    monkeypatch.setattr(told, "takes", meanwhile)
    [run] = first.submit(config(), engine="told")
    assert list(told.jobs) == ["job 0"]
    assert store.run(run.id).job == "job 0"


def test_a_run_that_does_not_stop_by_itself_is_ended_by_its_engine(store, told):
    starter = launcher(store)
    [run] = starter.submit(config(), engine="told")
    change(store, run, status="running", beat=time.time() + 3600)
    starter.stop(run.name)
    starter.pump()
    assert told.stopped == []  # it may still save
    change(store, run, stop_asked=time.time() - 3600)
    starter.pump()
    assert told.stopped == ["job 0"]
    assert store.run(run.id).status == "stopped"


@pytest.mark.parametrize("engine", ["local", "told"])
def test_a_run_whose_worker_is_gone_goes_on_by_itself_as_often_as_it_was_told(store, told, engine):
    starter = launcher(store)
    [run] = starter.submit(config(), engine=engine, restarts=1)

    def lose():
        if engine == "local":
            worker_of(store, store.run(run.id)).kill()
            wait(store, run.name, "interrupted", seconds=5)
        else:
            change(store, run, status="running", host="elsewhere", beat=time.time() - 30)

    before = token_of(store, run)
    lose()
    starter.pump()
    now = store.run(run.id)
    assert (now.restarts, now.status) == (0, "running" if engine == "local" else "queued")
    assert token_of(store, run) not in (None, before)
    lose()
    starter.pump()
    assert store.run(run.id).status == "interrupted"


def test_a_run_that_was_asked_to_stop_does_not_go_on_by_itself(file_store):
    starter = launcher(file_store)
    [run] = starter.submit(config(), restarts=3)
    starter.stop(run.name)
    worker_of(file_store, run).kill()
    wait(file_store, run.name, "interrupted", seconds=5)
    starter.pump()
    assert (file_store.run(run.id).status, file_store.run(run.id).restarts) == ("interrupted", 3)


def test_the_worker_of_a_job_starts_nothing_on_its_machine(file_store, told, monkeypatch):
    launcher(file_store).submit(config(), config(seed=1), names=["a", "b"])
    file_store.set_slots(2)
    monkeypatch.setenv(environment.ENGINE_HERE, "told")
    assert launcher(file_store).pump() == []
    assert file_store.run("b").status == "queued"
    monkeypatch.delenv(environment.ENGINE_HERE)
    assert [run.name for run in launcher(file_store).pump()] == ["b"]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, "interrupted"), (signal.SIGUSR1, "queued")]
)
def test_an_engines_signal_lets_a_run_save_and_go_on_later(file_store, told, tools, number, status):
    asked = tool(tools, "scontrol")
    [run] = launcher(file_store).submit(config(), engine="told")
    token = told.jobs["job 0"].token
    worker = work(run, token, FAKE_PAUSE="0.05")
    while file_store.run(run.id).step < 2:
        time.sleep(0.02)
    worker.send_signal(number)
    assert worker.wait(30) == 0
    now = file_store.run(run.id)
    assert now.status == status
    assert 2 <= int((run.folder / "fake.state").read_text()) < 40
    assert asked.exists() == (status == "queued")
    if status == "queued":
        assert asked.read_text().split() == ["requeue", "7"]
        assert work(run, token).wait(30) == 0  # what Slurm then starts again
        assert file_store.run(run.id).status == "finished"
        assert file_store.steps(run.id)["step"].tolist() == list(range(1, 41))


def test_a_job_that_cannot_be_queued_again_is_interrupted_with_the_reason(file_store, told, tools):
    tool(tools, "scontrol", "slurm_requeue error: Access denied", code=1)
    [run] = launcher(file_store).submit(config(), engine="told")
    worker = work(run, told.jobs["job 0"].token, FAKE_PAUSE="0.05")
    while file_store.run(run.id).step < 2:
        time.sleep(0.02)
    worker.send_signal(signal.SIGUSR1)
    assert worker.wait(30) == 1
    assert file_store.run(run.id).status == "interrupted"
    assert "Access denied" in file_store.run(run.id).error


def test_a_local_worker_does_not_take_itself_for_a_part_of_an_allocation(file_store, monkeypatch):
    allocation = {
        "SLURM_NTASKS": "4",
        "SLURM_JOB_ID": "1",
        "SLURM_PROCID": "2",
        "WORLD_SIZE": "8",
        "RANK": "3",
        "LOCAL_RANK": "1",
        "TORCHELASTIC_RUN_ID": "x",
        "MASTER_ADDR": "head",
        "PMI_RANK": "1",
        environment.ENGINE_HERE: "slurm",
    }
    for name, value in {**allocation, "SLURM_CONF": "/conf", "MINE": "1"}.items():
        monkeypatch.setenv(name, value)
    found = environment.inherited()
    assert not allocation.keys() & found.keys()
    assert (found["SLURM_CONF"], found["MINE"]) == ("/conf", "1")
    monkeypatch.delenv(environment.ENGINE_HERE)
    [run] = launcher(file_store, FAKE_WORKER).submit(config())
    assert wait(file_store, run.name, "finished").step == 40  # and no assistant of another process


def test_an_order_is_for_its_owner_alone_and_becomes_the_worker(file_store, told, tmp_path):
    [run] = launcher(file_store).submit(config(), engine="told")
    job = told.jobs["job 0"]
    secret = {"RESNET_VIZ_STORE": file_store.url, "PASSWORD_OF_STORE": "secret"}
    order(job, "told", FAKE_WORKER, called="job 0", told=secret)
    path = run.folder / "order.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in repr(Order.read(run.folder)) + repr(job)
    command = [sys.executable, "-m", "resnet_viz.runs.worker.job", str(run.folder), job.token]
    there = {"PATH": os.environ["PATH"], "SLURM_NTASKS": "2", "LOCAL_RANK": "0"}
    assert subprocess.run(command, env=there, timeout=60).returncode == 0
    assert file_store.run(run.id).status == "finished"
    assert run.log_tail().startswith("---")


def test_threads_of_an_engines_run_are_settled_once(file_store, told, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_ENGINE_CPUS", "3")
    first, second = launcher(file_store).submit(config(), config(threads=2, seed=1), engine="told")
    assert (first.config.threads, second.config.threads) == (3, 2)
    assert told.jobs["job 0"].environment["OMP_NUM_THREADS"] == "3"
    monkeypatch.setenv("RESNET_VIZ_ENGINE_CPUS", "many")
    [third] = launcher(file_store).submit(config(seed=2), engine="told")
    assert "RESNET_VIZ_ENGINE_CPUS" in third.error


def test_the_engine_is_chosen_by_the_flag_then_the_environment_then_the_settings(
    file_store, told, monkeypatch, capsys
):
    def chosen():
        return launcher(file_store).submit(config())[0].engine

    assert chosen() == "local"
    assert cli.main(["settings", "--engine", "told"]) == 0
    assert "Told: 1 of 4 CPUs free, no GPU, 1 node" in capsys.readouterr().out
    assert chosen() == "told"
    monkeypatch.setenv(VARIABLE, "local")
    assert chosen() == "local"
    assert cli.main(["train", "resnet20", "--engine", "told", "--restarts", "2", "--detach"]) == 0
    newest = file_store.runs()[0]
    assert (newest.engine, newest.restarts) == ("told", 2)
    capsys.readouterr()
    assert cli.main(["runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["engine"] for run in listed] == ["told", "local", "told", "local"]
    assert listed[0]["job"] == "job 1"


def test_an_engine_that_there_is_not_is_refused_before_anything_waits(file_store, monkeypatch):
    with pytest.raises(EngineError, match="choose local, ray, slurm"):
        launcher(file_store).submit(config(), engine="abacus")
    with pytest.raises(RunError, match="abacus"):
        file_store.set_engine("abacus")
    assert file_store.runs() == []


def test_an_engine_across_machines_needs_a_store_that_they_share(store, told):
    told.is_here = lambda: False
    if store.database.is_shared:
        assert launcher(store).submit(config(), engine="told")[0].job
        return
    with pytest.raises(RunError, match="PostgreSQL"):
        launcher(store).submit(config(), engine="told")
    assert store.runs() == []


def test_processes_are_an_engine_like_the_others(file_store):
    [run] = Launcher(file_store, SLEEPER).submit(config())
    engine = ENGINES["local"].engine(SLEEPER)
    assert engine.poll([run.job]) == {run.job: "running"}
    engine.stop(run.job)
    wait(file_store, run.name, "interrupted", seconds=5)
    assert engine.poll([run.job]) == {run.job: ENDED}
    assert engine.resources().cpus >= 1
    assert isinstance(Job("a", "b", run.folder, config(), {}).arguments, tuple)


def test_a_deleted_run_leaves_its_engines_queue(file_store, told):
    starter = launcher(file_store)
    [run] = starter.submit(config(), engine="told")
    starter.delete(run.name)
    assert told.stopped == ["job 0"]
    assert file_store.runs() == []
