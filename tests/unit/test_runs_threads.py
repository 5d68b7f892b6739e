"""Threads of runs: settled at the start, never more in all than are free, kept with the run."""

import json
import os
import time

import pytest
from sqlalchemy import select, update

from resnet_viz import cli
from resnet_viz.runs import RunError, environment, machine, threads
from resnet_viz.runs.database import runs
from resnet_viz.training.threads import useful
from tests.unit.runs_support import config, launcher, wait, worker_of
from tests.unit.store_support import store

__all__ = ["store"]

LARGE = {"architecture": "resnet20", "data": "cifar10", "recipe": "paper"}  # work for many threads


@pytest.fixture
def cores(monkeypatch):
    def have(number):
        monkeypatch.setattr(machine, "cores", lambda: number)
        monkeypatch.setattr(machine, "gpus", tuple)

    return have


def given(store, *found):
    return [store.run(run.id).config.threads for run in found]


def test_a_network_of_small_maps_has_work_for_one_thread():
    assert [useful(config(name)) for name in ("plain20", "resnet56", "resnet110")] == [1, 1, 1]
    assert useful(config(**LARGE)) > 4
    assert useful(config(**LARGE, batch_size=2)) == 1
    tuned = config("resnet18", recipe="finetune", start="imagenet", data="cifar10")
    assert useful(tuned) > 4


def test_runs_have_no_more_threads_in_all_than_cores_less_one_for_the_server(store, cores):
    cores(8)
    store.note_server()
    start = launcher(store)
    store.set_slots(3)
    first = start.submit(config(**LARGE))
    pair = start.submit(config(**LARGE), config(**LARGE), together=True)
    last = start.submit(config(**LARGE))
    assert given(store, *first, *pair, *last) == [2, 1, 1, 3]
    assert store.threads_taken() == 7


def test_every_process_of_a_run_has_its_threads(store, cores):
    cores(8)
    store.set_slots(2)
    asked, other = launcher(store).submit(
        config(**LARGE, device="cpu:3"), config(**LARGE), together=True
    )
    assert given(store, asked, other) == [1, 1]
    assert store.threads_taken() == 4
    [last] = launcher(store).submit(config(**LARGE, device="cpu:2"))
    assert given(store, last) == [2]
    assert store.threads_taken() == 8
    assert useful(config(**LARGE, device="cpu:4")) == useful(config(**LARGE)) // 4


def test_a_run_alone_has_every_core_where_no_server_serves(store, cores):
    cores(4)
    [run] = launcher(store).submit(config(**LARGE))
    assert given(store, run) == [4]
    worker = worker_of(store, run)
    deadline = time.monotonic() + 10
    while worker.environ().get("OMP_NUM_THREADS") != "4":  # there is none while it becomes itself
        assert time.monotonic() < deadline


def test_a_server_that_is_gone_wants_no_core(store, cores, monkeypatch):
    cores(4)
    store.note_server()
    with store.database.reading() as connection:
        assert threads.free(connection, []) == 3
        monkeypatch.setattr(threads.psutil.Process, "create_time", lambda _: 0.0)
        assert threads.free(connection, []) == 4


def test_two_runs_that_are_let_run_together_get_one_each_on_two_cores(store, cores):
    cores(2)
    store.note_server()
    found = launcher(store).submit(config(**LARGE), config(**LARGE), names=["a", "b"])
    assert given(store, *found) == [1, None]  # settled when it starts
    store.set_slots(2)
    launcher(store).pump()
    assert given(store, *found) == [1, 1]


def test_threads_that_wait_do_so_for_a_bounded_time(store, cores, monkeypatch):
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    [run] = launcher(store).submit(config())
    assert int(worker_of(store, run).environ()["GOMP_SPINCOUNT"]) <= 1000
    monkeypatch.setenv("GOMP_SPINCOUNT", "5")
    assert environment.inherited()["GOMP_SPINCOUNT"] == "5"  # the person's own choice


def test_threads_of_a_command_wait_for_a_bounded_time_too(home, monkeypatch):
    """The server's among them: what it computes has to share the cores with whatever else runs."""
    for name in machine.WAITING:
        monkeypatch.setenv(name, "of the person")
        monkeypatch.delenv(name)
    monkeypatch.setenv("KMP_BLOCKTIME", "7")
    assert cli.main(["settings"]) == 0
    assert os.environ["GOMP_SPINCOUNT"] == machine.WAITING["GOMP_SPINCOUNT"]
    assert os.environ["KMP_BLOCKTIME"] == "7"


def test_a_run_is_resumed_with_the_threads_that_it_began_with(store, cores):
    cores(4)
    start = launcher(store)
    [run] = start.submit(config(**LARGE))
    worker_of(store, run).kill()
    wait(store, run.name, "interrupted", seconds=2)
    cores(2)
    store.note_server()
    start.resume(run.name)
    assert given(store, run) == [4]
    with store.database.reading() as connection:
        kept = connection.scalar(select(runs.c.config))
    assert json.loads(kept)["threads"] == 4


def test_what_a_person_asks_for_is_given(store, cores):
    cores(4)
    store.note_server()
    asked, other = launcher(store).submit(
        config(**LARGE, threads=2), config(**LARGE), together=True
    )
    assert given(store, asked, other) == [2, 1]


def test_a_run_of_another_machine_takes_no_threads_of_this_one(store, cores):
    cores(4)
    store.set_slots(2)
    [far] = launcher(store).submit(config(**LARGE))
    with store.database.writing() as connection:
        connection.execute(update(runs).values(host="elsewhere"))
    [near] = launcher(store).submit(config(**LARGE))
    assert given(store, far, near) == [2, 4]
    assert store.threads_taken() == 4


@pytest.mark.parametrize(
    ("number", "gpus", "most", "reason"),
    [
        (1, (), 2, "this machine has 1 core, and runs that share one slow each other down"),
        (8, (), 8, "this machine has 8 cores"),
        (8, ("0", "1"), 8, "this machine has 2 GPUs, and more than 4 runs slow one down"),
    ],
)
def test_runs_at_once_are_bounded_by_the_machine_which_says_why(
    store, cores, monkeypatch, number, gpus, most, reason
):
    cores(number)
    monkeypatch.setattr(machine, "gpus", lambda: gpus)
    store.set_slots(most)
    with pytest.raises(RunError, match=f"from 1 to {most}, because {reason}.*not {most + 1}"):
        store.set_slots(most + 1)
    cores(2)
    monkeypatch.setattr(machine, "gpus", tuple)
    assert store.settings.slots == 2  # what a larger machine was told
