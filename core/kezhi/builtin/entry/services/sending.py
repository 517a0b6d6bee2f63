"""Sending new customers for confirmation: frozen as they are, put up in one request, whatever their number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, select, update

from kezhi import Conflict, Refused, acting_user, announce, audit_record, clock, db, writing
from kezhi.db import UtcDateTime
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ...approvals.services import propose, request_for
from ...customers.models import Customer
from ...customers.services import customer_by_id
from ...customers.services.confirmation import reserved_code
from ...customers.sharing.guard import check_writable
from ..models import CLOSED, RETURNED, WAITING, Line, State, Submission
from .digest import digest_of
from .parts import freeze_parts
from .proposing import KIND, proposal_of

CUSTOMERS = Customer.__table__
LINES, STATES = Line.__table__, State.__table__
QUIET = {"synchronize_session": False}
FROZEN = ("number", "code", "name", "business_type", "region", "owner", "department", "version")
MOST_TOTALS = 12  #: kinds and people named in the totals


def send(ids: Select[Any], *, batch_id: int | None = None, source: str = "") -> Submission | None:
    """Put prospects up for confirmation in one request; those that wait already or are customers are left out.

    The number of statements does not depend on their number. Answers None when none is left. Expects an open
    ``writing()``. Errors: as ``propose``.
    """
    waiting = select(STATES.c.customer_id).where(STATES.c.state == WAITING)
    chosen = select(CUSTOMERS.c.id).where(
        CUSTOMERS.c.id.in_(ids), CUSTOMERS.c.code.is_(None), CUSTOMERS.c.id.not_in(waiting)
    )
    count = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if not count:
        return None
    check_writable(chosen)
    sent = _submission(chosen, count)
    sent.batch_id, sent.source = batch_id, source
    _freeze(sent, chosen)
    freeze_parts(sent.id)
    sent.totals = _totals(sent.id)
    sent.digest = digest_of(sent.id)
    _mark_waiting(sent)
    db.session.flush()
    request = propose(proposal_of(sent))
    sent.request_id, sent.request_number = request.id, request.number
    db.session.flush()
    audit_record(
        "entry.send", "entry", sent.id, count=count, digest=sent.digest, batch=batch_id, request=request.number
    )
    announce(Submission, "create", [sent.id])
    return sent


def send_one(customer_id: int) -> Submission:
    """Send one prospect. Errors: ``NotFound``; ``Refused`` for a customer, or without a business type; ``Conflict``."""
    with writing():
        customer = customer_by_id(customer_id)
        if customer.code:
            raise Refused(
                _("%(name)s is a customer already, with the code %(code)s.", name=customer.name, code=customer.code)
            )
        if not customer.business_type:
            raise Refused(_("Choose the business type first: a new customer is confirmed with it."))
        sent = send(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == customer_id))
        if sent is None:
            raise Conflict(_("%(name)s waits for confirmation already.", name=customer.name))
        return sent


def send_again(submission_id: int) -> Submission:
    """Send everything again that was sent together and came back. Errors: ``Conflict`` when nothing of it did."""
    with writing():
        back = select(STATES.c.customer_id).where(STATES.c.submission_id == submission_id, STATES.c.state.in_(CLOSED))
        sent = send(back)
        if sent is None:
            raise Conflict(_("Nothing of this can be sent again: look at how it stands."))
        return sent


def _submission(chosen: Select[Any], count: int) -> Submission:
    """A new one, or the one that was returned to the same person with just these customers: it goes on in a round."""
    user, now = acting_user(), clock.now()
    of_chosen = select(STATES.c.submission_id).where(STATES.c.customer_id.in_(chosen), STATES.c.state == RETURNED)
    found = db.session.scalars(
        select(Submission).where(
            Submission.id.in_(of_chosen.distinct()),
            Submission.state == RETURNED,
            Submission.sent_by == user.login,
            Submission.count == count,
        )
    ).all()
    same = found[0] if len(found) == 1 and _returned(found[0].id, chosen) == count else None
    if same is None:
        same = Submission(
            count=count, sent_by=user.login, totals={}, digest="", request_number="", source="", reason=""
        )
        db.session.add(same)
    else:
        db.session.execute(delete(Line).where(Line.submission_id == same.id), execution_options=QUIET)
    same.state, same.sent_at, same.confirmed = WAITING, now, 0
    same.closed_by, same.closed_at, same.reason = "", None, ""
    db.session.flush()
    return same


def _returned(submission_id: int, chosen: Select[Any]) -> int:
    rows = select(func.count()).where(
        STATES.c.submission_id == submission_id, STATES.c.state == RETURNED, STATES.c.customer_id.in_(chosen)
    )
    latest = request_for(KIND, str(submission_id))
    return int(db.session.scalar(rows) or 0) if latest is not None and latest.status == "returned" else 0


def _freeze(sent: Submission, chosen: Select[Any]) -> None:
    """The rows as they are now, without anything that is kept encrypted: phones and notes stay in the record."""
    owner = select(Account.name).where(Account.id == CUSTOMERS.c.owner_id).correlate(CUSTOMERS).scalar_subquery()
    place = select(Department.name).where(Department.id == CUSTOMERS.c.department_id).correlate(CUSTOMERS)
    rows: Any = select(
        literal(sent.id),
        CUSTOMERS.c.id,
        func.coalesce(CUSTOMERS.c.prospect_number, ""),
        func.coalesce(reserved_code(CUSTOMERS.c.id), ""),
        CUSTOMERS.c.name,
        CUSTOMERS.c.business_type,
        CUSTOMERS.c.region,
        func.coalesce(owner, ""),
        func.coalesce(place.scalar_subquery(), ""),
        CUSTOMERS.c.version,
    ).where(CUSTOMERS.c.id.in_(chosen))
    db.session.execute(insert(LINES).from_select(["submission_id", "customer_id", *FROZEN], rows))


def _mark_waiting(sent: Submission) -> None:
    of_sent = select(LINES.c.customer_id).where(LINES.c.submission_id == sent.id)
    marked = {
        "submission_id": sent.id,
        "state": WAITING,
        "reason": "",
        "sent_by": sent.sent_by,
        "sent_at": sent.sent_at,
        "closed_by": "",
        "closed_at": None,
    }
    db.session.execute(update(STATES).where(STATES.c.customer_id.in_(of_sent)).values(**marked))
    known = select(STATES.c.customer_id)
    rows: Any = select(
        LINES.c.customer_id,
        literal(sent.id),
        literal(WAITING),
        literal(""),
        literal(sent.sent_by),
        literal(sent.sent_at, UtcDateTime()),
        literal(""),
    ).where(LINES.c.submission_id == sent.id, LINES.c.customer_id.not_in(known))
    columns = ["customer_id", "submission_id", "state", "reason", "sent_by", "sent_at", "closed_by"]
    db.session.execute(insert(STATES).from_select(columns, rows))
    db.session.expire_all()


def _totals(submission_id: int) -> dict[str, list[list[Any]]]:
    """How many rows of which business type and of whom, the most first."""

    def counted(column: Any) -> list[list[Any]]:
        number = func.count()
        rows = select(column, number).where(LINES.c.submission_id == submission_id).group_by(column)
        found = db.session.execute(rows.order_by(number.desc(), column).limit(MOST_TOTALS))
        return [[value, count] for value, count in found]

    return {"types": counted(LINES.c.business_type), "owners": counted(LINES.c.owner)}
