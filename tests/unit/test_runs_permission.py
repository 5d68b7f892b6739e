"""Runs of a class: what students may do with whose, for how long, and who goes first."""

import dataclasses

import pytest
from sqlalchemy import update

from resnet_viz.classroom import current
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import OWNER, Role, Visitor
from resnet_viz.reporting import live
from resnet_viz.runs import Launcher, RunError
from resnet_viz.runs.database import runs
from tests.unit.classroom_support import classroom
from tests.unit.runs_support import FAKE_WORKER, SLEEPER, config, wait
from tests.unit.store_support import store

__all__ = ["classroom", "store"]

ADA, EVE = Visitor("a" * 32, Role.STUDENT), Visitor("e" * 32, Role.STUDENT)
TEACHER = Visitor("7" * 32, Role.TEACHER)


@pytest.fixture
def asking(store, home, monkeypatch, classroom):
    """Gives a launcher for a visitor, in a class where students may start runs."""
    monkeypatch.setenv("RESNET_VIZ_HOME", str(store.folder))
    current.begin()
    current.change(students_start=True)
    return lambda by, worker=SLEEPER: Launcher(store, worker, by=lambda: by)


def has_trained(store, run, seconds, status="stopped"):
    with store.database.writing() as connection:
        connection.execute(
            update(runs).where(runs.c.id == run.id).values(status=status, seconds=seconds)
        )


ACTS = {
    "stop": lambda launcher, name: launcher.stop(name),
    "resume": lambda launcher, name: launcher.resume(name),
    "rename": lambda launcher, name: launcher.rename(name, "mine"),
    "delete": lambda launcher, name: launcher.delete(name),
    "annotate": lambda launcher, name: launcher.annotate(name, notes="mine"),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("of", [OWNER, TEACHER, EVE])
def test_a_student_changes_no_run_of_others(asking, store, act, of):
    [run] = asking(of).submit(config())
    if act != "stop":
        has_trained(store, run, 1.0)
    before = store.run(run.id)
    with pytest.raises(ClassroomError):
        ACTS[act](asking(ADA), run.name)
    assert store.run(run.id) == before
    ACTS[act](asking(TEACHER), run.name)


def test_a_student_changes_runs_that_are_their_own(asking, store):
    [run] = asking(ADA).submit(config())
    ada = asking(ADA)
    assert ada.rename(run.name, "mine").owner == ADA.id
    ada.annotate("mine", tags="a, b")
    ada.stop("mine")
    has_trained(store, run, 50.0)
    assert ada.resume("mine").budget == 120.0
    has_trained(store, run, 60.0)
    ada.delete("mine")
    assert store.runs() == []


@pytest.mark.parametrize(
    "settings", [{"students_start": False}, {"students_start": True, "paused": True}]
)
def test_students_start_runs_only_where_the_teacher_allows_it(asking, store, settings):
    [run] = asking(ADA).submit(config())
    has_trained(store, run, 1.0)
    current.change(**settings)
    for act in (lambda: asking(EVE).submit(config()), lambda: asking(ADA).resume(run.name)):
        with pytest.raises(ClassroomError):
            act()
    current.end()
    with pytest.raises(ClassroomError):
        asking(ADA).resume(run.name)
    assert len(store.runs()) == 1


def test_a_student_trains_one_run_or_pair_at_a_time(asking, store):
    ada = asking(ADA)
    with pytest.raises(ClassroomError):
        ada.submit(config(), config())
    with pytest.raises(ClassroomError):
        ada.submit(config(), config(), config(), together=True)
    pair = ada.submit(config("plain20"), config(), together=True)
    with pytest.raises(ClassroomError):
        ada.submit(config())
    asking(EVE).submit(config())
    for run in pair:
        has_trained(store, run, 1.0)
    ada.submit(config())


def test_what_a_students_runs_trained_is_taken_from_their_seconds(asking, store):
    ada = asking(ADA)
    pair = ada.submit(config("plain20"), config(), together=True)
    assert {run.budget for run in pair} == {120.0}
    for run, seconds in zip(pair, (40.0, 50.0), strict=True):
        has_trained(store, run, seconds)
    [next_one] = ada.submit(config())
    assert next_one.budget == 70.0
    has_trained(store, next_one, 70.0)
    with pytest.raises(ClassroomError):
        ada.submit(config())
    with pytest.raises(ClassroomError):
        ada.resume(next_one.name)
    [of_another] = asking(EVE).submit(config())
    assert of_another.budget == 120.0
    assert asking(TEACHER).resume(next_one.name).budget is None
    has_trained(store, next_one, 70.0)
    current.end()
    current.begin()
    assert ada.submit(config())[0].budget == 120.0


def test_a_student_trains_only_on_data_and_weights_that_are_here(asking, tmp_path):
    for wrong in (config(data="cifar10"), config(data=str(tmp_path)), config(data="/etc")):
        with pytest.raises(ClassroomError):
            asking(ADA).submit(wrong)
    finetuned = config("resnet18", recipe="finetune", start="imagenet")
    with pytest.raises(ClassroomError):
        asking(ADA).submit(finetuned)
    asking(TEACHER).submit(finetuned)


def test_students_wait_behind_all_others(asking, store):
    [running] = asking(TEACHER).submit(config(), names=["running"])
    [ada] = asking(ADA).submit(config(), names=["ada"])
    [eve] = asking(EVE).submit(config(), names=["eve"])
    [teacher] = asking(TEACHER).submit(config(), names=["teacher"])
    said = live.waiting(store.runs())
    assert said[teacher.id].startswith("first")
    assert [said[run.id] for run in (ada, eve)] == ["second in line", "third in line"]
    started = []
    for run in (running, teacher, ada, eve):
        assert store.run(run.id).status == "running"
        has_trained(store, run, 1.0)
        started += [run.name for run in asking(TEACHER).pump()]
    assert started == ["teacher", "ada", "eve"]


def test_slots_are_set_by_whoever_may(asking, store):
    with pytest.raises(ClassroomError):
        asking(ADA).set_slots(2)
    assert store.settings.slots == 1
    with pytest.raises(RunError):
        asking(TEACHER).set_slots(0)
    asking(TEACHER).set_slots(2)
    assert store.settings.slots == 2


def test_a_run_ends_saved_when_its_time_is_up(asking, store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.1")
    monkeypatch.setattr(current, "LEAST_SECONDS", 1)
    current.change(seconds=1)
    [run] = asking(ADA, FAKE_WORKER).submit(config())
    ended = wait(store, run.name, "stopped", "finished", "failed")
    assert ended.status == "stopped"
    assert "time was up" in ended.error
    assert 0 < ended.step < ended.total_steps
    resumed = dataclasses.replace(ended, error=None)
    assert resumed.owner == ADA.id
    assert asking(TEACHER, FAKE_WORKER).resume(run.name).error is None
    assert wait(store, run.name, "stopped", "finished").status == "finished"
