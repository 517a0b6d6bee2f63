"""What shows that remedies, corrective actions and satisfaction go by the rules (CMP-13 to CMP-15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import (
    ACTION_DONE,
    ACTION_OPEN,
    COSTS,
    IN_APPROVAL,
    Complaint,
    CorrectiveAction,
    Remedy,
    Responsibility,
    Satisfaction,
)
from .models import WHOLE as ALL_OF_IT

REMEDIES: Any = Remedy.__table__
SHARES: Any = Responsibility.__table__
ACTIONS: Any = CorrectiveAction.__table__
ASKED: Any = Satisfaction.__table__
COMPLAINTS: Any = Complaint.__table__
SERVICE = _l("Customer service")
LIST = Records("complaints.index")


def remedy_evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-13",
            _l("Remedies have an amount; who bears the cost adds up to the whole of it."),
            ask=_borne,
            says=lambda found: _l("Remedies agreed: %(count)s", count=found.records or 0),
            records=LIST,
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-14",
            _l("Corrective actions are done and checked in time, by two people."),
            ask=_acted,
            says=lambda found: _l(
                "Corrective actions ended: %(count)s, overdue: %(late)s", count=found.records or 0, late=found.breaches
            ),
            records=Records("complaints.index", {"f.actions": "some"}),
            responsible=_l("All departments"),
        ),
        ClauseEvidence(
            "CMP-15",
            _l("Customers answer after closing; who is not satisfied is heard again in time."),
            ask=_heard,
            says=lambda found: _l(
                "Answers: %(count)s, not satisfied and overdue: %(late)s",
                count=found.records or 0, late=found.breaches,
            ),
            records=LIST,
            responsible=SERVICE,
        ),
    ]  # fmt: skip


def _count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where)


def _borne(_today: date) -> Ask:
    uneven = select(SHARES.c.complaint_id).group_by(SHARES.c.complaint_id).having(func.sum(SHARES.c.share) != ALL_OF_IT)
    return Ask(
        _count(REMEDIES, REMEDIES.c.state.in_(COSTS)),
        breaches=select(func.count()).select_from(uneven.subquery()),
        waiting=_count(REMEDIES, REMEDIES.c.state == IN_APPROVAL),
    )


def _acted(_today: date) -> Ask:
    c, now = ACTIONS.c, clock.now()
    late = ((c.state == ACTION_OPEN) & (c.due_at < now)) | ((c.state == ACTION_DONE) & (c.check_at < now))
    waits = ((c.state == ACTION_OPEN) & (c.due_at >= now)) | ((c.state == ACTION_DONE) & (c.check_at >= now))
    ended = c.state.not_in((ACTION_OPEN, ACTION_DONE))
    return Ask(_count(ACTIONS, ended), breaches=_count(ACTIONS, late), waiting=_count(ACTIONS, waits))


def _heard(_today: date) -> Ask:
    c, now = ASKED.c, clock.now()
    open_ones = c.leader_id.is_not(None) & c.settled_at.is_(None)
    return Ask(
        _count(ASKED, c.score.is_not(None)),
        breaches=_count(ASKED, open_ones, c.due_at < now),
        waiting=_count(ASKED, open_ones, c.due_at >= now),
    )
