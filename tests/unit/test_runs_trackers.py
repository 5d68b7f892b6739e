"""Runs in TensorBoard's files and in MLflow, read back by the libraries that own the formats."""

import importlib
import sys

import numpy as np
import pytest

from resnet_viz import cli
from resnet_viz.runs import shipped
from resnet_viz.runs.trackers import exporting, mlflow_run
from tests.app.runs import end, train
from tests.unit.cli_support import refused, store
from tests.unit.runs_support import LAYERS, SLEEPER, config, launcher

__all__ = ["store"]

SHIPPED = "plain20-digits-seed0"


def needs(package: str):
    found = importlib.util.find_spec(package)
    return pytest.mark.skipif(not found, reason=f"{package} is an optional extra")


def accumulated(folder):
    """A run's folder as TensorBoard itself reads it, all of its values."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    everything = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    return everything.Reload()


def scalars(events, name) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in events.Scalars(name)]


@needs("tensorboard")
def test_a_record_is_in_an_event_file_what_it_is_here(store, tmp_path, capsys):
    assert cli.main(["export", SHIPPED, "--tensorboard", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / SHIPPED}\n"
    record, events = shipped()[SHIPPED], accumulated(tmp_path / SHIPPED)
    for name, frame, column in (
        ("train/loss", record.steps, "train_loss"),
        ("train/learning_rate", record.steps, "learning_rate"),
        ("test/loss", record.epochs, "test_loss"),
        ("epoch", record.epochs, "epoch"),
    ):
        steps, values = zip(*scalars(events, name), strict=True)
        assert steps == tuple(frame["step"])
        np.testing.assert_allclose(values, frame[column], rtol=1e-6)
    epochs, errors = zip(*scalars(events, "by_epoch/test_error"), strict=True)
    assert epochs == tuple(range(1, 16))
    np.testing.assert_allclose(errors, 100 - record.epochs["test_accuracy"], atol=1e-5)
    norms = record.gradients[record.gradients["layer"] == "layer1.0.conv1"]
    steps, values = zip(*scalars(events, "gradient_norm/layer1.0.conv1"), strict=True)
    assert steps == tuple(norms["step"])
    np.testing.assert_allclose(values, norms["gradient_norm"], rtol=1e-6)
    clock = [event.wall_time for event in events.Scalars("train/loss")]
    np.testing.assert_allclose(np.diff(clock), np.diff(record.steps["seconds"]), atol=1e-5)


@needs("tensorboard")
def test_settings_and_status_are_in_the_event_file(store, tmp_path):
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    cli.main(["export", SHIPPED, "--tensorboard", str(tmp_path)])
    events = accumulated(tmp_path / SHIPPED)
    [status] = events.Tensors("tags/status")
    assert status.tensor_proto.string_val[:] == [b"finished"]
    content = events.PluginTagToContent("hparams")
    begun = HParamsPluginData.FromString(content["_hparams_/session_start_info"])
    known = begun.session_start_info.hparams
    assert known["architecture"].string_value == "plain20"
    assert known["learning_rate"].number_value == pytest.approx(0.1)
    ended = HParamsPluginData.FromString(content["_hparams_/session_end_info"])
    assert ended.session_end_info.status == 1  # STATUS_SUCCESS


@needs("tensorboard")
def test_a_run_is_followed_to_its_end_and_each_moment_is_written_once(
    store, tmp_path, capsys, monkeypatch
):
    [run] = launcher(store, SLEEPER).submit(config())
    train(store, run, 10)
    moments = iter((20, 40))

    def pause(seconds):
        steps = next(moments)
        train(store, run, steps)
        if steps == 40:
            end(store, run, "finished")

    monkeypatch.setattr(exporting.time, "sleep", pause)
    arguments = ("export", run.name, "--tensorboard", str(tmp_path))
    assert "has not ended: add --follow" in refused(capsys, *arguments)
    assert cli.main([*arguments, "--follow"]) == 0
    events = accumulated(tmp_path / run.name)
    assert [step for step, _ in scalars(events, "train/loss")] == list(range(1, 41))
    assert scalars(events, "by_epoch/test_accuracy") == [(n, 80 + n) for n in range(1, 5)]
    for layer in LAYERS:
        assert len(scalars(events, f"gradient_norm/{layer}")) == 40
    [status] = events.Tensors("tags/status")
    assert status.tensor_proto.string_val[:] == [b"finished"]


@needs("tensorboard")
def test_a_run_that_waits_is_dated_from_when_it_begins(store, tmp_path, monkeypatch):
    starter = launcher(store, SLEEPER)
    first, second = starter.submit(config(), config())

    def pause(seconds):
        assert not (tmp_path / second.name).exists()
        end(store, train(store, first), "finished")
        starter.pump()
        end(store, train(store, second), "finished")

    monkeypatch.setattr(exporting.time, "sleep", pause)
    assert cli.main(["export", second.name, "--tensorboard", str(tmp_path), "--follow"]) == 0
    began = store.run(second.id).started.timestamp()
    measured = accumulated(tmp_path / second.name).Scalars("train/loss")
    assert measured[0].wall_time == pytest.approx(began + 0.5)


@needs("mlflow")
def test_a_run_is_in_mlflow_what_it_is_here(store, tmp_path, capsys):
    [run] = launcher(store, SLEEPER).submit(config(seed=3, options={"shortcut": "C"}))
    end(store, train(store, run), "stopped")
    store.annotate(run.name, tags="odd, one")
    arguments = ["export", run.name, "--mlflow", str(tmp_path / "tracked")]
    assert cli.main(arguments) == 0
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{tmp_path / 'tracked' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("resnet_viz").experiment_id
    [kept] = client.search_runs([experiment])
    assert (kept.info.run_name, kept.info.status) == (run.name, "KILLED")
    assert kept.data.params["seed"] == "3"
    assert kept.data.params["option.shortcut"] == "C"
    tags = {name: kept.data.tags[name] for name in ("seed", "data", "status", "tags")}
    assert tags == {"seed": "3", "data": "digits", "status": "stopped", "tags": "odd, one"}
    measured = client.get_metric_history(kept.info.run_id, "train/loss")
    assert [(one.step, one.value) for one in measured] == [(n, 1 / n) for n in range(1, 41)]
    began = round(1000 * store.run(run.id).started.timestamp())
    assert [one.timestamp for one in measured] == [began + 500 * n for n in range(1, 41)]
    errors = client.get_metric_history(kept.info.run_id, "test/error")
    assert [(one.step, one.value) for one in errors] == [(10 * n, 20 - n) for n in range(1, 5)]
    norms = client.get_metric_history(kept.info.run_id, "gradient_norm/fc")
    assert [one.value for one in norms] == list(range(1, 41))
    capsys.readouterr()
    assert "delete it there first" in refused(capsys, *arguments)


def test_measurements_go_to_mlflow_a_thousand_a_request(monkeypatch):
    sizes = []
    tracker = object.__new__(mlflow_run.MlflowRun)
    tracker._metric = lambda *values: values
    tracker._run = type("Run", (), {"start": 0.0})
    monkeypatch.setattr(tracker, "_log", lambda metrics: sizes.append(len(metrics)))
    record = shipped()["plain56-digits-seed0"]
    new = exporting.Measurements().new(record)
    tracker.write(new)
    assert sum(sizes) == len(new) == 2 * 330 + 13 * 15 + 3080
    assert max(sizes) == 1000


@pytest.mark.parametrize(
    ("option", "module"), [("--tensorboard", "tensorboard"), ("--mlflow", "mlflow")]
)
def test_a_missing_extra_is_named(store, tmp_path, capsys, monkeypatch, option, module):
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    said = refused(capsys, "export", SHIPPED, option, str(tmp_path / "out"))
    assert f"pip install 'resnet_viz[{module}]'" in said


def test_what_cannot_be_exported_is_refused(store, tmp_path, capsys):
    assert "no run named 'none'" in refused(capsys, "export", "none", "--tensorboard", "x")
    assert "--follow" not in refused(capsys, "export", "one")
    assert "add --tensorboard" in refused(capsys, "export", "one", "x", "--follow")
    assert not (tmp_path / "x").exists()
