"""Figures that customers declare about themselves, by year (TRD-07)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

MONEY, RATIO, COUNT = "money", "ratio", "count"
UNITS = (MONEY, RATIO, COUNT)
KNOWN_UNIT = "unit IN ('money', 'ratio', 'count')"


class Figure(Base):
    """A figure that customers are asked for. Key and unit never change; a retired figure is asked for no more."""

    __tablename__ = "trade_figure"
    __table_args__ = (CheckConstraint(KNOWN_UNIT, name="unit"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(CodeText, unique=True)  #: names its metric: ``trade.declared_<key>``
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)


class Declaration(Base):
    """What a customer's figure was for a year, as somebody stated it on a day.

    ``value`` is minor units of the company's currency, parts per million or a whole number, by ``unit``, which is its
    figure's. Declarations are never changed: of several for a year the newest counts, one that was made by mistake is
    withdrawn and stays on record.
    """

    __tablename__ = "trade_declaration"
    __table_args__ = (
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
        CheckConstraint(KNOWN_UNIT, name="unit"),
        Index("ix_trade_declaration_figure_id", "figure_id", "customer_id", "year", "declared_on", "id"),
        Index("ix_trade_declaration_customer_id", "customer_id", "declared_on", "id"),
        Index("ix_trade_declaration_declared_on", "declared_on", "id"),
        Index("ix_trade_declaration_year", "year", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    figure_id: Mapped[int] = mapped_column(BigInt, ForeignKey("trade_figure.id", ondelete="RESTRICT"))
    unit: Mapped[str] = mapped_column(String(10))
    year: Mapped[int] = mapped_column(Integer)
    value: Mapped[int] = mapped_column(BigInt)
    declared_on: Mapped[date] = mapped_column(Date)
    stated_in: Mapped[str] = mapped_column(Text)  #: where it comes from: annual report, visit, credit report …
    source: Mapped[str] = mapped_column(String(40))  #: how it came in: page, import, demo
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(Text, default="")
