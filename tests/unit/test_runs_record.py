"""Records: a history in a file, equal bytes for equal histories."""

import dataclasses
import gzip
import json
import math

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from resnet_viz.runs import Record, RunError, history, shipped
from resnet_viz.runs.shipped_runs import Shelf, shipped_checkpoint
from tests.unit.runs_support import LAYERS, config


@pytest.fixture
def record():
    steps = {name: [1.0, 2.0] for name in history.STEPS} | {"train_loss": [2 / 3, math.nan]}
    epochs = {name: [1.0] for name in history.EPOCHS} | {"test_loss": [math.inf]}
    return Record(
        name="resnet20-digits-seed0",
        config=config(options={"activation": "tanh"}),
        status="finished",
        hardware="a CPU, 2 threads",
        seconds=12.3456789,
        layers=tuple(LAYERS),
        steps=history.frame(history.STEPS, steps),
        epochs=history.frame(history.EPOCHS, epochs),
        gradients=history.gradient_frame(
            LAYERS, [0, 5], [0.0, 0.5], pd.Series(range(6)) / 7, pd.Series(range(6)) * 1e-9 / 7
        ),
    )


def test_a_record_reads_back_to_six_digits(record, tmp_path):
    record.save(tmp_path / "r.gz")
    read = Record.load(tmp_path / "r.gz")
    for field in ("name", "config", "status", "hardware", "layers"):
        assert getattr(read, field) == getattr(record, field)
    assert read.seconds == 12.3457
    for frame in ("steps", "epochs", "gradients"):
        assert_frame_equal(getattr(read, frame), getattr(record, frame), rtol=1e-6)
    assert read.steps["train_loss"][0] == 0.666667
    assert math.isnan(read.steps["train_loss"][1])
    assert read.epochs["test_loss"][0] == math.inf
    assert read.gradients["gradient_norm"][5] == 7.14286e-10


def test_equal_records_give_equal_bytes(record, tmp_path):
    record.save(tmp_path / "one.gz")
    Record.load(tmp_path / "one.gz").save(tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    content = json.loads(gzip.decompress((tmp_path / "one.gz").read_bytes()))
    assert content["steps"]["train_loss"] == [0.666667, None]


def test_a_record_without_history_reads_back(record, tmp_path):
    empty = dataclasses.replace(
        record,
        layers=(),
        steps=record.steps[:0],
        epochs=record.epochs[:0],
        gradients=record.gradients[:0],
    )
    empty.save(tmp_path / "r.gz")
    read = Record.load(tmp_path / "r.gz")
    assert read.steps.empty
    assert list(read.gradients) == ["step", "epoch", "layer", "weight_norm", "gradient_norm"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"text", "not a record"),
        (gzip.compress(b"[1, 2"), "not a record"),
        (gzip.compress(b"[1, 2]"), "not a record"),
        (gzip.compress(b'{"format": 1, "layers": 3}'), "not a record"),
        (gzip.compress(b'{"format": 9}'), "newer resnet_viz: update"),
        (gzip.compress(b'{"format": 1}')[:-6], "not a record"),
    ],
    ids=["text", "cut JSON", "a list", "a wrong type", "a later format", "cut gzip"],
)
def test_a_file_that_is_no_record_is_refused(tmp_path, content, sentence):
    (tmp_path / "r.gz").write_bytes(content)
    with pytest.raises(RunError, match=sentence):
        Record.load(tmp_path / "r.gz")


def test_a_missing_record_is_a_sentence(tmp_path):
    with pytest.raises(RunError, match=r"There is no record nothing\.gz"):
        Record.load(tmp_path / "nothing.gz")


def test_a_shelf_reads_a_record_when_it_is_asked_for(record, tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    record.save(tmp_path / "digits" / "resnet20-digits-seed0.history.json.gz")
    (tmp_path / "broken.history.json.gz").write_bytes(b"")
    shelf = Shelf(tmp_path)
    assert set(shelf) == {"broken", "resnet20-digits-seed0"}
    assert shelf["resnet20-digits-seed0"].config == record.config
    assert shelf["resnet20-digits-seed0"] is shelf["resnet20-digits-seed0"]
    with pytest.raises(RunError, match="not a record"):
        shelf["broken"]


def test_shipped_weights_are_found_by_their_name_alone():
    path = shipped_checkpoint("plain56-digits-seed0")
    assert path is not None
    assert path.name == "plain56-digits-seed0.safetensors"
    folder = path.parent.name
    for other in ("plain57-digits-seed0", "", f"../{folder}/{path.stem}", str(path)[:-12]):
        assert shipped_checkpoint(other) is None


def test_every_shipped_record_can_be_read():
    for name, found in shipped().items():
        assert found.name == name
        assert found.status == "finished"
        assert len(found.epochs) == found.config.epochs
