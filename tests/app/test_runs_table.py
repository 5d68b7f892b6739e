"""The table of runs does to the runs chosen in it what its buttons say, and to no other."""

import json

import pytest

from resnet_viz.runs.studies import Studies
from tests.app.runs import end, pair, save, train
from tests.app.support import open_page, texts, turn_to, values
from tests.app.training_page_support import button, choose, labels, statuses
from tests.unit.engine_support import told
from tests.unit.runs_support import config

__all__ = ["told"]


def test_the_table_of_runs_leaves_unknown_cells_empty_and_gives_per_cents_a_tenth(store, sleepers):
    sleepers.submit(config())
    [table] = open_page("training").dataframe
    assert table.proto.placeholder == ""
    columns = json.loads(table.proto.columns)
    for name in ("progress", "training error", "test error"):
        assert columns[name]["type_config"]["format"] == "%.1f %%"
    assert columns["progress"]["type_config"]["max_value"] == 100


def test_a_run_that_waits_starts_when_the_settings_let_it(store, sleepers):
    first, second, third = sleepers.submit(*(config(seed=seed) for seed in range(3)))
    app = open_page("training")
    waiting = {first.name: "running", second.name: "queued", third.name: "queued"}
    assert statuses(app) == waiting
    [table] = app.dataframe
    said = table.value.dropna(subset="waits")
    assert dict(zip(said["run"], said["waits"], strict=True)) == {
        second.name: f"first in line: starts when {first.name} ends",
        third.name: "second in line",
    }
    [slots] = [field for field in app.number_input if field.label == "Runs at once"]
    slots.set_value(2).run()
    assert store.settings.slots == 2
    assert statuses(app.run()) == waiting | {second.name: "running"}


def test_chosen_runs_are_stopped_and_resumed(store, sleepers):
    first, second = sleepers.submit(config(seed=0), config(seed=1))
    app = open_page("training")
    choose(app, 0)  # the one that waits: newest first
    [_, stop] = [found for found in app.button if found.label == "Stop"]
    stop.click().run()
    assert statuses(app) == {first.name: "running", second.name: "stopped"}
    button(app, "Resume").click().run()
    assert statuses(app) == {first.name: "running", second.name: "queued"}
    assert not app.error


def test_deleting_asks_first(store, sleepers):
    doomed, kept = (
        end(store, train(store, run), "finished")
        for seed in (0, 1)
        for run in sleepers.submit(config(seed=seed))
    )
    app = open_page("training")
    choose(app, 1)
    button(app, "Delete").click().run()
    assert f"{doomed.name}: the curves, gradient norms and checkpoints will be gone." in texts(app)
    assert "Keep" in labels(app)
    assert {run.name for run in store.runs()} == {doomed.name, kept.name}
    # A whole run closes a dialog, so here both presses go into one.
    for found in [found for found in app.button if found.label == "Delete"]:
        found.click()
    app.run()
    assert [run.name for run in store.runs()] == [kept.name]
    assert not doomed.folder.exists()
    assert statuses(app) == {kept.name: "finished"}


def test_nothing_stays_chosen_when_another_run_takes_the_row(store, sleepers):
    for seed in range(2):
        [run] = sleepers.submit(config(seed=seed))
        end(store, run, "stopped")
    app = open_page("training")
    choose(app, 0)
    assert "Delete" in labels(app)
    sleepers.delete(run.name)
    assert "Delete" not in labels(app.run())
    choose(app, 0)
    sleepers.submit(config(seed=3))
    assert "Delete" not in labels(app.run())


def test_a_running_run_is_not_deleted(store, sleepers):
    [run] = sleepers.submit(config())
    app = choose(open_page("training"), 0)
    button(app, "Delete").click().run()
    for found in [found for found in app.button if found.label == "Delete"]:
        found.click()
    app.run()
    assert f"{run.name} is running: stop it before you delete it." in values(app.error)
    assert store.run(run.name)


def test_a_renamed_run_keeps_its_place_in_the_pair(store, sleepers):
    [run] = sleepers.submit(config())
    save(end(store, train(store, run), "finished"))
    app = turn_to(open_page("gradients", right=run.name), "training")
    choose(app, 0)
    app.text_input[-1].set_value(" evening ").run()
    button(app, "Rename it").click().run()
    assert store.run(run.id).name == "evening"
    app = turn_to(app, "gradients")
    assert app.selectbox(key="right").value == "evening"
    assert app.query_params["right"] == "evening"
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("taken", "There is already a run named taken: choose another name."),
        ("../../etc", "A run's name has 1 to 80 letters"),
        (" ", "A run's name has 1 to 80 letters"),
    ],
)
def test_a_name_that_is_taken_or_odd_is_refused_and_the_pair_stays(store, sleepers, name, sentence):
    [taken] = sleepers.submit(config(seed=1), names=["taken"])
    [run] = sleepers.submit(config(), names=["mine"])
    for one in (taken, run):
        one.folder.mkdir(exist_ok=True)
        save(one)
    app = turn_to(open_page("gradients", right="mine"), "training")
    choose(app, 0)
    app.text_input[-1].set_value(name).run()
    button(app, "Rename it").click().run()
    [error] = values(app.error)
    assert error.startswith(sentence)
    assert store.run(run.id).name == "mine"
    assert turn_to(app, "gradients").selectbox(key="right").value == "mine"


def test_runs_are_shown_on_the_side_that_is_asked_for(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    save(plain, "plain20-digits-seed0")
    save(residual)
    app = open_page("training")
    choose(app, 1)
    assert {label for label in labels(app) if label.startswith("Show")} == {
        f"Show {plain.name} on the {side}" for side in ("left", "right")
    }
    button(app, f"Show {plain.name} on the right").click().run()
    assert turn_to(app, "gradients").selectbox(key="right").value == plain.name
    app = open_page("training")
    choose(app, 0, 1)
    button(app, f"Show {residual.name} on the right").click().run()
    button(app, f"Show {plain.name} on the left").click().run()
    app = turn_to(app, "gradients")
    assert (app.query_params["left"], app.query_params["right"]) == (plain.name, residual.name)


def test_runs_without_a_checkpoint_or_an_epoch_open_nowhere(store, sleepers):
    sleepers.submit(config())
    app = choose(open_page("training"), 0)
    assert not [label for label in labels(app) if label.startswith("Show")]
    assert not app.page_link


def test_chosen_runs_open_on_the_curves_page(store, sleepers):
    runs = sleepers.submit(*pair(), together=True)
    for run in runs:
        train(store, run, 20)
    app = choose(open_page("training"), 0, 1)
    [link] = app.page_link
    assert link.proto.page == "curves"
    assert link.proto.query_string == "&".join(f"runs={run.name}" for run in runs)


def test_the_engine_of_new_runs_is_chosen_where_runs_at_once_are(store, sleepers, told):
    [first] = sleepers.submit(config())
    app = open_page("training")
    assert list(app.dataframe[0].value["engine"]) == ["This machine"]
    told.absent = True
    [engine] = [field for field in app.selectbox if field.label == "Engine"]
    engine.select("told").run()
    assert "No told cluster answers" in texts(app)
    assert store.settings.engine == "local"
    told.absent = False
    app.run()
    assert store.settings.engine == "told"
    sleepers.submit(config(seed=1))
    [table] = app.run().dataframe
    assert dict(zip(table.value["engine"], table.value["status"], strict=True)) == {
        "Told": "queued",
        "This machine": "running",
    }
    assert list(table.value["waits"].dropna()) == ["in Told's queue"]
    assert store.run(first.id).engine == "local"


def test_a_page_reads_the_studies_once_for_its_table(store, sleepers, monkeypatch):
    sleepers.submit(config())
    asked = []
    whole = Studies.all
    monkeypatch.setattr(Studies, "all", lambda self: asked.append(1) or whole(self))
    open_page("training")
    assert len(asked) == 1
