"""Exceptional days of a calendar, and years whose make-up days are completed by hand (TSK-03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from kezhi import Refused, acting_user, audit_record, clock, db, setting
from kezhi.i18n import _

from .. import public_days
from ..hours import Exceptional
from ..models import CompletedYear, ExceptionalDay
from .calendars import calendar_by_id

MOST_DAYS, LONGEST_NOTE = 366, 200


def days_of(calendar_id: int, year: int | None = None) -> dict[date, ExceptionalDay]:
    """The exceptional days of a calendar, in order; of one year or all."""
    statement = select(ExceptionalDay).where(ExceptionalDay.calendar_id == calendar_id)
    if year is not None:
        statement = statement.where(ExceptionalDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    return {each.day: each for each in db.session.scalars(statement.order_by(ExceptionalDay.day))}


def exceptions_of(calendar_id: int) -> Mapping[date, Exceptional]:
    """The same as plain data for computing."""
    rows = db.session.execute(
        select(ExceptionalDay.day, ExceptionalDay.hours).where(ExceptionalDay.calendar_id == calendar_id)
    )
    return {day: exceptional(hours) for day, hours in rows}


def exceptional(stored: Any) -> Exceptional:
    """The hours of an exceptional day as plain data."""
    return None if stored is None else tuple((start, end) for start, end in stored)


def set_days(calendar_id: int, first: date, last: date, hours: Exceptional, note: str = "") -> int:
    """Say how every day from ``first`` to ``last`` is worked, whatever was said of it before. Gives their number.

    ``hours``: none for a day off, None for the usual hours of a working day. Errors: ``Refused``.
    """
    calendar_by_id(calendar_id)
    count = (last - first).days + 1
    if count < 1:
        raise Refused(_("The last day lies before the first."), field="last")
    if count > MOST_DAYS:
        raise Refused(_("At most %(count)s days at a time.", count=MOST_DAYS), field="last")
    if len(note) > LONGEST_NOTE:
        raise Refused(_("The note is longer than %(count)s characters.", count=LONGEST_NOTE), field="note")
    _remove(calendar_id, first, last)
    stored: Any = None if hours is None else [list(each) for each in hours]
    row = {"calendar_id": calendar_id, "hours": stored, "note": note}
    db.session.execute(insert(ExceptionalDay), [row | {"day": first + timedelta(days=at)} for at in range(count)])
    span = {"first": first.isoformat(), "last": last.isoformat()}
    audit_record("calendar.days", "calendar", calendar_id, hours=stored, note=note, **span)
    return count


def remove_days(calendar_id: int, first: date, last: date) -> int:
    """The days are worked as their weekday and the public days say again. Gives how many had been exceptional."""
    calendar_by_id(calendar_id)
    count = _remove(calendar_id, first, last)
    if count:
        span = {"first": first.isoformat(), "last": last.isoformat()}
        audit_record("calendar.days_removed", "calendar", calendar_id, **span)
    return count


def _remove(calendar_id: int, first: date, last: date) -> int:
    statement = delete(ExceptionalDay).where(
        ExceptionalDay.calendar_id == calendar_id, ExceptionalDay.day.between(first, last)
    )
    result: Any = db.session.execute(statement)
    db.session.expire_all()
    return int(result.rowcount)


def is_complete(year: int) -> bool:
    """Whether the make-up days of a year are known: published, or completed by hand."""
    country = setting("calendar", "country")
    return public_days.of_year(country, year).is_published or db.session.get(CompletedYear, year) is not None


def complete_year(year: int) -> None:
    """Somebody answers for it that the exceptional days of a year are all there."""
    if db.session.get(CompletedYear, year) is None:
        row = CompletedYear(year=year, completed_at=clock.now(), completed_by=acting_user().login)
        db.session.add(row)
        audit_record("calendar.complete", "calendar-year", year)


def reopen_year(year: int) -> None:
    """The exceptional days of a year are not complete after all."""
    row = db.session.get(CompletedYear, year)
    if row is not None:
        db.session.delete(row)
        audit_record("calendar.reopen", "calendar-year", year)
