"""The clause that this builtin carries out, and what shows that it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from kezhi import Clause
from kezhi import lazy_gettext as _l

TITLES = {"month": _l("Cards of the month"), "quarter": _l("Cards of the quarter"), "year": _l("Cards of the year")}


def clauses() -> list[Clause]:
    """The customer card."""
    return [Clause("CUS-15", _l("Customer card and reports kept as issued"))]


def evidence() -> list[Any]:
    """The cards of a period are frozen on the first working day after it."""
    from ..policy.contributions import ClauseEvidence, Records, Schedule
    from ..policy.periods import first_workday

    rhythms: tuple[Any, ...] = ("month", "quarter", "year")
    return [
        ClauseEvidence(
            "CUS-15",
            _l("The cards of the period before are frozen on the first working day of the period."),
            ask=_ask(rhythm),
            schedule=Schedule(rhythm, _done(rhythm), first_workday),
            key=rhythm,
            title=TITLES[rhythm],
            says=lambda found: _l("%(count)s periods frozen", count=found.records or 0),
            records=Records("cards.index"),
            responsible=_l("the system"),
        )
        for rhythm in rhythms
    ]


def _done(rhythm: str) -> Callable[[date], Select[Any]]:
    from .models import CardPeriod

    def done(since: date) -> Select[Any]:
        taken = select(CardPeriod.taken_at).where(CardPeriod.rhythm == rhythm, CardPeriod.taken_at.is_not(None))
        return taken.where(CardPeriod.end >= since - timedelta(days=366))

    return done


def _ask(rhythm: str) -> Callable[[date], Any]:
    def ask(_today: date) -> Any:
        from ..policy.contributions import Ask
        from .models import CardPeriod

        frozen = (CardPeriod.rhythm == rhythm, CardPeriod.taken_at.is_not(None))
        return Ask(
            records=select(func.count(CardPeriod.id)).where(*frozen),
            latest=select(func.max(CardPeriod.taken_at)).where(*frozen),
        )

    return ask
