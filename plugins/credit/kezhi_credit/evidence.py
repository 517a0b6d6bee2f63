"""What shows that the rules of credit are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import APPROVED, DONE, OPEN, WAITING, Alert, Release, Terms
from .services.exposure import receivables
from .services.investigations import INVESTIGATIONS
from .services.reserving import RESERVATIONS
from .services.sheets import SHEETS
from .services.standing import CUSTOMERS, LIMITS, RATINGS, ratings_on

FINANCE = _l("Finance")


def evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CRD-01",
            _l("No class was decided by who proposed it."),
            ask=_decided,
            says=lambda found: _l("Rating sheets decided: %(count)s, waiting: %(waiting)s",
                                  count=found.records or 0, waiting=found.waiting),
            records=Records("credit.sheets"),
            responsible=FINANCE,
        ),
        ClauseEvidence(
            "CRD-02",
            _l("Who was asked to investigate a customer did so by the day set."),
            ask=_investigated,
            says=lambda found: _l("Investigations done: %(count)s, under way: %(waiting)s",
                                  count=found.records or 0, waiting=found.waiting),
            records=Records("credit.investigations"),
            responsible=_l("Sales"),
        ),
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
        ClauseEvidence(
            "CRD-05",
            _l("No block was lifted without an approval."),
            ask=_checks,
            says=lambda found: _l("Reservations: %(count)s, releases waiting: %(waiting)s",
                                  count=found.records or 0, waiting=found.waiting),
            records=Records("credit.check"),
            responsible=_l("Sales"),
        ),
        ClauseEvidence(
            "CRD-06",
            _l("Whoever shows a sign of credit risk has a measure by the day set."),
            ask=_watched,
            says=lambda found: _l("Credit alerts so far: %(count)s, without a measure: %(waiting)s",
                                  count=found.records or 0, waiting=found.waiting),
            records=Records("credit.alerts"),
            responsible=FINANCE,
        ),
        ClauseEvidence(
            "CRD-07",
            _l("Every class that a customer was rated in stays on record; the report says what is owed, how late."),
            ask=_history,
            says=lambda found: _l("Ratings on record: %(count)s", count=found.records or 0),
            records=Records("credit.reports"),
            responsible=FINANCE,
        ),
        ClauseEvidence(
            "CRD-08",
            _l("Who is not rated is sold to against payment only."),
            ask=_rated,
            says=lambda found: _l("Customers rated: %(count)s of %(of)s", count=found.records or 0, of=found.of or 0),
            records=Records("credit.index", {"f.credit.class": "none"}),
            responsible=FINANCE,
        ),
    ]  # fmt: skip


def _decided(_today: date) -> Ask:
    c, count = SHEETS.c, select(func.count()).select_from(SHEETS)
    return Ask(
        records=count.where(c.state == APPROVED),
        latest=select(func.max(c.decided_at)).where(c.state == APPROVED),
        label=select(c.number).where(c.state == APPROVED).order_by(c.decided_at.desc(), c.id.desc()).limit(1),
        waiting=count.where(c.state == WAITING),
        breaches=count.where(c.state == APPROVED, c.decided_by == c.filled_by),
    )


def _investigated(today: date) -> Ask:
    c, count = INVESTIGATIONS.c, select(func.count()).select_from(INVESTIGATIONS)
    return Ask(
        records=count.where(c.state == DONE),
        latest=select(func.max(c.closed_at)).where(c.state == DONE),
        label=select(c.number).where(c.state == DONE).order_by(c.closed_at.desc(), c.id.desc()).limit(1),
        waiting=count.where(c.state == OPEN, c.due_on >= today),
        breaches=count.where(c.state == OPEN, c.due_on < today),
    )


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


def _checks(_today: date) -> Ask:
    releases: Any = Release.__table__
    count = select(func.count()).select_from(releases)
    return Ask(
        records=select(func.count()).select_from(RESERVATIONS),
        latest=select(func.max(RESERVATIONS.c.created_at)),
        waiting=count.where(releases.c.state == WAITING),
        breaches=count.where(releases.c.used_at.is_not(None), releases.c.state != APPROVED),
    )


def _history(_today: date) -> Ask:
    return Ask(
        records=select(func.count()).select_from(RATINGS),
        latest=select(func.max(RATINGS.c.created_at)),
    )


def _watched(_today: date) -> Ask:
    alerts: Any = Alert.__table__
    count = select(func.count()).select_from(alerts)
    waiting = (alerts.c.ended_on.is_(None), alerts.c.measure_id.is_(None))
    return Ask(
        records=count,
        latest=select(func.max(alerts.c.noted_at)),
        waiting=count.where(*waiting),
        breaches=count.where(*waiting, alerts.c.answer_by < clock.now()),
    )


def _rated(today: date) -> Ask:
    rated = ratings_on(today).subquery()
    return Ask(
        records=select(func.count()).select_from(rated).where(rated.c.class_id.is_not(None)),
        latest=select(func.max(rated.c.valid_from)),
        of=select(func.count()).select_from(CUSTOMERS),
    )
