"""Hand-overs and what went over to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "handover_0001"
down_revision = None
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "handover_run",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("from_id", BigInt, nullable=False),
        sa.Column("by_id", BigInt, nullable=True),
        sa.Column("by_login", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("deactivated", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("summary", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handover_run"),
        _to("handover_run", "from_id", "accounts_user"),
        _to("handover_run", "by_id", "accounts_user"),
    )
    op.create_index("ix_handover_run_from_id", "handover_run", ["from_id"])
    op.create_index("ix_handover_run_at", "handover_run", ["at"])
    op.create_table(
        "handover_item",
        sa.Column("run_id", BigInt, nullable=False),
        sa.Column("part", CodeText, nullable=False),
        sa.Column("record_id", BigInt, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("to_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("run_id", "part", "record_id", name="pk_handover_item"),
        _to("handover_item", "run_id", "handover_run", "CASCADE"),
        _to("handover_item", "to_id", "accounts_user"),
    )
    op.create_index("ix_handover_item_to", "handover_item", ["to_id", "run_id"])
    op.create_index("ix_handover_item_part", "handover_item", ["run_id", "part", "to_id", "record_id"])


def downgrade() -> None:
    op.drop_table("handover_item")
    op.drop_table("handover_run")
