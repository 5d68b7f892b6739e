"""A real Ray of two nodes on this machine: one of them dies, and no run is lost."""

import time
from dataclasses import replace

import pytest
import requests

from resnet_viz.runs import Launcher
from resnet_viz.runs.engines import EngineError
from resnet_viz.runs.engines.ray_jobs import ADDRESS_VARIABLE
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_plan import Study
from tests.cluster import ray_server
from tests.cluster.processes import end, family, until
from tests.cluster.support import WANTED, follow
from tests.unit.runs_support import FAKE_WORKER, config, worker_of
from tests.unit.store_support import file_store

__all__ = ["file_store"]

CPUS, SEEDS = 3, tuple(range(6))  # of a node, and of each of the study's two networks

pytestmark = [
    WANTED,
    pytest.mark.skipif(not ray_server.IS_THERE, reason="Ray is not installed"),
]


@pytest.fixture(scope="module")
def cluster():
    with ray_server.head(cpus=CPUS, FAKE_PAUSE="0.1") as cluster:
        yield cluster


def test_a_node_dies_and_a_study_goes_on_elsewhere(cluster, file_store):
    starter = Launcher(file_store, FAKE_WORKER)
    studies = Studies(starter)
    plan = Study(name="deep", architectures=("plain20", "resnet20"), seeds=SEEDS, restarts=1)
    with cluster.node("second", cpus=CPUS) as node:
        assert starter.queues.resources("ray").cpus == 2 * CPUS
        studies.submit(plan, engine="ray")
        found = file_store.runs()
        assert sum(bool(run.job) for run in found) == 2 * CPUS  # one a CPU

        def there():
            starter.pump()
            processes = {process.pid for process in family(node)}
            for run in file_store.runs():
                if run.status == "running" and run.step >= 3:
                    worker = worker_of(file_store, run)
                    if worker.pid in processes:
                        return run
            return None

        until(there, 60, lambda: str(file_store.runs()))
        victim = there()
        token = victim.job
        end(node)
        died = time.monotonic()
        until(
            lambda: starter.pump() == [] and file_store.run(victim.id).restarts == 0,
            30,
            lambda: str(file_store.run(victim.id)),
        )
        assert time.monotonic() - died < 30
    for run in found:
        follow(starter, run, "finished", seconds=90)
        assert file_store.steps(run.id)["step"].tolist() == list(range(1, 41))
    left = [run.restarts for run in file_store.runs()]
    assert 1 <= left.count(0) <= CPUS  # those that were on the node
    assert left.count(1) == len(found) - left.count(0)
    assert file_store.run(victim.id).job != token
    assert studies.standing("deep").counts["finished"] == len(found) == 12


def test_a_run_stops_after_its_step_and_one_that_waits_leaves_the_queue(cluster, file_store):
    starter = Launcher(file_store, FAKE_WORKER)
    wide = config(threads=CPUS)
    first, second = starter.submit(wide, replace(wide, seed=1), engine="ray")
    assert (bool(first.job), second.job) == (True, None)
    until(lambda: file_store.run(first.id).step >= 2, 60, first.log_tail)
    starter.stop(second.name)
    starter.stop(first.name)
    stopped = follow(starter, first, "stopped")
    assert 2 <= stopped.step < 40
    assert file_store.run(second.id).status == "stopped"
    until(lambda: starter.queues.resources("ray").cpus_free == CPUS, 30, lambda: "still in use")


def test_a_job_that_does_not_end_is_ended(cluster, file_store):
    starter = Launcher(file_store, ("/bin/sh", "-c", "exec sleep 300"))
    [run] = starter.submit(config(), engine="ray")
    engine = starter.queues.engine("ray")
    until(lambda: engine.poll([run.job]) == {run.job: "running"}, 30, lambda: engine.logs(run.job))
    engine.stop(run.job)
    assert follow(starter, run, "interrupted", seconds=30).step == 0
    engine.stop("no such job")
    assert engine.poll(["no such job"]) == {"no such job": "ended"}


def test_nobody_without_the_token_can_use_it(cluster, file_store, monkeypatch):
    address = cluster.variables[ADDRESS_VARIABLE]
    assert requests.get(f"{address}/api/version", timeout=10).status_code == 401
    monkeypatch.setenv("RAY_AUTH_TOKEN", "f" * 64)
    with pytest.raises(EngineError, match="RAY_AUTH_TOKEN"):
        Launcher(file_store).submit(config(), engine="ray")
    assert file_store.runs() == []
