"""What shows that approvals are signed as they should be (APR-01, APR-02, APR-03)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from kezhi import clock, setting
from kezhi import lazy_gettext as _l

from ..calendar import hours as working
from ..calendar.hours import NoWorkingTime
from ..calendar.services import working_hours
from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import APPROVED, PENDING, Request, RequestStep, Signature

EVERYTHING = Records("approvals.everything")


def evidence() -> list[ClauseEvidence]:
    """Signatures, who gave them, and how long requests wait."""
    return [
        ClauseEvidence(
            "APR-01",
            _l("Every approved request has all signatures of its steps."),
            ask=signed,
            says=lambda found: _l("Requests approved: %(count)s", count=found.records or 0),
            records=EVERYTHING,
            responsible=_l("Signers"),
        ),
        ClauseEvidence(
            "APR-02",
            _l("No signature under a request was given by who put it up."),
            ask=by_others,
            says=lambda found: _l("Signatures given: %(count)s", count=found.records or 0),
            records=EVERYTHING,
            responsible=_l("Signers"),
        ),
        ClauseEvidence(
            "APR-03",
            _l("No request has waited for a signature longer than the company's limit in working time."),
            ask=in_time,
            says=lambda found: _l("Requests waiting: %(count)s", count=found.records or 0),
            records=EVERYTHING,
            responsible=_l("Signers"),
        ),
    ]


def signed(_today: date) -> Ask:
    """Approved requests, and those of them with a step of their round that still lacks a signature."""
    approved = select(func.count(Request.id)).where(Request.status == APPROVED)
    lacking = and_(RequestStep.request_id == Request.id, RequestStep.round == Request.round, RequestStep.missing > 0)
    return Ask(
        records=approved,
        latest=select(func.max(Request.closed_at)).where(Request.status == APPROVED),
        label=_last_number(Request.status == APPROVED),
        breaches=approved.where(select(RequestStep.id).where(lacking).exists()),
    )


def by_others(_today: date) -> Ask:
    """Signatures, and those that the maker of the request gave."""
    given = select(func.count(Signature.id)).where(Signature.decision == "approve")
    own = or_(Signature.user_id == Request.requester_id, Signature.for_id == Request.requester_id)
    return Ask(
        records=given,
        latest=select(func.max(Signature.at)),
        breaches=given.join(Request, Request.id == Signature.request_id).where(own),
    )


def in_time(_today: date) -> Ask:
    """Open requests, and those whose step can be signed for longer than the limit."""
    pending = select(func.count(Request.id)).where(Request.status == PENDING)
    since = _longest_wait()
    late: Any = 0
    if since is not None:
        lately = select(Signature.id).where(Signature.request_id == Request.id, Signature.at >= since)
        late = pending.where(Request.submitted_at < since, ~lately.exists())
    return Ask(records=pending, latest=select(func.max(Request.submitted_at)), breaches=late)


def _longest_wait() -> datetime | None:
    """Since when a request may be waiting at most; None without a limit."""
    limit = int(setting("approvals", "due_hours"))
    try:
        return working.add(working_hours(), clock.now(), -timedelta(hours=limit)) if limit else None
    except NoWorkingTime:
        return None


def _last_number(condition: Any) -> Any:
    return select(Request.number).where(condition).order_by(Request.closed_at.desc(), Request.id.desc()).limit(1)
