"""What a customer's credit is, dated: the class it is rated in, and limits of its own (CRD-01, CRD-03, CRD-07)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

WAITING, APPROVED, RETURNED, REJECTED, WITHDRAWN = "waiting", "approved", "returned", "rejected", "withdrawn"
STATES = (WAITING, APPROVED, RETURNED, REJECTED, WITHDRAWN)


class Rating(Base):
    """A customer's class from a day on, until the next rating takes effect. Ratings are never changed.

    Without ``class_id`` the customer is not rated any more: cash only again (CRD-08).
    """

    __tablename__ = "credit_rating"
    __table_args__ = (
        Index("ix_credit_rating_customer_id", "customer_id", "valid_from", "id"),
        Index("ix_credit_rating_class_id", "class_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    class_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("credit_class.id", ondelete="RESTRICT"))
    valid_from: Mapped[date] = mapped_column(Date)
    review_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(20))  #: how it came about: page, sheet, watch, demo
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class Limit(Base):
    """A limit of a customer's own, in force from ``valid_from`` through ``valid_to``, once it is approved.

    ``amount`` is minor units of the company's currency, tax included. ``ended_on`` is the first day on which it does
    not hold any more, where somebody ended it early.
    """

    __tablename__ = "credit_limit"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("amount >= 0 AND valid_from <= valid_to", name="span"),
        Index("ix_credit_limit_customer_id", "customer_id", "state", "valid_from"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    amount: Mapped[int] = mapped_column(BigInt)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    request_id: Mapped[int | None] = mapped_column(BigInt)  #: the approval request
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
