"""The feedback register: what customers say, who deals with it by when, and what came of it (CMP-05)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime
from kezhi.builtin.protection.fields import Protected, guard

from .base import Base

#: what kind of feedback it is
OPINION, SUGGESTION, COMPLAINT = "opinion", "suggestion", "complaint"
SORTS = (OPINION, SUGGESTION, COMPLAINT)
#: it is open until the customer was told the result, or it went on as a complaint
OPEN, TOLD_RESULT, WENT_ON = "open", "told", "went_on"
FEEDBACK_STATES = (OPEN, TOLD_RESULT, WENT_ON)


class Feedback(Base):
    """One thing that a customer told us. ``owner_id`` is who deals with it, else the department's manager.

    ``told`` is what the customer was told, ``analysis`` what the company learns from it. ``complaint_id`` is the
    complaint that it went on as.
    """

    __tablename__ = "complaints_feedback"
    __table_args__ = (
        CheckConstraint("sort IN ('opinion', 'suggestion', 'complaint')", name="sort"),
        CheckConstraint("state IN ('open', 'told', 'went_on')", name="state"),
        Index("ix_complaints_feedback_customer_id_received_at", "customer_id", "received_at", "id"),
        Index("ix_complaints_feedback_received_at_id", "received_at", "id"),
        Index("ix_complaints_feedback_number_id", "number", "id"),
        Index("ix_complaints_feedback_due_on_id", "due_on", "id"),
        Index("ix_complaints_feedback_owner_id", "owner_id"),
        Index("ix_complaints_feedback_received_by_id", "received_by_id"),
        Index("ix_complaints_feedback_department_id", "department_id"),
        Index("ix_complaints_feedback_complaint_id", "complaint_id", unique=True),
        Index("ix_complaints_feedback_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    sort: Mapped[str] = mapped_column(String(10))
    contact: Mapped[str] = mapped_column(Protected("complaints.contact"), default="")  #: who told it
    phone: Mapped[str] = mapped_column(Protected("complaints.contact_phone"), default="")
    subject: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Protected("complaints.content"))
    department_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="RESTRICT"))
    owner_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    due_on: Mapped[date] = mapped_column(Date)  #: the last day, until midnight
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    told: Mapped[str] = mapped_column(Protected("complaints.told"), default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    analysis: Mapped[str] = mapped_column(Protected("complaints.analysis"), default="")
    complaint_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="SET NULL"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)

    def __repr__(self) -> str:
        return f"<Feedback {self.number}>"


class Progress(Base):
    """How feedback comes along: what somebody did and when. Never changed."""

    __tablename__ = "complaints_progress"
    __table_args__ = (
        Index("ix_complaints_progress_feedback_id_at", "feedback_id", "at", "id"),
        Index("ix_complaints_progress_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    feedback_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_feedback.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(BigInt)
    note: Mapped[str] = mapped_column(Protected("complaints.progress"))
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


for model in (Feedback, Progress):
    guard(model)
