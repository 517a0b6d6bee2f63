"""Working time by the calendar of a department, for clocks, duties and reminders of every app (TSK-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from kezhi import Refused, clock, db, setting
from kezhi.builtin.accounts.models import DepartmentClosure
from kezhi.i18n import _

from .. import hours as rules
from ..hours import Hours, NoWorkingTime
from ..models import Calendar, DepartmentCalendar, ExceptionalDay
from .calendars import calendar_by_id, company_calendar, weekly_of
from .days import exceptional, exceptions_of


def working_hours(department_id: int | None = None) -> Hours:
    """The hours of a department: of its own calendar, else of the nearest one above it, else the company's.

    At most four statements, however many calendars there are; the company's takes one. Read once and hand on where
    much is computed.
    """
    if department_id is not None:
        closure, table = DepartmentClosure, DepartmentCalendar
        nearest = (
            select(Calendar)
            .join(table, table.calendar_id == Calendar.id)
            .join(closure, closure.ancestor_id == table.department_id)
            .where(closure.descendant_id == department_id)
            .order_by(closure.depth)
            .limit(1)
        )
        found = db.session.scalars(nearest).one_or_none()
        if found is not None:
            return _hours(found)
    return company_hours(db.session.execute(company_rows()).all())


def company_rows() -> Select[Any]:
    """The company's calendar with its exceptional days as ``weekly, public_days, day, hours``, at least one row.

    For who reads something else in the same statement; ``company_hours`` makes the hours of them.
    """
    day = ExceptionalDay
    statement = select(Calendar.weekly, Calendar.public_days, day.day, day.hours)
    return statement.outerjoin(day, day.calendar_id == Calendar.id).where(Calendar.is_company)


def company_hours(rows: Iterable[Any]) -> Hours:
    """The company's hours, of the rows of ``company_rows``."""
    found = list(rows)
    country = str(setting("calendar", "country") or "") if found[0].public_days else ""
    own = {row.day: exceptional(row.hours) for row in found if row.day is not None}
    return Hours(clock.company_zone(), weekly_of(found[0]), own, {}, country)


def working_hours_by_department() -> tuple[Hours, dict[int, Hours]]:
    """The company's hours, and those of the departments that work by others; for work on many departments at once.

    The number of statements depends on the calendars alone.
    """
    closure, table = DepartmentClosure, DepartmentCalendar
    rows = db.session.execute(
        select(closure.descendant_id, table.calendar_id)
        .join(table, table.department_id == closure.ancestor_id)
        .order_by(closure.descendant_id, closure.depth.desc())
    )
    nearest = {row.descendant_id: row.calendar_id for row in rows}  # the nearest comes last
    hours = {calendar_id: hours_of(calendar_id) for calendar_id in set(nearest.values())}
    return working_hours(), {department: hours[calendar_id] for department, calendar_id in nearest.items()}


def hours_of(calendar_id: int) -> Hours:
    """The hours of one calendar. Errors: ``NotFound``."""
    return _hours(calendar_by_id(calendar_id))


def _hours(calendar: Calendar) -> Hours:
    own = exceptions_of(calendar.id)
    company: dict[date, rules.Exceptional] = {}
    country = ""
    if calendar.public_days:
        country = str(setting("calendar", "country") or "")
        if not calendar.is_company:
            company = dict(exceptions_of(company_calendar().id))
    return Hours(clock.company_zone(), weekly_of(calendar), own, company, country)


def add_working_time(start: datetime, amount: timedelta, department_id: int | None = None) -> datetime:
    """When ``amount`` of working time has passed since ``start`` (negative: when it began before). In UTC.

    Errors: ``Refused`` when the calendar has no working time.
    """
    try:
        return rules.add(working_hours(department_id), start, amount)
    except NoWorkingTime as error:
        raise _none() from error


def working_time(start: datetime, end: datetime, department_id: int | None = None) -> timedelta:
    """The working time from ``start`` to ``end``; negative when ``end`` lies before."""
    return rules.between(working_hours(department_id), start, end)


def is_working(instant: datetime, department_id: int | None = None) -> bool:
    """Whether work is done at an instant."""
    return rules.is_working(working_hours(department_id), instant)


def is_workday(day: date, department_id: int | None = None) -> bool:
    """Whether any work is done on a day."""
    return rules.is_workday(working_hours(department_id), day)


def add_workdays(day: date, count: int, department_id: int | None = None) -> date:
    """The ``count``-th working day after ``day``; before it when negative. Errors: ``Refused`` as above."""
    try:
        return rules.add_workdays(working_hours(department_id), day, count)
    except NoWorkingTime as error:
        raise _none() from error


def workdays_between(first: date, last: date, department_id: int | None = None) -> int:
    """How many working days there are from ``first`` to ``last``, both counted."""
    return rules.workdays(working_hours(department_id), first, last)


def _none() -> Refused:
    return Refused(_("The working calendar has no working time there; give it hours under Working calendar."))
