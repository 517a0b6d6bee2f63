"""Frozen cards and their periods."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "cards_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cards_period",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("rhythm", sa.String(10), nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("reached", BigInt, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cards_period"),
        sa.UniqueConstraint("rhythm", "start", name="uq_cards_period_rhythm_start"),
    )
    op.create_index("ix_cards_period_end", "cards_period", ["end", "id"])
    op.create_table(
        "cards_card",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("period_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        *(
            sa.Column(name, CodeText, nullable=False)
            for name in ("business_type", "stage", "region", "owner", "department", "grade")
        ),
        sa.Column("figures", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards_card"),
        sa.ForeignKeyConstraint(
            ["period_id"], ["cards_period.id"], name="fk_cards_card_period_id_cards_period", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_cards_card_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_cards_card_period", "cards_card", ["period_id", "customer_id"], unique=True)
    op.create_index("ix_cards_card_customer_id", "cards_card", ["customer_id"])


def downgrade() -> None:
    op.drop_table("cards_card")
    op.drop_table("cards_period")
