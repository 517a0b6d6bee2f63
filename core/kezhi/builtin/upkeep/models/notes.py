"""Competitive-environment notes (CUS-07): one a month from each salesperson, on what each competitor did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base


class MarketNote(Base):
    """What one person says about one month. ``is_empty``: no competitor did anything worth telling."""

    __tablename__ = "upkeep_market_note"
    __table_args__ = (UniqueConstraint("user_id", "month"), Index("ix_upkeep_market_note_month", "month", "user_id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    month: Mapped[date] = mapped_column(Date)  #: its first day
    is_empty: Mapped[bool] = mapped_column(Boolean)
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Observation(Base):
    """One competitor in a note. Author, department and month are those of the note, so that the list of observations
    is read along an index of its own. A note on nothing has one without a competitor.
    """

    __tablename__ = "upkeep_observation"
    __table_args__ = (
        Index("ix_upkeep_observation_month", "month", "id"),
        Index("ix_upkeep_observation_note", "note_id", "position"),
        Index("ix_upkeep_observation_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    note_id: Mapped[int] = mapped_column(BigInt, ForeignKey("upkeep_market_note.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    month: Mapped[date] = mapped_column(Date)
    competitor: Mapped[str] = mapped_column(CodeText, default="")
    action: Mapped[str] = mapped_column(Text, default="")
    effect: Mapped[str] = mapped_column(Text, default="")
    counter_measure: Mapped[str] = mapped_column(Text, default="")


class ObservationCustomer(Base):
    """A customer whom an observation concerns."""

    __tablename__ = "upkeep_observed"

    observation_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("upkeep_observation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    customer_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("customers_customer.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
