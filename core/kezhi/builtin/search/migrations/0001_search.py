"""Tokens, records that wait for theirs, kinds, and what people opened last."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "search_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_token",
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("place", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("token", CodeText, nullable=False),
        sa.Column("record_id", BigInt, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("kind", "place", "token", "record_id", name="pk_search_token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_token_kind_record_id_token", "search_token", ["kind", "record_id", "token"])
    op.create_table(
        "search_pending",
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("record_id", BigInt, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_search_pending"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_kind",
        sa.Column("key", CodeText, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_search_kind"),
    )
    op.create_table(
        "search_recent",
        sa.Column("user_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("record_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "record_id", name="pk_search_recent"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_search_recent_user_id_accounts_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_search_recent_user_id_at", "search_recent", ["user_id", "at"])
    op.create_index("ix_search_recent_kind_record_id", "search_recent", ["kind", "record_id"])


def downgrade() -> None:
    for table in ("search_recent", "search_kind", "search_pending", "search_token"):
        op.drop_table(table)
