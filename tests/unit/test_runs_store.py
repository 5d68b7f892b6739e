"""The store: what it keeps, what it refuses, and what it costs to ask it."""

import json
import math
import sqlite3
import time

import pytest
from sqlalchemy import event, select, update

from resnet_viz.runs import RunError, Store, machine
from resnet_viz.runs.database import runs, steps
from resnet_viz.runs.liveness import here
from resnet_viz.runs.terminal import _progress
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from resnet_viz.training import EpochRow, StepRow
from tests.unit.runs_support import LAYERS, config, hand_over, launcher, new_store
from tests.unit.store_support import file_store, store

__all__ = ["file_store", "store"]


def queued(store, **overrides):
    """A run that waits, because nothing is pumped."""
    starter = launcher(store)
    starter.pump = list
    [run] = starter.submit(config(**overrides))
    return run


def started(store, run, token="t1"):
    """An attempt at it, as if this process were its worker."""
    with store.database.writing() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run.id)
            .values(status="running", token=token, host=here(), beat=time.time())
        )
    attempt = Attempt(store.database, run.id, token)
    attempt.introduce()
    return attempt


def begun(store, run, token="t1", resumed_step=0):
    recorder = StoreRecorder(started(store, run, token))
    recorder.begin(
        total_steps=40,
        steps_per_epoch=10,
        layers=LAYERS,
        device="CPU",
        resumed_step=resumed_step,
    )
    return recorder


def test_what_was_submitted_comes_back_as_it_was(store):
    run = queued(store, options={"activation": "sigmoid"}, seed=3, epochs=2, threads=2)
    found = Store().run(run.name)
    assert found == run
    assert found.config == config(options={"activation": "sigmoid"}, seed=3, epochs=2, threads=2)
    assert (found.name, found.status, found.step) == ("resnet20-digits-seed3", "queued", 0)
    assert found.latest["train_loss"] is None
    assert found.checkpoint is None
    assert found.log_tail() == ""
    assert store.run(run.id) == run


def test_newest_run_comes_first(store):
    names = [queued(store, seed=seed).name for seed in range(3)]
    assert [run.name for run in store.runs()] == names[::-1]


def test_history_reads_back_as_it_was_recorded(store):
    run = queued(store)
    recorder = begun(store, run)
    for step in range(1, 21):
        hand_over(recorder, step)
    recorder.commit()
    curve = store.steps(run.name)
    assert list(curve) == ["step", "epoch", "seconds", "train_loss", "learning_rate"]
    assert curve["step"].tolist() == list(range(1, 21))
    assert curve["train_loss"].tolist() == [1 / step for step in range(1, 21)]
    table = store.epochs(run.name)
    assert table["epoch"].tolist() == [1, 2]
    assert table["test_accuracy"].tolist() == [81.0, 82.0]
    norms = store.gradients(run.name)
    assert norms["layer"].tolist() == LAYERS * 20
    assert norms["weight_norm"].tolist()[:4] == [1.0, 1.25, 1.5, 2.0]
    assert norms["gradient_norm"].tolist()[:3] == [1.5, 1.25, 1.0]
    now = store.run(run.name)
    assert (now.epoch, now.step, now.total_steps, now.progress) == (2, 20, 40, 0.5)
    assert (now.latest["train_loss"], now.latest["test_accuracy"]) == (1 / 20, 82.0)
    assert now.seconds_left == 10.0


def test_resuming_leaves_neither_gap_nor_double_point(store):
    run = queued(store)
    recorder = begun(store, run)
    for step in range(1, 18):
        hand_over(recorder, step)
    recorder.commit()
    recorder = begun(store, run, token="t2", resumed_step=10)
    now = store.run(run.name)
    assert (now.step, now.epoch, now.seconds, now.latest["test_loss"]) == (10, 1, 5.0, 2 / 10)
    for step in range(10, 21):  # step 10 once more, as gradients before an update are
        hand_over(recorder, step)
    recorder.commit()
    assert store.steps(run.name)["step"].tolist() == list(range(1, 21))
    assert store.epochs(run.name)["epoch"].tolist() == [1, 2]
    assert len(store.gradients(run.name)) == 20 * len(LAYERS)


def test_how_far_the_pictures_are_read_is_known_until_training_begins(store):
    run = queued(store)
    attempt = started(store, run)
    recorder = StoreRecorder(attempt)
    assert store.run(run.name).data_read is None
    recorder.reading(0.37)
    recorder.commit()
    assert store.run(run.name).data_read == 0.37
    assert _progress(store.run(run.name), stopping=False).endswith("reading the pictures, 37%")
    recorder.reading(1.0)
    recorder.begin(total_steps=20, steps_per_epoch=10, layers=LAYERS, device="cpu", resumed_step=0)
    recorder.commit()
    assert store.run(run.name).data_read is None
    assert "reading" not in _progress(store.run(run.name), stopping=False)


def test_starting_again_from_nothing_forgets_the_first_attempt(store):
    run = queued(store)
    recorder = begun(store, run)
    for step in range(1, 13):
        hand_over(recorder, step)
    recorder.commit()
    begun(store, run, token="t2")
    now = store.run(run.name)
    assert store.steps(run.name).empty
    assert store.gradients(run.name).empty
    assert (now.step, now.epoch, now.seconds, now.latest["train_loss"]) == (0, 0, 0.0, None)


def test_a_loss_that_is_no_number_is_kept(store):
    run = queued(store)
    recorder = begun(store, run)
    for step, loss in ((1, math.nan), (2, math.inf)):
        recorder.step(
            StepRow(step=step, epoch=0.1, seconds=1.0, train_loss=loss, learning_rate=0.1)
        )
    recorder.commit()
    first, second = store.steps(run.name)["train_loss"]
    assert math.isnan(first)
    assert second == math.inf
    at = {"epoch": 1, "step": 2, "seconds": 1.0, "learning_rate": 0.1, "images_per_second": 9.0}
    none = dict.fromkeys(("train_loss", "test_loss", "train_accuracy", "test_accuracy"), math.nan)
    recorder.epoch(EpochRow(**at, **none))
    recorder.commit()
    assert store.epochs(run.name)["test_loss"].isna().all()
    assert store.run(run.name).latest == dict.fromkeys(none) | {"images_per_second": 9.0}


def test_a_listing_reads_no_history(store):
    run = queued(store)
    recorder = begun(store, run)
    hand_over(recorder, 10)
    recorder.commit()
    statements = []
    engine = store.database._engine
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    store.runs()
    asked = [text for text in statements if text.startswith("SELECT")]
    assert len(asked) == 1
    assert "layers" not in asked[0]
    assert not any(table in asked[0] for table in ("steps.", "epochs.", "gradients."))


def test_reading_a_curve_searches_by_index(file_store):
    query = select(steps).where(steps.c.run_id == "x").order_by(steps.c.step)
    with file_store.database.reading() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert [row[-1] for row in plan] == ["SEARCH steps USING PRIMARY KEY (run_id=?)"]


def test_slots_are_kept_in_the_store(store, monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 3)
    store.set_slots(3)
    assert Store().settings.slots == 3
    for wrong in (0, 4, True, "2"):
        with pytest.raises(RunError, match="from 1 to 3, because this machine has 3 cores"):
            store.set_slots(wrong)


@pytest.mark.parametrize("content", [b"no database at all, but text\n" * 99, b"\0" * 4096])
def test_a_file_that_is_no_database_is_refused(tmp_path, monkeypatch, content):
    (tmp_path / "runs.sqlite").write_bytes(content)
    with pytest.raises(RunError, match="no database: move it away"):
        new_store(tmp_path, monkeypatch)


def test_a_damaged_database_is_refused(file_store, tmp_path):
    for seed in range(40):
        queued(file_store, seed=seed)
    with file_store.database.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file_store.database._engine.dispose()
    path = tmp_path / "runs.sqlite"
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)
    with pytest.raises(RunError, match="damaged: move its file away"):
        Store().runs()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="set RESNET_VIZ_HOME"):
        new_store(tmp_path / "file" / "runs", monkeypatch)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://", "in memory cannot be shared"),
        ("nonsense", "cannot be used .*: see RESNET_VIZ_STORE"),
        ("sqlite:////proc/nothing/runs.sqlite", "cannot be"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(tmp_path, monkeypatch, url, sentence):
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))
    monkeypatch.setenv("RESNET_VIZ_STORE", url)
    with pytest.raises(RunError, match=sentence):
        Store()


def test_another_store_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RESNET_VIZ_STORE", f"sqlite:///{tmp_path}/elsewhere/my.db")
    queued(Store())
    assert (tmp_path / "elsewhere" / "my.db").exists()
    assert not (tmp_path / "home" / "runs.sqlite").exists()


def test_a_missing_run_is_a_sentence(store):
    for ask in (store.run, store.steps, store.epochs, store.gradients, store.record):
        with pytest.raises(RunError, match="There is no run named 'nobody'"):
            ask("nobody")


def test_a_busy_store_keeps_what_was_recorded_for_the_next_time(file_store, tmp_path, monkeypatch):
    run = queued(file_store)
    monkeypatch.setattr("resnet_viz.runs.sqlite.BUSY_SECONDS", 0.1)
    recorder = begun(Store(), run)
    blocker = sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    hand_over(recorder, 10)
    with pytest.raises(RunError, match="busy"):
        recorder.commit()
    hand_over(recorder, 11)
    blocker.execute("ROLLBACK")
    blocker.close()
    assert not recorder.stop_requested()
    recorder.commit()
    assert file_store.steps(run.name)["step"].tolist() == [10, 11]
    assert file_store.run(run.name).step == 11


def test_a_config_is_stored_as_plain_json(store):
    run = queued(store)
    with store.database.reading() as connection:
        stored = json.loads(connection.scalar(select(runs.c.config)))
    assert stored == run.config.to_dict()
