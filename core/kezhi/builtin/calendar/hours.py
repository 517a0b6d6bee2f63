"""Working time as plain functions on plain data (TSK-03). Nothing here reads the database or the clock.

Instants are aware datetimes; a working day is a day of the company's zone. Minutes are counted from its midnight, so a
day ends at 1440. Where clocks are put forward or back inside an interval, the time that really passes counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from . import public_days

#: From and to in minutes since midnight; the end is no longer inside.
Interval = tuple[int, int]
#: A day that is unlike its weekday: its hours; none for a day off, None for the usual hours of a working day.
Exceptional = tuple[Interval, ...] | None
Kind = Literal["work", "rest", "holiday", "make-up", "exception"]

MINUTES = 24 * 60
#: Days that are walked at most before there is held to be no working time at all.
FARTHEST = 366 * 30
NOTHING = timedelta(0)


class NoWorkingTime(Exception):
    """The calendar has no working time within thirty years."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one calendar.

    ``weekly`` has seven entries from Monday on. ``own`` are its exceptional days. With ``country`` (ISO code, empty for
    none) it keeps that country's public holidays and make-up days, and before them the exceptional days of the
    ``company``.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Interval, ...], ...]
    own: Mapping[date, Exceptional]
    company: Mapping[date, Exceptional]
    country: str = ""

    def usual(self, day: date) -> tuple[Interval, ...]:
        """The hours of a working day: those of its weekday, else of the week's first working day."""
        return self.weekly[day.weekday()] or next((each for each in self.weekly if each), ())

    def on(self, day: date) -> tuple[Interval, ...]:
        """The intervals worked on a day, in order."""
        return self.day(day)[1]

    def day(self, day: date) -> tuple[Kind, tuple[Interval, ...]]:
        """Why a day is worked or not, and its hours."""
        for exceptions in (self.own, self.company):
            if day in exceptions:
                hours = exceptions[day]
                return "exception", self.usual(day) if hours is None else hours
        if self.country:
            if public_days.is_make_up(self.country, day):
                return "make-up", self.usual(day)
            if public_days.is_holiday(self.country, day):
                return "holiday", ()
        worked = self.weekly[day.weekday()]
        return ("work" if worked else "rest"), worked


def spans(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    """The worked intervals of a day as instants in UTC."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in hours.on(day):
        first, last = _instant(day, start, hours.zone), _instant(day, end, hours.zone)
        if found:
            first = max(first, found[-1][1])  # an interval that begins in an hour which clocks leave out
        if last > first:
            found.append((first, last))
    return found


def is_working(hours: Hours, instant: datetime) -> bool:
    """Whether work is done at an instant; the end of an interval is outside."""
    return any(start <= instant < end for start, end in spans(hours, _day(hours, instant)))


def add(hours: Hours, start: datetime, amount: timedelta) -> datetime:
    """The first instant at which ``amount`` of working time has passed since ``start``.

    A negative amount leads back: to the last instant from which that much working time is left until ``start``. Nothing
    added is ``start`` itself. Errors: ``NoWorkingTime``.
    """
    start = start.astimezone(UTC)
    left = abs(amount)
    if left == NOTHING:
        return start
    back = amount < NOTHING
    for day in _days(hours, start, back):
        for first, last in reversed(spans(hours, day)) if back else spans(hours, day):
            from_, to = (first, min(last, start)) if back else (max(first, start), last)
            if to <= from_:
                continue
            if to - from_ >= left:
                return to - left if back else from_ + left
            left -= to - from_
    raise NoWorkingTime


def between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """The working time from ``start`` to ``end``; negative when ``end`` lies before."""
    if end < start:
        return -between(hours, end, start)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    total, day, last_day = NOTHING, _day(hours, start), _day(hours, end)
    while day <= last_day:
        for first, last in spans(hours, day):
            total += max(NOTHING, min(last, end) - max(first, start))
        day += timedelta(days=1)
    return total


def is_workday(hours: Hours, day: date) -> bool:
    """Whether any work is done on a day."""
    return bool(hours.on(day))


def add_workdays(hours: Hours, day: date, count: int) -> date:
    """The ``count``-th working day after ``day``, or before it when negative; of 0 the day itself.

    Errors: ``NoWorkingTime``.
    """
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    for _turn in range(FARTHEST):
        if not left:
            return day
        day += step
        left -= is_workday(hours, day)
    raise NoWorkingTime


def workdays(hours: Hours, first: date, last: date) -> int:
    """How many working days there are from ``first`` to ``last``, both counted."""
    return sum(is_workday(hours, first + timedelta(days=at)) for at in range((last - first).days + 1))


def _days(hours: Hours, start: datetime, back: bool) -> Iterator[date]:
    day = _day(hours, start)
    for at in range(FARTHEST):
        try:
            yield day - timedelta(days=at) if back else day + timedelta(days=at)
        except OverflowError:
            return


def _day(hours: Hours, instant: datetime) -> date:
    return instant.astimezone(hours.zone).date()


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute == MINUTES:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
