"""What shows that the rules of credit are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import APPROVED, WAITING, Terms
from .services.exposure import receivables
from .services.standing import LIMITS

FINANCE = _l("Finance")


def evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CRD-03",
            _l("Every class has terms, and no limit of a customer's own holds without approval."),
            ask=_terms,
            says=lambda found: _l("Versions of terms: %(count)s, limits waiting: %(waiting)s",
                                  count=found.records or 0, waiting=found.waiting),
            needed=1,
            records=Records("credit.classes"),
            responsible=FINANCE,
        ),
        ClauseEvidence(
            "CRD-04",
            _l("An enabled app says what customers owe, so that every exposure is known."),
            ask=_exposure,
            says=lambda found: _l("Customers that owe or have paid ahead: %(count)s", count=found.records or 0),
            needed=1,
            records=Records("credit.index"),
            responsible=FINANCE,
        ),
    ]  # fmt: skip


def _terms(_today: date) -> Ask:
    table: Any = Terms.__table__
    limits = select(func.count()).select_from(LIMITS)
    unsigned = limits.where(LIMITS.c.state == APPROVED, LIMITS.c.request_id.is_(None))
    return Ask(
        records=select(func.count(table.c.id)),
        latest=select(func.max(table.c.created_at)),
        waiting=limits.where(LIMITS.c.state == WAITING),
        breaches=unsigned,
    )


def _exposure(today: date) -> Ask:
    given = receivables(today)
    return Ask(records=0 if given is None else select(func.count()).select_from(given))
