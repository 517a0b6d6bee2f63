"""By what the clocks run: the promises to tiers, the company's calendar and its settings, read once (CMP-30)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from hashlib import sha256
from operator import itemgetter
from typing import Any

from sqlalchemy import cast, null, select, union_all

from kezhi import clock, db, setting
from kezhi.builtin.calendar import public_days
from kezhi.builtin.calendar.hours import Hours
from kezhi.builtin.calendar.services import company_hours, company_rows

from .clocks import CLOCKS, Level, daily, elapsed, on_workdays
from .levels import DEFAULT_TIER, FIELDS, LEVELS

#: years before and after the present one whose public days the basis speaks for
YEARS = (-1, 0, 1)


@dataclass(frozen=True)
class Promises:
    """Everything that clocks depend on beside the events. ``warnings`` are percents of the time, in order."""

    versions: dict[str, list[tuple[datetime, Level]]]
    by_id: dict[int, Level]
    warnings: tuple[int, ...]
    company: Hours
    elapsed: bool

    @cached_property
    def basis(self) -> str:
        """A short name of all this that changes with it; a page that only shows clocks does without."""
        return _basis(self.company, self.elapsed, self.warnings)

    def level_at(self, tier: str, at: datetime) -> Level:
        """The promise to a tier as it stood at an instant; to a tier without one that of the default tier."""
        found = self.versions.get(tier) or self.versions[DEFAULT_TIER]
        place = bisect_right([since for since, _level in found], at)
        return found[max(0, place - 1)][1]


def promises() -> Promises:
    """Read them: one statement, however many complaints there are. (It is read whenever one is written down.)"""
    rows, by_elapsed = _rows(), bool(setting("complaints", "elapsed"))
    company = company_hours(row for row in rows if row.tier is None)
    versions: dict[str, list[tuple[datetime, Level]]] = {}
    by_id: dict[int, Level] = {}
    for row in sorted((row._mapping for row in rows if row.tier is not None), key=itemgetter("version")):
        targets = {name: row[name] for name in CLOCKS}
        level = by_id[row["id"]] = Level(row["tier"], targets, _hours(row, company, by_elapsed), row["id"])
        versions.setdefault(row["tier"], []).append((row["valid_from"], level))
    warnings = tuple(sorted({int(setting("complaints", name)) for name in ("first_warning", "second_warning")} - {0}))
    return Promises(versions, by_id, warnings, company, by_elapsed)


def _rows() -> list[Any]:
    return list(db.session.execute(_both()))


@cache
def _both() -> Any:
    """The company's calendar and the promises, one below the other; a row of the one has nothing of the other."""
    calendar = company_rows()
    levels = select(*(LEVELS.c[name] for name in ("id", "tier", "version", "valid_from", *FIELDS)))

    def nothing(columns: Iterable[Any]) -> list[Any]:
        return [cast(null(), column.type) for column in columns]

    wanted = levels.selected_columns
    first = calendar.add_columns(
        *(empty.label(column.name) for empty, column in zip(nothing(wanted), wanted, strict=True))
    )
    return union_all(first, select(*nothing(calendar.selected_columns), *wanted))


def _hours(row: Mapping[str, Any], company: Hours, by_elapsed: bool) -> Hours:
    if by_elapsed:
        return elapsed(company)
    windows = [(start, end) for start, end in row["windows"]]
    return on_workdays(windows, company) if row["workdays"] else daily(windows, company)


def _basis(company: Hours, by_elapsed: bool, warnings: tuple[int, ...]) -> str:
    """A short name of all this that changes with it."""
    year = clock.today().year
    public = [public_days.of_year(company.country, year + each) for each in YEARS]
    parts = (
        company.zone.key, company.weekly, sorted(company.own.items(), key=lambda pair: pair[0]),
        sorted(company.company.items(), key=lambda pair: pair[0]), company.country,
        [(sorted(each.holidays), sorted(each.make_up)) for each in public], by_elapsed, warnings,
    )  # fmt: skip
    return sha256(repr(parts).encode()).hexdigest()[:16]
