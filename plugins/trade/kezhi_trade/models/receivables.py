"""What was shipped, invoiced and paid, and which payment settled which invoice (TRD-01)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

VALID, VOID = "valid", "void"
VOUCHER_STATUSES = (VALID, VOID)

#: What a receipt is: money for invoices, money in advance, or a credit note, which settles without money.
PAYMENT, DEPOSIT, CREDIT = "payment", "deposit", "credit"
RECEIPT_KINDS = (PAYMENT, DEPOSIT, CREDIT)

IS_OPEN = text("status = 'valid' AND matched < amount")


class Voucher:
    """What shipments, invoices and receipts have in common. Amounts are with tax.

    ``amount`` is minor units of ``currency``; ``base_amount`` is minor units of the company's currency at the rate of
    the month of ``happened_on``. A void voucher keeps its figures and counts nowhere.
    """

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    happened_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount: Mapped[int] = mapped_column(BigInt)
    order_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("trade_order.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(20), default=VALID)
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(CodeText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)


class Settled:
    """A voucher that is settled bit by bit: ``matched`` of ``amount``, both in its currency.

    ``base_open`` is what is left in the company's currency, at the rate of the voucher's month; kept by
    ``services.matching``.
    """

    matched: Mapped[int] = mapped_column(BigInt, default=0)
    base_open: Mapped[int] = mapped_column(BigInt)


def _common(table: str, *more: Any) -> tuple[Any, ...]:
    """The constraints and indexes of every voucher."""
    return (
        UniqueConstraint("source", "external_id", name=f"uq_{table}_source"),
        CheckConstraint("amount > 0 AND base_amount >= 0", name="amount"),
        CheckConstraint("status IN ('valid', 'void')", name="status"),
        Index(f"ix_{table}_customer_id", "customer_id", "happened_on"),
        Index(f"ix_{table}_happened_on", "happened_on", "id"),
        Index(f"ix_{table}_number", "number", "id"),
        Index(f"ix_{table}_base_amount", "base_amount", "id"),
        Index(f"ix_{table}_order_id", "order_id"),
        *more,
    )


def _settled(table: str, day: str, *more: Any) -> tuple[Any, ...]:
    """The constraints and indexes of what is settled: those that are open are found without the many others."""
    return _common(
        table,
        CheckConstraint("matched >= 0 AND matched <= amount AND base_open >= 0", name="matched"),
        Index(f"ix_{table}_base_open", "base_open", "id"),
        Index(f"ix_{table}_open", "customer_id", day, "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        *more,
    )


class Shipment(Voucher, Base):
    """Goods that left for a customer. ``invoice_id`` is the invoice that covers them; an invoice may cover many."""

    __tablename__ = "trade_shipment"
    __table_args__ = _common("trade_shipment", Index("ix_trade_shipment_invoice_id", "invoice_id"))

    invoice_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("trade_invoice.id", ondelete="RESTRICT"))


class Invoice(Settled, Voucher, Base):
    """What a customer owes from a day on, and is late with after ``due_on``."""

    __tablename__ = "trade_invoice"
    __table_args__ = _settled("trade_invoice", "due_on", Index("ix_trade_invoice_due_on", "due_on", "id"))

    due_on: Mapped[date] = mapped_column(Date)


class Receipt(Settled, Voucher, Base):
    """What a customer paid, or was credited with. What is not matched stays on account."""

    __tablename__ = "trade_receipt"
    __table_args__ = _settled(
        "trade_receipt",
        "happened_on",
        CheckConstraint("kind IN ('payment', 'deposit', 'credit')", name="kind"),
    )

    kind: Mapped[str] = mapped_column(String(10), default=PAYMENT)


class Match(Base):
    """How much of an invoice a receipt settled, in the currency of both."""

    __tablename__ = "trade_match"
    __table_args__ = (
        UniqueConstraint("receipt_id", "invoice_id", name="uq_trade_match_receipt_id"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_trade_match_invoice_id", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(BigInt, ForeignKey("trade_receipt.id", ondelete="RESTRICT"))
    invoice_id: Mapped[int] = mapped_column(BigInt, ForeignKey("trade_invoice.id", ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInt)
    source: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StagedVoucher(Base):
    """A row of a file of shipments, invoices or receipts as the voucher it would make, until the file is applied.

    ``given`` is the amount in ten-thousandths of a unit, until the currency says how many of them are a minor unit.
    """

    __tablename__ = "trade_staged_voucher"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "row"],
            ["imports_row.batch_id", "imports_row.row"],
            name="fk_trade_staged_voucher_batch_id_imports_row",
            ondelete="CASCADE",
        ),
    )

    batch_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    target_id: Mapped[int | None] = mapped_column(BigInt)
    differs: Mapped[bool] = mapped_column(Boolean)  #: from the voucher it is about; true for a new one
    exact: Mapped[bool] = mapped_column(Boolean)  #: false for digits that the currency does not have
    given: Mapped[int] = mapped_column(BigInt)
    customer_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[str] = mapped_column(CodeText)
    happened_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str | None] = mapped_column(String(10))
    amount: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount: Mapped[int | None] = mapped_column(BigInt)
    order_id: Mapped[int | None] = mapped_column(BigInt)
    invoice_id: Mapped[int | None] = mapped_column(BigInt)
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(CodeText)
