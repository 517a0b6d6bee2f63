"""The cards of all customers as they were at the end of a month, quarter or year (CUS-15)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("cards")

#: rhythms, the shortest first
MONTH, QUARTER, YEAR = "month", "quarter", "year"
RHYTHMS = (MONTH, QUARTER, YEAR)


class CardPeriod(Base):
    """A period whose cards are frozen. ``taken_at`` is empty while they are being written."""

    __tablename__ = "cards_period"
    __table_args__ = (
        UniqueConstraint("rhythm", "start", name="uq_cards_period_rhythm_start"),
        Index("ix_cards_period_end", "end", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    rhythm: Mapped[str] = mapped_column(String(10))
    start: Mapped[date] = mapped_column(Date)
    end: Mapped[date] = mapped_column(Date)
    #: [{"key", "title": {zh, en}, "unit", "permission", "classifies"}, …]: what the values of a card mean, in order
    figures: Mapped[Any] = mapped_column(Json)
    count: Mapped[int] = mapped_column(Integer, default=0)
    reached: Mapped[int] = mapped_column(BigInt, default=0)  #: the last customer written: a job that died goes on there
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Card(Base):
    """A customer's card in a period: plain values, nothing that is kept encrypted."""

    __tablename__ = "cards_card"
    __table_args__ = (
        Index("ix_cards_card_period", "period_id", "customer_id", unique=True),
        Index("ix_cards_card_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    period_id: Mapped[int] = mapped_column(BigInt, ForeignKey("cards_period.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(CodeText)
    name: Mapped[str] = mapped_column(Text)
    business_type: Mapped[str] = mapped_column(CodeText)
    stage: Mapped[str] = mapped_column(CodeText)
    region: Mapped[str] = mapped_column(CodeText)
    owner: Mapped[str] = mapped_column(CodeText)
    department: Mapped[str] = mapped_column(CodeText)
    #: what the classifying figure said ("" for none); seen by who has that figure's permission
    grade: Mapped[str] = mapped_column(CodeText)
    figures: Mapped[Any] = mapped_column(Json)  #: values in the order of the period's figures
