"""Bytes that nobody removes while a backup is made, and when the last one was made."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kezhi.db import UtcDateTime

revision = "protection_0002"
down_revision = "protection_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "protection_hold",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("done_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_protection_hold"),
    )
    # there from the start, so that it can be locked
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    op.bulk_insert(table, [{"name": "backup", "until": long_ago, "done_at": None, "done_by": ""}])


def downgrade() -> None:
    op.drop_table("protection_hold")
