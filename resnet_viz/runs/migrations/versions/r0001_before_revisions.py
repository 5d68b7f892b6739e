"""The tables as they were when revisions began, also of a store from before that lacks columns."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def number(name: str, **options: Any) -> sa.Column[Any]:
    """A column of measurements."""
    return sa.Column(name, sa.Double, **options)


def run_id() -> sa.Column[Any]:
    """The run to which a row of the history belongs."""
    return sa.Column("run_id", sa.String(32), primary_key=True)


TABLES: dict[str, list[sa.Column[Any]]] = {
    "settings": [
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    ],
    "runs": [
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("pair", sa.String(32)),
        sa.Column("position", sa.Integer, nullable=False),
        number("created", nullable=False),
        number("started"),
        number("ended"),
        sa.Column("error", sa.Text),
        sa.Column("device", sa.String(64)),
        number("data_read"),
        sa.Column("hardware", sa.Text),
        sa.Column("layers", sa.Text),
        sa.Column("steps_per_epoch", sa.Integer),
        sa.Column("total_steps", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        number("seconds", nullable=False),
        number("train_loss"),
        number("test_loss"),
        number("train_accuracy"),
        number("test_accuracy"),
        number("images_per_second"),
        sa.Column("slot", sa.Integer),
        sa.Column("stop_requested", sa.Boolean, nullable=False),
        sa.Column("token", sa.String(32)),
        sa.Column("host", sa.String(255)),
        sa.Column("pid", sa.Integer),
        number("process_started"),
        number("beat"),
        sa.Column("tags", sa.Text),
        sa.Column("notes", sa.Text),
    ],
    "steps": [
        run_id(),
        sa.Column("step", sa.Integer, primary_key=True),
        number("epoch"),
        number("seconds"),
        number("train_loss"),
        number("learning_rate"),
    ],
    "epochs": [
        run_id(),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("step", sa.Integer, nullable=False),
        number("seconds"),
        number("train_loss"),
        number("test_loss"),
        number("train_accuracy"),
        number("test_accuracy"),
        number("learning_rate"),
        number("images_per_second"),
    ],
    "gradients": [
        run_id(),
        sa.Column("step", sa.Integer, primary_key=True),
        number("epoch", nullable=False),
        sa.Column("weight_norms", sa.LargeBinary, nullable=False),
        sa.Column("gradient_norms", sa.LargeBinary, nullable=False),
    ],
}
HISTORY = ("steps", "epochs", "gradients")
INDEXES = {"ix_runs_status": ["status"], "runs_by_age": ["created", "position"]}


def upgrade() -> None:
    """Add what is not there, and tell versions without revisions that this is none of theirs."""
    there = sa.inspect(op.get_bind())
    for name, columns in TABLES.items():
        if not there.has_table(name):
            options = {"sqlite_with_rowid": False} if name in HISTORY else {}
            op.create_table(name, *columns, **options)
            continue
        known = {column["name"] for column in there.get_columns(name)}
        for column in columns:
            if column.name not in known:
                op.add_column(name, column)
    indexes = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("runs")}
    for index, names in INDEXES.items():
        if index not in indexes:
            op.create_index(index, "runs", names)
    settings = sa.table("settings", sa.column("name"), sa.column("value"))
    op.execute(sa.delete(settings).where(settings.c.name == "schema"))
    op.execute(sa.insert(settings).values(name="schema", value="2"))
