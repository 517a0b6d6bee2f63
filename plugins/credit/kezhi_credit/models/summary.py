"""What lists show of each customer's credit: a copy of what was counted, which says until when it holds (CRD-04)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base


class Summary(Base):
    """One row per customer that is rated, has a limit, owes something or has paid ahead. Kept by ``services.summary``.

    Only lists read it; whoever decides reads the position itself. The figures were counted at ``counted_at`` with
    ``basis``, and hold until ``due_at``: from that instant on, or with another basis, the row is out of date, and lists
    say so. Amounts are minor units of the company's currency; they are NULL while the exposure is unknown, and in a row
    that was not counted yet.
    """

    __tablename__ = "credit_summary"
    __table_args__ = (
        Index("ix_credit_summary_class_key", "class_key", "customer_id"),
        Index("ix_credit_summary_credit_limit", "credit_limit", "customer_id"),
        Index("ix_credit_summary_exposure", "exposure", "customer_id"),
        Index("ix_credit_summary_free", "free", "customer_id"),
        Index("ix_credit_summary_overdue", "overdue", "customer_id"),
        Index("ix_credit_summary_due_at", "due_at", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    class_key: Mapped[str | None] = mapped_column(CodeText)
    credit_limit: Mapped[int | None] = mapped_column(BigInt)
    exposure: Mapped[int | None] = mapped_column(BigInt)
    free: Mapped[int | None] = mapped_column(BigInt)
    receivables: Mapped[int | None] = mapped_column(BigInt)
    not_due: Mapped[int | None] = mapped_column(BigInt)
    overdue: Mapped[int | None] = mapped_column(BigInt)
    overdue_1_30: Mapped[int | None] = mapped_column(BigInt)
    overdue_31_60: Mapped[int | None] = mapped_column(BigInt)
    overdue_61_90: Mapped[int | None] = mapped_column(BigInt)
    overdue_90_plus: Mapped[int | None] = mapped_column(BigInt)
    overdue_days: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    basis: Mapped[str] = mapped_column(String(16))
