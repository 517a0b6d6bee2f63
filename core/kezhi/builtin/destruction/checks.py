"""What must always be true of destructions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..approvals.models import APPROVED as SIGNED
from ..approvals.models import Request
from ..customers.models import Customer
from .contributions import FILE
from .models import APPROVED, DESTROYED, DONE, Item, Proposal

MOST = 20
ITEMS, PROPOSALS, REQUESTS = Item.__table__, Proposal.__table__, Request.__table__
LATE = timedelta(days=1)


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("destruction.signed", _l("Nothing was destroyed without its signatures"), without_signatures),
        Check("destruction.done", _l("What was signed for destruction is destroyed"), left_over),
    ]


def _unsigned(*columns: Any) -> Select[Any]:
    """Proposals that are carried out and whose request was not signed to the end."""
    signed = select(REQUESTS.c.id).where(REQUESTS.c.id == PROPOSALS.c.request_id, REQUESTS.c.status == SIGNED)
    return select(*columns).select_from(PROPOSALS).where(PROPOSALS.c.state.in_((APPROVED, DONE)), ~signed.exists())


def unsigned() -> Select[Any]:
    """How many there are."""
    return _unsigned(func.count())


def stuck() -> Select[Any]:
    """How many were signed more than a day ago and are not carried out."""
    late = (PROPOSALS.c.state == APPROVED, PROPOSALS.c.closed_at < clock.now() - LATE)
    return select(func.count()).select_from(PROPOSALS).where(*late)


def without_signatures(session: Session) -> Sequence[Finding]:
    """Destructions whose request was not approved."""
    found = session.scalars(_unsigned(PROPOSALS.c.number).order_by(PROPOSALS.c.number).limit(MOST))
    return [Finding(_("%(number)s was carried out without its signatures.", number=number)) for number in found]


def left_over(session: Session) -> Sequence[Finding]:
    """Files that count as destroyed and are there, and destructions that do not come to an end."""
    there = (
        select(ITEMS.c.code)
        .join(PROPOSALS, PROPOSALS.c.id == ITEMS.c.proposal_id)
        .join(Customer.__table__, Customer.__table__.c.id == ITEMS.c.customer_id)
        .where(ITEMS.c.outcome == DESTROYED, PROPOSALS.c.scope == FILE)
    )
    found = [
        Finding(_("The customer file %(code)s counts as destroyed and is there.", code=code))
        for code in session.scalars(there.limit(MOST))
    ]
    late = select(PROPOSALS.c.number).where(PROPOSALS.c.state == APPROVED, PROPOSALS.c.closed_at < clock.now() - LATE)
    found += [
        Finding(_("%(number)s was signed more than a day ago and is not carried out.", number=number))
        for number in session.scalars(late.limit(MOST))
    ]
    return found
