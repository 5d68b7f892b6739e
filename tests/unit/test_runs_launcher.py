"""The queue and its workers: order, slots, pairs, and no run started twice."""

import multiprocessing
import os
import sys
import time
import types

import psutil
import pytest
from sqlalchemy import delete, func, select, update

from resnet_viz.runs import RunError, machine
from resnet_viz.runs.database import HISTORY, runs
from resnet_viz.runs.worker import ending
from tests.unit.runs_support import (
    FAKE_WORKER,
    config,
    end_workers,
    launcher,
    pump_at_once,
    wait,
    worker_of,
)
from tests.unit.store_support import file_store, store

__all__ = ["file_store", "store"]


def statuses(store):
    return {run.name: run.status for run in store.runs()}


def end(store, name):
    worker_of(store, store.run(name)).kill()
    wait(store, name, "interrupted", seconds=2)


def test_runs_wait_for_a_slot_and_start_in_order(store):
    starter = launcher(store)
    starter.submit(config(), config(), config(), names=["a", "b", "c"])
    assert statuses(store) == {"a": "running", "b": "queued", "c": "queued"}
    assert starter.pump() == []
    end(store, "a")
    assert [run.name for run in starter.pump()] == ["b"]
    starter.resume("a")
    end(store, "b")
    assert [run.name for run in starter.pump()] == ["c"]
    assert statuses(store) == {"a": "queued", "b": "interrupted", "c": "running"}


def test_a_pair_shares_one_slot_and_starts_together(store):
    starter = launcher(store)
    starter.submit(config(), names=["before"])
    plain, residual = starter.submit(
        config("plain20"), config("resnet20"), names=["plain", "residual"], together=True
    )
    starter.submit(config(), names=["after"])
    assert plain.pair == residual.pair is not None
    end(store, "before")
    assert [run.name for run in starter.pump()] == ["plain", "residual"]
    end(store, "plain")
    assert starter.pump() == []  # the residual half still has the slot
    starter.resume("plain")
    assert statuses(store)["plain"] == "running"  # beside its half, past the one that waits
    end(store, "plain")
    end(store, "residual")
    assert [run.name for run in starter.pump()] == ["after"]


def test_more_slots_run_more_at_once(store):
    store.set_slots(2)
    launcher(store).submit(config(), config(), config(), names=["a", "b", "c"])
    assert list(statuses(store).values()) == ["queued", "running", "running"]
    with store.database.reading() as connection:
        slots = connection.scalars(select(runs.c.slot).order_by(runs.c.name)).all()
    assert slots == [0, 1, None]


def test_a_worker_starts_the_next_one_when_no_server_is_left(store):
    launcher(store, FAKE_WORKER).submit(config(), config(), names=["a", "b"])
    assert wait(store, "b", "finished").step == 40
    assert store.run("a").status == "finished"
    assert store.epochs("b")["epoch"].tolist() == [1, 2, 3, 4]


def test_several_servers_never_start_a_run_twice(store, tmp_path, monkeypatch):
    # A spawned process runs the parent's main script first. After a test of a page that would be
    # the dashboard, a fourth server whose workers are no echoes.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    rounds, servers = 12, 3
    store.set_slots(2)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(servers + 1)
    processes = [
        context.Process(
            target=pump_at_once, args=(store.url, str(tmp_path), barrier, rounds), daemon=True
        )
        for _ in range(servers)
    ]
    for process in processes:
        process.start()
    filler = launcher(store)
    filler.pump = list
    started = []
    for number in range(rounds):
        names = [f"round {number} {letter}" for letter in "abcd"]
        filler.submit(*[config()] * 4, names=names)
        barrier.wait(60)
        barrier.wait(60)
        now = statuses(store)
        assert [now[name] for name in names] == ["running", "running", "queued", "queued"]
        started += [store.run(name).id for name in names[:2]]
        deadline = time.monotonic() + 60
        launched = tmp_path / "launches"
        while not launched.exists() or len(launched.read_text().split()) < len(started):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        end_workers(store)
        with store.database.writing() as connection:
            connection.execute(delete(runs))
    for process in processes:
        process.join(20)
        assert process.exitcode == 0
    assert sorted(launched.read_text().split()) == sorted(started)


def test_stopping_waits_for_the_step_and_resuming_goes_on_from_it(store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.05")
    starter = launcher(store, FAKE_WORKER)
    [run] = starter.submit(config())
    deadline = time.monotonic() + 20
    while not store.run(run.name).step:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    starter.stop(run.name)
    monkeypatch.setenv("FAKE_PAUSE", "0")  # of the worker that goes on
    stopped = wait(store, run.name, "stopped", seconds=5)
    assert 0 < stopped.step < 40
    assert stopped.ended is not None
    starter.resume(run.name)
    finished = wait(store, run.name, "finished")
    assert finished.step == 40
    assert store.steps(run.name)["step"].tolist() == list(range(1, 41))
    assert store.epochs(run.name)["train_loss"].tolist() == [1 / 10, 1 / 20, 1 / 30, 1 / 40]
    assert finished.started == stopped.started


def test_a_signal_stops_a_worker_cleanly(store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.05")
    [run] = launcher(store, FAKE_WORKER).submit(config())
    deadline = time.monotonic() + 20
    while not store.run(run.name).step:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker_of(store, run).terminate()
    assert 0 < wait(store, run.name, "stopped", seconds=5).step < 40


def test_what_waits_can_be_stopped_and_resumed(store):
    starter = launcher(store)
    starter.submit(config(), config(), names=["a", "b"])
    assert starter.stop("b").status == "stopped"
    end(store, "a")
    assert starter.pump() == []
    assert starter.resume("b").status == "running"


@pytest.mark.parametrize(
    ("status", "action", "sentence"),
    [
        ("running", "resume", "a is running: there is nothing to resume"),
        ("queued", "resume", "a is queued: there is nothing to resume"),
        ("finished", "resume", "a is finished: there is nothing to resume"),
        ("finished", "stop", "a is finished: only what runs or waits"),
        ("interrupted", "stop", "a is interrupted: only what runs or waits"),
        ("running", "delete", "a is running: stop it before you delete it"),
    ],
)
def test_what_cannot_be_done_is_refused(store, status, action, sentence):
    starter = launcher(store)
    starter.submit(config(), names=["a"])
    with store.database.writing() as connection:
        connection.execute(update(runs).values(status=status))
    with pytest.raises(RunError, match=sentence):
        getattr(starter, action)("a")
    assert store.run("a").status == status


def test_deleting_leaves_nothing_behind(store):
    starter = launcher(store, FAKE_WORKER)
    [run] = starter.submit(config(), names=["a"])
    wait(store, "a", "finished")
    assert run.folder.is_dir()
    starter.delete("a")
    assert store.runs() == []
    assert not run.folder.exists()
    with store.database.reading() as connection:
        left = [connection.scalar(select(func.count()).select_from(table)) for table in HISTORY]
    assert left == [0, 0, 0]


def test_a_file_that_its_worker_removes_meanwhile_does_not_keep_a_folder(file_store, monkeypatch):
    [run] = launcher(file_store).submit(config())
    end(file_store, run.name)
    ending.set_aside(run.folder)
    unlink = os.unlink

    def removed_by_the_worker(*arguments, **options):
        monkeypatch.setattr(os, "unlink", unlink)
        unlink(*arguments, **options)
        raise FileNotFoundError

    monkeypatch.setattr(os, "unlink", removed_by_the_worker)
    launcher(file_store).delete(run.name)
    assert not run.folder.exists()


def test_names_are_unique_and_plain(store):
    starter = launcher(store)
    made = [starter.submit(config("plain56", seed=4))[0].name for _ in range(3)]
    assert made == [f"plain56-digits-seed4{suffix}" for suffix in ("", "-2", "-3")]
    [run] = starter.submit(config(), names=["  Größe 10.5_b-c "])
    assert run.name == "Größe 10.5_b-c"
    assert starter.rename(run.name, "other").id == run.id
    assert starter.rename("other", "other").name == "other"
    with pytest.raises(RunError, match="already a run named other"):
        starter.submit(config(), names=["other"])
    with pytest.raises(RunError, match="already a run named other"):
        starter.rename(made[0], "other")
    for wrong in ("", " ", "x" * 81, "../up", "a/b", "<b>", "-rf", ".", "a\nb", "a;b"):
        with pytest.raises(RunError, match="1 to 80 letters"):
            starter.rename("other", wrong)
    assert len(store.runs()) == 4


def test_a_refused_submission_queues_none_of_its_runs(store):
    with pytest.raises(RunError, match="already a run named a"):
        launcher(store).submit(config(), config(), names=["a", "a"])
    assert store.runs() == []


def test_a_folder_of_data_is_found_from_anywhere(store, tmp_path, monkeypatch):
    (tmp_path / "my photos").mkdir()
    monkeypatch.chdir(tmp_path)
    [run] = launcher(store).submit(config(data="my photos"))
    assert run.config.data == str(tmp_path / "my photos")
    assert run.name == "resnet20-my-photos-seed0"
    with pytest.raises(RunError, match="no data set or folder 'mnits'"):
        launcher(store).submit(config(data="mnits"))


def own_environment(worker: psutil.Process) -> dict[str, str]:
    """A worker's environment, once it is no longer a copy of the process that starts it."""
    while "RESNET_VIZ_STORE" not in (environment := worker.environ()):
        time.sleep(0.01)
    return environment


def test_each_slot_gets_a_gpu_of_its_own(store, monkeypatch):
    monkeypatch.setattr(machine, "gpus", lambda: ("0", "MIG-7"))
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM settings WHERE name = 'slots'")
    assert store.settings.slots == 2
    starter = launcher(store)
    made = starter.submit(config(), config(device="cuda:0,1"), config())
    seen = [own_environment(worker_of(store, run)) for run in made[:2]]
    assert [environment["CUDA_VISIBLE_DEVICES"] for environment in seen] == ["0", "0,MIG-7"]
    assert [environment["RESNET_VIZ_GPUS"] for environment in seen] == ["0,MIG-7"] * 2
    assert made[2].status == "queued"


def test_gpus_are_read_from_the_driver_tool():
    listing = "GPU 0: NVIDIA A (UUID: GPU-1)\nGPU 1: NVIDIA A (UUID: GPU-2)\n"
    assert machine._devices(listing) == ("0", "1")
    split = listing + "  MIG 1g.5gb     Device  0: (UUID: MIG-3)\n"
    assert machine._devices(split) == ("MIG-3",)
    assert machine._devices("") == ()


def test_a_worker_that_cannot_start_fails_with_a_sentence(store):
    [run] = launcher(store, ("/nonexistent/python",)).submit(config())
    assert run.status == "failed"
    assert run.error == "Its worker could not be started (No such file or directory)."


@pytest.mark.parametrize(
    ("fit", "error", "logged"),
    [
        ("diverging", "The loss is no number: try a lower learning rate.", "TrainingError"),
        ("broken", "Something unexpected ended the run", "KeyError: 'something inside'"),
        ("full_disk", "The disk is full: make room on it", "database or disk is full"),
    ],
)
def test_a_failure_is_a_sentence_and_its_details_are_in_the_log(
    file_store, monkeypatch, fit, error, logged
):
    monkeypatch.setenv("FAKE_FIT", fit)
    [run] = launcher(file_store, FAKE_WORKER).submit(config())
    failed = wait(file_store, run.name, "failed")
    assert failed.error.startswith(error)
    assert logged in failed.log_tail(100)


def test_why_a_run_failed_is_known_even_if_the_store_stays_full(file_store, monkeypatch):
    monkeypatch.setenv("FAKE_FIT", "full_store")
    start = launcher(file_store, FAKE_WORKER)
    [run] = start.submit(config())
    failed = wait(file_store, run.name, "failed", "interrupted")
    assert failed.error.startswith("The loss is no number: again")
    assert failed.ended is not None
    assert "The disk is full: make room on it" in failed.log_tail()
    monkeypatch.setenv("FAKE_FIT", "steady")
    start.resume(run.name)
    assert wait(file_store, run.name, "finished", "failed").error is None
    assert not (failed.folder / ending.FILE).exists()


def test_the_last_word_of_an_earlier_attempt_is_not_taken_for_that_of_a_later_one(store):
    [run] = launcher(store).submit(config())
    ending.leave(run.folder, "an earlier token", "failed", "The loss is no number.")
    end(store, run.name)
    assert "process is gone" in store.run(run.name).error


def test_a_last_word_that_was_cut_short_says_nothing(tmp_path):
    ending.leave(tmp_path, "token", "failed", "The disk is full.")
    whole = ending.found(tmp_path, "token")
    assert (whole["status"], whole["error"]) == ("failed", "The disk is full.")
    assert (tmp_path / ending.FILE).stat().st_size == ending.ROOM
    ending.set_aside(tmp_path)
    for text in ("", " " * 100, '{"token": "token", "sta', '{"token": "token"}', "[]", "3"):
        (tmp_path / ending.FILE).write_text(text)
        assert ending.found(tmp_path, "token") == {}
    assert ending.found(tmp_path / "nowhere", "token") == {}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")
def test_a_log_that_takes_nothing_more_does_not_hide_why_a_run_failed(file_store, monkeypatch):
    monkeypatch.setenv("FAKE_FIT", "broken")
    silenced = ("/bin/sh", "-c", 'exec "$@" >/dev/full 2>&1', "sh", *FAKE_WORKER)
    [run] = launcher(file_store, silenced).submit(config())
    failed = wait(file_store, run.name, "failed", "interrupted")
    assert failed.error.startswith("Something unexpected ended the run")
