"""The training page shows each run as it is: waiting, under way, and ended in every way."""

import pytest

from resnet_viz.reporting import runs as reported
from resnet_viz.runs import shipped
from resnet_viz.ui.runs.live_view import HEIGHT
from resnet_viz.ui.shell.page_table import PAGES
from tests.app.runs import end, pair, save, train
from tests.app.support import open_page, texts, values
from tests.app.training_page_support import button, growing, labels, lines, statuses
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait, worker_of

DASHES = {"training": "solid", "test": "dash"}


def test_train_submits_the_pair_and_shows_it_before_its_first_step(store, sleepers):
    app = open_page("training", network="plain20", against="resnet20")
    app.button(key="train_now").click().run()
    residual, plain = store.runs()
    assert plain.pair == residual.pair is not None
    assert [run.config.architecture for run in (plain, residual)] == ["plain20", "resnet20"]
    said = texts(app)
    assert said.count("starting: loading PyTorch and the data") == 2
    assert [number.label for number in app.metric] == [
        ":orange[●] plain-20: test error",
        ":blue[●] ResNet-20: test error",
    ]
    assert [number.value for number in app.metric] == ["–", "–"]
    assert "plain-20 and ResNet-20 have begun: the first errors come" in said
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
    assert texts(app).count("stopping: it still loads") == 2
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
    layout = growing(app)[key]["figure"]["layout"]
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
    assert [(bar.value, bar.text) for bar in app.progress] == [
        (30, "in epoch 2 of 15 · 100 images/s · 14 s left"),
        (62, "in epoch 3 of 15 · 100 images/s · 8 s left"),
    ]
    assert [number.value for number in app.metric] == ["19.0 %", "18.0 %"]
    assert (
        "**plain-20 errs on 19.0 % of the test pictures after 1 of 15 epochs, ResNet-20 on 18.0 % "
        "after 2 of 15 epochs.**" in said
    )
    error = lines(app, "live-error")
    assert list(error) == [
        f"{network} {split}" for network in ("plain-20", "ResNet-20") for split in DASHES
    ]
    for name, trace in error.items():
        hue = "#D55E00" if name.startswith("plain") else "#0072B2"
        assert trace["line"]["color"] == hue
        assert trace["line"]["dash"] == DASHES[name.split()[1]]
    assert error["ResNet-20 test"]["x"] == [1, 2]
    assert error["ResNet-20 test"]["y"] == [19, 18]
    assert error["ResNet-20 training"]["y"] == [9, 8]
    loss = lines(app, "live-loss")
    steps = [1 / step for step in range(1, 13)]
    assert loss["plain-20"]["y"] == pytest.approx(steps, rel=1e-5)
    assert loss["plain-20"]["line"]["color"] == "#D55E00"


def test_what_waits_for_its_first_point_is_an_empty_chart_that_says_so(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    for key, sentence in (
        (
            "live-error",
            "The first point of the error curves comes with the end of the first epoch.",
        ),
        ("live-loss", "The loss curve begins with the first step."),
    ):
        chart = growing(app)[key]
        assert chart["waiting"].replace("<br>", " ") == sentence
        assert not chart["figure"]["data"]
        assert chart["figure"]["layout"]["height"] == HEIGHT
    train(store, run, 3)
    end(store, run, "stopped")
    app.run()
    assert not lines(app, "live-error")
    assert list(lines(app, "live-loss")) == ["ResNet-20"]


def test_the_curves_grow_with_the_run(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    for steps in (5, 20):
        train(store, run, steps)
        [loss] = lines(app.run(), "live-loss").values()
        assert len(loss["x"]) == steps


def test_stop_asks_the_store_once(store, sleepers):
    [run] = sleepers.submit(config())
    app = open_page("training")
    button(app, "Stop").click().run()
    assert not app.exception
    assert store.run(run.id).stop_requested
    assert button(app, "Stopping").disabled
    train(store, run, 3)
    assert "stopping: it ends its step and saves" in texts(app.run())
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
    assert "failed in epoch 1 of 15" in texts(app)
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
    assert "interrupted in epoch 3 of 15" in texts(app)
    assert statuses(app) == {run.name: "interrupted"}
    button(app, "Resume").click().run()
    assert statuses(app) == {run.name: "running"}
    assert "starting again: loading PyTorch and the data" in texts(app)
    assert "images/s" not in texts(app)  # what was measured before is of another worker
    assert len(lines(app, "live-loss")["ResNet-20"]["x"]) == 25
    train(store, run, 26)
    assert "in epoch 3 of 15" in texts(app.run())


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
    assert sentence in texts(app)
    assert [label for label in labels(app) if label in ("Stop", "Resume")] == offered
    assert {"live-error", "live-loss"} == set(growing(app))


def test_an_epoch_has_one_number_while_a_run_goes_on_and_once_it_is_stopped(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 3)
    app = open_page("training")
    assert "in epoch 1 of 15" in texts(app)
    end(store, run, "stopped")
    assert "stopped in epoch 1 of 15" in texts(app.run())


def test_the_newest_run_is_shown_once_none_is_under_way(store, sleepers):
    [old] = sleepers.submit(config(seed=1))
    end(store, train(store, old), "finished")
    [new] = sleepers.submit(config(seed=2))
    app = open_page("training")
    [number] = app.metric
    assert f"The run {new.name}," in number.help.replace("\N{WORD JOINER}", "").replace("\\", "")
    end(store, new, "stopped")
    [bar] = app.run().progress
    assert bar.text == "stopped in epoch 1 of 15"


def test_networks_that_were_trained_become_the_pair_of_the_pages_that_look_inside(store, sleepers):
    runs = sleepers.submit(*pair(), together=True)
    assert "Look inside" not in labels(open_page("training"))
    for run, network in zip(runs, ("plain20", "resnet20"), strict=True):
        save(end(store, train(store, run), "finished"), f"{network}-digits-seed0")
    app = open_page("training")
    button(app, "Look inside").click().run()
    assert not app.exception
    assert values(app.title) == [PAGES["gradients"].title]
    assert [app.session_state[side] for side in ("left", "right")] == [run.name for run in runs]


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


def test_training_tells_of_the_recorded_plain_56_only_beside_its_own_curves(store, sleepers):
    known = [shipped()[f"plain56-digits-seed{seed}"] for seed in (0, 1, 2)]
    app = open_page("training")
    assert reported.fate(known) in texts(app)
    assert "**Recorded with 3 seeds: plain-56 ends at" in texts(app)
    assert list(lines(app, "live-error"))  # the recorded curves, until there are others
    assert "Error, recorded" in growing(app)["live-error"]["figure"]["layout"]["title"]["text"]
    other = open_page("training", network="plain18", against="resnet18")
    assert reported.fate(known) not in texts(other)
    assert "**Nothing has been trained here yet." in texts(other)
    sleepers.submit(*pair(), together=True)
    assert reported.fate(known) not in texts(app.run())
