"""Periods of obligations and the days by which they have to be met, as plain functions of days (PER-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from kezhi import Period

Rhythm = Literal["month", "quarter", "half-year", "year"]
#: whether any work is done on a day
IsWorkday = Callable[[date], bool]
#: the day by which the obligation of a period has to be met
Due = Callable[[Period, IsWorkday], date]

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
FARTHEST = 31  #: days that are looked through for one that is worked


def period_of(rhythm: Rhythm, day: date) -> Period:
    """The period that a day lies in."""
    months = MONTHS[rhythm]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(start, _months_on(start, months) - timedelta(days=1))


def last_periods(rhythm: Rhythm, today: date, count: int) -> list[Period]:
    """The period of today and those before it, ``count`` of them, oldest first."""
    found = [period_of(rhythm, today)]
    while len(found) < count:
        found.append(period_of(rhythm, found[-1].start - timedelta(days=1)))
    return found[::-1]


def _months_on(start: date, months: int) -> date:
    at = start.year * 12 + start.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def last_workday(period: Period, is_workday: IsWorkday) -> date:
    """The last working day of the period; its last day where it has none."""
    for back in range(FARTHEST):
        day = period.end - timedelta(days=back)
        if day < period.start:
            break
        if is_workday(day):
            return day
    return period.end


def first_workday(period: Period, is_workday: IsWorkday) -> date:
    """The first working day of the period."""
    return next_workday(period.start, is_workday)


def first_monday(period: Period, is_workday: IsWorkday) -> date:
    """The first Monday of the period, or the next working day where that is a holiday."""
    return next_workday(period.start + timedelta(days=-period.start.weekday() % 7), is_workday)


def on(month: int, day: int) -> Due:
    """A date of a year's period: ``on(12, 30)``."""
    return lambda period, _is_workday: date(period.start.year, month, day)


def workday(number: int) -> Due:
    """The ``number``-th working day of the period."""

    def due(period: Period, is_workday: IsWorkday) -> date:
        found = period.start - timedelta(days=1)
        for _turn in range(number):
            found = next_workday(found + timedelta(days=1), is_workday)
        return found

    return due


def next_workday(day: date, is_workday: IsWorkday) -> date:
    """The day itself if it is worked, else the next one that is; the day itself where there is none for a month."""
    days = (day + timedelta(days=at) for at in range(FARTHEST))
    return next((each for each in days if is_workday(each)), day)
