"""A run says on which day it read the figures of the day on which its grades take effect (GRD-26)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "grading_0005"
down_revision = "grading_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grading_run", sa.Column("judged_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("grading_run") as table:
        table.drop_column("judged_on")
