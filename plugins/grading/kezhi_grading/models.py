"""Schemes, runs, their frozen results and evidence, and the grades in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, Json, UtcDateTime, model_base

Base = model_base("grading")

COMPUTED, PROPOSED, PUBLISHED, REJECTED = "computed", "proposed", "published", "rejected"
STATES = (COMPUTED, PROPOSED, PUBLISHED, REJECTED)


class SchemeVersion(Base):  # type: ignore[valid-type,misc]
    """One version of a scheme. Never changed: a new content is a new version."""

    __tablename__ = "grading_scheme"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(CodeText)
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[Any] = mapped_column(Json)  #: {"zh", "en"}
    method: Mapped[str] = mapped_column(String(20))
    definition: Mapped[Any] = mapped_column(Json)  #: see stored.py
    currency: Mapped[str] = mapped_column(String(3))  #: that of the definition's amounts
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)  #: the file as it was loaded
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")  #: why it differs from the one before


class Run(Base):  # type: ignore[valid-type,misc]
    """A scheme applied to all its customers over a period. Its results never change after it was computed."""

    __tablename__ = "grading_run"
    __table_args__ = (
        Index(None, "scheme_key", "state", "id"),
        CheckConstraint("period_start <= period_end", name="period"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[int] = mapped_column(BigInt, unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("grading_scheme.id", ondelete="RESTRICT"), index=True)
    scheme_key: Mapped[str] = mapped_column(CodeText)
    period_start: Mapped[date] = mapped_column(Date)
    period_end: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default=COMPUTED)
    graded: Mapped[int] = mapped_column(BigInt, default=0)
    ungradable: Mapped[int] = mapped_column(BigInt, default=0)
    counts: Mapped[Any] = mapped_column(Json)  #: customers per grade
    totals: Mapped[Any] = mapped_column(Json)  #: per criterion: sum, with_value
    sources: Mapped[Any] = mapped_column(Json)  #: per criterion: key of its evidence or None
    evidence_units: Mapped[Any] = mapped_column(Json)  #: unit of the values of each evidence
    without_source: Mapped[Any] = mapped_column(Json)  #: optional criteria whose metric no app provided
    digest: Mapped[str | None] = mapped_column(String(64))  #: that was put up and signed
    effective_from: Mapped[date | None] = mapped_column(Date)
    #: the day of the figures that are read when grades take effect; empty for runs before there were any
    judged_on: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[Any] = mapped_column(Json, nullable=True)  #: what the figures rest on, by app
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def read_on(self) -> date:
        """The day of the figures that are read on the effective day: the period's end for the earliest runs."""
        return self.judged_on or self.period_end


class Result(Base):  # type: ignore[valid-type,misc]
    """One customer in a run, with its criteria: what a later look, and a recomputation, start from.

    ``customer_id`` is no foreign key: signed results stay as they were signed. ``criteria`` is
    ``{key: {"value", "points", "missing", "given"}}`` in integer forms; ``given`` is 1 when the metric had a row.
    """

    __tablename__ = "grading_result"
    __table_args__ = (
        Index(None, "run_id", "grade_order", "customer_id"),
        Index(None, "run_id", "score", "customer_id"),
        Index(None, "run_id", "code", "customer_id"),
        Index(None, "run_id", "name", "customer_id"),
        Index(None, "customer_id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(CodeText)  #: code, else prospect number, when the run was computed
    name: Mapped[str] = mapped_column(CodeText)
    numerator: Mapped[int] = mapped_column(BigInt)
    denominator: Mapped[int] = mapped_column(BigInt)  #: 0 when every criterion was excluded
    score: Mapped[int | None] = mapped_column(BigInt)  #: thousandths
    grade: Mapped[str | None] = mapped_column(CodeText)
    grade_order: Mapped[int | None] = mapped_column(Integer)  #: 1 for the best
    rule: Mapped[str] = mapped_column(Text)  #: the interval that decided, or why there is no grade
    criteria: Mapped[Any] = mapped_column(Json)
    #: filled when the run is published: the grade in force before; not part of what is signed
    previous_grade: Mapped[str | None] = mapped_column(CodeText)
    previous_order: Mapped[int | None] = mapped_column(Integer)


class EvidenceRow(Base):  # type: ignore[valid-type,misc]
    """A row behind a figure, as it stood when the run was computed."""

    __tablename__ = "grading_evidence"

    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    evidence: Mapped[str] = mapped_column(CodeText, primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(CodeText)
    happened_on: Mapped[date | None] = mapped_column(Date)
    value: Mapped[int | None] = mapped_column(BigInt)


class CurrentGrade(Base):  # type: ignore[valid-type,misc]
    """The grade in force of a customer by a scheme: what lists and pages show."""

    __tablename__ = "grading_current"
    __table_args__ = (
        Index(None, "scheme_key", "grade_order", "customer_id"),
        Index(None, "scheme_key", "score", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    scheme_key: Mapped[str] = mapped_column(CodeText, primary_key=True)
    grade: Mapped[str] = mapped_column(CodeText)
    grade_order: Mapped[int] = mapped_column(Integer)
    tone: Mapped[str] = mapped_column(String(12))
    score: Mapped[int | None] = mapped_column(BigInt)  #: none where rules decide
    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="RESTRICT"), index=True)
    effective_from: Mapped[date] = mapped_column(Date)


class FirstGrade(Base):  # type: ignore[valid-type,misc]
    """The class that a new customer was entered with; it counts from the day on which the customer does (CUS-14).

    It is what somebody thinks, not what a scheme found: it is shown until there is a grade in force, and never as one.
    """

    __tablename__ = "grading_first"

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    scheme_key: Mapped[str] = mapped_column(CodeText)
    grade: Mapped[str] = mapped_column(CodeText)
    said_by: Mapped[str] = mapped_column(String(80))  #: login
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_from: Mapped[date | None] = mapped_column(Date)  #: empty until the customer is confirmed


class CustomerNotice(Base):  # type: ignore[valid-type,misc]
    """A grade of which a customer is told in writing; ``sent_on`` is empty until somebody did (GRD-13)."""

    __tablename__ = "grading_notice"
    __table_args__ = (Index(None, "customer_id", "scheme_key", "run_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("grading_run.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    scheme_key: Mapped[str] = mapped_column(CodeText)
    grade: Mapped[str] = mapped_column(CodeText)
    due_on: Mapped[date] = mapped_column(Date)
    sent_on: Mapped[date | None] = mapped_column(Date)
    sent_by: Mapped[str] = mapped_column(String(80), default="", server_default="")  #: login of who sent it
    way: Mapped[str] = mapped_column(String(10), default="", server_default="")  #: post, email or person
