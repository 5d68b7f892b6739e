"""What a run may be called, what is written beside it, and several histories read at once."""

import time

import pandas as pd
import pytest
from sqlalchemy import update

from resnet_viz.reporting import run_labels
from resnet_viz.runs import Launcher, RunError, Store, shipped
from resnet_viz.runs.database import runs
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from tests.unit.runs_support import config, hand_over, launcher
from tests.unit.store_support import store

__all__ = ["store"]


def waiting(store: Store) -> Launcher:
    """A launcher that starts nothing."""
    starter = launcher(store)
    starter.pump = list
    return starter


def test_no_run_has_the_name_of_a_shipped_one(store):
    starter = waiting(store)
    [run] = starter.submit(config("plain56", seed=0))
    assert run.name == "plain56-digits-seed0-2"
    groups = [
        run_labels.group(shipped().values(), name)
        for name in (run_labels.called, run_labels.called_narrowly)
    ]
    for label in {*groups[0], *groups[1], *shipped(), "Plain-56 on Digits"}:
        with pytest.raises(RunError, match=r"what a shipped network is called|1 to 80 letters"):
            starter.rename(run.name, label)
        with pytest.raises(RunError):
            starter.submit(config(), names=[label])
    assert "plain-56 on digits" in groups[0]
    assert "plain-56 on CIFAR-10" in groups[1]
    assert starter.rename(run.name, "plain-56 on tiles").name == "plain-56 on tiles"


def test_tags_and_notes_stay_with_a_run_under_its_next_name(store):
    [run] = waiting(store).submit(config())
    assert (run.tags, run.notes) == ("", "")
    store.annotate(run.name, tags=" wide,deep , wide,, two  words ")
    store.annotate(run.name, notes="too *high* a rate\n")
    waiting(store).rename(run.name, "other")
    found = store.run("other")
    assert (found.tags, found.notes) == ("wide, deep, two words", "too *high* a rate")
    with pytest.raises(RunError, match="notes of a run have room for 2,000 letters"):
        store.annotate("other", notes="x" * 2001)


def test_the_epochs_of_several_runs_are_read_at_once(store):
    first, second = waiting(store).submit(config(), config(seed=1))
    assert list(store.epochs_of([first.id]).columns) == ["run_id", *store.epochs(first.name)]
    assert store.epochs_of([]).empty
    with store.database.writing() as connection:
        connection.execute(update(runs).values(status="running", token="t", beat=time.time()))
    for run, steps in ((first, 10), (second, 20)):
        recorder = StoreRecorder(Attempt(store.database, run.id, "t"))
        for step in range(1, steps + 1):
            hand_over(recorder, step)
        recorder.commit()
    both = store.epochs_of([first.id, second.id])
    for run in (first, second):
        own = both[both["run_id"] == run.id].drop(columns="run_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, store.epochs(run.name))
    assert len(both) == 3
