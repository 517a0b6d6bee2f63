"""The class that a new customer is entered with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "grading_0006"
down_revision = "grading_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grading_first",
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("scheme_key", CodeText, nullable=False),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("said_by", sa.String(80), nullable=False),
        sa.Column("said_at", UtcDateTime, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name="pk_grading_first"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_grading_first_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("grading_first")
