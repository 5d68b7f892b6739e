"""What only a run store on a server can do, or suffer."""

import sys
import threading
import time

import pytest
from sqlalchemy import event, make_url, select, text, update

from benchmarks import postgres_server
from resnet_viz.runs import RunError, Store, liveness, postgresql, shared
from resnet_viz.runs.database import Database, runs
from resnet_viz.runs.errors import StoreBusyError
from resnet_viz.runs.worker.attempt import Attempt
from tests.unit.runs_support import hand_over, new_store
from tests.unit.store_support import file_store, new_url
from tests.unit.test_runs_store import begun, queued, started

__all__ = ["file_store"]


@pytest.fixture
def store(tmp_path, monkeypatch):
    store = new_store(tmp_path, monkeypatch, new_url("postgresql"))
    yield store
    store.database.close()


def test_a_url_of_any_usual_spelling_is_taken(store):
    url = make_url(store.url)
    for name in ("postgresql", "postgres", "postgresql+psycopg"):
        other = Database(url.set(drivername=name).render_as_string(hide_password=False))
        assert other.url == store.url
        assert other.is_shared
        other.close()


def test_a_missing_driver_is_a_sentence(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RunError, match=r"pip install 'resnet_viz\[postgres\]'"):
        Database(store.url)


@pytest.mark.parametrize("place", ["127.0.0.1:9", "nowhere.invalid"])
def test_a_server_that_does_not_answer_is_a_sentence(place):
    with pytest.raises(StoreBusyError, match=r"does not answer \(.+\): see that it runs") as told:
        Database(f"postgresql://someone:secret@{place}/runs")
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_what_a_server_refuses_is_not_taken_for_one_that_is_away(store):
    url = make_url(store.url).set(database="nothing_of_that_name").render_as_string()
    with pytest.raises(StoreBusyError, match=r'refuses this \(database "nothing'):
        Database(url)


def test_another_kind_of_database_is_refused():
    with pytest.raises(RunError, match="SQLite or PostgreSQL, not mysql"):
        Database("mysql://someone@127.0.0.1/runs")


def test_a_lost_connection_loses_nothing_that_was_recorded(store):
    def lose(connection):
        mine = connection.scalar(text("SELECT pg_backend_pid()"))
        postgres_server.server().execute(f"SELECT pg_terminate_backend({mine})")

    def write_and_lose():
        with store.database.writing() as connection:
            connection.execute(update(runs).values(notes="never committed"))
            lose(connection)
            connection.execute(select(1))

    run = queued(store)
    recorder = begun(store, run)
    hand_over(recorder, 10)
    with pytest.raises(StoreBusyError, match="does not answer"):
        write_and_lose()
    with store.database.reading() as connection:
        spare = connection.scalar(text("SELECT pg_backend_pid()"))
    postgres_server.server().execute(f"SELECT pg_terminate_backend({spare})")
    recorder.commit()  # a connection that had been given back is tried before it is used
    assert store.run(run.name).notes == ""
    assert store.run(run.name).step == 10


def test_a_locked_row_is_waited_for_and_then_a_sentence(store, monkeypatch):
    run = queued(store)
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 0.1)
    other = Store()
    with store.database.deciding():
        with pytest.raises(StoreBusyError, match="busy"):
            other.set_slots(1)
        assert other.run(run.name).name == run.name  # readers wait for nobody
    other.set_slots(1)
    other.database.close()


def test_a_server_with_more_visitors_than_connections_lets_them_wait(store):
    finished, out, most = [], set(), []
    engine = store.database._engine

    @event.listens_for(engine, "checkout")
    def note(connection, *_):
        out.add(id(connection))
        most.append(len(out))

    event.listen(engine, "checkin", lambda connection, _: out.discard(id(connection)))

    def ask():
        for _ in range(5):
            store.runs()
        finished.append(True)

    visitors = [threading.Thread(target=ask) for _ in range(40)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(30)
    assert len(finished) == 40
    assert max(most) <= postgresql.KEPT + postgresql.MORE
    assert engine.pool.checkedin() == postgresql.KEPT


def test_a_transaction_whose_process_says_no_more_is_given_up(store, monkeypatch):
    run = queued(store)
    started(store, run)
    monkeypatch.setattr(postgresql, "IDLE_SECONDS", 0.2)
    frozen = Database(store.url)

    def freeze():
        with frozen.writing() as connection:
            connection.execute(update(runs).values(notes="never said"))
            store.annotate(run.name, notes="said")  # which waits for the row
            connection.execute(select(1))

    with pytest.raises(StoreBusyError):
        freeze()
    assert store.run(run.name).notes == "said"
    frozen.close()


def test_nobody_waits_for_a_row_that_is_being_written(store):
    """A worker whose machine went off within a transaction keeps its row for a while."""
    run = queued(store)
    started(store, run)
    with store.database.writing() as connection:
        connection.execute(update(runs).values(host="elsewhere", beat=0.0))
    with store.database.writing() as connection:
        connection.execute(update(runs).values(notes="on its way"))
        began = time.monotonic()
        assert Store().run(run.name).status == "running"
        assert time.monotonic() - began < 5
    assert Store().run(run.name).status == "interrupted"


@pytest.mark.parametrize("off", [-3600, 3600])
def test_a_worker_whose_clock_is_an_hour_off_lives(store, monkeypatch, off):
    run = queued(store)
    started(store, run)
    with store.database.writing() as connection:
        connection.execute(update(runs).values(host="elsewhere"))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + off)
    Attempt(store.database, run.id, "t1").look(liveness.BEAT_SECONDS)
    assert store.run(run.name).status == "running"
    now = real()
    with store.database.reading() as connection:
        assert abs(connection.scalar(select(runs.c.beat)) - now) < 30
    monkeypatch.undo()
    with store.database.writing() as connection:
        connection.execute(update(runs).values(beat=now - liveness.PATIENCE_SECONDS - 30))
    assert Store(store.url).run(run.name).status == "interrupted"


def test_only_a_store_that_machines_can_reach_is_shared(store, file_store, tmp_path, monkeypatch):
    with pytest.raises(RunError, match="SQLite file: name one on PostgreSQL"):
        shared.require_shared(file_store)
    shared.require_shared(store)
    shared.require_shared(store)
    node = Store(store.url)
    shared.require_same_home(node)
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "of this machine alone"))
    elsewhere = Store(store.url)
    for ask in (shared.require_same_home, shared.require_shared):
        with pytest.raises(RunError, match="name the folder that all machines reach"):
            ask(elsewhere)


def test_a_folder_may_hold_the_runs_of_two_stores(store):
    other = Store(new_url("postgresql"))
    shared.require_shared(store)
    shared.require_shared(other)
    shared.require_same_home(store)
