"""Dated access to customers that are somebody else's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "customers_0005"
down_revision = "customers_0004"
branch_labels = None
depends_on = None

ONE_RECEIVER = "(user_id IS NULL) <> (department_id IS NULL)"
PEOPLE = ("user_id", "given_by_id", "ended_by_id")


def upgrade() -> None:
    def to(column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
        name = f"fk_customers_share_{column}_{target}"
        return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)

    op.create_table(
        "customers_share",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("may_write", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_by_id", BigInt, nullable=True),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by_id", BigInt, nullable=True),
        sa.Column("told_at", UtcDateTime, nullable=True),
        sa.Column("reminded_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customers_share"),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (department_id IS NULL)", name=op.f("ck_customers_share_one_receiver")
        ),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_customers_share_span")),
        to("customer_id", "customers_customer", "CASCADE"),
        to("department_id", "accounts_department", "RESTRICT"),
        *(to(column, "accounts_user", "RESTRICT") for column in PEOPLE),
    )
    for receiver in ("user", "department"):
        columns = [f"{receiver}_id", "ended_at", "to_on", "from_on", "customer_id"]
        op.create_index(f"ix_customers_share_{receiver}", "customers_share", columns)
    op.create_index("ix_customers_share_customer", "customers_share", ["customer_id", "to_on"])
    op.create_index("ix_customers_share_to_on", "customers_share", ["to_on"])


def downgrade() -> None:
    op.drop_table("customers_share")
