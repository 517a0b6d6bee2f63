"""A version of a scheme says why it was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "grading_0003"
down_revision = "grading_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grading_scheme", sa.Column("reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("grading_scheme") as table:
        table.drop_column("reason")
