"""Calendars, exceptional days, departments' calendars, completed years."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "calendar_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_calendar",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("zh", CodeText, nullable=False),
        sa.Column("en", CodeText, nullable=False),
        sa.Column("weekly", Json, nullable=False),
        sa.Column("public_days", sa.Boolean, nullable=False),
        sa.Column("is_company", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_calendar"),
        sa.UniqueConstraint("zh", name="uq_calendar_calendar_zh"),
    )
    calendar = sa.ForeignKeyConstraint(
        ["calendar_id"], ["calendar_calendar.id"], name="fk_calendar_day_calendar_id_calendar_calendar",
        ondelete="CASCADE",
    )  # fmt: skip
    op.create_table(
        "calendar_day",
        sa.Column("calendar_id", BigInt, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("hours", Json, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("calendar_id", "day", name="pk_calendar_day"),
        calendar,
    )
    op.create_table(
        "calendar_department",
        sa.Column("department_id", BigInt, nullable=False),
        sa.Column("calendar_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("department_id", name="pk_calendar_department"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["accounts_department.id"],
            name="fk_calendar_department_department_id_accounts_department", ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar_calendar.id"], name="fk_calendar_department_calendar_id_calendar_calendar",
            ondelete="CASCADE",
        ),
    )  # fmt: skip
    op.create_index("ix_calendar_department_calendar_id", "calendar_department", ["calendar_id"])
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("completed_at", UtcDateTime, nullable=False),
        sa.Column("completed_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )


def downgrade() -> None:
    for name in ("calendar_year", "calendar_department", "calendar_day", "calendar_calendar"):
        op.drop_table(name)
