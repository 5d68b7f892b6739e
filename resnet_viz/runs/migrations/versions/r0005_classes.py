"""Classes: what is followed and was shown, the questions and races, and what was answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TABLES: dict[str, list[sa.Column[Any]]] = {
    "classes": [
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("begun", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("presenter", sa.String(32)),
        sa.Column("page", sa.String(40)),
        sa.Column("query", sa.Text),
        sa.Column("mark", sa.String(200)),
        sa.Column("own_picture", sa.Boolean, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
    ],
    "class_pages": [
        sa.Column("class_id", sa.String(32), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("shown", sa.Double, nullable=False),
    ],
    "class_polls": [
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("class_id", sa.String(32), nullable=False),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("asked", sa.Double, nullable=False),
        sa.Column("opened", sa.Double),
        sa.Column("closed", sa.Double),
        sa.Column("revealed", sa.Double),
        sa.Column("answer", sa.Text),
    ],
    "class_answers": [
        sa.Column("poll_id", sa.String(32), primary_key=True),
        sa.Column("visitor", sa.String(32), primary_key=True),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("answered", sa.Double, nullable=False),
    ],
    "class_races": [
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("class_id", sa.String(32), nullable=False),
        sa.Column("network", sa.String(120), nullable=False),
        sa.Column("quantity", sa.String(16), nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("closed", sa.Double),
        sa.Column("runs", sa.Text, nullable=False),
    ],
    "class_guesses": [
        sa.Column("race_id", sa.String(32), primary_key=True),
        sa.Column("visitor", sa.String(32), primary_key=True),
        sa.Column("per_cent", sa.Double, nullable=False),
        sa.Column("guessed", sa.Double, nullable=False),
    ],
}
# name -> table, columns, whether no two rows have the same
INDEXES = {
    "class_polls_by_subject": ("class_polls", ["class_id", "subject"], True),
    "ix_class_races_class_id": ("class_races", ["class_id"], False),
}


def upgrade() -> None:
    """Add the tables that are not there: a version before this one made them at the first class."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name, columns in TABLES.items():
        if name not in there:
            op.create_table(name, *columns)
    for index, (table, names, unique) in INDEXES.items():
        if table not in there:
            op.create_index(index, table, names, unique=unique)
