"""A store on a server: two hundred workers write to it at once, and it starts again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text, update

from benchmarks import postgres_server
from resnet_viz.runs import liveness, postgresql
from resnet_viz.runs.database import Database, epochs, gradients, runs, steps
from resnet_viz.runs.liveness import here
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.pulse import Pulse
from resnet_viz.runs.worker.store_recorder import StoreRecorder
from tests.unit.runs_support import (
    LAYERS,
    STEPS_PER_EPOCH,
    config,
    hand_over,
    launcher,
    new_store,
)
from tests.unit.store_support import new_url

WORKERS, READERS, DECIDERS = 200, 10, 3
END = 20  # steps


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "KEPT", WORKERS)  # in one process instead of in so many
    monkeypatch.setattr(liveness, "PATIENCE_SECONDS", 600)  # these workers beat as they get on
    store = new_store(tmp_path, monkeypatch, new_url("postgresql"))
    yield store
    store.database.close()


def work(database: Database, run_id: str, together: threading.Barrier) -> None:
    """What a worker does with the store from its first beat to its last word."""
    attempt = Attempt(database, run_id, run_id)
    together.wait(60)
    attempt.introduce()
    recorder = StoreRecorder(attempt, 1)
    recorder.begin(
        total_steps=END,
        steps_per_epoch=STEPS_PER_EPOCH,
        layers=LAYERS,
        device="CPU",
        resumed_step=0,
    )
    for step in range(1, END + 1):
        hand_over(recorder, step)
        if step % STEPS_PER_EPOCH == 0:
            recorder.commit()
            attempt.look(0)
    attempt.end("finished")


def test_nothing_is_lost_and_nobody_waits_for_ever(store):
    starter = launcher(store)
    starter.pump = list
    made = starter.submit(*(config(seed=seed) for seed in range(WORKERS)))
    with store.database.writing() as connection:
        connection.execute(
            update(runs).values(status="running", token=runs.c.id, host=here(), beat=time.time())
        )
    together, over = threading.Barrier(WORKERS), threading.Event()

    def read() -> int:
        seen = 0
        while not over.is_set():
            over.wait(0.2)
            listed = store.runs()
            assert len(listed) == WORKERS
            assert {run.status for run in listed} <= {"running", "finished"}
            now = sum(run.step for run in listed)
            assert now >= seen
            seen = now
            table = store.epochs_of([run.id for run in listed[:50]])
            assert table.groupby("run_id")["epoch"].max().le(END / STEPS_PER_EPOCH).all()
        return seen

    def decide(number: int) -> None:
        decider, name, turn = launcher(store), made[number].name, 0
        while not over.is_set():
            over.wait(0.05)
            turn += 1
            name = decider.rename(name, f"run {number} {turn}").name
            store.annotate(name, tags=f"turn {turn}")
            decider.pump()
        assert turn > 1

    with ThreadPoolExecutor(WORKERS + READERS + DECIDERS) as pool:
        beside = [pool.submit(read) for _ in range(READERS)]
        beside += [pool.submit(decide, number) for number in range(DECIDERS)]
        try:
            for worker in [pool.submit(work, store.database, run.id, together) for run in made]:
                worker.result()
        finally:
            over.set()
        for future in beside:
            future.result(30)
    with store.database.reading() as connection:
        for table, each in ((steps, END), (gradients, END), (epochs, END / STEPS_PER_EPOCH)):
            counted = select(func.count()).select_from(table).group_by(table.c.run_id)
            assert connection.scalars(counted).all() == [each] * WORKERS
        done = select(runs.c.status, runs.c.step, runs.c.epoch).distinct()
        assert connection.execute(done).all() == [("finished", END, END // STEPS_PER_EPOCH)]
        deadlocks = text("SELECT sum(deadlocks) FROM pg_stat_database")
        assert connection.scalar(deadlocks) == 0


def test_a_server_that_starts_again_loses_nothing_and_no_run(store):
    starter = launcher(store)
    starter.pump = list
    [run] = starter.submit(config())
    with store.database.writing() as connection:
        connection.execute(update(runs).values(status="running", token="t1", beat=time.time()))
    attempt = Attempt(store.database, run.id, "t1")
    attempt.introduce()
    recorder = StoreRecorder(attempt, 1)
    server = postgres_server.server()
    with Pulse(attempt, recorder):
        hand_over(recorder, 1)
        recorder.flush()
        server.stop()
        try:
            for step in (2, 3):
                hand_over(recorder, step)
                time.sleep(0.8)  # in which the pulse finds nobody
                assert not recorder.stop_requested()
        finally:
            server.start()
        hand_over(recorder, 4)
        recorder.flush()
    assert store.steps(run.name)["step"].tolist() == [1, 2, 3, 4]
    assert store.run(run.name).status == "running"
