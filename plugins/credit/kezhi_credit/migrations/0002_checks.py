"""Credit checks: reservations and releases (CRD-05)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "credit_0002"
down_revision = "credit_0001"
branch_labels = None
depends_on = None


def _customer(table: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id"],
        ["customers_customer.id"],
        name=f"fk_{table}_customer_id_customers_customer",
        ondelete=ondelete,
    )


def upgrade() -> None:
    op.create_table(
        "credit_account",
        sa.Column("customer_id", BigInt, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_credit_account"),
        _customer("credit_account", "CASCADE"),
    )
    op.create_table(
        "credit_release",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("order_number", CodeText, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_release"),
        _customer("credit_release"),
        sa.UniqueConstraint("number", name="uq_credit_release_number"),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')",
            name=op.f("ck_credit_release_state"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_release_amount")),
    )
    op.create_index("ix_credit_release_customer_id", "credit_release", ["customer_id", "order_number"])
    op.create_table(
        "credit_reservation",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("order_number", CodeText, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("release_id", BigInt, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_reservation"),
        _customer("credit_reservation"),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["credit_release.id"],
            name="fk_credit_reservation_release_id_credit_release",
            ondelete="SET NULL",
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_reservation_amount")),
    )
    op.create_index("ix_credit_reservation_customer_id", "credit_reservation", ["customer_id", "expires_at"])


def downgrade() -> None:
    for table in ("credit_reservation", "credit_release", "credit_account"):
        op.drop_table(table)
