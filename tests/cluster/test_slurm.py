"""A real Slurm: runs finish, stop, outlive their time limit, and are interrupted by its users."""

import dataclasses
import subprocess
import time

import pytest

from resnet_viz.runs import Launcher
from resnet_viz.runs.engines.orders import Order
from tests.cluster.processes import until
from tests.cluster.slurm_server import LACKING, slurm
from tests.cluster.support import WANTED, follow
from tests.unit.runs_support import FAKE_WORKER, config, wait
from tests.unit.store_support import file_store

__all__ = ["file_store"]

pytestmark = [
    WANTED,
    pytest.mark.skipif(bool(LACKING), reason=f"Slurm is not installed: no {', '.join(LACKING)}"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with slurm(tmp_path_factory.mktemp("slurm"), cpus=4) as config:
        yield config


@pytest.fixture
def starter(cluster, file_store, monkeypatch):
    """A launcher of workers that pretend, a step in a twentieth of a second."""
    monkeypatch.setenv("SLURM_CONF", str(cluster))
    monkeypatch.setenv("FAKE_PAUSE", "0.05")
    return Launcher(file_store, FAKE_WORKER)


def test_a_network_is_trained_by_sbatch(cluster, file_store, monkeypatch):
    monkeypatch.setenv("SLURM_CONF", str(cluster))
    starter = Launcher(file_store)
    has = starter.queues.resources("slurm")
    assert (has.cpus, has.cpus_free, has.gpus, has.nodes) == (4, 4, 0, 1)
    given = config("resnet20", data="digits", epochs=1)
    [run] = starter.submit(given, engine="slurm")
    assert run.job.isdigit()
    run = follow(starter, run, "finished")
    assert run.latest["test_accuracy"] > 50
    assert "srun" not in run.log_tail()  # it does not join the allocation, nor is advised to


def test_many_runs_are_one_array_and_each_trains_its_own(starter):
    many = starter.submit(*(config(seed=seed) for seed in range(3)), engine="slurm")
    [array] = {run.job.partition("_")[0] for run in many}
    assert [run.job for run in many] == [f"{array}_{index}" for index in range(3)]
    for run in many:
        assert follow(starter, run, "finished").step == 40
        assert (run.folder / "fake.state").read_text() == "40"


def test_a_run_stops_by_itself_and_goes_on_as_another_job(starter, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.2")
    [run] = starter.submit(config(), engine="slurm")
    until(lambda: starter.store.run(run.id).step >= 2, 60, run.log_tail)
    starter.stop(run.name)
    stopped = wait(starter.store, run.name, "stopped")
    assert 2 <= stopped.step < 40
    monkeypatch.setenv("FAKE_PAUSE", "0")
    again = starter.resume(run.name)
    assert again.job != run.job
    follow(starter, run, "finished")
    assert starter.store.steps(run.id)["step"].tolist() == list(range(1, 41))


def test_one_that_waits_in_slurm_is_taken_out_of_its_queue(starter, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_SLURM_OPTIONS", "--begin=now+1hour")
    [run] = starter.submit(config(), engine="slurm")
    starter.pump()
    assert starter.store.run(run.id).status == "queued"
    starter.stop(run.name)
    assert starter.queues.engine("slurm").poll([run.job]) == {}


@pytest.mark.parametrize("begun", [True, False])
def test_scancel_interrupts_a_run_which_can_be_resumed(starter, monkeypatch, begun):
    monkeypatch.setenv("FAKE_PAUSE", "0.2")
    if not begun:
        monkeypatch.setenv("RESNET_VIZ_SLURM_OPTIONS", "--begin=now+1hour")
    [run] = starter.submit(config(), engine="slurm")
    if begun:
        until(lambda: starter.store.run(run.id).step >= 2, 60, run.log_tail)
    subprocess.run(["scancel", run.job], check=True)
    cancelled = follow(starter, run, "interrupted")
    assert (cancelled.step >= 2) == begun
    assert "resume" in cancelled.error


def test_a_time_limit_lets_a_run_save_and_slurm_starts_it_again(starter, monkeypatch):
    """The limit is a minute, the shortest there is; Slurm may signal half a minute early."""
    monkeypatch.setenv("FAKE_PAUSE", "1.5")
    monkeypatch.setenv("RESNET_VIZ_SLURM_OPTIONS", "--time=1 --signal=B:USR1@50")
    begun = time.monotonic()
    [run] = starter.submit(config(), engine="slurm")
    until(lambda: starter.store.run(run.id).step >= 1, 60, run.log_tail)
    waits = follow(starter, run, "queued")
    saved = int((run.folder / "fake.state").read_text())
    assert 1 <= saved < 40
    assert (waits.job, waits.error) == (run.job, None)
    order = Order.read(run.folder)
    order = dataclasses.replace(order, environment=order.environment | {"FAKE_PAUSE": "0"})
    order.write(run.folder)
    follow(starter, run, "finished")
    assert starter.store.steps(run.id)["step"].tolist() == list(range(1, 41))
    assert run.log_tail().count("---") == 2
    print(f"signalled, queued and finished again within {time.monotonic() - begun:.0f} s")
