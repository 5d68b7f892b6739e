"""The training page shows each run as it is: waiting, under way, and ended in every way."""

import json

import pytest

from resnet_viz.charts.curves import HEIGHT
from resnet_viz.reporting import runs as reported
from resnet_viz.runs import shipped
from tests.app.runs import end, pair, train
from tests.app.support import charts, numbers, open_page, texts, values
from tests.app.training_page_support import button, labels, statuses
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait, worker_of

DASHES = {"training": "solid", "test": "dash"}


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


def test_a_refusal_is_a_sentence(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    end(store, run, "finished")  # between drawing the button and pressing it
    button(app, "Stop").click().run()
    assert f"{run.name} is finished: only what runs or waits can be stopped." in values(app.error)
    assert not app.run().error


def test_the_curves_can_be_downloaded_once_they_grow_no_more(store, sleepers):
    assert not open_page("training").download_button
    [run] = sleepers.submit(config())
    train(store, run)
    app = open_page("training")
    assert [found.label for found in app.download_button] == ["Runs (CSV)"]
    end(store, run, "finished")
    offered = ["Runs (CSV)", "Epochs (CSV)", "Steps (CSV)", "Charts (HTML)"]
    assert [found.label for found in app.run().download_button] == offered


def test_training_says_what_became_of_the_recorded_runs_of_plain_56():
    recorded = [shipped()[f"plain56-digits-seed{seed}"] for seed in (0, 1, 2)]
    assert reported.fate(recorded) in texts(open_page("training"))
