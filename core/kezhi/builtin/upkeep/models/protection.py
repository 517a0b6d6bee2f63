"""Who answers for the protection of customer data, by which procedures, and how that is checked (CUS-12)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

#: what was found about an item of a security check; empty as long as nobody looked
FINE, FINDING, NOT_APPLICABLE = "fine", "finding", "not_applicable"


class Officer(Base):
    """The data-protection person from a day on; ``to_on`` is the last day, empty for who was named last."""

    __tablename__ = "upkeep_officer"
    __table_args__ = (Index("ix_upkeep_officer_from", "from_on"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    from_on: Mapped[date] = mapped_column(Date, unique=True)
    to_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)
    named_by: Mapped[str] = mapped_column(String(80))  #: login


class Procedure(Base):
    """A version of the procedures for handling customer data. Never changed: what is changed is a new version."""

    __tablename__ = "upkeep_procedure"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(Text, default="")  #: what is new in it
    in_force_on: Mapped[date] = mapped_column(Date)
    to_acknowledge: Mapped[bool] = mapped_column(Boolean)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(String(80))  #: login


class Acknowledgement(Base):
    """Somebody has read a version of the procedures."""

    __tablename__ = "upkeep_acknowledgement"

    procedure_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("upkeep_procedure.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecurityCheck(Base):
    """One security check. It counts for the span that it was done in; ``done_at`` is empty while it goes on."""

    __tablename__ = "upkeep_check"
    __table_args__ = (Index("ix_upkeep_check_done", "done_at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    start_on: Mapped[date] = mapped_column(Date, unique=True)  #: first day of its span
    months: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_by: Mapped[str] = mapped_column(String(80))  #: login
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str] = mapped_column(String(80), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class CheckItem(Base):
    """A line of a check, as the company's list had it when the check was begun."""

    __tablename__ = "upkeep_check_item"
    __table_args__ = (Index("ix_upkeep_check_item_check", "check_id", "position"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    check_id: Mapped[int] = mapped_column(BigInt, ForeignKey("upkeep_check.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(CodeText, default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Finding(Base):
    """Something that has to be put right: by whom, until when; ``measure`` says how it was."""

    __tablename__ = "upkeep_finding"
    __table_args__ = (
        Index("ix_upkeep_finding_due", "due_on", "id"),
        Index("ix_upkeep_finding_check", "check_id"),
        Index("ix_upkeep_finding_owner", "owner_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    check_id: Mapped[int] = mapped_column(BigInt, ForeignKey("upkeep_check.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("upkeep_check_item.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    due_on: Mapped[date] = mapped_column(Date)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    found_by: Mapped[str] = mapped_column(String(80))  #: login
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    measure: Mapped[str] = mapped_column(Text, default="")
