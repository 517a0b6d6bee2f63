"""The monthly complaint analysis report (CMP-20), and the complaints that each of its figures counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime

from .base import Base

#: how a report stands
DRAFT_REPORT, IN_SIGNING, SIGNED = "draft", "waiting", "signed"
REPORT_STATES = (DRAFT_REPORT, IN_SIGNING, SIGNED)

#: of what a report keeps rows: its month, the one before, the same one a year ago, the days in which repeated causes
#: are looked for, and whatever has open corrective actions when it is counted
NOW, BEFORE, YEAR, RECENT, ACTING = "now", "before", "year", "recent", "acting"
PERIODS = (NOW, BEFORE, YEAR, RECENT, ACTING)


class Report(Base):
    """The report on one month. While it is a draft it can be counted anew; what was signed stays as it is.

    ``figures`` are those of the whole company, ``labels`` how what they count was called then. ``recipients`` are ids
    of people. Costs are minor units of ``currency``.
    """

    __tablename__ = "complaints_report"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'waiting', 'signed')", name="state"),
        Index("uq_complaints_report_month", "month", unique=True),
        Index("ix_complaints_report_state", "state", "month"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    month: Mapped[date] = mapped_column(Date)  #: its first day
    state: Mapped[str] = mapped_column(String(8), default=DRAFT_REPORT)
    currency: Mapped[str] = mapped_column(CodeText)
    received: Mapped[int] = mapped_column(Integer, default=0)
    handled: Mapped[int] = mapped_column(Integer, default=0)
    figures: Mapped[Any] = mapped_column(Json, default=dict)
    labels: Mapped[Any] = mapped_column(Json, default=dict)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    findings: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    recipients: Mapped[Any] = mapped_column(Json, default=list)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by: Mapped[str] = mapped_column(Text, default="")
    submitted_by: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request_id: Mapped[int | None] = mapped_column(BigInt)  #: no foreign key: approvals keep theirs
    digest: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signers: Mapped[Any] = mapped_column(Json, default=list)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: its recipients were told
    version: Mapped[int] = mapped_column(Integer, default=1)

    def __repr__(self) -> str:
        return f"<Report {self.month:%Y-%m}>"


class ReportRow(Base):
    """A complaint as it stood when the report was counted: every figure is a condition on these rows.

    Nothing here says who complained or who was complained about. ``plan``, ``answer`` and ``resolve`` say whether its
    clock was kept, NULL while nobody can tell; ``*_used`` are service seconds of clocks that have stopped.
    ``repeated``: the same customer complained about the same cause more than once in the period.
    """

    __tablename__ = "complaints_report_row"
    __table_args__ = (Index("ix_complaints_report_row_complaint_id", "complaint_id"),)

    report_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("complaints_report.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[str] = mapped_column(String(6), primary_key=True)
    #: no foreign key: what was signed counts it for good
    complaint_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    received: Mapped[bool] = mapped_column(Boolean)
    handled: Mapped[bool] = mapped_column(Boolean)
    is_open: Mapped[bool] = mapped_column(Boolean)
    nature: Mapped[str] = mapped_column(String(10))
    kind_id: Mapped[int] = mapped_column(BigInt)
    channel_id: Mapped[int] = mapped_column(BigInt)
    cause_id: Mapped[int | None] = mapped_column(BigInt)
    product: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(BigInt)
    tier: Mapped[str] = mapped_column(CodeText)
    validity: Mapped[str] = mapped_column(String(8))
    severity: Mapped[str] = mapped_column(String(10))
    plan: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[int | None] = mapped_column(Integer)
    resolve: Mapped[int | None] = mapped_column(Integer)
    plan_used: Mapped[int | None] = mapped_column(BigInt)
    answer_used: Mapped[int | None] = mapped_column(BigInt)
    resolve_used: Mapped[int | None] = mapped_column(BigInt)
    cost: Mapped[int] = mapped_column(BigInt)
    other_cost: Mapped[int] = mapped_column(Integer)  #: 1: it also cost something in another currency
    repeated: Mapped[int] = mapped_column(Integer)
    actions: Mapped[int] = mapped_column(Integer)
    late_actions: Mapped[int] = mapped_column(Integer)


class ReportUnit(Base):
    """A unit responsible for a complaint of a report, with its share in parts per million and what that cost.

    A person stands as the department they work in: the report names nobody.
    """

    __tablename__ = "complaints_report_unit"

    report_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("complaints_report.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[str] = mapped_column(String(6), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    unit_key: Mapped[str] = mapped_column(CodeText, primary_key=True)
    department_id: Mapped[int | None] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(Text)
    share: Mapped[int] = mapped_column(BigInt)
    cost: Mapped[int] = mapped_column(BigInt)
