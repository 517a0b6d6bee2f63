"""What tiers are promised, and the clocks of complaints as lists and jobs read them (CMP-12, CMP-30).

Clocks and their runs are computed from the events (``services/clocks.py``) and stored here whenever something happens
to a complaint. Nothing in these rows depends on what time it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime

from .base import Base


class ServiceLevel(Base):
    """What a tier is promised from ``valid_from`` on: minutes by clock, and the hours in which they count.

    ``windows`` are pairs of minutes since midnight, kept on every day or, with ``workdays``, on those of the company.
    Versions are never changed: what was promised when a complaint came in holds for it.
    """

    __tablename__ = "complaints_level"
    __table_args__ = (
        UniqueConstraint("tier", "version", name="uq_complaints_level_tier_version"),
        CheckConstraint("plan > 0 AND answer > 0 AND respond > 0 AND resolve > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    tier: Mapped[str] = mapped_column(CodeText)
    version: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    plan: Mapped[int] = mapped_column(Integer)
    answer: Mapped[int] = mapped_column(Integer)
    respond: Mapped[int] = mapped_column(Integer)
    resolve: Mapped[int] = mapped_column(Integer)
    windows: Mapped[Any] = mapped_column(Json)
    workdays: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class Clock(Base):
    """How the clocks of a complaint stand: the leading one, and when something has to be done next.

    ``due_at`` is the deadline of the open clock that runs out first: empty while it stands still and when none is open;
    ``remaining`` are its service seconds left then. ``next_at`` is when somebody has to be warned or told next.
    ``basis`` names the calendar and the settings by which it runs, and is empty when nothing runs: what is past stays
    as it ran.
    """

    __tablename__ = "complaints_clock"
    __table_args__ = (
        Index("ix_complaints_clock_due_at_complaint_id", "due_at", "complaint_id"),
        Index("ix_complaints_clock_next_at_complaint_id", "next_at", "complaint_id"),
        Index("ix_complaints_clock_basis_complaint_id", "basis", "complaint_id"),
    )

    complaint_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"), primary_key=True
    )
    tier: Mapped[str] = mapped_column(CodeText)
    demand: Mapped[str] = mapped_column(String(10))
    leading: Mapped[str] = mapped_column(String(10), default="")  #: the clock, empty when none is open
    level_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_level.id", ondelete="RESTRICT"))
    minutes: Mapped[int] = mapped_column(Integer, default=0)  #: the target of the leading clock
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remaining: Mapped[int | None] = mapped_column(BigInt)
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    basis: Mapped[str] = mapped_column(CodeText)


class ClockRun(Base):
    """One run of one clock. It was kept if it was stopped by ``due_at``. ``used`` are service seconds until it stopped.

    ``told`` says which warning was given last: 1 and 2 are warnings, 3 says that it has run out. It is the one value
    that does not follow from the events.
    """

    __tablename__ = "complaints_clock_run"
    __table_args__ = (Index("ix_complaints_clock_run_started_at", "started_at", "kind"),)

    complaint_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used: Mapped[int | None] = mapped_column(BigInt)
    told: Mapped[int] = mapped_column(Integer, default=0)
