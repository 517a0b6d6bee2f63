"""Verifications of customer files."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "upkeep_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep_verification",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("found", CodeText, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_verification"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_upkeep_verification_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_upkeep_verification_customer", "upkeep_verification", ["customer_id", "on_day"])


def downgrade() -> None:
    op.drop_table("upkeep_verification")
