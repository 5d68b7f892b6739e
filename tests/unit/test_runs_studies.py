"""A study is one thing: handed in, extended, paused, resumed, stopped, retried, deleted whole."""

from collections import Counter

import pandas as pd
import pytest
from sqlalchemy import insert, select, update

from resnet_viz import cli
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.reporting import studies as reported
from resnet_viz.runs import Launcher, RunError
from resnet_viz.runs.database import epochs, runs, studies
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_reading import described
from resnet_viz.runs.study_room import Room
from tests.unit.runs_support import FAKE_WORKER, config, launcher, wait
from tests.unit.store_support import store

__all__ = ["store"]


def plan(**more):
    return described({"name": "mine", "depths": [8, 14], "seeds": 2, "epochs": 1} | more)


@pytest.fixture
def waiting(store):
    """The studies of a store whose runs only wait."""
    starter = launcher(store)
    starter.pump = list
    return Studies(starter)


def mark(store, status, number=1, **values):
    """Let so many of the waiting runs have a status."""
    with store.database.writing() as connection:
        query = select(runs.c.id).where(runs.c.status == "queued").order_by(runs.c.position)
        ids = list(connection.scalars(query.limit(number)))
        connection.execute(update(runs).where(runs.c.id.in_(ids)).values(status=status, **values))
    return ids


def test_what_is_there_is_not_trained_again(waiting):
    assert (waiting.submit(plan()).new, waiting.submit(plan()).new) == (8, 0)
    more = waiting.submit(plan(depths=[14, 20], seeds=[1, 2]))
    assert (more.new, more.there) == (6, 2)
    assert more.standing.size == 14
    assert more.standing.study.seeds == (0, 1, 2)
    seen = Counter((row.config) for row in waiting.members("mine"))
    assert set(seen.values()) == {1}
    assert waiting.missing(plan(seeds=4))
    assert not waiting.missing(plan())


def test_a_run_whose_threads_were_settled_is_still_there(waiting, store):
    waiting.submit(plan())
    with store.database.writing() as connection:
        texts = connection.execute(select(runs.c.id, runs.c.config)).all()
        for row in texts:
            settled = row.config.replace('"threads": null', '"threads": 2')
            connection.execute(update(runs).where(runs.c.id == row.id).values(config=settled))
    assert waiting.submit(plan()).new == 0


def test_pausing_lets_nothing_start_and_resuming_goes_on(store):
    found = Studies(launcher(store))
    found.submit(plan(), start=False)
    found.pause("mine")
    assert launcher(store).pump() == []
    assert not found.standing("mine").is_active
    with pytest.raises(RunError, match="paused"):
        found.pause("mine")
    standing = found.resume("mine")
    assert (standing.counts["running"], standing.counts["queued"]) == (1, 7)


def test_its_file_says_how_often_new_runs_go_on_by_themselves(waiting, store):
    waiting.submit(plan(seeds=1, restarts=3))
    more = waiting.submit(plan(restarts=1))
    assert more.standing.study.restarts == 1
    assert Counter(run.restarts for run in store.runs()) == {3: 4, 1: 4}


def test_what_was_submitted_alone_goes_before_a_study(store):
    found = Studies(launcher(store))
    found.submit(plan(), start=False)
    assert [run.name for run in launcher(store).submit(config(), names=["alone"])] == ["alone"]
    assert store.run("alone").status == "running"


def test_stopping_and_resuming_and_retrying(waiting, store):
    waiting.submit(plan())
    mark(store, "failed", 2, error="It failed.")
    mark(store, "finished", 3)
    standing = waiting.stop("mine")
    assert standing.counts == {
        "finished": 3, "running": 0, "queued": 0, "stopped": 3, "interrupted": 0, "failed": 2,
    }  # fmt: skip
    with pytest.raises(RunError, match="trains or waits"):
        waiting.stop("mine")
    assert waiting.resume("mine").counts["queued"] == 3
    retried = waiting.retry("mine")
    assert (retried.counts["failed"], retried.counts["queued"]) == (0, 5)
    with pytest.raises(RunError, match="failed"):
        waiting.retry("mine")
    assert {run.error for run in store.runs()} == {None}


def test_progress_and_time_left_go_by_what_runs_cost(waiting, store):
    waiting.submit(plan(families=["plain"], depths=[8, 56], seeds=1))
    mark(store, "finished", seconds=8.0)
    standing = waiting.standing("mine")
    assert 0 < standing.share < 0.25
    assert standing.seconds_left > 24


def test_deleting_takes_all_of_it_and_nothing_else(waiting, store):
    waiting.submit(plan())
    [other] = waiting.launcher.submit(config())
    [gone] = mark(store, "running", token="t", host="elsewhere", beat=4e9)
    assert store.run(gone).study
    with pytest.raises(RunError, match="running"):
        waiting.delete("mine")
    with store.database.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == gone).values(status="finished"))
        row = dict.fromkeys((column.name for column in epochs.c), 1) | {"run_id": gone}
        connection.execute(insert(epochs).values(row))
    (store.folder / gone).mkdir()
    assert waiting.delete("mine") == 8
    assert [run.name for run in store.runs()] == [other.name]
    assert not (store.folder / gone).exists()
    with store.database.reading() as connection:
        assert not connection.execute(select(epochs)).all()
        assert not connection.execute(select(studies)).all()


def test_its_names_are_its_own_even_where_they_are_cut(waiting):
    long = "a study with a name that is as long as such a name may be and then no longer 80"
    waiting.submit(plan(name=long, options={"norm": ["batch", "group"]}))
    names = [row.name for row in waiting.members(long)]
    assert len(set(names)) == 16
    assert max(map(len, names)) <= 80


def test_its_numbers_are_those_of_its_runs(waiting, store):
    waiting.submit(plan(options={"shortcut": ["A", "B"]}))
    [run_id] = mark(
        store, "finished", train_accuracy=90.0, test_accuracy=80.0, epoch=1, seconds=2.0
    )
    numbers = reported.members(waiting.members("mine"))
    assert len(numbers) == 12
    row = numbers[numbers["run"] == store.run(run_id).name].iloc[0]
    assert (row["depth"], row["residual"], row["seed"]) == (8, False, 0)
    assert (row["train_error"], row["test_error"], row["seconds"]) == (10.0, 20.0, 2.0)
    assert numbers["test_error"].notna().sum() == 1
    assert set(numbers.loc[numbers["residual"], "options"]) == {"{}", '{"shortcut": "B"}'}


def test_a_study_trains_from_the_command_line_and_goes_on_where_it_was(
    store, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (FAKE_WORKER,))
    file = tmp_path / "mine.toml"
    file.write_text("depths = 8\nseeds = 1\n")
    assert cli.main(["study", str(file)]) == 0
    assert "2 of 2 runs finished" in capsys.readouterr().out
    file.write_text("depths = 8\nseeds = 2\n")
    assert cli.main(["study", str(file), "--detach"]) == 0
    assert "2 runs added, 2 are there already" in capsys.readouterr().out
    for run in store.runs():
        wait(store, run.id, "finished")
    assert cli.main(["study", "mine", "--resume", "--restarts", "2"]) != 0
    assert "--restarts is for a file" in capsys.readouterr().err
    assert cli.main(["study", "mine", "--export", str(tmp_path / "n.parquet")]) == 0
    assert list(pd.read_parquet(tmp_path / "n.parquet")["test_error"]) == [16.0] * 4
    capsys.readouterr()
    assert cli.main(["studies"]) == 0
    assert capsys.readouterr().out == "mine: 100 %, 4 of 4 runs finished\n"
    assert cli.main(["study", "mine", "--delete", "--yes"]) == 0
    assert store.runs() == []


def test_a_dry_run_trains_nothing(store, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("resnet_viz.training.estimate.seconds", lambda config, **_: 30.0)
    file = tmp_path / "mine.yaml"
    file.write_text("depths: [8, 14]\nseeds: 3\nepochs: 2\nrestarts: 4\n")
    assert cli.main(["study", str(file), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "up to 4 times" in said
    assert "12 runs, 33,600 images seen in all and about 6 min" in said
    assert cli.main(["study", str(file), "--dry-run", "--restarts", "0"]) == 0
    assert "by itself" not in capsys.readouterr().out
    assert store.runs() == []
    assert cli.main(["studies", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_the_time_of_a_study_is_measured_once_and_shared_by_those_at_once(waiting):
    configs = plan().configs()
    asked = []
    planned = reported.scaled(configs, lambda one: asked.append(one) or 60.0)
    assert [one.network.depth for one in asked] == [14]
    each = dict(zip(planned["network"], planned["seconds each"], strict=True))
    assert max(each.values()) == 60
    assert 20 < min(each.values()) < 60
    alone, two = (reported.expected(planned, Room("local", slots)) for slots in (1, 2))
    assert "2 at once" in two
    assert alone != two.replace(", 2 at once", "")
    assert "about" not in reported.expected(planned, Room("ray", None))
    assert reported.scaled([], lambda _: 60.0).empty


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["nothing.toml"],
        ["a.toml", "--pause"],
        ["mine", "--dry-run"],
        ["mine", "--pause", "--stop"],
        ["mine", "--export", "mine.xlsx"],
        ["mine", "--delete"],
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(waiting, arguments, capsys, monkeypatch):
    waiting.submit(plan())
    assert cli.main(["study", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert waiting.standing("mine").size == 8


def test_a_student_neither_hands_a_study_in_nor_steers_one(waiting, store):
    waiting.submit(plan())
    student = Visitor("somebody", Role.STUDENT)
    theirs = Studies(Launcher(store, by=lambda: student))
    for action in (theirs.pause, theirs.stop, theirs.resume, theirs.retry, theirs.delete):
        with pytest.raises(ClassroomError):
            action("mine")
    with pytest.raises(ClassroomError):
        theirs.submit(plan(seeds=3))
    assert waiting.standing("mine").counts["queued"] == 8
