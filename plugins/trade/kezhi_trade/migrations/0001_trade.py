"""Orders, month rates and the summary per customer (TRD-01)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "trade_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trade_order",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("order_date", sa.Date, nullable=False),
        sa.Column("product_group", sa.Text, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("tax_rate", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("base_amount", BigInt, nullable=False),
        sa.Column("cost", BigInt, nullable=True),
        sa.Column("profit", BigInt, nullable=True),
        sa.Column("base_profit", BigInt, nullable=True),
        sa.Column("promised_date", sa.Date, nullable=True),
        sa.Column("shipped_date", sa.Date, nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", CodeText, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_order"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_trade_order_customer_id_customers_customer",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("number", name="uq_trade_order_number"),
        sa.UniqueConstraint("source", "external_id", name="uq_trade_order_source"),
        sa.CheckConstraint("amount >= 0 AND base_amount >= 0", name=op.f("ck_trade_order_amount")),
        sa.CheckConstraint("status IN ('open', 'done', 'cancelled')", name=op.f("ck_trade_order_status")),
    )
    op.create_index("ix_trade_order_customer_id", "trade_order", ["customer_id", "order_date"])
    op.create_index("ix_trade_order_order_date", "trade_order", ["order_date", "id"])
    op.create_index("ix_trade_order_number", "trade_order", ["number", "id"])
    op.create_index("ix_trade_order_base_amount", "trade_order", ["base_amount", "id"])
    op.create_table(
        "trade_rate",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("rate", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_rate"),
        sa.UniqueConstraint("currency", "month", name="uq_trade_rate_currency"),
        sa.CheckConstraint("rate > 0", name=op.f("ck_trade_rate_rate")),
    )
    op.create_table(
        "trade_customer",
        sa.Column("customer_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("total_amount", BigInt, nullable=False),
        sa.Column("order_count", BigInt, nullable=False),
        sa.Column("last_order_date", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_trade_customer"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_trade_customer_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_trade_customer_total_amount", "trade_customer", ["total_amount", "customer_id"])
    op.create_index("ix_trade_customer_order_count", "trade_customer", ["order_count", "customer_id"])
    op.create_index("ix_trade_customer_last_order_date", "trade_customer", ["last_order_date", "customer_id"])
    op.create_table(
        "trade_staged_order",
        sa.Column("batch_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("target_id", BigInt, nullable=True),
        sa.Column("differs", sa.Boolean, nullable=False),
        sa.Column("exact", sa.Boolean, nullable=False),
        sa.Column("given_amount", BigInt, nullable=True),
        sa.Column("given_cost", BigInt, nullable=True),
        sa.Column("given_profit", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("order_date", sa.Date, nullable=False),
        sa.Column("product_group", sa.Text, nullable=False),
        sa.Column("amount", BigInt, nullable=True),
        sa.Column("tax_rate", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("base_amount", BigInt, nullable=True),
        sa.Column("cost", BigInt, nullable=True),
        sa.Column("profit", BigInt, nullable=True),
        sa.Column("base_profit", BigInt, nullable=True),
        sa.Column("promised_date", sa.Date, nullable=True),
        sa.Column("shipped_date", sa.Date, nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", CodeText, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "row", name="pk_trade_staged_order"),
        sa.ForeignKeyConstraint(
            ["batch_id", "row"],
            ["imports_row.batch_id", "imports_row.row"],
            name="fk_trade_staged_order_batch_id_imports_row",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("trade_staged_order")
    op.drop_table("trade_customer")
    op.drop_table("trade_rate")
    op.drop_table("trade_order")
