"""Calendars, their weekly hours and exceptional days, and which department has which (TSK-03)."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("calendar")


class Calendar(Base):
    """Weekly hours under a name. The first one is the company's: its exceptional days hold for all that keep public
    days.

    ``weekly`` is a list of seven lists of [from, to] in minutes since midnight, Monday first.
    """

    __tablename__ = "calendar_calendar"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    zh: Mapped[str] = mapped_column(CodeText, unique=True)
    en: Mapped[str] = mapped_column(CodeText, default="")
    weekly: Mapped[Any] = mapped_column(Json)
    public_days: Mapped[bool] = mapped_column(Boolean, default=True)
    is_company: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)


class ExceptionalDay(Base):
    """A day of a calendar that is unlike its weekday. ``hours``: [] for a day off, None for usual hours."""

    __tablename__ = "calendar_day"

    calendar_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("calendar_calendar.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[datetime.date] = mapped_column(Date, primary_key=True)
    hours: Mapped[Any] = mapped_column(Json, nullable=True)
    note: Mapped[str] = mapped_column(Text, default="")


class DepartmentCalendar(Base):
    """A department, with all below it that have none of their own, works by a calendar."""

    __tablename__ = "calendar_department"

    department_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_department.id", ondelete="CASCADE"), primary_key=True
    )
    calendar_id: Mapped[int] = mapped_column(BigInt, ForeignKey("calendar_calendar.id", ondelete="CASCADE"), index=True)


class CompletedYear(Base):
    """A year of which somebody said that its exceptional days are complete, although no make-up days were published."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    completed_at: Mapped[datetime.datetime] = mapped_column(UtcDateTime)
    completed_by: Mapped[str] = mapped_column(String(80))
