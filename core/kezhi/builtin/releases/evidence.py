"""What shows that customer data is given out as the policy says, for the policy board (CUS-09)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import exists, func, select

from kezhi import clock
from kezhi import lazy_gettext as _l

from ..approvals.models import APPROVED, Request
from .models import ANSWERED, OUTSIDE, SIGNED, DataRequest, Release
from .states import is_late, is_superseded
from .words import LATE

REQUESTS, RELEASES, APPROVALS = DataRequest.__table__, Release.__table__, Request.__table__


def evidence() -> list[Any]:
    """Requests are signed before they are answered, in time; what leaves the company is registered."""
    from ..policy.contributions import ClauseEvidence, Records

    return [
        ClauseEvidence(
            "CUS-09",
            _l("Every data request was signed before its answer, and no signed one waits beyond its time."),
            key="requests",
            title=_l("Data requests"),
            ask=_ask_requests,
            says=lambda found: _l("%(count)s answered of %(of)s", count=found.records, of=found.of),
            late=lambda count: _l("%(count)s answered unsigned, or waiting beyond their time", count=count),
            records=Records("releases.index"),
            breaches=Records("releases.index", {"f.state": LATE}),
            responsible=_l("the department that holds the customer files"),
        ),
        ClauseEvidence(
            "CUS-09",
            _l("Whatever was answered to leave the company stands in the register of external releases."),
            key="register",
            title=_l("Register of external releases"),
            ask=_ask_register,
            says=lambda found: _l("%(count)s releases in force", count=found.records),
            late=lambda count: _l("%(count)s answers for outside without an entry", count=count),
            records=Records("releases.register"),
            responsible=_l("the department that holds the customer files"),
        ),
    ]


def unsigned() -> Any:
    """The condition on requests that were answered although no approval of exactly their content is there."""
    signed = exists().where(
        APPROVALS.c.id == REQUESTS.c.approval_id,
        APPROVALS.c.status == APPROVED,
        APPROVALS.c.digest == REQUESTS.c.digest,
    )
    return (REQUESTS.c.state == ANSWERED) & ~signed.correlate(REQUESTS)


def unregistered() -> Any:
    """The condition on requests that were answered for somebody outside without an entry in the register."""
    entered = exists().where(RELEASES.c.request_id == REQUESTS.c.id).correlate(REQUESTS)
    return (REQUESTS.c.state == ANSWERED) & (REQUESTS.c.destination == OUTSIDE) & ~entered


def _count(table: Any, *conditions: Any) -> Any:
    return select(func.count()).select_from(table).where(*conditions)


def _ask_requests(_today: date) -> Any:
    from ..policy.contributions import Ask

    answered = REQUESTS.c.state == ANSWERED
    newest = select(REQUESTS.c.number).where(answered).order_by(REQUESTS.c.closed_at.desc(), REQUESTS.c.id.desc())
    late = is_late(clock.now())
    return Ask(
        records=_count(REQUESTS, answered),
        of=_count(REQUESTS),
        latest=select(func.max(REQUESTS.c.closed_at)).where(answered),
        label=newest.limit(1),
        breaches=_count(REQUESTS, unsigned() | late),
        waiting=_count(REQUESTS, REQUESTS.c.state == SIGNED, ~late),
    )


def _ask_register(_today: date) -> Any:
    from ..policy.contributions import Ask

    return Ask(
        records=_count(RELEASES, ~is_superseded()),
        latest=select(func.max(RELEASES.c.registered_at)),
        label=select(RELEASES.c.number).order_by(RELEASES.c.id.desc()).limit(1),
        breaches=_count(REQUESTS, unregistered()),
    )
