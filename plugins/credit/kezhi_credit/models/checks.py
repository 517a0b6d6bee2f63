"""What checks leave behind: the row that serialises them, reservations, and releases for one order (CRD-05)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base
from .customers import WAITING


class Account(Base):
    """One row per customer that was ever checked with a reservation: whoever reserves holds it to the end."""

    __tablename__ = "credit_account"

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Release(Base):
    """A block that is lifted once, for one order up to an amount, once it is approved and until it is used."""

    __tablename__ = "credit_release"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_credit_release_customer_id", "customer_id", "order_number"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    order_number: Mapped[str] = mapped_column(CodeText)
    amount: Mapped[int] = mapped_column(BigInt)
    reason: Mapped[str] = mapped_column(Text)
    valid_to: Mapped[date] = mapped_column(Date)  #: the last day on which it can be used
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    request_id: Mapped[int | None] = mapped_column(BigInt)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reservation(Base):
    """Credit that is kept for an order until ``expires_at``, unless it ended before.

    It counts no more, either, once a source of receivables knows the order: then the order itself counts.
    """

    __tablename__ = "credit_reservation"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_credit_reservation_customer_id", "customer_id", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    order_number: Mapped[str] = mapped_column(CodeText, default="")
    amount: Mapped[int] = mapped_column(BigInt)
    release_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("credit_release.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
