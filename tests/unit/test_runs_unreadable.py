"""What this version cannot read of a store costs itself alone."""

import json
import sqlite3
import time
from contextlib import closing

import pytest
from sqlalchemy import select, update

from resnet_viz.runs import RunError, Store
from resnet_viz.runs.database import runs
from tests.unit.runs_support import end_workers, hand_over, launcher
from tests.unit.store_support import file_store, store
from tests.unit.test_runs_store import begun, queued, started

__all__ = ["file_store", "store"]


def spoil(store, name, **values):
    with store.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.name == name).values(values))


def of_another_version(run):
    return json.dumps(run.config.to_dict() | {"recipe": "of tomorrow"})


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (of_another_version, "no recipe 'of tomorrow'"),
        (lambda run: json.dumps({"architecture": "resnet20", "shape": "round"}), "named shape"),
        (lambda run: '{"architecture": "resn', "settings are damaged"),
        (lambda run: "[1, 2]", "settings are damaged"),
    ],
    ids=["a recipe", "a setting", "cut JSON", "a list"],
)
def test_a_run_that_cannot_be_read_is_listed_with_the_reason_and_can_be_deleted(
    store, spoilt, reason
):
    kept, spoiled = queued(store, seed=1), queued(store, seed=2)
    spoil(store, spoiled.name, config=spoilt(spoiled), status="stopped")
    found, other = store.runs()
    assert other == kept
    assert (found.name, found.status, found.created) == (
        spoiled.name,
        "unreadable",
        spoiled.created,
    )
    assert reason in found.error
    assert not found.is_active
    assert not found.needs_start
    starter = launcher(store)
    for refused in (starter.resume, store.record):
        with pytest.raises(RunError, match=reason):
            refused(spoiled.name)
    starter.delete(spoiled.name)
    assert store.runs() == [kept]


@pytest.mark.parametrize("status", ["running", "queued"])
def test_a_run_that_cannot_be_read_is_stopped_like_any_other_and_then_deleted(store, status):
    run, starter = queued(store), launcher(store)
    if status == "running":
        started(store, run)
    spoil(store, run.name, config=of_another_version(run))
    found = store.run(run.name)
    assert (found.status, found.stored_status, found.is_active) == ("unreadable", status, True)
    assert not found.needs_start
    stopped = starter.stop(run.name)
    assert (stopped.is_stopping, stopped.is_active) == (status == "running",) * 2
    if status == "running":
        with pytest.raises(RunError, match="is running: stop it"):
            starter.delete(run.name)
        spoil(store, run.name, status="stopped")  # as its worker does, which has read the settings
    with pytest.raises(RunError, match="is stopped: only what runs"):
        starter.stop(run.name)
    starter.delete(run.name)
    assert store.runs() == []


def test_a_run_that_cannot_be_read_is_not_started_and_holds_up_none(store):
    first, second = queued(store, seed=1), queued(store, seed=2)
    spoil(store, first.name, config=of_another_version(first))
    starter = launcher(store)
    try:
        assert [run.name for run in starter.pump()] == [second.name]
        assert starter.pump() == []
    finally:
        end_workers(store)
    with store.database.reading() as connection:  # another version may start it
        statuses = dict(connection.execute(select(runs.c.name, runs.c.status)).all())
    assert statuses[first.name] == "queued"


def test_a_damaged_history_is_a_sentence(store):
    run = queued(store)
    recorder = begun(store, run)
    hand_over(recorder, 10)
    recorder.commit()
    spoil(store, run.name, layers='["conv1", "lay')
    for read in (store.gradients, store.record):
        with pytest.raises(RunError, match="recorded is damaged"):
            read(run.name)
    assert store.epochs(run.name)["epoch"].tolist() == [1]


def test_a_listing_goes_on_when_the_store_takes_nothing(file_store, tmp_path, monkeypatch):
    run = queued(file_store)
    started(file_store, run)
    spoil(file_store, run.name, pid=None, beat=time.time() - 100)  # a worker that is gone
    monkeypatch.setattr("resnet_viz.runs.sqlite.BUSY_SECONDS", 0.1)
    reader = Store()
    with closing(sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        assert [run.status for run in reader.runs()] == ["running"]
    assert [run.status for run in reader.runs()] == ["interrupted"]
