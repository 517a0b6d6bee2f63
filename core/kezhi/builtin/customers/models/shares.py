"""Dated access to a customer that is somebody else's (CUS-04)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, UtcDateTime

from .records import Base


class CustomerShare(Base):
    """A person or a department sees one customer from a day to a day, both included, in the company's zone.

    Whether it holds follows from the days and from ``ended_at``: no job has to end it. Rows are kept as history.
    """

    __tablename__ = "customers_share"
    __table_args__: Any = (
        CheckConstraint("(user_id IS NULL) <> (department_id IS NULL)", name="one_receiver"),
        CheckConstraint("from_on <= to_on", name="span"),
        # what the rule of visibility reads, for the person and for the departments above: nothing of the table itself
        Index("ix_customers_share_user", "user_id", "ended_at", "to_on", "from_on", "customer_id"),
        Index("ix_customers_share_department", "department_id", "ended_at", "to_on", "from_on", "customer_id"),
        Index("ix_customers_share_customer", "customer_id", "to_on"),
        Index("ix_customers_share_to_on", "to_on"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="RESTRICT"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    may_write: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
    given_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: taken back before its last day
    ended_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: the receiver knows that it has begun
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: … and that it ends soon
