"""Who was reminded on which day of a request that waits, and when a step was raised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, UtcDateTime

revision = "approvals_0003"
down_revision = "approvals_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approvals_step") as table:
        table.add_column(sa.Column("raised_at", UtcDateTime, nullable=True))
    op.create_table(
        "approvals_reminder",
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "user_id", name="pk_approvals_reminder"),
        _to("request_id", "approvals_request"),
        _to("user_id", "accounts_user"),
    )
    op.create_index("ix_approvals_reminder_user", "approvals_reminder", ["user_id"])


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_approvals_reminder_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Whoever waits is reminded once more on the day of the way back."""
    op.drop_table("approvals_reminder")
    with op.batch_alter_table("approvals_step") as table:
        table.drop_column("raised_at")
