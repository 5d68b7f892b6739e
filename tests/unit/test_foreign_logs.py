"""Logs of other programs are read for what they say; what they do not say is told or asked."""

import importlib.util
import struct

import numpy as np
import pandas as pd
import pytest

from resnet_viz import cli
from resnet_viz.reporting import findings, histories, imported_logs
from resnet_viz.runs import shipped
from resnet_viz.runs.foreign_logs import csv_files, event_files, reading
from resnet_viz.runs.foreign_logs.log import ForeignLog, open_log, saved_paths
from resnet_viz.runs.foreign_logs.meanings import axis, meaning
from resnet_viz.runs.foreign_logs.table import LogError
from tests.unit.cli_support import refused, store

__all__ = ["store"]

tensorboard = pytest.mark.skipif(
    not importlib.util.find_spec("tensorboard"), reason="tensorboard is an optional extra"
)
LIGHTNING = """epoch,step,train_loss,train_acc,val_loss,val_acc
0,4,2.0,0.25,,
0,9,1.5,0.5,,
0,9,,,1.8,0.375
1,14,1.0,0.625,,
1,19,0.5,0.75,,
1,19,,,0.9,0.5
"""
KERAS = "epoch;accuracy;loss;val_accuracy;val_loss\n0;0,25;2,0;0,5;1,5\n1;0,5;1,0;0,75;0,5\n"
FASTAI = "epoch,train_loss,valid_loss,accuracy,time\n0,2.0,1.5,0.5,00:12\n1,1.0,0.5,0.75,00:11\n"
WANDB = (
    '"Step","a - train/loss","a - train/loss__MIN","a - train/loss__MAX","b - train/loss"\n'
    "1,2.0,2.0,2.0,3.0\n2,1.0,1.0,1.0,2.5\n"
)


def read(text: str, **told):
    [table] = csv_files.read(text.encode())
    how = reading.recognised(table).with_told(**told)
    return ForeignLog.of("log", table, how)


def columns(log: ForeignLog, *names: str) -> list[list[float]]:
    return [log.epochs[name].tolist() for name in names]


def event_file(folder, scalars, *, tensors=False):
    """An event file written by TensorBoard's own writer: ``(step, tag, value)`` each."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))
    for step, tag, value in scalars:
        summary = (
            scalar_pb(tag, value)
            if tensors
            else Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        )
        writer.add_event(Event(step=step, wall_time=1e9 + step, summary=summary))
    writer.close()
    [path] = folder.iterdir()
    return path


def test_lightnings_log_is_read_with_fractions_of_epochs():
    log = read(LIGHTNING)
    assert columns(log, "epoch", "step") == [[4 / 9, 1, 1.5, 2], [4, 9, 14, 19]]
    np.testing.assert_equal(log.epochs["test_accuracy"].tolist(), [np.nan, 37.5, np.nan, 50])
    assert columns(log, "train_accuracy", "train_loss") == [[25, 50, 62.5, 75], [2, 1.5, 1, 0.5]]
    assert log.assumed == (
        "train_acc is the training accuracy",
        "val_loss is the test loss",
        "val_acc is the test accuracy",
        "accuracies are shares from 0 to 1",
        "its first epoch is called 0",
    )


def test_keras_calls_training_data_nothing_and_writes_decimal_commas():
    log = read(KERAS)
    assert columns(log, "epoch", "train_loss", "test_accuracy") == [[1, 2], [2, 1], [50, 75]]
    assert "accuracy is the training accuracy" in log.assumed
    assert "commas in loss are read as decimal points" in log.assumed


def test_an_accuracy_of_unknown_data_is_left_out_until_it_is_placed():
    log = read(FASTAI)
    assert columns(log, "train_loss", "test_loss") == [[2, 1], [1.5, 0.5]]
    assert log.epochs[["train_accuracy", "test_accuracy"]].isna().all(axis=None)
    assert "accuracy does not say of which data and is left out" in log.assumed
    placed = read(FASTAI, columns={"test_accuracy": "accuracy"}, unit="share", first_epoch=0)
    assert columns(placed, "test_accuracy") == [[50, 75]]
    assert not [clause for clause in placed.assumed if clause.startswith(("accurac", "its"))]


def test_runs_of_a_download_of_wandb_are_told_apart():
    first, second = csv_files.read(WANDB.encode())
    assert (first.run, second.run) == ("a", "b")
    assert list(first.values) == ["Step", "train/loss"]
    how = reading.recognised(second)
    assert reading.missing(second, how) == ["counts"]
    log = ForeignLog.of("b", second, how.with_told(counts="step"))
    assert columns(log, "step", "train_loss") == [[1, 2], [3, 2.5]]
    assert log.epochs["epoch"].isna().all()


@pytest.mark.parametrize(
    ("column", "quantity", "split", "extra"),
    [
        ("train_loss", "loss", "train", 0),
        ("valAcc", "accuracy", "test", 0),
        ("Validation/Top-1 Error (%)", "error", "test", 0),
        ("eval/top_1", "accuracy", "test", 0),
        ("train/epoch_loss", "loss", "train", 1),
        ("loss", "loss", "", 0),
        ("top5_acc", None, None, None),
        ("val_acc_top-5", None, None, None),
        ("train_loss_val_loss", None, None, None),
        ("learning_rate", None, None, None),
        ("evaluated", None, None, None),
    ],
)
def test_a_name_means_what_its_words_say(column, quantity, split, extra):
    found = meaning(column)
    assert (found and (found.quantity, found.split, found.extra)) == (
        quantity and (quantity, split, extra)
    )


def test_axes_are_named_by_nothing_else():
    names = ["epoch_loss", "Global Step", "step_size", "Epoch", "Relative Time (s)", "_runtime"]
    assert axis(names, "epoch") == "Epoch"
    assert axis(names, "step") == "Global Step"
    assert axis(names, "seconds") == "_runtime"


def test_errors_that_are_never_above_one_are_asked_about():
    text = "epoch,step,train_error,test_error\n1,10,0.5,0.6\n2,20,0.25,0.5\n"
    [table] = csv_files.read(text.encode())
    assert reading.missing(table, reading.recognised(table)) == ["unit"]
    with pytest.raises(LogError, match="per cent or shares"):
        read(text)
    assert columns(read(text, unit="share"), "train_accuracy") == [[50, 75]]
    assert columns(read(text, unit="percent"), "train_accuracy") == [[99.5, 99.75]]
    above = text.replace("0.6", "60")
    assert "errors are per cent" in read(above).assumed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no rows"),
        ("loss\n", "has no rows"),
        ("1,2\n3,4\n", "numbers where names"),
        ("a,b\nx,y\n", "no column of numbers"),
        ("step,lr\n1,0.1\n", "No column says"),
        ("train_loss\n2\n1\n", "do not say what they count"),
        ("epoch,train_loss\nx,2\nx,1\n", "do not say what they count"),
        ("epoch,train_acc\n1,250\n2,3\n", "goes from 3 to 250"),
    ],
)
def test_a_table_that_says_too_little_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(LogError, match=sentence):
        read(text)


def test_cells_without_a_number_are_counted_and_rows_of_one_moment_merged():
    log = read("epoch,train_loss\n1,2\n2,nan\n3,oops\n3,1\n3,0.5\n")
    assert columns(log, "epoch", "train_loss") == [[1, 3], [2, 0.5]]
    assert "1 cell of train_loss without a number left out" in log.assumed
    assert "of several rows of one epoch the last one is drawn" in log.assumed


def test_a_long_log_keeps_points_of_each_column_evenly_spread():
    lines = "\n".join(f"{n},{1 / n},{'' if n % 100 else 2 / n}" for n in range(1, 30_001))
    log = read(f"iteration,train_loss,test_loss\n{lines}\n", counts="step")
    assert log.epochs["test_loss"].notna().sum() == 300
    assert 9_000 < len(log.epochs) <= reading.MOST_POINTS
    assert log.epochs["step"].iloc[[0, -1]].tolist() == [1, 30_000]


@tensorboard
def test_our_own_export_comes_back_as_it_was(store, tmp_path):
    name = "resnet20-digits-seed0"
    cli.main(["export", name, "--tensorboard", str(tmp_path)])
    [table] = open_log(tmp_path / name)
    log = ForeignLog.of("back", table, reading.recognised(table))
    record = shipped()[name]
    ends = log.epochs.dropna(subset=["test_loss"])
    assert ends["epoch"].tolist() == record.epochs["epoch"].tolist()
    for column in ("step", "test_loss", "test_accuracy", "train_accuracy"):
        np.testing.assert_allclose(ends[column], record.epochs[column], rtol=1e-5)
    np.testing.assert_allclose(log.epochs["train_loss"].dropna(), record.steps["train_loss"], 1e-5)


@tensorboard
@pytest.mark.parametrize("tensors", [False, True])
def test_both_kinds_of_scalar_are_read_and_a_cut_file_as_far_as_it_is_whole(tmp_path, tensors):
    scalars = [(step, "val_loss", 1 / step) for step in range(1, 9)]
    path = event_file(tmp_path, scalars, tensors=tensors)
    [table] = open_log(path)
    np.testing.assert_allclose(table.values["val_loss"], [1 / n for n in range(1, 9)], rtol=1e-6)
    assert table.values["seconds"].tolist() == list(range(8))
    path.write_bytes(path.read_bytes()[:-9])
    [cut] = open_log(path)
    assert len(cut.values) == 7
    assert cut.notes == (event_files.CUT_OFF,)
    log = ForeignLog.of("cut", cut, reading.recognised(cut).with_told(counts="epoch"))
    assert event_files.CUT_OFF in log.assumed


@tensorboard
def test_kerass_two_folders_are_one_run(tmp_path):
    for part, value in (("train", 1.0), ("validation", 2.0)):
        event_file(tmp_path / part, [(0, "epoch_loss", value), (1, "epoch_loss", value / 2)])
    [table] = open_log(tmp_path)
    log = ForeignLog.of("keras", table, reading.recognised(table))
    assert columns(log, "epoch", "train_loss", "test_loss") == [[0, 1], [1, 0.5], [2, 1]]


@tensorboard
def test_files_that_are_no_log_are_refused_and_nothing_in_them_is_believed(tmp_path, monkeypatch):
    path = tmp_path / "log"
    empty = event_file(tmp_path / "events", [])
    huge = empty.read_bytes() + struct.pack("<QI", 2**62, 0)
    for content, sentence in (
        (b"", "is empty"),
        (b"\x80\x04\0\0cos\nsystem\n", "neither an event file"),
        (bytes(5000), "neither an event file"),
        (empty.read_bytes(), "no scalar"),
        (huge, "no scalar"),
    ):
        path.write_bytes(content)
        with pytest.raises(LogError, match=sentence):
            open_log(path)
    monkeypatch.setattr(event_files, "MOST_SCALARS", 3)
    with pytest.raises(LogError, match="more than 3 scalars"):
        open_log(event_file(tmp_path / "many", [(n, "loss", 1.0) for n in range(5)]))


def test_a_log_is_imported_listed_and_deleted_by_the_command_line(store, tmp_path, capsys):
    path = tmp_path / "metrics.csv"
    path.write_text(FASTAI)
    assert "no run 'x'" in refused(capsys, "import-log", str(path), "--run", "x")
    telling = ["--column", "test_accuracy=accuracy", "--unit", "share", "--network", "residual"]
    assert cli.main(["import-log", str(path), "--name", "pets", *telling]) == 0
    assert capsys.readouterr().out.startswith("pets: 2 rows")
    assert "already" in refused(capsys, "import-log", str(path), "--name", "pets")
    kept = ForeignLog.load(saved_paths()["pets"])
    assert kept.residual is True
    assert columns(kept, "epoch", "test_accuracy") == [[1, 2], [50, 75]]
    assert kept.epochs["step"].isna().all()
    assert cli.main(["logs"]) == 0
    assert capsys.readouterr().out == "pets\n"
    assert cli.main(["delete-log", "pets"]) == 0
    assert not saved_paths()
    capsys.readouterr()
    path.write_text(WANDB)
    assert "--run, of a, b" in refused(capsys, "import-log", str(path))
    assert "--counts epoch" in refused(capsys, "import-log", str(path), "--run", "a")


def test_what_a_log_lacks_is_said_and_not_compared():
    log = read("epoch,train_loss\n1,2\n2,1\n")
    record = shipped()["plain20-digits-seed0"]
    history = histories.of_lines({"mine": [log], "plain-20": [record]}, None)
    ends = histories.last(history)
    assert findings.curves(ends).startswith("plain-20 ends at ")
    assert findings.curves(ends[ends["label"] == "mine"]) == "The lines shown have no test error."
    said = imported_logs.not_drawn(history, "error", "epoch", "epoch")
    assert said.startswith("mine has no error over epoch")
    assert imported_logs.not_drawn(history, "loss", "epoch", "epoch") == ""
    named = read("epoch,valid_loss\n1,2\n")
    said = imported_logs.assumed({"m*": named, "n": log})
    assert said == r"Assumed of m\*: valid\_loss is the test loss."


def test_a_table_in_utf_16_is_read_as_one_in_utf_8():
    one, other = (csv_files.read(KERAS.encode(code))[0].values for code in ("utf-16", "utf-8"))
    pd.testing.assert_frame_equal(one, other)
