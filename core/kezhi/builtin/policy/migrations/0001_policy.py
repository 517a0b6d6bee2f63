"""What does not apply to the company, and how every obligation stood from day to day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "policy_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_exemption",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("line", CodeText, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("set_at", UtcDateTime, nullable=False),
        sa.Column("set_by", sa.String(80), nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_exemption"),
    )
    op.create_index("ix_policy_exemption_line", "policy_exemption", ["line", "ended_at"])
    op.create_table(
        "policy_stretch",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("line", CodeText, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("breaches", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_stretch"),
    )
    op.create_index("ix_policy_stretch_line", "policy_stretch", ["line", "last_on"])


def downgrade() -> None:
    op.drop_table("policy_stretch")
    op.drop_table("policy_exemption")
