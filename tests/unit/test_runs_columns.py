"""A column of the history is one field: table, recorder, frames and records follow from it."""

import os
import subprocess
import sys
from dataclasses import fields

import pytest

from resnet_viz.runs import history
from resnet_viz.runs.database import epochs, runs, steps
from resnet_viz.training import EpochRow, StepRow
from resnet_viz.training.recorder import latest

# A version of the product whose epochs have one more column, which a listing repeats.
LATER = """
import dataclasses, json, sys
from resnet_viz.training import recorder

@dataclasses.dataclass(frozen=True, kw_only=True)
class Later(recorder.EpochRow):
    energy: float = dataclasses.field(metadata=recorder.LATEST)

recorder.EpochRow = Later

from sqlalchemy import select, update
from resnet_viz.runs import Record, Store, shipped
from resnet_viz.runs.database import runs
from resnet_viz.runs.worker.attempt import Attempt
from resnet_viz.runs.worker.store_recorder import StoreRecorder

from contextlib import redirect_stdout
from io import StringIO
from resnet_viz import cli
from tests.unit.runs_support import config, launcher

store = Store()
starter = launcher(store)
starter.pump = list
old, new = starter.submit(config(seed=1), config(seed=2))
with store.database.writing() as connection:
    connection.execute(update(runs).values(status="running", token="t1", beat=0.0))
kept = StoreRecorder(Attempt(store.database, new.id, "t1"))
others = {name: 1 for name in recorder.columns(recorder.EpochRow)}
kept.epoch(Later(**others | {"energy": 7.5}))
kept.commit()
assert store.epochs(new.name)["energy"].tolist() == [7.5]
with store.database.reading() as connection:
    assert connection.scalars(select(runs.c.energy).order_by(runs.c.position)).all() == [None, 7.5]
with redirect_stdout(StringIO()) as said:
    assert cli.main(["runs", "--json"]) == 0
assert [run["energy"] for run in json.loads(said.getvalue())] == [7.5, None]
store.record(new.name).save(sys.argv[1])
assert Record.load(sys.argv[1]).epochs["energy"].tolist() == [7.5]
assert shipped()["plain56-digits-seed0"].epochs["energy"].isna().all()
"""


@pytest.mark.parametrize(
    ("row", "table", "types"), [(EpochRow, epochs, history.EPOCHS), (StepRow, steps, history.STEPS)]
)
def test_every_field_of_a_row_is_a_column_of_the_table_and_of_the_frame(row, table, types):
    names = [column.name for column in fields(row)]
    assert names == list(types) == table.c.keys()[1:]
    assert {types[column.name] for column in fields(row) if column.type is int} == {"int64"}


def test_a_listing_repeats_of_the_last_epoch_what_its_fields_say():
    assert set(latest(EpochRow)) < set(runs.c.keys())
    assert set(EpochRow.__dataclass_fields__) - set(latest(EpochRow)) == {
        "step",
        "seconds",
        "learning_rate",
    }


def test_a_field_more_is_a_column_more_also_beside_a_record_from_before(tmp_path):
    later = [sys.executable, "-c", LATER, str(tmp_path / "later.gz")]
    environment = os.environ | {
        "RESNET_VIZ_HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(later, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
