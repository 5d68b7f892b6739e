"""Tables of other versions: older ones are brought forward, newer ones are left alone."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, select, text

from resnet_viz.classroom.current import Class
from resnet_viz.runs import RunError, Store, class_tables, migrating
from resnet_viz.runs.database import Database, metadata, runs, settings
from resnet_viz.runs.migrations import HEAD
from resnet_viz.teaching.sessions import Sessions
from tests.unit.runs_support import LAYERS, launcher
from tests.unit.store_support import new_url, store

__all__ = ["store"]

# What the last version without revisions wrote; in it are a run with a history and one that waits.
BEFORE = Path(__file__).parent / "stores" / "before_revisions.sql"


def differences(database: Database) -> list[object]:
    """What a store's tables lack of those of this version, or have beyond them."""
    with database.reading() as connection:
        return compare_metadata(MigrationContext.configure(connection), metadata)


@pytest.fixture
def older(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))
    monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    path = tmp_path / "runs.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE.read_text())
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("lacking", [(), ("tags", "notes", "data_read", "images_per_second")])
def test_a_store_of_before_keeps_every_run_and_what_it_recorded(older, lacking):
    with closing(sqlite3.connect(older)) as connection:
        for column in lacking:
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    store = Store()
    waiting, ended = store.runs()
    assert (waiting.status, waiting.config.architecture) == ("queued", "plain20")
    assert (ended.status, ended.epoch, ended.step, ended.config.threads) == ("stopped", 2, 20, 1)
    assert ended.latest["test_accuracy"] == 82.0
    assert store.epochs(ended.name)["train_loss"].tolist() == [1 / 10, 1 / 20]
    assert store.steps(ended.name)["train_loss"].tolist() == [1, 1 / 2, 1 / 3]
    assert store.gradients(ended.name)["weight_norm"].tolist()[:4] == [1.0, 1.25, 1.5, 2.0]
    assert store.gradients(ended.name)["layer"].tolist() == LAYERS * 3
    assert ended.notes == ("" if lacking else "Before there were migrations.")
    assert store.settings.slots == 1
    assert not differences(store.database)
    store.annotate(waiting.name, tags="new")
    assert Store().run(waiting.name).tags == "new"


def test_the_revisions_make_the_tables_of_this_version(store):
    assert not differences(store.database)
    url = new_url(store.database.kind)
    with create_engine(url or "sqlite://").begin() as connection:
        migrating.upgrade(connection)
        assert not compare_metadata(MigrationContext.configure(connection), metadata)
        assert connection.scalar(select(settings.c.value)) == "2"


@pytest.mark.parametrize("had_a_class", [True, False])
def test_a_store_keeps_the_class_that_it_had_before_classes_had_a_revision(store, had_a_class):
    """Such tables were made when the first class was held, and not in other stores."""
    held = Sessions(store.database).keep(Class(id="a1", name="Thursday", begun=100.0))
    with store.database.writing() as connection:
        if not had_a_class:
            class_tables.metadata.drop_all(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    forward = Database(store.database.url)
    assert not differences(forward)
    assert Sessions(forward).every() == ([held] if had_a_class else [])
    assert Sessions(forward).keep(Class(id="b2", begun=200.0)).id == "b2"
    forward.close()


def test_the_revisions_are_one_line_and_its_end_is_known_without_reading_them():
    assert migrating.scripts().get_heads() == [HEAD]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settings SET value = '3' WHERE name = 'schema'",
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    ],
)
def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(older, statement):
    with closing(sqlite3.connect(older)) as connection:
        connection.execute(statement)
        if "alembic" in statement:
            connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()
    before = dump(older)
    with pytest.raises(RunError, match="newer version of resnet_viz"):
        Store()
    assert dump(older) == before


def test_a_store_that_is_current_is_opened_without_alembic(tmp_path):
    code = "import sys; from resnet_viz.runs import Store; Store(), Store()"
    code += "; sys.exit('alembic' in sys.modules)"
    environment = os.environ | {"RESNET_VIZ_HOME": str(tmp_path)}
    environment.pop("RESNET_VIZ_STORE", None)
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_may_open_a_new_store_at_once(tmp_path, kind):
    url = new_url(kind) or f"sqlite:///{tmp_path}/new.sqlite"
    with ThreadPoolExecutor(8) as pool:
        databases = list(pool.map(Database, [url] * 8))
    with databases[0].reading() as connection:
        assert connection.scalars(select(settings.c.name)).all() == ["schema"]
        assert connection.scalars(select(runs.c.name)).all() == []
    for database in databases:
        database.close()


def test_a_store_that_is_brought_forward_by_many_at_once_is_brought_forward_once(older):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store(), range(4)))
    assert {len(store.runs()) for store in stores} == {2}
    assert launcher(stores[0]).rename(stores[0].runs()[0].name, "renamed").name == "renamed"
