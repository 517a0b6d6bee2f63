"""Months that are collected step by step, their frozen rows, and stock held for customers (TRD-03)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "trade_0004"
down_revision = "trade_0003"
branch_labels = None
depends_on = None

CUSTOMER = "customers_customer"


def _whose(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_customer_id_{CUSTOMER}"
    return sa.ForeignKeyConstraint(["customer_id"], [f"{CUSTOMER}.id"], name=name, ondelete="RESTRICT")


def _signature(step: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{step}_at", UtcDateTime, nullable=True),
        sa.Column(f"{step}_by", sa.String(80), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "trade_month",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        *(column for step in ("submitted", "checked", "money", "stock") for column in _signature(step)),
        *(sa.Column(f"{part}_digest", sa.String(64), nullable=False) for part in ("orders", "money", "stock")),
        sa.Column("figures", Json, nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=True),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_month"),
        sa.UniqueConstraint("month", name="uq_trade_month_month"),
        sa.CheckConstraint("state IN ('open', 'submitted', 'checked', 'confirmed')", name=op.f("ck_trade_month_state")),
    )
    op.create_table(
        "trade_month_step",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("month_id", BigInt, nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_month_step"),
        sa.ForeignKeyConstraint(
            ["month_id"], ["trade_month.id"], name="fk_trade_month_step_month_id_trade_month", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_trade_month_step_month_id", "trade_month_step", ["month_id", "id"])
    op.create_table(
        "trade_frozen",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("part", sa.String(10), nullable=False),
        sa.Column("record_id", BigInt, nullable=False),
        sa.Column("link_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("profit", BigInt, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("rate", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trade_frozen"),
        sa.ForeignKeyConstraint(
            ["month"], ["trade_month.month"], name="fk_trade_frozen_month_trade_month", ondelete="CASCADE"
        ),
        _whose("trade_frozen"),
        sa.UniqueConstraint("month", "part", "record_id", "link_id", name="uq_trade_frozen_month"),
    )
    op.create_index("ix_trade_frozen_part", "trade_frozen", ["part", "month"])
    op.create_index("ix_trade_frozen_customer_id", "trade_frozen", ["customer_id", "part", "month"])
    op.create_index("ix_trade_frozen_record_id", "trade_frozen", ["part", "record_id"])
    op.create_table(
        "trade_stock",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("held", BigInt, nullable=False),
        sa.Column("dead", BigInt, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_stock"),
        _whose("trade_stock"),
        sa.UniqueConstraint("customer_id", "month", name="uq_trade_stock_customer_id"),
        sa.CheckConstraint("held >= 0 AND dead >= 0 AND dead <= held", name=op.f("ck_trade_stock_held")),
    )
    for column in ("month", "held", "dead"):
        op.create_index(f"ix_trade_stock_{column}", "trade_stock", [column, "id"])


def downgrade() -> None:
    for table in ("trade_stock", "trade_frozen", "trade_month_step", "trade_month"):
        op.drop_table(table)
