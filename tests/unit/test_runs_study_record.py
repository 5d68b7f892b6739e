"""The record of a study: the same after it was read again, and what the shipped one says."""

import pandas as pd
import pytest

from resnet_viz.reporting import final_errors, studies
from resnet_viz.runs import RunError
from resnet_viz.runs.study_reading import described
from resnet_viz.runs.study_record import CURVE, StudyRecord, shipped_studies
from tests.unit.final_errors_support import members


@pytest.fixture
def record():
    rows = members()
    epochs = [
        dict.fromkeys(CURVE, 0.5) | {"epoch": epoch, "run": row.name}
        for row in rows
        for epoch in (1, 2)
    ]
    return StudyRecord(
        study=described({"name": "mine", "depths": [8, 14], "seeds": 2}),
        hardware="a machine",
        members=rows,
        epochs=pd.DataFrame(epochs)[["run", *CURVE]],
    )


def test_a_record_is_the_same_when_it_was_read_again(record, tmp_path):
    first, second = tmp_path / "a.study.json.gz", tmp_path / "b.study.json.gz"
    record.save(first)
    again = StudyRecord.load(first)
    again.save(second)
    assert first.read_bytes() == second.read_bytes()
    assert again.study == record.study
    assert studies.members(again.members).equals(studies.members(record.members))
    pd.testing.assert_frame_equal(again.epochs, record.epochs, check_dtype=False)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format": 1, "study": {}}'])
def test_what_is_no_record_is_refused(tmp_path, content):
    (tmp_path / "a.study.json").write_bytes(content)
    with pytest.raises(RunError, match="not the record"):
        StudyRecord.load(tmp_path / "a.study.json")


def test_the_shipped_study_shows_degradation_without_shortcuts_and_hardly_any_with_them():
    [record] = shipped_studies().values()
    numbers = studies.members(record.members)
    assert set(numbers["status"]) == {"finished"}
    frame, axes = final_errors.with_varied(numbers)
    points = final_errors.points(frame, axes, "depth").set_index(["line", "x"])
    assert list(points.loc["plain"].index) == [8, 14, 20, 32, 44, 56, 110]
    assert points["runs"].min() >= 3
    assert points.loc[("plain", 56), "train_least"] > 10 * points.loc[("plain", 20), "train"] + 20
    assert points.loc[("residual", 56), "train"] < 1
    last = record.epochs.groupby("run").tail(1).set_index("run")["test_accuracy"]
    ends = numbers.set_index("run")["test_error"]
    assert (100 - last[ends.index] - ends).abs().max() < 1e-3
