"""What must always be true of confirmations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..customers.models import Customer
from .models import WAITING, State, Submission
from .services.confirming import nothing_waits

#: findings shown of one check
MOST = 20


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("entry.confirmed", _l("Nobody counts as a customer while waiting for confirmation"), waiting_with_code),
        Check("entry.open", _l("What waits for confirmation has a request and rows that wait"), open_requests),
    ]


def unconfirmed() -> Select[Any]:
    """Customers with a code that wait for their confirmation: there are none."""
    return (
        select(Customer.__table__.c.code)
        .join(State.__table__, State.__table__.c.customer_id == Customer.__table__.c.id)
        .where(State.__table__.c.state == WAITING, Customer.__table__.c.code.is_not(None))
    )


def waiting_with_code(session: Session) -> Sequence[Finding]:
    """Customers that got a code while they waited."""
    found = session.scalars(unconfirmed().order_by(Customer.__table__.c.code).limit(MOST))
    return [Finding(_("The customer %(code)s has a code and still waits for its confirmation.", code=code))
            for code in found]  # fmt: skip


def open_requests(session: Session) -> Sequence[Finding]:
    """What waits and can never be confirmed: without a request, or with nothing left to confirm."""
    known = exists().where(State.submission_id == Submission.id)
    lost = select(Submission.id).where(Submission.state == WAITING, Submission.request_number == "", known)
    ids = {*session.scalars(lost.limit(MOST)), *session.scalars(nothing_waits().limit(MOST))}
    return [Finding(_("The confirmation %(id)s waits and nothing can come of it.", id=each)) for each in sorted(ids)]
