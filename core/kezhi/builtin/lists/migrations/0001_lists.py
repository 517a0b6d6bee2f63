"""Saved views of lists, and in which of them a list opens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "lists_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lists_view",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("list", CodeText, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("shared", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lists_view"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["accounts_user.id"], name="fk_lists_view_owner_id_accounts_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_lists_view_list_owner_id", "lists_view", ["list", "owner_id"])
    op.create_index("ix_lists_view_owner_id", "lists_view", ["owner_id"])
    op.create_table(
        "lists_default",
        sa.Column("user_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("list", CodeText, nullable=False),
        sa.Column("view_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "list", name="pk_lists_default"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_lists_default_user_id_accounts_user", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["lists_view.id"], name="fk_lists_default_view_id_lists_view", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_lists_default_view_id", "lists_default", ["view_id"])


def downgrade() -> None:
    op.drop_table("lists_default")
    op.drop_table("lists_view")
