"""Whose run it is in a class, and for how many seconds it may train."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; runs of before are nobody's, and have no end but their last epoch."""
    op.add_column("runs", sa.Column("owner", sa.String(32)))
    op.add_column("runs", sa.Column("budget", sa.Double))
