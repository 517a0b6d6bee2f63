"""Arithmetic with calendar months, which this app names by their first day."""

from __future__ import annotations

from datetime import date, timedelta


def month_of(day: date) -> date:
    """The first day of a date's month."""
    return day.replace(day=1)


def number_of(day: date) -> int:
    """The month of a day as a number; the next month's is one larger."""
    return day.year * 12 + day.month - 1


def first_of(number: int) -> date:
    """The first day of the month with a number."""
    year, index = divmod(number, 12)
    return date(year, index + 1, 1)


def last_of(number: int) -> date:
    """The last day of the month with a number."""
    return first_of(number + 1) - timedelta(days=1)


def end_of(day: date) -> date:
    """The last day of a date's month."""
    return last_of(number_of(day))


def later(month: date, count: int) -> date:
    """The first day of the month ``count`` months later; earlier for a count below 0."""
    return first_of(number_of(month) + count)


def months_between(start: date, end: date) -> list[date]:
    """The months of all days from ``start`` to ``end``, by their first days."""
    return [first_of(number) for number in range(number_of(start), number_of(end) + 1)]
