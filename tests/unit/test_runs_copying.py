"""A store's runs move to another database and back, all of them or none."""

import math

import pytest
from sqlalchemy import event, select, update

from resnet_viz import cli
from resnet_viz.classroom.current import Class
from resnet_viz.runs import RunError, Store, copying, shared
from resnet_viz.runs.database import Database, metadata, runs, settings
from resnet_viz.teaching.polls import Polls
from resnet_viz.teaching.sessions import Sessions
from resnet_viz.training import StepRow
from tests.unit.cli_support import refused
from tests.unit.runs_support import hand_over
from tests.unit.store_support import file_store, new_url
from tests.unit.test_runs_store import begun, queued

__all__ = ["file_store"]


def rows(database):
    with database.reading() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=lambda row: row[:2])
            for table in metadata.sorted_tables
        }


def filled(store):
    """Two runs, one with a history that has a gap, and what holds of all runs."""
    waiting, ended = queued(store, seed=1), queued(store, seed=2)
    recorder = begun(store, ended)
    for step in range(1, 21):
        hand_over(recorder, step)
    lost = {"epoch": 2.1, "seconds": 11.0, "train_loss": math.nan, "learning_rate": 0.1}
    recorder.step(StepRow(step=21, **lost))
    recorder.commit()
    with store.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == ended.id).values(status="stopped"))
    store.annotate(waiting.name, tags="größer", notes="Line\nby line.")
    store.note_server()
    return waiting, ended


def test_a_store_comes_back_from_postgresql_as_it_went(file_store, tmp_path, capsys, monkeypatch):
    filled(file_store)
    url = new_url("postgresql")
    monkeypatch.setattr(copying, "AT_ONCE", 7)
    assert cli.main(["store", "copy", str(tmp_path / "runs.sqlite"), url]) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines()[:-1])
    counts = {"runs": 2, "steps": 21, "epochs": 2, "gradients": 20, "settings": 1}
    assert {name: int(rows) for name, rows in printed.items() if rows != "0"} == counts
    copied, back = Store(url), tmp_path / "back.sqlite"
    assert copied.runs() == file_store.runs()
    assert math.isnan(copied.steps(copied.runs()[0].name)["train_loss"].iloc[-1])
    shared.require_shared(copied)  # whose mark is no other store's
    assert cli.main(["store", "copy", url, f"sqlite:///{back}"]) == 0
    there = rows(Database(f"sqlite:///{back}"))
    here = rows(file_store.database)
    here["settings"] = [row for row in here["settings"] if not row[0].startswith("server on ")]
    assert there == here
    copied.database.close()


def test_a_class_and_its_answers_are_copied_with_the_runs(file_store, tmp_path):
    held, polls = Class(id="a1", begun=100.0), Polls(file_store.database)
    session = Sessions(file_store.database).keep(held)
    poll = polls.ask(held.id, "degradation", "prediction", "Will it be higher?", ("yes", "no"))
    polls.open(poll.id)
    polls.answer(poll.id, "a visitor", "no")
    other = Database(f"sqlite:///{tmp_path}/other.sqlite")
    counts = copying.copy(file_store.database, other)
    assert [counts[name] for name in ("classes", "class_polls", "class_answers")] == [1, 1, 1]
    assert Sessions(other).every() == [session]
    assert Polls(other).poll(poll.id) == polls.poll(poll.id)
    with pytest.raises(RunError, match="not empty"):
        copying.copy(file_store.database, other)
    assert Sessions(other).code(held.id, "v") == Sessions(file_store.database).code(held.id, "v")


def test_a_store_that_is_not_empty_takes_no_other(file_store, tmp_path):
    filled(file_store)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite")
    copying.copy(file_store.database, other)
    before = rows(other)
    with pytest.raises(RunError, match="not empty"):
        copying.copy(file_store.database, other)
    assert rows(other) == before


def test_a_copy_that_breaks_off_leaves_nothing(file_store, tmp_path):
    filled(file_store)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite")

    def fail(_, __, statement, *___):
        if statement.startswith("INSERT INTO gradients"):
            raise OSError("the cable is out")

    event.listen(other._engine, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="cable"):
        copying.copy(file_store.database, other)
    left = rows(other)
    assert [row.name for row in left.pop("settings")] == ["schema"]
    assert not any(left.values())


def test_a_store_with_a_running_run_is_not_copied(file_store, tmp_path):
    run = queued(file_store)
    begun(file_store, run)
    with pytest.raises(RunError, match=f"{run.name} is running: stop"):
        copying.copy(file_store.database, Database(f"sqlite:///{tmp_path}/other.sqlite"))


def test_a_store_that_is_not_there_is_not_made(tmp_path, capsys):
    gone, target = tmp_path / "gone.sqlite", tmp_path / "target.sqlite"
    for named in (str(gone), f"sqlite:///{gone}"):
        assert "There is no run store" in refused(capsys, "store", "copy", named, str(target))
    assert not gone.exists()
    assert not target.exists()


def test_what_a_person_set_in_an_empty_store_gives_way(file_store, tmp_path):
    other = Store(f"sqlite:///{tmp_path}/other.sqlite")
    other.set_slots(2)
    copying.copy(file_store.database, other.database)
    with other.database.reading() as connection:
        kept = connection.execute(select(settings.c.name, settings.c.value)).all()
    assert dict(map(tuple, kept)) == {"schema": "2", "slots": "1"}
