"""What shows that the working calendar is kept (TSK-03)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, literal, select

from kezhi import lazy_gettext as _l
from kezhi import setting

from ..policy.contributions import Ask, ClauseEvidence, Records
from . import public_days
from .checks import AHEAD
from .models import CompletedYear, ExceptionalDay


def evidence() -> list[ClauseEvidence]:
    """The make-up workdays of this year are known, and in December those of the next."""
    return [
        ClauseEvidence(
            "TSK-03",
            _l("The make-up workdays of this year are known; a month before its end, those of the next year."),
            ask=_ask,
            says=lambda found: _l("Days of the company's own: %(count)s", count=found.records or 0),
            records=Records("calendar.index"),
            responsible=_l("Who keeps the calendar"),
        )
    ]


def _ask(today: date) -> Ask:
    return Ask(
        records=select(func.count()).select_from(ExceptionalDay),
        latest=select(func.max(ExceptionalDay.day)).where(ExceptionalDay.day <= today),
        breaches=_unknown({today.year}),
        waiting=_unknown({(today + AHEAD).year} - {today.year}),
    )


def _unknown(years: set[int]) -> Any:
    """How many of the years are neither published nor completed by hand."""
    country = setting("calendar", "country")
    missing = [year for year in years if not public_days.of_year(country, year).is_published]
    if not missing:
        return 0
    completed = select(func.count(CompletedYear.year)).where(CompletedYear.year.in_(missing))
    return select(literal(len(missing)) - completed.scalar_subquery())
