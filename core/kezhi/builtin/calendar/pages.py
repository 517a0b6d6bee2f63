"""What the pages show, as plain data for the templates."""

from __future__ import annotations

import calendar as months
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton, get_day_names
from flask_babel import get_locale

from kezhi import clock
from kezhi.i18n import _, is_chinese

from . import hours as rules
from . import public_days
from .hours import Hours, Kind
from .spelling import write_hours


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of a month. ``mark`` is the letter by which a day unlike its weekday is told without colour."""

    day: date
    kind: Kind
    is_worked: bool
    mark: str
    text: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks from Monday on; None stands for a day of another month."""

    title: str
    weeks: list[list[Day | None]]
    workdays: int


def year_of(hours: Hours, year: int, notes: dict[date, str]) -> list[Month]:
    """The twelve months of a year."""
    today = clock.today()
    names = public_days.of_year(hours.country, year, "zh_CN" if is_chinese() else "en_US").holidays
    marks = {True: _("on"), False: _("off")}
    found = []
    for month in range(1, 13):
        weeks = []
        worked = 0
        for week in months.Calendar().monthdatescalendar(year, month):
            cells: list[Day | None] = []
            for each in week:
                if each.month != month:
                    cells.append(None)
                    continue
                kind, intervals = hours.day(each)
                worked += bool(intervals)
                mark = "" if kind in ("work", "rest") else marks[bool(intervals)]
                why = notes.get(each, "") if kind == "exception" else names.get(each, "")
                text = "; ".join(part for part in (why, write_hours(intervals)) if part)
                cells.append(Day(each, kind, bool(intervals), mark, text, each == today))
            weeks.append(cells)
        found.append(Month(str(format_skeleton("MMM", date(year, month, 1), locale=get_locale())), weeks, worked))
    return found


def weekday_names(width: str = "narrow") -> list[str]:
    """Monday to Sunday."""
    names = get_day_names(width, locale=get_locale())  # type: ignore[arg-type]
    return [names[at] for at in range(7)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Exceptional days one after another that are worked alike, with one note."""

    first: date
    last: date
    hours: Any
    note: str

    @property
    def text(self) -> str:
        """How they are worked."""
        if self.hours is None:
            return str(_("Work, usual hours"))
        return write_hours(tuple((start, end) for start, end in self.hours)) or str(_("No work"))


def stretches(days: dict[date, Any]) -> list[Stretch]:
    """Days that belong together as one line."""
    found: list[Stretch] = []
    for day, row in days.items():
        before = found[-1] if found else None
        alike = before is not None and (before.hours, before.note) == (row.hours, row.note)
        if before is not None and alike and before.last + timedelta(days=1) == day:
            found[-1] = Stretch(before.first, day, row.hours, row.note)
        else:
            found.append(Stretch(day, day, row.hours, row.note))
    return found


@dataclass(frozen=True, slots=True)
class PublicDays:
    """Public holidays one after another, or a day of a weekend that is worked."""

    first: date
    last: date
    text: str
    is_worked: bool


def holidays_of(hours: Hours, year: int) -> list[PublicDays]:
    """The public days of a year in order; those with no work between as one line under their commonest name."""
    found = public_days.of_year(hours.country, year, "zh_CN" if is_chinese() else "en_US")
    together: list[list[date]] = []
    for day in found.holidays:
        if together and _adjoin(hours, together[-1][-1], day):
            together[-1].append(day)
        else:
            together.append([day])
    lines = []
    for days in together:
        name = Counter(found.holidays[day] for day in days).most_common(1)[0][0]
        lines.append(PublicDays(days[0], days[-1], name, is_worked=False))
    lines += [PublicDays(day, day, str(_("Make-up workday")), is_worked=True) for day in found.make_up]
    return sorted(lines, key=lambda line: line.first)


def _adjoin(hours: Hours, first: date, second: date) -> bool:
    """Whether no day is worked between two days."""
    between = (second - first).days
    return between < 4 and not any(hours.on(first + timedelta(days=at)) for at in range(1, between))


def week_text(weekly: tuple[tuple[tuple[int, int], ...], ...]) -> list[tuple[str, str]]:
    """A week in few lines: days one after another with the same hours together."""
    names = weekday_names("abbreviated")
    found: list[tuple[int, int, str]] = []
    for at, intervals in enumerate(weekly):
        text = write_hours(intervals) or str(_("No work"))
        if found and found[-1][2] == text:
            found[-1] = (found[-1][0], at, text)
        else:
            found.append((at, at, text))
    return [(names[first] if first == last else f"{names[first]}–{names[last]}", text) for first, last, text in found]


def total(hours: Hours, year: int) -> int:
    """The working days of a year."""
    return rules.workdays(hours, date(year, 1, 1), date(year, 12, 31))


def told(day: date) -> str:
    """A day with its weekday, as long as a person needs it."""
    return str(format_date(day, "yyyy-MM-dd EEE", locale=get_locale()))
