"""Times without protection: a decision with author and reason, in the audit chain and on the page (CUS-11)."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import Conflict, Refused, acting_user, audit_record, clock, db
from kezhi.i18n import _
from kezhi.jobs import enqueue

from .. import ring
from ..models import Deviation
from .rotating import RENEW, TOGETHER

LONGEST_REASON = 1000


def deviations(*, only_open: bool = False) -> list[Deviation]:
    """Deviations, newest first."""
    statement = select(Deviation).order_by(Deviation.id.desc())
    if only_open:
        statement = statement.where(Deviation.ended_at.is_(None))
    return list(db.session.scalars(statement))


def switch_off(purpose: str, reason: str) -> Deviation:
    """From now on what is written for ``purpose`` is not encrypted; what is encrypted stays so and readable.

    Needs an open ``writing()``. Errors: ``Refused`` without a reason, ``Conflict`` when it is off already.
    """
    if purpose not in TOGETHER:
        raise Refused(_("There is nothing to switch off for “%(purpose)s”.", purpose=purpose))
    if not reason.strip():
        raise Refused(_("Say why: whoever checks the company will ask."), field="reason")
    if _open(purpose) is not None:
        raise Conflict(_("This is switched off already."))
    row = Deviation(
        purpose=purpose,
        reason=reason.strip()[:LONGEST_REASON],
        started_at=clock.now(),
        started_by=acting_user().login,
        ended_by="",
    )
    db.session.add(row)
    db.session.flush()
    audit_record("protection.off", "protection", purpose, reason=row.reason)
    ring.forget()
    return row


def switch_on(purpose: str) -> Deviation:
    """End the deviation; the job encrypts what was written meanwhile. Errors: ``Conflict`` when there is none."""
    row = _open(purpose)
    if row is None:
        raise Conflict(_("This is switched on."))
    row.ended_at, row.ended_by = clock.now(), acting_user().login
    db.session.flush()
    audit_record("protection.on", "protection", purpose)
    ring.forget()
    enqueue(RENEW)
    return row


def _open(purpose: str) -> Deviation | None:
    statement = select(Deviation).where(Deviation.purpose == purpose, Deviation.ended_at.is_(None))
    found: Deviation | None = db.session.scalars(statement.with_for_update()).first()
    return found
