"""Customers are told their grades in writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt
from kezhi.db import CodeText

revision = "grading_0004"
down_revision = "grading_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grading_notice",
        sa.Column("run_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("scheme_key", CodeText, nullable=False),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("sent_on", sa.Date, nullable=True),
        sa.Column("sent_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("way", sa.String(10), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["run_id"], ["grading_run.id"], name="fk_grading_notice_run_id_grading_run", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_grading_notice_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "customer_id", name="pk_grading_notice"),
    )
    op.create_index(
        "ix_grading_notice_customer_id_scheme_key_run_id", "grading_notice", ["customer_id", "scheme_key", "run_id"]
    )


def downgrade() -> None:
    op.drop_table("grading_notice")
