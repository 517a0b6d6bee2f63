"""The score card in its versions, and the credit rating sheets that classes are decided on (CRD-01, CRD-02)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime

from .base import Base
from .customers import WAITING


class CardVersion(Base):
    """The built-in score card in one version; versions are never changed. The definition is read by ``cards``."""

    __tablename__ = "credit_card"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, unique=True)
    definition: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class Sheet(Base):
    """A credit rating sheet (客户资信等级评估表): filled in by sales, decided by finance.

    ``content`` is what both saw: the figures, points and reasons as they were when it was put up; it names nobody.
    ``decided_id`` is the class that the decider gave, the proposed one or another with ``decided_reason``.
    ``rating_id`` is the rating that it became.
    """

    __tablename__ = "credit_sheet"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')", name="state"),
        Index("ix_credit_sheet_customer_id", "customer_id", "state", "filled_on"),
        Index("ix_credit_sheet_filled_at", "filled_at", "id"),
        Index("ix_credit_sheet_rating_id", "rating_id"),
        Index("ix_credit_sheet_investigation_id", "investigation_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    investigation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("credit_investigation.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    content: Mapped[Any] = mapped_column(Json)
    suggested_key: Mapped[str] = mapped_column(CodeText, default="")
    proposed_id: Mapped[int] = mapped_column(BigInt, ForeignKey("credit_class.id", ondelete="RESTRICT"))
    opinion: Mapped[str] = mapped_column(Text)
    request_id: Mapped[int | None] = mapped_column(BigInt)
    filled_on: Mapped[date] = mapped_column(Date)  #: the company's day of it: what a monthly form is counted by
    filled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filled_by: Mapped[str] = mapped_column(Text)
    decided_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("credit_class.id", ondelete="RESTRICT"))
    decided_reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(Text, default="")
    rating_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("credit_rating.id", ondelete="SET NULL"))
