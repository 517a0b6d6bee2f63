"""Months of reports: in the company's time zone, by their first day (CMP-20)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from kezhi import clock
from kezhi.builtin.calendar.services import add_workdays

#: days up to the end of the month in which repeated causes are looked for
WINDOW = 90


class Span(NamedTuple):
    """From an instant up to another one, which is not part of it."""

    start: datetime
    end: datetime


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def later(month: date, count: int) -> date:
    """The month so many months later; earlier when negative."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def span_of(month: date) -> Span:
    """A month as the company lives it."""
    return Span(_midnight(month), _midnight(later(month, 1)))


def recent_span(month: date) -> Span:
    """The days up to the end of a month in which repeated causes are looked for."""
    return days_before(later(month, 1))


def days_before(day: date) -> Span:
    """So many days up to the beginning of a day."""
    return Span(_midnight(day - timedelta(days=WINDOW)), _midnight(day))


def first_workday(month: date) -> date:
    """The first working day of a month by the company's calendar."""
    return add_workdays(month - timedelta(days=1), 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.company_zone()).astimezone(UTC)
