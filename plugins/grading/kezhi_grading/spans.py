"""The spans over which a scheme reads a figure: the run's period, and the last full years or months at its end."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kezhi.contributions import Period

from .scheme import Criterion, Scheme


@dataclass(frozen=True, slots=True)
class Span:
    """``name`` is empty for the run's period, else ``y0, y1, …`` or ``m0, m1, …``, the newest first."""

    name: str
    period: Period


def spans_of(scheme: Scheme, criterion: Criterion, period: Period, day: date) -> list[Span]:
    """Every span over which the figure is read; ``day`` is that on which the grades take effect."""
    whole = Period(day, day) if criterion.effective else period
    found = [Span("", whole)] if scheme.reads_period(criterion.key) else []
    years = last_years(period.end, scheme.parts_read(criterion.key, "years"))
    months = last_months(period.end, scheme.parts_read(criterion.key, "months"))
    found += [Span(f"y{place}", year) for place, year in enumerate(years)]
    return found + [Span(f"m{place}", month) for place, month in enumerate(months)]


def last_years(end: date, count: int) -> list[Period]:
    """The last calendar years that are over on ``end``, the newest first."""
    newest = end.year if (end.month, end.day) == (12, 31) else end.year - 1
    return [Period(date(newest - back, 1, 1), date(newest - back, 12, 31)) for back in range(count)]


def last_months(end: date, count: int) -> list[Period]:
    """The last calendar months that are over on ``end``, the newest first."""
    newest = end.year * 12 + end.month - 1
    if end.day != monthrange(end.year, end.month)[1]:
        newest -= 1
    months = (divmod(newest - back, 12) for back in range(count))
    return [Period(date(y, m + 1, 1), date(y, m + 1, monthrange(y, m + 1)[1])) for y, m in months]


def figure_columns(scheme: Scheme) -> list[str]:
    """The columns of results by threshold rules: ``orders_value``, ``growth_year_1`` (the newest), …"""
    found = []
    for criterion in scheme.criteria:
        found += [f"{criterion.key}_value"] if scheme.reads_period(criterion.key) else []
        for unit in ("years", "months"):
            count = scheme.parts_read(criterion.key, unit)
            found += [f"{criterion.key}_{unit.removesuffix('s')}_{place}" for place in range(1, count + 1)]
    return found


def stored_figures(scheme: Scheme, criterion: Criterion, entry: Mapping[str, Any]) -> list[int | None]:
    """What a result stored of a criterion, in the order of :func:`figure_columns`."""
    period = [entry["value"]] if scheme.reads_period(criterion.key) else []
    return [*period, *entry.get("years", ()), *entry.get("months", ())]
