"""What the last signature does: rows that are still what was sent become customers; the others stay prospects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select, update

from kezhi import Refused, acting_user, announce, audit_record, clock, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ...approvals.contributions import SubjectKind
from ...customers.models import Customer
from ...customers.services.recognising import give_codes
from ..models import CHANGED, CONFIRMED, REJECTED, RETURNED, WAITING, WITHDRAWN, Line, State, Submission
from .digest import digest_of
from .parts import changed_parts
from .proposing import KIND, address_of

if TYPE_CHECKING:
    from ...approvals.models import Request

CUSTOMERS, LINES, STATES = Customer.__table__, Line.__table__, State.__table__
QUIET = {"synchronize_session": False}
OUTCOMES = {"returned": RETURNED, "rejected": REJECTED, "withdrawn": WITHDRAWN}


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a confirmation out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Confirmation of new customers"),
        digest=lambda request: digest_of(int(request.reference)),
        apply=_confirm,
        closed=_close,
        address=lambda request: address_of(int(request.reference)),
    )


def _sent(request: Request) -> Submission:
    found: Submission | None = db.session.get(Submission, int(request.reference), populate_existing=True)
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def unchanged(submission_id: int) -> Any:
    """The customers of what was sent that wait and are in the version that was sent (a select of ids)."""
    return (
        select(STATES.c.customer_id)
        .join(LINES, (LINES.c.customer_id == STATES.c.customer_id) & (LINES.c.submission_id == STATES.c.submission_id))
        .join(CUSTOMERS, CUSTOMERS.c.id == STATES.c.customer_id)
        .where(
            STATES.c.submission_id == submission_id,
            STATES.c.state.in_((WAITING, CONFIRMED)),
            CUSTOMERS.c.version == LINES.c.version,
            CUSTOMERS.c.code.is_(None),
        )
    )


def _confirm(request: Request) -> None:
    """In the last signature's transaction. Errors: ``Refused`` when no row is what was signed any more."""
    sent, now, login = _sent(request), clock.now(), acting_user().login
    if sent.digest != request.digest:
        raise Refused(_("The rows are not those that were signed; nothing took effect."))
    sent_id = sent.id
    _hold(sent_id)
    closed = {"closed_by": login, "closed_at": now}
    moved = update(STATES).where(STATES.c.customer_id.in_(unchanged(sent_id)), STATES.c.state == WAITING)
    moved = moved.where(STATES.c.customer_id.not_in(changed_parts(sent_id)))
    moved = moved.values(state=CONFIRMED, **closed)
    if not db.session.execute(moved, execution_options={"preserve_rowcount": True}).rowcount:  # type: ignore[attr-defined]
        raise Refused(_("All of these files were changed after they were sent; nothing took effect. Send them again."))
    late = update(STATES).where(STATES.c.submission_id == sent_id, STATES.c.state == WAITING)
    db.session.execute(late.values(state=CHANGED, reason=_("Changed after it was sent"), **closed))
    confirmed = select(STATES.c.customer_id).where(STATES.c.submission_id == sent_id, STATES.c.state == CONFIRMED)
    count = give_codes(confirmed, submission=sent_id, request=request.number)
    _end(sent_id, CONFIRMED, confirmed=count)
    audit_record("entry.confirm", "entry", sent_id, count=count, digest=request.digest, request=request.number)


def _hold(submission_id: int) -> None:
    """Nobody changes the waiting files until the end of the transaction: what is compared is what gets its code."""
    waiting = select(STATES.c.customer_id).where(STATES.c.submission_id == submission_id, STATES.c.state == WAITING)
    held = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(waiting)).with_for_update().subquery()
    db.session.scalar(select(func.count()).select_from(held))


def _close(request: Request, outcome: str) -> None:
    """Returned, rejected or withdrawn: the rows stay prospects, with the reason."""
    sent = _sent(request)
    last = request.signatures[-1] if request.signatures else None
    close(sent.id, OUTCOMES[outcome], last.opinion if last is not None else "")


def close(submission_id: int, state: str, reason: str) -> None:
    """End what was sent without effect."""
    rows = update(STATES).where(STATES.c.submission_id == submission_id, STATES.c.state == WAITING)
    closed = {"closed_by": acting_user().login, "closed_at": clock.now(), "reason": reason}
    db.session.execute(rows.values(state=state, **closed))
    _end(submission_id, state, reason=reason)
    audit_record("entry.close", "entry", submission_id, outcome=state)


def _end(submission_id: int, state: str, **values: Any) -> None:
    closed = {"state": state, "closed_by": acting_user().login, "closed_at": clock.now(), **values}
    db.session.execute(
        update(Submission).where(Submission.id == submission_id).values(**closed), execution_options=QUIET
    )
    db.session.expire_all()
    announce(Submission, "update", [submission_id])


def nothing_waits() -> Any:
    """What was sent and has no row left that waits: a select of ids."""
    waits = exists().where(STATES.c.submission_id == Submission.id, STATES.c.state == WAITING)
    return select(Submission.id).where(Submission.state == WAITING, ~waits.correlate(Submission))


def count_waiting(submission_id: int) -> int:
    """Rows of what was sent that wait."""
    rows = select(func.count()).where(STATES.c.submission_id == submission_id, STATES.c.state == WAITING)
    return int(db.session.scalar(rows) or 0)
