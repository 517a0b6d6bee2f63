"""Grades that rules give have no score."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt

revision = "grading_0002"
down_revision = "grading_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("grading_current") as table:
        table.alter_column("score", existing_type=BigInt, nullable=True)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM grading_current WHERE score IS NULL"))
    with op.batch_alter_table("grading_current") as table:
        table.alter_column("score", existing_type=BigInt, nullable=False)
