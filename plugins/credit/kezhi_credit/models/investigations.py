"""What was found out about a customer, from which sources, and until when it holds (CRD-02)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
#: what a source says of a customer, with the points that the judgement is as a figure
GOOD, FAIR, POOR = "good", "fair", "poor"
JUDGED_POINTS = {GOOD: 100_000, FAIR: 50_000, POOR: 0}


class Source(Base):
    """Where investigators look; the company's own list. The key never changes; a retired source is asked no more."""

    __tablename__ = "credit_source"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(CodeText, unique=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Investigation(Base):
    """A credit investigation: asked for, then done by its investigator; once done it is never changed.

    It holds from ``investigated_on`` through ``valid_until``, whether any job has run or not.
    """

    __tablename__ = "credit_investigation"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'cancelled')", name="state"),
        CheckConstraint(
            "state <> 'done' OR (investigated_on IS NOT NULL AND valid_until >= investigated_on)", name="done"
        ),
        Index("ix_credit_investigation_customer_id", "customer_id", "state", "investigated_on", "id"),
        Index("ix_credit_investigation_investigator_id", "investigator_id", "state"),
        Index("ix_credit_investigation_due_on", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    investigator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    due_on: Mapped[date] = mapped_column(Date)
    occasion: Mapped[str] = mapped_column(Text)  #: why it is wanted
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    investigated_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(Text, default="")


class Finding(Base):
    """What one source says: in words, and as a judgement that the score card counts."""

    __tablename__ = "credit_finding"
    __table_args__ = (
        UniqueConstraint("investigation_id", "source_key", name="uq_credit_finding_investigation_id"),
        CheckConstraint("judgement IN ('good', 'fair', 'poor')", name="judgement"),
        Index("ix_credit_finding_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    investigation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("credit_investigation.id", ondelete="CASCADE"))
    source_key: Mapped[str] = mapped_column(CodeText)
    judgement: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
