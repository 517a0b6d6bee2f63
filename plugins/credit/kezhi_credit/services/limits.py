"""Limits of a customer's own: asked for, approved by amount, in force by date (CRD-03)."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    acting_user,
    announce,
    audit_record,
    clock,
    currency,
    db,
    visible,
    writing,
)
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import propose, request_for
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _, in_both_languages, lazy_pgettext
from kezhi.money import LARGEST, display
from kezhi.numbers import next_numbers

from ..models import APPROVED, REJECTED, RETURNED, WAITING, WITHDRAWN, Limit
from ..settings import minor
from .ratings import seen_customer
from .standing import standing

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "credit.limit"
LONGEST_REASON = 1000
MOST_DAYS = 366  #: of a limit of a customer's own: what is to last longer is a matter of its class
OUTCOMES = {"returned": RETURNED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "void": WITHDRAWN}
UNSCOPED = {"kezhi_unscoped": True}


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a limit out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Credit limit of a customer"),
        digest=lambda request: digest_of(_limit(request)),
        apply=_approve,
        closed=_close,
        address=lambda request: f"/credit/customers/{_limit(request).customer_id}",
        steps=partial(shipped_steps, "manager_limit"),
        amount=_l("The limit that is asked for"),
    )


def shipped_steps(sum_setting: str) -> tuple[Step, ...]:
    """The maker's manager, and above the sum of a setting the general manager."""
    return (
        Step({"zh": "部门经理审批", "en": "Approval by the department manager"}, manager_level=1),
        Step({"zh": "总经理审批", "en": "Approval by the general manager"}, role="general-manager",
             above=minor(sum_setting)),
    )  # fmt: skip


def ask_limit(customer_id: int, amount: int, valid_from: date, valid_to: date, reason: str) -> Limit:
    """Put a limit of a customer's own up for approval. One that was returned to the same person goes on in a new round.

    ``amount`` is minor units of the company's currency. Errors: ``NotFound``; ``Conflict`` while another one of the
    customer waits; ``Refused`` naming the field.
    """
    reason = reason.strip()
    _check(amount, valid_from, valid_to, reason)
    with writing():
        customer = seen_customer(customer_id)
        number = next_numbers("credit.limit")[0]  # locked to the end: requests come one after the other
        _check_free(customer.id)
        limit = _returned_one(customer.id) or Limit(number=f"XE-{number:06d}", customer_id=customer.id)
        limit.amount, limit.valid_from, limit.valid_to, limit.reason = amount, valid_from, valid_to, reason
        limit.state, limit.decided_at = WAITING, None
        limit.requested_at, limit.requested_by = clock.now(), acting_user().login
        db.session.add(limit)
        db.session.flush()
        limit.request_id = propose(_proposal(limit, customer)).id
        db.session.flush()
        announce(Limit, "create", [limit.id])
        audit_record("credit.limit.ask", "credit_limit", limit.id, request=limit.request_id)
        return limit


def end_limit(limit_id: int) -> Limit:
    """End a limit early: from today on it does not hold. Errors: ``NotFound``; ``Conflict`` when it does not hold."""
    limit = limit_by_id(limit_id)
    today = clock.today()
    statement = (
        update(Limit)
        .where(Limit.id == limit.id, Limit.state == APPROVED, Limit.ended_on.is_(None), Limit.valid_to >= today)
        .values(ended_on=today)
    )
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("The limit %(number)s does not hold any more.", number=limit.number))
    db.session.refresh(limit)
    announce(Limit, "update", [limit.id])
    audit_record("credit.limit.end", "credit_limit", limit.id)
    return limit


def limit_by_id(limit_id: int) -> Limit:
    """A limit of a customer that the user sees. Errors: ``NotFound``."""
    found: Limit | None = db.session.execute(visible(Limit).where(Limit.id == limit_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such limit."))
    return found


def limits_of(customer_id: int) -> list[Limit]:
    """Every limit of its own that a customer has had or was asked for, the newest first."""
    statement = visible(Limit).where(Limit.customer_id == customer_id).order_by(Limit.id.desc())
    return list(db.session.scalars(statement))


def digest_of(limit: Limit) -> str:
    """SHA-256 over what is signed. Not over the customer's id: a merge of two files changes nothing of it."""
    signed = [limit.number, limit.amount, limit.valid_from.isoformat(), limit.valid_to.isoformat(), limit.reason,
              limit.state]  # fmt: skip
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False).encode()).hexdigest()


def _check(amount: int, valid_from: date, valid_to: date, reason: str) -> None:
    if not 0 <= amount <= LARGEST:
        raise Refused(_("Write an amount of 0 or more."), field="amount")
    if valid_from < clock.today():
        raise Refused(_("A limit begins today or later."), field="valid_from")
    if valid_to < valid_from:
        raise Refused(_("A limit ends on the day it begins, or later."), field="valid_to")
    if (valid_to - valid_from).days >= MOST_DAYS:
        raise Refused(_("A limit of a customer's own holds for a year at most: what is to last is a matter of its "
                        "class."), field="valid_to")  # fmt: skip
    if not reason:
        raise Refused(_("Say why this customer needs another limit."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")


def _check_free(customer_id: int) -> None:
    table = Limit.__table__
    waiting = select(table.c.number).where(table.c.customer_id == customer_id, table.c.state == WAITING).limit(1)
    number = db.session.scalar(waiting)
    if number is not None:
        raise Conflict(_("Another limit of this customer waits for approval: %(number)s.", number=number))


def _returned_one(customer_id: int) -> Limit | None:
    """The last limit of the customer that came back to the same person."""
    statement = select(Limit).where(
        Limit.customer_id == customer_id, Limit.state == RETURNED, Limit.requested_by == acting_user().login
    )
    found = db.session.scalars(statement.order_by(Limit.id.desc()).limit(1), execution_options=UNSCOPED).one_or_none()
    if found is not None:
        latest = request_for(KIND, str(found.id))
        if latest is None or latest.status != RETURNED:
            return None
    return found


def _proposal(limit: Limit, customer: Customer) -> Proposal:
    """What is put to the signers, without names: those stand on the page it leads to."""
    known = standing(clock.today(), select(Customer.__table__.c.id).where(Customer.__table__.c.id == customer.id))
    now = db.session.execute(known).mappings().one()
    code, money = customer.code or customer.prospect_number or "", currency()
    facts: list[list[Any]] = [
        [in_both_languages(_l("Customer code")), code],
        [in_both_languages(_l("Credit class")), now["class_key"] or in_both_languages(_l("Not rated"))],
        [in_both_languages(_l("Limit at present")), display(now["limit"], money)],
        [in_both_languages(_l("The limit that is asked for")), display(limit.amount, money)],
        [in_both_languages(lazy_pgettext("credit", "Valid")), f"{limit.valid_from} – {limit.valid_to}"],
        [in_both_languages(_l("Afterwards")), in_both_languages(_l("the limit of the class again, by itself"))],
    ]
    links = [[in_both_languages(_l("Credit of the customer")), f"/credit/customers/{customer.id}"]]
    return Proposal(
        kind=KIND,
        reference=str(limit.id),
        title=in_both_languages(_l("Credit limit %(number)s of %(code)s", number=limit.number, code=code)),
        digest=digest_of(limit),
        snapshot={"facts": facts, "links": links, "text": limit.reason},
        amount=limit.amount,
    )


def _limit(request: Request) -> Limit:
    statement = select(Limit).where(Limit.id == int(request.reference))
    options = {**UNSCOPED, "populate_existing": True}
    found = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _approve(request: Request) -> None:
    """In the last signature's transaction: the limit holds, from its first day on."""
    limit = _limit(request)
    if limit.state != WAITING or digest_of(limit) != request.digest:
        raise Refused(_("This is not the limit that was signed; nothing took effect."))
    if limit.valid_to < clock.today():
        raise Refused(_("The last day of this limit is over: return it, and ask for other days."))
    limit.state, limit.decided_at = APPROVED, clock.now()
    db.session.flush()
    announce(Limit, "update", [limit.id])
    audit_record("credit.limit.approve", "credit_limit", limit.id, request=request.number)


def _close(request: Request, outcome: str) -> None:
    limit = _limit(request)
    limit.state, limit.decided_at = OUTCOMES[outcome], clock.now()
    db.session.flush()
    announce(Limit, "update", [limit.id])
    audit_record("credit.limit.close", "credit_limit", limit.id, outcome=outcome)
