"""The watch: alerts and measures (CRD-06)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "credit_0003"
down_revision = "credit_0002"
branch_labels = None
depends_on = None


def _customer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id"],
        ["customers_customer.id"],
        name=f"fk_{table}_customer_id_customers_customer",
        ondelete="RESTRICT",
    )


def upgrade() -> None:
    op.create_table(
        "credit_measure",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_measure"),
        _customer("credit_measure"),
        sa.CheckConstraint("kind IN ('security', 'shorter', 'cash', 'none')", name=op.f("ck_credit_measure_kind")),
    )
    op.create_index("ix_credit_measure_customer_id", "credit_measure", ["customer_id", "id"])
    op.create_table(
        "credit_alert",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("sign", sa.String(10), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("figure", BigInt, nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.Column("answer_by", UtcDateTime, nullable=False),
        sa.Column("ended_on", sa.Date, nullable=True),
        sa.Column("measure_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_alert"),
        _customer("credit_alert"),
        sa.ForeignKeyConstraint(
            ["measure_id"],
            ["credit_measure.id"],
            name="fk_credit_alert_measure_id_credit_measure",
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "sign IN ('used', 'over_limit', 'overdue', 'lowered', 'orders')", name=op.f("ck_credit_alert_sign")
        ),
    )
    op.create_index("ix_credit_alert_customer_id", "credit_alert", ["customer_id", "sign"])
    op.create_index("ix_credit_alert_since", "credit_alert", ["since", "id"])
    op.create_index("ix_credit_alert_open", "credit_alert", ["ended_on", "sign"])
    op.create_index("ix_credit_alert_noted_at", "credit_alert", ["noted_at"])


def downgrade() -> None:
    for table in ("credit_alert", "credit_measure"):
        op.drop_table(table)
