"""Shipments, invoices, receipts and what settled what (TRD-01)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "trade_0003"
down_revision = "trade_0002"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("status = 'valid' AND matched < amount")


def _link(table: str, column: str, target: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def _voucher(table: str, *more: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("base_amount", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", CodeText, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _link(table, "customer_id", "customers_customer", f"fk_{table}_customer_id_customers_customer"),
        _link(table, "order_id", "trade_order", f"fk_{table}_order_id_trade_order"),
        sa.UniqueConstraint("number", name=f"uq_{table}_number"),
        sa.UniqueConstraint("source", "external_id", name=f"uq_{table}_source"),
        sa.CheckConstraint("amount > 0 AND base_amount >= 0", name=op.f(f"ck_{table}_amount")),
        sa.CheckConstraint("status IN ('valid', 'void')", name=op.f(f"ck_{table}_status")),
        *more,
    )
    for name, columns in (
        ("customer_id", ["customer_id", "happened_on"]),
        ("happened_on", ["happened_on", "id"]),
        ("number", ["number", "id"]),
        ("base_amount", ["base_amount", "id"]),
        ("order_id", ["order_id"]),
    ):
        op.create_index(f"ix_{table}_{name}", table, columns)


def _settled(table: str, day: str, *more: sa.schema.SchemaItem) -> None:
    bounds = "matched >= 0 AND matched <= amount AND base_open >= 0"
    _voucher(
        table,
        sa.Column("matched", BigInt, nullable=False),
        sa.Column("base_open", BigInt, nullable=False),
        sa.CheckConstraint(bounds, name=op.f(f"ck_{table}_matched")),
        *more,
    )
    op.create_index(f"ix_{table}_base_open", table, ["base_open", "id"])
    op.create_index(
        f"ix_{table}_open", table, ["customer_id", day, "id"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )


def upgrade() -> None:
    _settled("trade_invoice", "due_on", sa.Column("due_on", sa.Date, nullable=False))
    op.create_index("ix_trade_invoice_due_on", "trade_invoice", ["due_on", "id"])
    _settled(
        "trade_receipt",
        "happened_on",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'deposit', 'credit')", name=op.f("ck_trade_receipt_kind")),
    )
    _voucher(
        "trade_shipment",
        sa.Column("invoice_id", BigInt, nullable=True),
        _link("trade_shipment", "invoice_id", "trade_invoice", "fk_trade_shipment_invoice_id_trade_invoice"),
    )
    op.create_index("ix_trade_shipment_invoice_id", "trade_shipment", ["invoice_id"])
    op.create_table(
        "trade_match",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("receipt_id", BigInt, nullable=False),
        sa.Column("invoice_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_match"),
        _link("trade_match", "receipt_id", "trade_receipt", "fk_trade_match_receipt_id_trade_receipt"),
        _link("trade_match", "invoice_id", "trade_invoice", "fk_trade_match_invoice_id_trade_invoice"),
        sa.UniqueConstraint("receipt_id", "invoice_id", name="uq_trade_match_receipt_id"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_trade_match_amount")),
    )
    op.create_index("ix_trade_match_invoice_id", "trade_match", ["invoice_id"])
    op.create_table(
        "trade_staged_voucher",
        sa.Column("batch_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("target_id", BigInt, nullable=True),
        sa.Column("differs", sa.Boolean, nullable=False),
        sa.Column("exact", sa.Boolean, nullable=False),
        sa.Column("given", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=True),
        sa.Column("kind", sa.String(10), nullable=True),
        sa.Column("amount", BigInt, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("base_amount", BigInt, nullable=True),
        sa.Column("order_id", BigInt, nullable=True),
        sa.Column("invoice_id", BigInt, nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", CodeText, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "row", name="pk_trade_staged_voucher"),
        sa.ForeignKeyConstraint(
            ["batch_id", "row"],
            ["imports_row.batch_id", "imports_row.row"],
            name="fk_trade_staged_voucher_batch_id_imports_row",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    for table in ("trade_staged_voucher", "trade_match", "trade_shipment", "trade_receipt", "trade_invoice"):
        op.drop_table(table)
