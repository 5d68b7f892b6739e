"""A store, or a run in it, that cannot be read: pages lose the runs and nothing else."""

import json

import pytest
from sqlalchemy import update

from resnet_viz.runs.database import runs
from resnet_viz.ui.results import stored_runs
from tests.app.runs import end, train
from tests.app.support import charts, listed, numbers, open_page, texts, values
from tests.unit.runs_support import config

DAMAGED = "The run store's file is no database: move it away, or set RESNET_VIZ_STORE to another."


@pytest.fixture
def unreadable(store, sleepers):
    """A run that ended, and one that another version of the product made."""
    kept, spoilt = sleepers.submit(config(seed=1), config(seed=2))
    end(store, train(store, kept), "finished")
    settings = json.dumps(spoilt.config.to_dict() | {"recipe": "of tomorrow"})
    with store.database.writing() as connection:
        connection.execute(
            update(runs).where(runs.c.id == spoilt.id).values(config=settings, status="finished")
        )
    return store.run(spoilt.id)


@pytest.mark.parametrize(
    "page", ["overview", "training", "study", "transfer", "curves", "gradients"]
)
def test_a_damaged_store_costs_a_page_its_runs_and_one_sentence(home, page):
    home.mkdir(exist_ok=True)
    (home / "runs.sqlite").write_bytes(b"no database at all, but text\n" * 99)
    app = open_page(page)
    # Overview needs no runs of this machine.
    assert values(app.error) == [DAMAGED] * (page != "overview")
    shown = charts(app)
    assert shown or page == "training"
    assert not app.main.info or page == "transfer"
    (home / "runs.sqlite").unlink()
    stored_runs._trouble.clear()
    app.run()
    assert not app.error
    assert not app.exception
    assert charts(app) == shown


def test_a_store_that_keeps_people_waiting_is_asked_once_a_page(home, monkeypatch):
    asked = []

    def busy():
        asked.append(1)
        raise stored_runs.UserError("The run store is busy: try again in a moment.")

    monkeypatch.setattr(stored_runs, "store", busy)
    app = open_page("curves")
    assert values(app.error) == ["The run store is busy: try again in a moment."]
    assert len(asked) == 1


def test_a_run_that_cannot_be_read_stands_in_the_table_with_the_reason(store, unreadable):
    app = open_page("training")
    [table] = app.dataframe
    row = table.value.iloc[0]
    assert (row["run"], row["status"]) == (unreadable.name, "unreadable")
    assert "no recipe 'of tomorrow'" in row["error"]
    assert not isinstance(table.value.iloc[1]["error"], str)
    app.session_state[table.key] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app.run()
    assert not app.error
    assert {"Delete"} <= {button.label for button in app.button}
    for _ in range(2):  # a whole run closes a dialog, so both presses go into one
        for found in [found for found in app.button if found.label == "Delete"]:
            found.click()
        app.run()
    assert store.runs() == []


def test_a_run_that_cannot_be_read_can_be_stopped_while_it_runs(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 10)
    settings = json.dumps(run.config.to_dict() | {"recipe": "of tomorrow"})
    with store.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(config=settings))
    app = open_page("training")
    [table] = app.dataframe
    app.session_state[table.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    [stop] = [button for button in app.button if button.label == "Stop"]
    stop.click()
    app.run()
    assert not app.error
    assert store.run(run.id).is_stopping


@pytest.mark.parametrize("page", ["curves", "study", "transfer"])
def test_a_run_that_cannot_be_read_hides_no_other(store, unreadable, page):
    app = open_page(page)
    assert not app.error
    assert unreadable.name not in texts(app)
    if page == "curves":
        offered = listed(app)
        assert unreadable.name not in offered
        assert [run.name for run in store.runs() if run.is_readable] == offered[-1:]


def test_the_mean_of_seeds_of_which_one_was_stopped_ends_there_and_says_so(store, sleepers):
    for seed, steps in ((0, 40), (1, 20)):
        [run] = sleepers.submit(config(seed=seed))
        end(store, train(store, run, steps), "stopped")
    [both] = [label for label in listed(open_page("curves")) if "2 runs" in label]
    app = open_page("curves", runs=both)
    band, mean = [trace for trace in charts(app)["curves"] if trace["yaxis"] == "y2"]
    assert numbers(mean["x"]).tolist() == [1, 2]
    assert max(numbers(band["x"])) == 2
    assert f"{both}: 1 of 2 runs ends early" in texts(app)
    assert "ends early" not in texts(open_page("curves", runs=both, band="false"))
