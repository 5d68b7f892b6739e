"""What starts a run's worker, what that calls it, and how often a run goes on by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = (
    sa.Column("engine", sa.String(16)),
    sa.Column("job", sa.String(120)),
    sa.Column("restarts", sa.Integer),
    sa.Column("stop_asked", sa.Double),
)


def upgrade() -> None:
    """Add the columns; runs of before are of this machine, whose columns stay empty."""
    for column in COLUMNS:
        op.add_column("runs", column)
