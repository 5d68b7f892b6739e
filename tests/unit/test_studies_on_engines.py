"""A study on an engine with a queue of its own: what it does as a whole, the engine does too."""

import pytest

from resnet_viz.runs import study_room
from resnet_viz.runs.engines import Resources
from resnet_viz.runs.engines.demand import CPUS_VARIABLE
from resnet_viz.runs.engines.slurm import LONGEST_ARRAY, Unit
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_plan import Study
from tests.unit.engine_support import told, tool, tools
from tests.unit.runs_support import config, launcher
from tests.unit.store_support import store

__all__ = ["store", "told", "tools"]

PLAN = Study(name="deep", architectures=("plain20", "resnet20"), seeds=(0, 1), restarts=2)
JOBS = [f"job {number}" for number in range(4)]


@pytest.fixture
def studies(store, told):
    """With one study, three runs of which wait in the queue of the engine, and one here."""
    told.most = 3
    found = Studies(launcher(store))
    found.submit(PLAN, engine="told")
    return found


def test_a_study_trains_on_its_engine(studies, store, told):
    assert sorted(filter(None, (run.job for run in store.runs()))) == JOBS[:3]
    assert {(run.engine, run.restarts) for run in store.runs()} == {("told", 2)}
    assert told.stopped == []


def test_a_paused_study_leaves_the_queue_and_stands_in_it_again_once_it_goes_on(
    studies, store, told
):
    tokens = {told.jobs[job].token for job in JOBS[:3]}
    studies.pause("deep")
    assert sorted(told.stopped) == JOBS[:3]
    assert {run.job for run in store.runs()} == {None}
    told.states = dict.fromkeys(told.states, "ended")
    told.most = 100
    launcher(store).pump()
    assert (len(told.jobs), studies.standing("deep").counts["queued"]) == (3, 4)
    studies.resume("deep")
    launcher(store).pump()
    assert len(told.jobs) == 7
    assert not tokens & {job.token for name, job in told.jobs.items() if name not in JOBS[:3]}


@pytest.mark.parametrize("action", ["stop", "delete"])
def test_a_study_that_is_stopped_or_deleted_leaves_the_queue(studies, store, told, action):
    [alone] = launcher(store).submit(config(seed=9), engine="told")
    getattr(studies, action)("deep")
    assert sorted(told.stopped) == JOBS[:3]
    assert store.run(alone.id).status == "queued"


def test_an_engine_that_does_not_answer_keeps_no_study_from_being_steered(studies, told):
    told.absent = True
    assert studies.pause("deep").paused
    assert studies.stop("deep").counts["stopped"] == 4


def test_a_study_has_the_room_of_its_engine(studies, told, monkeypatch):
    monkeypatch.setenv(CPUS_VARIABLE, "2")
    room = study_room.room(studies.launcher, PLAN.configs(), "told")
    assert room.at_once == 2
    assert room.settled(config()).threads == 2
    assert study_room.room(studies.launcher, PLAN.configs()).at_once == 1
    told.resources = lambda: Resources(cpus=8, gpus=1)
    assert study_room.room(studies.launcher, PLAN.configs(), "told").at_once is None


def test_slurm_is_told_once_of_many_jobs(tools):
    said = tool(tools, "scancel")
    Unit(()).withdraw([f"7_{index}" for index in range(LONGEST_ARRAY)])
    assert len(said.read_text().split()) == LONGEST_ARRAY + 1
