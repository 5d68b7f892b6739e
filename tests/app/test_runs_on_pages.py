"""A run of one's own is on every page that it concerns, and leaves it when it is deleted."""

import pytest

from resnet_viz.runs import RunError
from resnet_viz.ui.results import stored_runs
from tests.app.runs import end, save, train
from tests.app.support import PAGES, PAIRS, charts, listed, numbers, open_page, texts, values
from tests.app.training_page_support import statuses
from tests.unit.runs_support import config, launcher


def test_a_label_says_an_option_in_words(store, sleepers):
    options = {"shortcut_scale": 0.5, "branch_scale": 0.5, "activation": "leaky_relu"}
    [run] = sleepers.submit(config("resnet20", options=options))
    end(store, train(store, run), "finished")
    shown = "ResNet-20 · leaky relu · branches × 0.5 · shortcuts × 0.5"
    assert f"{shown} errs on" in texts(open_page("training"))
    labels = listed(open_page("curves", band="false"))
    assert not [label for label in labels if "_" in label and label != run.name]


def test_gradients_show_the_record_of_a_run_of_ones_own(store, sleepers):
    [run] = sleepers.submit(config())
    save(train(store, run, 20))
    app = open_page("gradients", right=run.name, moment="0.50")
    assert not app.warning
    drawn = charts(app)
    [line] = [trace for trace in drawn["gradients-by-layer"] if run.name in trace["name"]]
    assert numbers(line["y"]).tolist() == [5.5, 5.25, 5]  # as handed over at step 5
    assert numbers(drawn["gradients-right"][0]["z"]).size


def test_a_run_under_way_is_looked_into_through_its_latest_checkpoint(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 12)
    save(run)
    label = f"ResNet-20 ({run.name})"
    app = open_page("attribution", right=run.name)
    assert f"## :blue[●] {label}" in texts(app)
    assert [
        image.alt for element in app.image for image in element.proto.imgs if label in image.alt
    ]
    before = numbers(charts(app)["predictions-0-right"][0]["x"])
    save(run, "plain20-digits-seed0")  # whatever its next checkpoint holds is shown next
    after = numbers(charts(app.run())["predictions-0-right"][0]["x"])
    assert abs(before - after).max() > 1e-3
    app = open_page("feature_maps", right=run.name)
    assert not app.error


def test_a_link_finds_a_run_that_is_older_than_those_that_are_listed(store, sleepers, monkeypatch):
    [run] = sleepers.submit(config(), names=["old"])
    save(end(store, train(store, run, 20), "finished"))
    sleepers.submit(config(seed=1), names=["new"])
    monkeypatch.setattr("resnet_viz.runs.store.MOST_RECENT", 1)
    assert [one.name for one in stored_runs.readable()] == ["new"]
    app = open_page("gradients", right="old")
    assert not app.warning
    assert app.selectbox(key="right").value == "old"
    app = open_page("curves", runs="old")
    assert not app.warning
    assert {line["legendgroup"] for line in charts(app)["curves"] if line.get("name")} == {"old"}
    assert open_page("curves", runs="older still").warning


@pytest.mark.parametrize("page", [page for page in PAGES if PAIRS[page]])
def test_a_run_that_another_visitor_deleted_leaves_the_page_with_a_sentence(store, sleepers, page):
    [run] = sleepers.submit(config())
    save(end(store, train(store, run), "finished"))
    app = open_page(page, right=run.name)
    assert app.selectbox(key="right").value == run.name
    launcher(store).delete(run.name)
    app.run()
    assert not app.exception
    warnings = values(app.warning)
    assert f"{run.name} is gone; this page shows {PAIRS[page]['right']} instead." in warnings
    assert len(warnings) == 1
    assert app.selectbox(key="right").value == PAIRS[page]["right"]
    assert not app.run().warning


def test_training_forgets_a_run_that_was_deleted(store, sleepers):
    [run] = sleepers.submit(config())
    end(store, train(store, run), "finished")
    app = open_page("training")
    assert statuses(app) == {run.name: "finished"}
    launcher(store).delete(run.name)
    assert not app.run().dataframe
    assert run.name not in texts(app)
    assert not charts(app)
    assert "**Recorded with " in texts(app)


def test_a_run_deleted_while_it_is_drawn_costs_a_sentence(store, sleepers, monkeypatch):
    [run] = sleepers.submit(config())
    train(store, run)

    def gone(name):
        raise RunError("The run has just been deleted.")

    monkeypatch.setattr(stored_runs.store(), "epochs", gone)
    app = open_page("training")
    assert values(app.error) == ["The run has just been deleted."]
    assert statuses(app) == {run.name: "running"}
