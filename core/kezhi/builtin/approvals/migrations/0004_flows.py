"""Flows that the company keeps, which version a round follows, and limits of steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "approvals_0004"
down_revision = "approvals_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals_flow",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.Column("shipped", sa.Boolean, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author_id", BigInt, nullable=True),
        sa.Column("author_login", sa.String(80), nullable=False),
        sa.Column("author_name", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_flow"),
        sa.UniqueConstraint("kind", "version", name="uq_approvals_flow_version"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_user.id"], name="fk_approvals_flow_author_id_accounts_user", ondelete="RESTRICT"
        ),
    )
    for table in ("approvals_request", "approvals_round"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("flow_id", BigInt, nullable=True))
            batch.create_foreign_key(
                f"fk_{table}_flow_id_approvals_flow", "approvals_flow", ["flow_id"], ["id"], ondelete="RESTRICT"
            )
    with op.batch_alter_table("approvals_step") as batch:
        batch.add_column(sa.Column("hours", sa.Integer, nullable=True))
        batch.add_column(sa.Column("late", sa.String(10), nullable=False, server_default="remind"))
    with op.batch_alter_table("approvals_step") as batch:
        batch.alter_column("late", server_default=None)


def downgrade() -> None:
    """Rounds keep their steps; which version of a flow they followed, and limits of their own, are gone."""
    with op.batch_alter_table("approvals_step") as batch:
        batch.drop_column("late")
        batch.drop_column("hours")
    for table in ("approvals_round", "approvals_request"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_flow_id_approvals_flow", type_="foreignkey")
            batch.drop_column("flow_id")
    op.drop_table("approvals_flow")
