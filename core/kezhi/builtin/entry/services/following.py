"""A file that is changed while it waits falls out of what was sent: what was signed is what takes effect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from kezhi import acting_user, clock, db
from kezhi.i18n import _

from ...approvals.services import void
from ...customers.models import Customer
from ..models import CHANGED, WAITING, Line, State
from .confirming import close, nothing_waits
from .proposing import KIND

CUSTOMERS, LINES, STATES = Customer.__table__, Line.__table__, State.__table__

_WAITS = select(STATES.c.customer_id).where(STATES.c.state == WAITING).limit(1)  # made once: every change asks it


def follow_changes(change: str, keys: Any) -> None:
    """Customers were changed or are gone: end the wait of those, and the request when nothing of it is left."""
    if change == "update" and not (_somebody_waits() and _fall_out(keys)):
        return
    reason = _("Changed after it was sent")
    for submission_id in list(db.session.scalars(nothing_waits())):
        void(KIND, str(submission_id), reason)
        close(submission_id, CHANGED, reason)


def _somebody_waits() -> bool:
    db.session.flush()
    return db.session.connection().scalar(_WAITS) is not None


def _fall_out(keys: Any) -> int:
    sent = (LINES.c.customer_id == STATES.c.customer_id) & (LINES.c.submission_id == STATES.c.submission_id)
    changed = (
        select(STATES.c.customer_id)
        .join(LINES, sent)
        .join(CUSTOMERS, CUSTOMERS.c.id == STATES.c.customer_id)
        .where(STATES.c.state == WAITING, STATES.c.customer_id.in_(keys), CUSTOMERS.c.version != LINES.c.version)
    )
    statement = (
        update(STATES)
        .where(STATES.c.customer_id.in_(changed))
        .values(
            state=CHANGED, reason=_("Changed after it was sent"), closed_by=acting_user().login, closed_at=clock.now()
        )
    )
    result: Any = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    db.session.expire_all()
    return int(result.rowcount)
