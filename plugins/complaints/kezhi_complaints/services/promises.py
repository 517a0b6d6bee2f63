"""By what the clocks run: the promises to tiers, the company's calendar and its settings, read once (CMP-30)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from kezhi import clock, setting
from kezhi.builtin.calendar import public_days
from kezhi.builtin.calendar.hours import Hours
from kezhi.builtin.calendar.services import working_hours

from .clocks import CLOCKS, Level, daily, elapsed, on_workdays
from .levels import DEFAULT_TIER, all_versions

#: years before and after the present one whose public days the basis speaks for
YEARS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Promises:
    """Everything that clocks depend on beside the events. ``warnings`` are percents of the time, in order."""

    versions: dict[str, list[tuple[datetime, Level]]]
    by_id: dict[int, Level]
    warnings: tuple[int, ...]
    basis: str

    def level_at(self, tier: str, at: datetime) -> Level:
        """The promise to a tier as it stood at an instant; to a tier without one that of the default tier."""
        found = self.versions.get(tier) or self.versions[DEFAULT_TIER]
        place = bisect_right([since for since, _level in found], at)
        return found[max(0, place - 1)][1]


def promises() -> Promises:
    """Read them: at most six statements, however many complaints there are."""
    company, by_elapsed = working_hours(), bool(setting("complaints", "elapsed"))
    versions: dict[str, list[tuple[datetime, Level]]] = {}
    by_id: dict[int, Level] = {}
    for row in all_versions():
        targets = {name: row[name] for name in CLOCKS}
        level = by_id[row["id"]] = Level(row["tier"], targets, _hours(row, company, by_elapsed), row["id"])
        versions.setdefault(row["tier"], []).append((row["valid_from"], level))
    warnings = tuple(sorted({int(setting("complaints", name)) for name in ("first_warning", "second_warning")} - {0}))
    return Promises(versions, by_id, warnings, _basis(company, by_elapsed, warnings))


def _hours(row: dict[str, Any], company: Hours, by_elapsed: bool) -> Hours:
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
