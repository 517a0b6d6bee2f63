"""When recurring duties are due, as plain functions on days (CUS-07, CUS-12). Nothing here reads clock or database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from kezhi import Period

from ..calendar.hours import Hours, is_workday
from ..policy import periods

QUARTER = 3  #: months
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of whole months of the calendar: a quarter, unless the company has another rhythm."""

    start: date
    end: date
    months: int

    @property
    def number(self) -> int:
        """Which of its year it is, from 1."""
        return (self.start.month - 1) // self.months + 1


def span_of(day: date, months: int = QUARTER) -> Span:
    """The span that a day lies in. ``months`` divides the year."""
    month = (day.month - 1) // months * months + 1
    start = date(day.year, month, 1)
    return Span(start, following_month(start, months) - ONE_DAY, months)


def before(span: Span) -> Span:
    """The span before this one."""
    return span_of(span.start - ONE_DAY, span.months)


def after(span: Span) -> Span:
    """The span after this one."""
    return span_of(span.end + ONE_DAY, span.months)


def following_month(first: date, months: int = 1) -> date:
    """The first day of the month that many months later (earlier when negative)."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def last_workday(hours: Hours, span: Span) -> date:
    """The last day of a span that is worked; its last day where the calendar has no working time near it."""
    return periods.last_workday(Period(span.start, span.end), partial(is_workday, hours))


def note_due(hours: Hours, about: date) -> date:
    """By which day the note about a month is due: the first Monday of the next one, or the next workday after it."""
    month = periods.period_of("month", following_month(about.replace(day=1)))
    return periods.first_monday(month, partial(is_workday, hours))
