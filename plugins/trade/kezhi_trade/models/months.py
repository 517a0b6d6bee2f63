"""Months that are collected step by step, the rows they were confirmed with, and stock held for customers (TRD-03)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime

from .base import Base

UNSENT, SUBMITTED, CHECKED, CONFIRMED = "open", "submitted", "checked", "confirmed"
MONTH_STATES = (UNSENT, SUBMITTED, CHECKED, CONFIRMED)

#: What rows of a month are: orders by order date, invoices by their date, money by the day it came in, what settled
#: what, goods shipped at cost, and stock.
ORDERS, INVOICES, RECEIPTS, MATCHES, SHIPPED, STOCK = "order", "invoice", "receipt", "match", "shipped", "stock"


class Month(Base):
    """A month, and who did which step of its collection. A month without a row is open.

    The signatures are those that count now: going back to an earlier state takes the later ones away. ``…_digest``
    is that of the rows which were frozen with the step.
    """

    __tablename__ = "trade_month"
    __table_args__ = (CheckConstraint("state IN ('open', 'submitted', 'checked', 'confirmed')", name="state"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    month: Mapped[date] = mapped_column(Date, unique=True)  #: its first day
    ends_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default=UNSENT)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str] = mapped_column(String(80), default="")
    orders_digest: Mapped[str] = mapped_column(String(64), default="")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by: Mapped[str] = mapped_column(String(80), default="")
    money_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    money_by: Mapped[str] = mapped_column(String(80), default="")
    money_digest: Mapped[str] = mapped_column(String(64), default="")
    stock_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stock_by: Mapped[str] = mapped_column(String(80), default="")
    stock_digest: Mapped[str] = mapped_column(String(64), default="")
    figures: Mapped[Any] = mapped_column(Json, default=dict)  #: what each step vouched for, see ``month_figures``
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)


class MonthStep(Base):
    """What was done with a month, by whom and why; never changed."""

    __tablename__ = "trade_month_step"
    __table_args__ = (Index("ix_trade_month_step_month_id", "month_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    month_id: Mapped[int] = mapped_column(BigInt, ForeignKey("trade_month.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(10))  #: submit, check, money, stock, return, reopen
    state: Mapped[str] = mapped_column(String(10))  #: of the month afterwards
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")  #: of what the step froze


class FrozenRow(Base):
    """A row of a month as it was when its department vouched for it: what a confirmed month says.

    ``part`` says what it is; ``record_id`` is the record's id, and ``link_id`` the invoice's that a receipt settled.
    ``amount`` and ``profit`` are minor units of the company's currency; of invoices and matches ``amount`` is minor
    units of ``currency``, which is worth ``rate`` millionths (none for the company's own). Of stock ``amount`` is what
    was held and ``profit`` what of it was dead.
    """

    __tablename__ = "trade_frozen"
    __table_args__ = (
        UniqueConstraint("month", "part", "record_id", "link_id", name="uq_trade_frozen_month"),
        Index("ix_trade_frozen_part", "part", "month"),
        Index("ix_trade_frozen_customer_id", "customer_id", "part", "month"),
        Index("ix_trade_frozen_record_id", "part", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    month: Mapped[date] = mapped_column(Date, ForeignKey("trade_month.month", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int] = mapped_column(BigInt)
    link_id: Mapped[int] = mapped_column(BigInt, default=0)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(CodeText)
    happened_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(10), default="")
    amount: Mapped[int] = mapped_column(BigInt)
    profit: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3), default="")
    rate: Mapped[int | None] = mapped_column(BigInt)


class Stock(Base):
    """What was held for a customer's orders at the end of a month, and what of it is dead stock (TRD-01).

    In minor units of the company's currency, at cost.
    """

    __tablename__ = "trade_stock"
    __table_args__ = (
        UniqueConstraint("customer_id", "month", name="uq_trade_stock_customer_id"),
        CheckConstraint("held >= 0 AND dead >= 0 AND dead <= held", name="held"),
        Index("ix_trade_stock_month", "month", "id"),
        Index("ix_trade_stock_held", "held", "id"),
        Index("ix_trade_stock_dead", "dead", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    month: Mapped[date] = mapped_column(Date)  #: its first day
    held: Mapped[int] = mapped_column(BigInt)
    dead: Mapped[int] = mapped_column(BigInt)
    source: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)
