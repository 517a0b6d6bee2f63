"""The spans of days that figures look at besides the period itself. Nothing ends after the period does."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from kezhi import Period

from ..calendar_months import first_of, last_of, number_of

MONTHS = 12  #: months that continuity looks at


def earlier(period: Period) -> Period:
    """The period that growth compares with: equally long, and over before ``period`` starts.

    Whole calendar months are compared with the same months a year earlier; spans longer than a year with the months
    directly before; any other span with as many days directly before.
    """
    if _has_whole_months(period):
        return _months_back(period, 12)
    end = period.start - timedelta(days=1)
    return Period(end - (period.end - period.start), end)


def three_years_earlier(period: Period) -> Period:
    """The same months, or the same days, three years earlier; of a span longer than that the months directly before."""
    if _has_whole_months(period):
        return _months_back(period, 36)
    return Period(_years_back(period.start, 3), _years_back(period.end, 3))


def twelve_months(period: Period) -> Period:
    """The twelve calendar months that end with the month of ``period.end``, up to that day."""
    return Period(first_of(number_of(period.end) - (MONTHS - 1)), period.end)


def last_year(period: Period) -> Period:
    """The last calendar year that is over when the period ends."""
    year = period.end.year if (period.end.month, period.end.day) == (12, 31) else period.end.year - 1
    return Period(date(year, 1, 1), date(year, 12, 31))


def _has_whole_months(period: Period) -> bool:
    return period.start.day == 1 and (period.end + timedelta(days=1)).day == 1


def _months_back(period: Period, least: int) -> Period:
    months = number_of(period.end) - number_of(period.start) + 1
    back = max(months, least)
    return Period(first_of(number_of(period.start) - back), last_of(number_of(period.end) - back))


def _years_back(day: date, years: int) -> date:
    year = day.year - years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
