"""Public holidays and make-up workdays (调休) of a country, as the library ``holidays`` knows them.

China announces its make-up days in the autumn before. Until then the library only estimates the holidays: such a year
is not published (未发布).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

#: Countries whose make-up days are announced year by year.
ANNOUNCED = frozenset({"CN"})
#: The library knows the years that China's present rules cover, and no country's before 1948 for certain.
FIRST_YEAR, LAST_YEAR = 1949, 2100


@dataclass(frozen=True, slots=True)
class Year:
    """The public days of one year: holidays with their names, and the days of weekends that are worked."""

    holidays: Mapping[date, str]
    make_up: frozenset[date]
    is_published: bool


NOTHING = Year({}, frozenset(), is_published=True)


@lru_cache(maxsize=400)
def of_year(country: str, year: int, language: str = "") -> Year:
    """The public days of a year; ``language`` is a locale of the library, empty for the country's own."""
    if not country or not FIRST_YEAR <= year <= LAST_YEAR:
        return NOTHING
    from holidays import country_holidays

    try:
        found = country_holidays(country, years=year, language=language or None)
    except NotImplementedError:
        return NOTHING
    make_up = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    days = {day: name for day, name in found.items() if day.year == year and day not in make_up}
    return Year(dict(sorted(days.items())), make_up, is_published=bool(make_up) or country not in ANNOUNCED)


def is_holiday(country: str, day: date) -> bool:
    """Whether a day is a public holiday."""
    return day in of_year(country, day.year).holidays


def is_make_up(country: str, day: date) -> bool:
    """Whether a day of a weekend is worked in place of another one."""
    return day in of_year(country, day.year).make_up


def countries() -> list[str]:
    """The ISO codes of the countries whose holidays are known."""
    from holidays import list_supported_countries

    return sorted(code for code in list_supported_countries() if len(code) == 2)
