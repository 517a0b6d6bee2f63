"""Versions of keys, and times without protection."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "protection_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "protection_key",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("check_value", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.Column("retired_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "version", name="pk_protection_key"),
    )
    op.create_table(
        "protection_deviation",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("started_by", sa.String(80), nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_protection_deviation"),
    )
    op.create_index("ix_protection_deviation_purpose", "protection_deviation", ["purpose", "ended_at"])


def downgrade() -> None:
    op.drop_table("protection_deviation")
    op.drop_table("protection_key")
