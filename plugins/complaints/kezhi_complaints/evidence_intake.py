"""What shows that kinds, channels and feedback are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records

from .models import OPEN, Complaint, Feedback

COMPLAINTS: Any = Complaint.__table__
FEEDBACK: Any = Feedback.__table__
SERVICE = _l("Customer service")


def register_evidence() -> list[ClauseEvidence]:
    """One line per clause."""
    return [
        ClauseEvidence(
            "CMP-02",
            _l("Every complaint has one kind of the company's own list, a tree below service and business."),
            ask=_kinds,
            says=lambda found: _l("Kinds in use: %(count)s", count=found.records or 0),
            records=Records("complaints.index"),
            responsible=SERVICE,
        ),
        ClauseEvidence(
            "CMP-05",
            _l("Feedback is written down with who deals with it by when; it ends when the customer knows the result."),
            ask=_feedback,
            says=lambda found: _l("Pieces of feedback: %(count)s", count=found.records or 0),
            late=lambda count: _l("%(count)s past their deadline", count=count),
            records=Records("complaints.feedbacks"),
            breaches=Records("complaints.feedbacks", {"f.state": OPEN, "sort": "due_on"}),
            responsible=SERVICE,
        ),
    ]


def _kinds(_today: date) -> Ask:
    return Ask(select(func.count(func.distinct(COMPLAINTS.c.kind_id))).select_from(COMPLAINTS))


def _feedback(today: date) -> Ask:
    """Late is what is open after its deadline; what is open before it waits."""
    c = FEEDBACK.c
    opened = select(func.count()).select_from(FEEDBACK).where(c.state == OPEN)
    return Ask(
        select(func.count()).select_from(FEEDBACK),
        latest=select(func.max(c.received_at)),
        breaches=opened.where(c.due_on < today),
    )
