"""The register of disputes with customers (TRD-09)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

ORDINARY, SERIOUS = "ordinary", "serious"
GRAVITIES = (ORDINARY, SERIOUS)

UNSETTLED, SETTLED, CLOSED = "open", "settled", "closed"
DISPUTE_STATES = (UNSETTLED, SETTLED, CLOSED)


class Dispute(Base):
    """A dispute with a customer. Settled (both sides agree) and closed (nothing is left to do) say how it came out.

    ``complaint`` is the number of the grave complaint that it comes from. Numbers are never given twice, not even when
    the app that keeps complaints was away: no foreign key could say that.
    """

    __tablename__ = "trade_dispute"
    __table_args__ = (
        CheckConstraint("gravity IN ('ordinary', 'serious')", name="gravity"),
        CheckConstraint("state IN ('open', 'settled', 'closed')", name="state"),
        Index("ix_trade_dispute_customer_id", "customer_id", "happened_on"),
        Index("ix_trade_dispute_happened_on", "happened_on", "id"),
        Index("ix_trade_dispute_number", "number", "id"),
        Index("uq_trade_dispute_complaint", "complaint", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    happened_on: Mapped[date] = mapped_column(Date)
    subject: Mapped[str] = mapped_column(Text)
    gravity: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=UNSETTLED)
    outcome: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInt, default=1)
    complaint: Mapped[str | None] = mapped_column(CodeText)
