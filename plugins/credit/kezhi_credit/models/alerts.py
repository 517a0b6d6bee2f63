"""What the watch finds, and what was decided about it (CRD-06)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, UtcDateTime

from .base import Base

USED, OVER, OVERDUE, LOWERED, ORDERS = "used", "over_limit", "overdue", "lowered", "orders"
EXPIRED = "expired"
SIGNS = (OVER, OVERDUE, LOWERED, EXPIRED, USED, ORDERS)  #: the gravest first

SECURITY, SHORTER, CASH_ONLY, NO_MEASURE = "security", "shorter", "cash", "none"
MEASURES = (SECURITY, SHORTER, CASH_ONLY, NO_MEASURE)


class Measure(Base):
    """What was decided about a customer's open alerts. Measures are never changed: another decision is another one.

    It acts in the check as long as an alert that it was decided for is open. ``days`` is the shorter term;
    ``secured_at``, ``secured_by`` and ``security`` say when and how a security that was required was given.
    """

    __tablename__ = "credit_measure"
    __table_args__ = (
        CheckConstraint("kind IN ('security', 'shorter', 'cash', 'none')", name="kind"),
        Index("ix_credit_measure_customer_id", "customer_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(10))
    days: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    secured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secured_by: Mapped[str] = mapped_column(Text, default="")
    security: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class Alert(Base):
    """A sign of risk at a rated customer, from ``since`` until ``ended_on``, the day on which it held no more.

    ``figure`` is what the last run found: percent of the limit, the amount above it in minor units, days overdue,
    classes lost, percent by which orders fell, or days
    since the investigation expired. ``answer_by`` is when somebody should have decided on a measure.
    """

    __tablename__ = "credit_alert"
    __table_args__ = (
        CheckConstraint("sign IN ('used', 'over_limit', 'overdue', 'lowered', 'orders', 'expired')", name="sign"),
        Index("ix_credit_alert_customer_id", "customer_id", "sign"),
        Index("ix_credit_alert_since", "since", "id"),
        Index("ix_credit_alert_open", "ended_on", "sign"),
        Index("ix_credit_alert_noted_at", "noted_at"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    sign: Mapped[str] = mapped_column(String(10))
    since: Mapped[date] = mapped_column(Date)
    figure: Mapped[int] = mapped_column(BigInt)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None] = mapped_column(Date)
    measure_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("credit_measure.id", ondelete="SET NULL"))
