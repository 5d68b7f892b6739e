"""Studies: a table of them, and of each run which it belongs to and what it costs beside others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the two columns."""
    op.create_table(
        "studies",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
    )
    op.add_column("runs", sa.Column("study", sa.String(32)))
    op.add_column("runs", sa.Column("cost", sa.Double))
    op.create_index("runs_by_study", "runs", ["study", "status"])
