"""What the trade plugin keeps per customer: orders, month rates, and a summary row for lists (TRD-01)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
STATUSES = (OPEN, DONE, CANCELLED)


class Order(Base):
    """A sales order. Amounts are without tax.

    ``amount``, ``cost`` and ``profit`` are minor units of ``currency``; ``base_amount`` and ``base_profit`` are minor
    units of the company's currency, converted at the rate of the order's month. ``tax_rate`` is in parts per million.
    A cancelled order keeps its figures and counts nowhere.
    """

    __tablename__ = "trade_order"
    __table_args__ = (
        UniqueConstraint("source", "external_id", name="uq_trade_order_source"),
        CheckConstraint("amount >= 0 AND base_amount >= 0", name="amount"),
        CheckConstraint("status IN ('open', 'done', 'cancelled')", name="status"),
        Index("ix_trade_order_customer_id", "customer_id", "order_date"),
        Index("ix_trade_order_order_date", "order_date", "id"),
        Index("ix_trade_order_number", "number", "id"),
        Index("ix_trade_order_base_amount", "base_amount", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    order_date: Mapped[date] = mapped_column(Date)
    product_group: Mapped[str] = mapped_column(Text, default="")
    amount: Mapped[int] = mapped_column(BigInt)
    tax_rate: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount: Mapped[int] = mapped_column(BigInt)
    cost: Mapped[int | None] = mapped_column(BigInt)
    profit: Mapped[int | None] = mapped_column(BigInt)
    base_profit: Mapped[int | None] = mapped_column(BigInt)
    promised_date: Mapped[date | None] = mapped_column(Date)
    shipped_date: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default=OPEN)
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(CodeText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)


class Rate(Base):
    """What one unit of ``currency`` was worth in the company's currency in ``month`` (its first day), in millionths."""

    __tablename__ = "trade_rate"
    __table_args__ = (
        UniqueConstraint("currency", "month", name="uq_trade_rate_currency"),
        CheckConstraint("rate > 0", name="rate"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    month: Mapped[date] = mapped_column(Date)
    rate: Mapped[int] = mapped_column(BigInt)


class CustomerTrade(Base):
    """One row per customer with orders that count, for sortable columns. Kept by ``services.summary``."""

    __tablename__ = "trade_customer"
    __table_args__ = (
        Index("ix_trade_customer_total_amount", "total_amount", "customer_id"),
        Index("ix_trade_customer_order_count", "order_count", "customer_id"),
        Index("ix_trade_customer_last_order_date", "last_order_date", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    total_amount: Mapped[int] = mapped_column(BigInt)
    order_count: Mapped[int] = mapped_column(BigInt)
    last_order_date: Mapped[date] = mapped_column(Date)


class StagedOrder(Base):
    """A row of an orders file as the order it would make. Written by the check of a batch, gone with the staged row.

    ``given_…`` hold the cells in ten-thousandths of a unit, until the currency says how many of them are a minor unit.
    """

    __tablename__ = "trade_staged_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "row"],
            ["imports_row.batch_id", "imports_row.row"],
            name="fk_trade_staged_order_batch_id_imports_row",
            ondelete="CASCADE",
        ),
    )

    batch_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    target_id: Mapped[int | None] = mapped_column(BigInt)
    differs: Mapped[bool] = mapped_column(Boolean)  #: from the order it is about; true for a new one
    exact: Mapped[bool] = mapped_column(Boolean)  #: false for digits that the currency does not have
    given_amount: Mapped[int | None] = mapped_column(BigInt)
    given_cost: Mapped[int | None] = mapped_column(BigInt)
    given_profit: Mapped[int | None] = mapped_column(BigInt)
    customer_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[str] = mapped_column(CodeText)
    order_date: Mapped[date] = mapped_column(Date)
    product_group: Mapped[str] = mapped_column(Text)
    amount: Mapped[int | None] = mapped_column(BigInt)
    tax_rate: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount: Mapped[int | None] = mapped_column(BigInt)
    cost: Mapped[int | None] = mapped_column(BigInt)
    profit: Mapped[int | None] = mapped_column(BigInt)
    base_profit: Mapped[int | None] = mapped_column(BigInt)
    promised_date: Mapped[date | None] = mapped_column(Date)
    shipped_date: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(CodeText)
