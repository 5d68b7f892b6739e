"""Runs as the pages show them: waiting, under way, ended in every way, and gone."""

import json

import pytest

from resnet_viz.charts.curves import HEIGHT
from resnet_viz.reporting import runs as reported
from resnet_viz.runs import RunError, shipped
from resnet_viz.ui.results import stored_runs
from tests.app.runs import end, pair, save, train
from tests.app.support import (
    LEFT,
    PAGES,
    PAIRS,
    PHOTOGRAPHS,
    RIGHT,
    charts,
    numbers,
    open_page,
    texts,
    values,
)
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait, worker_of

DASHES = {"training": "solid", "test": "dash"}


def button(app, label):
    """The one button with this label."""
    [found] = [found for found in app.button if found.label == label]
    return found


def labels(app):
    return [button.label for button in app.button]


def choose(app, *rows):
    """Choose rows of the table of runs, newest first."""
    [table] = app.dataframe
    app.session_state[table.key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def statuses(app):
    """Status by run, as the table says it."""
    [table] = app.dataframe
    return dict(zip(table.value["run"], table.value["status"], strict=True))


def test_train_submits_the_pair_and_shows_it_before_its_first_step(store, sleepers):
    app = open_page("training", network="plain20", against="resnet20")
    app.button(key="train_now").click().run()
    residual, plain = store.runs()
    assert plain.pair == residual.pair is not None
    assert [run.config.architecture for run in (plain, residual)] == ["plain20", "resnet20"]
    said = texts(app)
    for run in (plain, residual):
        assert f"{run.name}: starting: loading PyTorch and the data" in said
    assert said.index("#### :orange[●] plain-20") < said.index("#### :blue[●] ResNet-20")
    assert "The first point of the error curves comes with the end of the first epoch." in said
    assert "The loss curve begins with the first step." in said
    assert labels(app).count("Stop both") == 1
    assert statuses(app) == {plain.name: "running", residual.name: "running"}


def test_both_halves_of_a_pair_are_stopped_and_resumed_at_once(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    app = open_page("training")
    key = button(app, "Stop both").key
    button(app, "Stop both").click().run()
    assert button(app, "Stopping").key == key  # else the browser shows both for a moment
    assert all(store.run(run.id).stop_requested for run in (plain, residual))
    assert button(app, "Stopping").disabled
    for run in (plain, residual):
        assert f"{run.name}: stopping: it still loads" in texts(app)
    end(store, plain, "stopped")
    app.run()  # where a second press would fall, there is nothing yet to do to one half alone
    assert button(app, "Stopping").disabled
    assert not [label for label in labels(app) if label.startswith(("Stop ", "Resume"))]
    end(store, residual, "stopped")
    assert "Stopping" not in labels(app.run())
    button(app, "Resume both").click().run()
    assert statuses(app) == {plain.name: "running", residual.name: "running"}
    assert "Stop both" in labels(app)
    assert not app.error


def test_what_can_be_done_to_one_half_alone_names_it(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    end(store, plain, "stopped")
    app = open_page("training")
    acts = [label for label in labels(app) if label.startswith(("Stop", "Resume"))]
    assert acts == ["Stop ResNet-20", "Resume plain-20"]
    button(app, "Stop ResNet-20").click().run()
    assert store.run(residual.id).stop_requested
    assert store.run(plain.id).status == "stopped"


def axes(app, key):
    """Ranges of a chart's axes."""
    [chart] = [chart for chart in app.get("plotly_chart") if chart.key == key]
    layout = json.loads(chart.proto.spec)["layout"]
    return layout["xaxis"]["range"], layout["yaxis"]["range"]


def test_the_axes_stand_still_while_a_run_goes_on_and_close_in_when_it_has_ended(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    seen = []
    for steps in (12, 20, 30):
        train(store, run, steps)
        app.run()
        seen.append([axes(app, key) for key in ("live-error", "live-loss")])
    assert seen[0] == seen[1] == seen[2]
    (epochs, errors), (same, losses) = seen[0]
    assert epochs == same
    assert epochs[0] == 0
    assert epochs[1] >= run.config.epochs
    assert errors[0] <= 0
    assert errors[1] >= 100
    assert losses == [-2, 1]  # whole powers of ten around the losses, 1 … 1/30
    end(store, run, "stopped")  # and may be resumed
    assert [axes(app.run(), key) for key in ("live-error", "live-loss")] == seen[0]
    sleepers.resume(run.name)
    end(store, run, "finished")
    assert axes(app.run(), "live-error")[1][1] < 30


def test_the_table_of_runs_leaves_unknown_cells_empty_and_gives_per_cents_a_tenth(store, sleepers):
    sleepers.submit(config())
    [table] = open_page("training").dataframe
    assert table.proto.placeholder == ""
    columns = json.loads(table.proto.columns)
    for name in ("progress", "training error", "test error"):
        assert columns[name]["type_config"]["format"] == "%.1f %%"
    assert columns["progress"]["type_config"]["max_value"] == 100


def test_two_runs_alike_are_told_apart_on_the_curves_page(store, sleepers):
    both = sleepers.submit(config(seed=0), config(seed=1))
    for run in both:
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
    first, second = charts(open_page("curves", runs=[run.name for run in both]))["curves-train"]
    assert first["line"]["dash"] == second["line"]["dash"] == "solid"
    assert first["line"]["color"] == second["line"]["color"]
    assert first["marker"]["color"] == first["line"]["color"]
    assert second["marker"]["color"] == "#FFFFFF"


def test_the_runs_of_a_pair_are_offered_in_the_order_of_the_pair(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    for run in (plain, residual):
        end(store, train(store, run), "finished")
    offered = open_page("curves").multiselect(key="runs").options
    assert offered[-2:] == [plain.name, residual.name]


def test_the_names_of_many_runs_wrap_instead_of_scrolling_out_of_sight():
    assert open_page("curves").multiselect(key="runs").proto.wrap


def test_a_label_says_an_option_in_words(store, sleepers):
    options = {"shortcut_scale": 0.5, "branch_scale": 0.5, "activation": "leaky_relu"}
    [run] = sleepers.submit(config("resnet20", options=options))
    end(store, train(store, run), "finished")
    shown = "ResNet-20 · leaky relu · branches × 0.5 · shortcuts × 0.5"
    assert f"#### :blue[●] {shown}" in texts(open_page("training"))
    labels = open_page("curves").multiselect(key="runs").options
    assert not [label for label in labels if "_" in label and label != run.name]


def test_a_run_under_way_shows_its_progress_and_curves_in_its_colours(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    train(store, plain, 12)
    train(store, residual, 25)
    app = open_page("training")
    said = texts(app)
    assert f"{plain.name}: in epoch 2 of 15 · 100 images/s · about 14 s left" in said
    assert f"{residual.name}: in epoch 3 of 15 · 100 images/s · about 8 s left" in said
    assert [bar.value for bar in app.progress] == [30, 62]
    assert "training loss 0.050 · test error 18.0 %" in said
    drawn = charts(app)
    error = {trace["name"]: trace for trace in drawn["live-error"]}
    assert list(error) == [
        f"{network} {split}" for network in ("plain-20", "ResNet-20") for split in DASHES
    ]
    for name, trace in error.items():
        hue = "#D55E00" if name.startswith("plain") else "#0072B2"
        assert trace["line"]["color"] == hue
        assert trace["line"]["dash"] == DASHES[name.split()[1]]
    assert numbers(error["ResNet-20 test"]["x"]).tolist() == [1, 2]
    assert numbers(error["ResNet-20 test"]["y"]).tolist() == [19, 18]
    assert numbers(error["ResNet-20 training"]["y"]).tolist() == [9, 8]
    loss = {trace["name"]: trace for trace in drawn["live-loss"]}
    assert numbers(loss["plain-20"]["y"]) == pytest.approx([1 / step for step in range(1, 13)])
    assert loss["plain-20"]["line"]["color"] == "#D55E00"


def held(block, room=0):
    """Pixels that the container of each blue box is high, by what the box says."""
    if block.type == "info":
        return {block.value: room}
    config = getattr(block.proto, "height_config", None)
    inside = getattr(block, "children", {}).values()
    rooms = [held(child, config.pixel_height if config else 0) for child in inside]
    return {said: height for room in rooms for said, height in room.items()}


def test_what_waits_for_its_first_point_takes_the_room_of_its_chart_and_keeps_its_sentence(
    store, sleepers
):
    [run] = sleepers.submit(config())
    app = open_page("training")
    waiting = "The first point of the error curves comes with the end of the first epoch."
    assert held(app.main)[waiting] == HEIGHT
    end(store, run, "stopped")
    assert held(app.run().main)[waiting] == HEIGHT
    sleepers.resume(run.name)
    train(store, run, 3)
    end(store, run, "stopped")
    assert waiting in values(app.run().info)
    assert set(charts(app)) == {"live-loss"}


def test_the_curves_grow_with_the_run(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    assert not charts(app)
    for steps in (5, 20):
        train(store, run, steps)
        [loss] = charts(app.run())["live-loss"]
        assert len(numbers(loss["x"])) == steps


def test_stop_asks_the_store_once(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    button(app, "Stop").click().run()
    assert not app.exception
    assert store.run(run.id).stop_requested
    assert button(app, "Stopping").disabled
    train(store, run, 3)
    assert f"{run.name}: stopping: it ends its step and saves" in texts(app.run())
    assert statuses(app) == {run.name: "running"}  # until its worker has saved and said so


@pytest.mark.parametrize(
    ("fit", "sentence", "logged"),
    [
        ("diverging", "The loss is no number: try a lower learning rate.", "TrainingError"),
        ("broken", "Something unexpected ended the run", "KeyError: 'something inside'"),
    ],
)
def test_a_failed_run_shows_its_sentence_and_its_log_on_request(
    store, sleepers, monkeypatch, fit, sentence, logged
):
    monkeypatch.setenv("FAKE_FIT", fit)
    [run] = launcher(store, FAKE_WORKER).submit(config())
    wait(store, run.name, "failed")
    app = open_page("training")
    [error] = values(app.error)
    assert error.startswith(sentence)
    assert "Traceback" not in texts(app)
    [log] = app.expander[-1].code
    assert app.expander[-1].label == "The last lines of its log"
    assert logged in log.value
    assert f"{run.name}: failed in epoch 1 of 15" in texts(app)
    assert "begins with the first step" not in texts(app)  # it will not, before it is resumed
    button(app, "Resume").click().run()
    assert store.run(run.id).status == "running"
    assert not app.error
    assert "Stop" in labels(app)


def test_an_interrupted_run_says_what_happened_and_offers_to_resume(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 25)
    app = open_page("training")
    worker_of(store, run).kill()
    wait(store, run.name, "interrupted")
    app.run()
    [error] = values(app.error)
    assert "Its process is gone" in error
    assert f"{run.name}: interrupted in epoch 3 of 15" in texts(app)
    assert statuses(app) == {run.name: "interrupted"}
    button(app, "Resume").click().run()
    assert statuses(app) == {run.name: "running"}
    assert f"{run.name}: starting again: loading PyTorch and the data" in texts(app)
    assert "images/s" not in texts(app)  # what was measured before is of another worker
    assert len(numbers(charts(app)["live-loss"][0]["x"])) == 25
    train(store, run, 26)
    assert f"{run.name}: in epoch 3 of 15" in texts(app.run())


@pytest.mark.parametrize(
    ("status", "sentence", "offered"),
    [
        ("stopped", "stopped in epoch 3 of 15", ["Resume"]),
        (
            "finished",
            "finished after 2 epochs, 12 s of training · 100 images/s in the last epoch",
            [],
        ),
    ],
)
def test_a_run_that_ended_stays_in_view(store, sleepers, status, sentence, offered):
    [run] = sleepers.submit(config())
    train(store, run, 25)
    end(store, run, status)
    app = open_page("training")
    assert not app.error
    assert f"{run.name}: {sentence}" in texts(app)
    assert [label for label in labels(app) if label in ("Stop", "Resume")] == offered
    assert {"live-error", "live-loss"} == set(charts(app))


def test_an_epoch_has_one_number_while_a_run_goes_on_and_once_it_is_stopped(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 3)
    app = open_page("training")
    assert f"{run.name}: in epoch 1 of 15" in texts(app)
    end(store, run, "stopped")
    assert f"{run.name}: stopped in epoch 1 of 15" in texts(app.run())


def test_the_newest_run_is_shown_once_none_is_under_way(store, sleepers):
    [old] = sleepers.submit(config(seed=1))
    end(store, train(store, old), "finished")
    [new] = sleepers.submit(config(seed=2))
    app = open_page("training")
    assert [bar.text.split(":")[0] for bar in app.progress] == [new.name]
    end(store, new, "stopped")
    [bar] = app.run().progress
    assert bar.text == f"{new.name}: stopped in epoch 1 of 15"


def test_a_run_that_waits_starts_when_the_settings_let_it(store, sleepers):
    first, second, third = sleepers.submit(*(config(seed=seed) for seed in range(3)))
    app = open_page("training")
    waiting = {first.name: "running", second.name: "queued", third.name: "queued"}
    assert statuses(app) == waiting
    [bar] = app.progress
    assert bar.text.startswith(first.name)
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


def test_a_refusal_is_a_sentence(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    end(store, run, "finished")  # between drawing the button and pressing it
    button(app, "Stop").click().run()
    assert f"{run.name} is finished: only what runs or waits can be stopped." in values(app.error)
    assert not app.run().error


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
    app = open_page("training", right=run.name)
    choose(app, 0)
    app.text_input[-1].set_value(" evening ").run()
    button(app, "Rename it").click().run()
    assert store.run(run.id).name == "evening"
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
    app = open_page("training", right="mine")
    choose(app, 0)
    app.text_input[-1].set_value(name).run()
    button(app, "Rename it").click().run()
    [error] = values(app.error)
    assert error.startswith(sentence)
    assert store.run(run.id).name == "mine"
    assert app.selectbox(key="right").value == "mine"


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
    assert app.selectbox(key="right").value == plain.name
    choose(app, 0, 1)
    button(app, f"Show {residual.name} on the right").click().run()
    button(app, f"Show {plain.name} on the left").click().run()
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


def test_the_curves_can_be_downloaded_once_they_grow_no_more(store, sleepers):
    assert not open_page("training").download_button
    [run] = sleepers.submit(config())
    train(store, run)
    app = open_page("training")
    assert [found.label for found in app.download_button] == ["Runs (CSV)"]
    end(store, run, "finished")
    offered = ["Runs (CSV)", "Epochs (CSV)", "Steps (CSV)", "Charts (HTML)"]
    assert [found.label for found in app.run().download_button] == offered


def test_curves_draw_a_run_of_ones_own(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 30)
    app = open_page("curves", runs=[RIGHT, run.name])
    assert not app.warning
    [line] = [trace for trace in charts(app)["curves-test"] if trace.get("name") == run.name]
    assert numbers(line["y"]).tolist() == [19, 18, 17]
    assert numbers(line["x"]).tolist() == [1, 2, 3]
    assert line["line"]["color"] == "#0072B2"
    app = open_page("curves", runs=run.name, x="time", metric="loss")
    [line] = charts(app)["curves-train"]
    assert numbers(line["x"]).tolist() == [5, 10, 15]
    assert numbers(line["y"]) == pytest.approx([1 / 10, 1 / 20, 1 / 30])


def test_curves_offer_a_run_only_once_it_has_an_epoch(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 9)
    app = open_page("curves")
    assert run.name not in app.multiselect(key="runs").options
    train(store, run, 10)
    assert run.name in app.run().multiselect(key="runs").options


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
    assert f"#### :blue[●] {label}" in texts(app)
    assert [
        image.alt for element in app.image for image in element.proto.imgs if label in image.alt
    ]
    before = numbers(charts(app)["predictions-0-right"][0]["x"])
    save(run, "plain20-digits-seed0")  # whatever its next checkpoint holds is shown next
    after = numbers(charts(app.run())["predictions-0-right"][0]["x"])
    assert abs(before - after).max() > 1e-3
    app = open_page("feature_maps", right=run.name)
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
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
    assert len(warnings) == (2 if page == "curves" else 1)  # there it was among the runs too
    assert app.selectbox(key="right").value == PAIRS[page]["right"]
    assert not app.run().warning


def test_curves_tell_runs_on_cifar10_from_those_on_its_jpeg_copy(store, sleepers):
    for run in sleepers.submit(*(config("plain56", data="cifar10", seed=seed) for seed in (0, 1))):
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
    app = open_page("curves", **PHOTOGRAPHS)
    pair = [f"{label}, JPEG copy" for label in PHOTOGRAPHS.values()]
    assert app.multiselect(key="runs").value == pair
    assert not app.warning
    on_it = [label for label in app.multiselect(key="runs").options if " on CIFAR-10" in label]
    assert [label for label in on_it if "JPEG copy" not in label] == [on_it[-1]]
    assert on_it[-1].endswith(", 2 runs")


def test_curves_go_on_without_a_run_that_was_deleted(store, sleepers):
    [run] = sleepers.submit(config())
    end(store, train(store, run), "finished")
    app = open_page("curves", runs=[LEFT, run.name])
    launcher(store).delete(run.name)
    app.run()
    assert not app.exception
    assert {trace["name"] for trace in charts(app)["curves-test"] if "name" in trace} == {LEFT}
    assert values(app.warning) == [f"{run.name} is gone; this page goes on without it."]
    assert not app.run().warning


def test_training_forgets_a_run_that_was_deleted(store, sleepers):
    [run] = sleepers.submit(config())
    end(store, train(store, run), "finished")
    app = open_page("training")
    assert run.name in texts(app)
    launcher(store).delete(run.name)
    app.run()
    assert run.name not in texts(app)
    assert not charts(app)
    assert "Nothing has been trained here yet" in texts(app)


def test_a_run_deleted_while_it_is_drawn_costs_a_sentence(store, sleepers, monkeypatch):
    [run] = sleepers.submit(config())
    train(store, run)

    def gone(name):
        raise RunError("The run has just been deleted.")

    monkeypatch.setattr(stored_runs.store(), "epochs", gone)
    app = open_page("training")
    assert values(app.error) == ["The run has just been deleted."]
    assert statuses(app) == {run.name: "running"}


def test_what_a_link_gets_wrong_is_said_where_it_can_be_read():
    app = open_page("curves", smoothing="a lot", band="perhaps")
    first, second = values(app.warning)
    assert "`a lot`" in first
    assert "`perhaps`" in second
    assert not [one for closed in app.get("popover") for one in closed.warning]
    assert app.get("popover")


def test_smoothing_keeps_the_band_of_the_seeds():
    drawn = charts(open_page("curves", runs=LEFT, smoothing="0.5"))["curves-train"]
    band, raw, smooth = drawn
    assert band["fill"] == "toself"
    assert raw["opacity"] < 1
    assert smooth["name"] == LEFT
    assert numbers(smooth["y"])[-1] > numbers(raw["y"])[-1]  # it follows the fall with delay


def test_training_says_what_became_of_the_recorded_runs_of_plain_56():
    recorded = [shipped()[f"plain56-digits-seed{seed}"] for seed in (0, 1, 2)]
    assert reported.fate(recorded) in texts(open_page("training"))


def test_the_curves_page_says_what_the_chosen_runs_show_and_nothing_else(store, sleepers):
    [run] = sleepers.submit(config("plain20"))
    end(store, train(store, run), "finished")
    said = texts(open_page("curves", runs=run.name))
    assert f"test data: {run.name} 6.0 and 16.0 % error." in said
    assert "plain-56" not in said.partition("**What to notice.**")[2]
