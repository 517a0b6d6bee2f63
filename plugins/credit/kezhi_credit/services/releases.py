"""Lifting a block once, for one order: asked for, approved by somebody else, used up by the check (CRD-05)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from kezhi import Conflict, Refused, acting_user, announce, audit_record, clock, currency, db, setting, visible, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.contributions import Proposal, SubjectKind
from kezhi.builtin.approvals.services import propose
from kezhi.i18n import _, in_both_languages
from kezhi.money import LARGEST, display
from kezhi.numbers import next_numbers

from ..models import APPROVED, WAITING, Release
from .limits import OUTCOMES, UNSCOPED, shipped_steps
from .ratings import seen_customer

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "credit.release"
RELEASES: Any = Release.__table__
LONGEST_REASON = 1000


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a release out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Release of a credit block"),
        digest=lambda request: digest_of(_release(request)),
        apply=_approve,
        closed=_close,
        address=lambda request: f"/credit/customers/{_release(request).customer_id}",
        steps=partial(shipped_steps, "manager_release"),
        amount=_l("Amount of the order"),
    )


def ask_release(customer_id: int, order: str, asked: int, reason: str) -> Release:
    """Ask that a blocked order may be shipped all the same.

    Errors: ``NotFound``; ``Refused`` naming the field, also when the order is not blocked at all; ``Conflict`` while
    another release for the order waits or is there.
    """
    from .checking import BLOCK, check

    order, reason = order.strip(), reason.strip()
    if not order:
        raise Refused(_("Say for which order: a release holds for one order."), field="order")
    if not 0 < asked <= LARGEST:
        raise Refused(_("Write an amount above 0."), field="amount")
    if not reason:
        raise Refused(_("Say why this order should be shipped all the same."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    answer = check(customer_id, asked, order)
    if answer.decision != BLOCK:
        raise Refused(_("This order is not blocked: it needs no release."), field="order")
    with writing():
        customer = seen_customer(customer_id)
        number = next_numbers("credit.release")[0]  # locked to the end: requests come one after the other
        _check_free(customer.id, order)
        release = Release(
            number=f"FX-{number:06d}", customer_id=customer.id, order_number=order, amount=asked, reason=reason,
            valid_to=clock.today() + timedelta(days=int(setting("credit", "release_days"))), state=WAITING,
            requested_at=clock.now(), requested_by=acting_user().login,
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        code = customer.code or customer.prospect_number or ""
        blocks = [each.text for each in answer.reasons if each.level == BLOCK]
        release.request_id = propose(_proposal(release, code, customer.id, blocks)).id
        db.session.flush()
        announce(Release, "create", [release.id])
        audit_record("credit.release.ask", "credit_release", release.id, request=release.request_id)
        return release


def usable(customer_id: int, order: str, asked: int) -> Any:
    """The release that lifts a block of an order up to its amount, as a row; None without one."""
    c = RELEASES.c
    statement = select(RELEASES).where(
        c.customer_id == customer_id, c.order_number == order, c.amount >= asked, c.state == APPROVED,
        c.used_at.is_(None), c.valid_to >= clock.today(),
    )  # fmt: skip
    return db.session.execute(statement.order_by(c.id).limit(1)).first()


def use(release_id: int) -> None:
    """Use a release up. Errors: ``Conflict`` when it was used a moment ago."""
    c = RELEASES.c
    statement = update(RELEASES).where(c.id == release_id, c.used_at.is_(None)).values(used_at=clock.now())
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise Conflict(_("This release was used already: it holds once."))
    announce(Release, "update", [release_id])
    audit_record("credit.release.use", "credit_release", release_id)


def number_of(release_id: int) -> str:
    """The number of a release."""
    return str(db.session.scalar(select(RELEASES.c.number).where(RELEASES.c.id == release_id)) or "")


def releases_of(customer_id: int) -> list[Release]:
    """The releases of a customer that the user sees, the newest first."""
    statement = visible(Release).where(Release.customer_id == customer_id).order_by(Release.id.desc())
    return list(db.session.scalars(statement))


def digest_of(release: Release) -> str:
    """SHA-256 over what is signed."""
    signed = [release.number, release.order_number, release.amount, release.reason, release.state]
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False).encode()).hexdigest()


def _check_free(customer_id: int, order: str) -> None:
    c = RELEASES.c
    open_one = (c.state == WAITING) | ((c.state == APPROVED) & c.used_at.is_(None) & (c.valid_to >= clock.today()))
    mine = select(c.number).where(c.customer_id == customer_id, c.order_number == order, open_one).limit(1)
    number = db.session.scalar(mine)
    if number is not None:
        raise Conflict(_("A release of this order waits or is there already: %(number)s.", number=number))


def _proposal(release: Release, code: str, customer_id: int, blocks: list[str]) -> Proposal:
    """What is put to the signers, without names: those stand on the page it leads to."""
    facts: list[list[Any]] = [
        [in_both_languages(_l("Customer code")), code],
        [in_both_languages(_l("Order number")), release.order_number],
        [in_both_languages(_l("Amount of the order")), display(release.amount, currency())],
        [in_both_languages(_l("Blocked because")), " ".join(blocks)],
        [in_both_languages(_l("Can be used through")), release.valid_to.isoformat()],
    ]
    links = [[in_both_languages(_l("Credit of the customer")), f"/credit/customers/{customer_id}"]]
    title = _l("Release %(number)s: order %(order)s of %(code)s", number=release.number, order=release.order_number,
               code=code)  # fmt: skip
    return Proposal(
        kind=KIND,
        reference=str(release.id),
        title=in_both_languages(title),
        digest=digest_of(release),
        snapshot={"facts": facts, "links": links, "text": release.reason},
        amount=release.amount,
    )


def _release(request: Request) -> Release:
    statement = select(Release).where(Release.id == int(request.reference))
    options = {**UNSCOPED, "populate_existing": True}
    found = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _approve(request: Request) -> None:
    release = _release(request)
    if release.state != WAITING or digest_of(release) != request.digest:
        raise Refused(_("This is not the release that was signed; nothing took effect."))
    release.state, release.decided_at = APPROVED, clock.now()
    db.session.flush()
    announce(Release, "update", [release.id])
    audit_record("credit.release.approve", "credit_release", release.id, request=request.number)


def _close(request: Request, outcome: str) -> None:
    release = _release(request)
    release.state, release.decided_at = OUTCOMES[outcome], clock.now()
    db.session.flush()
    announce(Release, "update", [release.id])
    audit_record("credit.release.close", "credit_release", release.id, outcome=outcome)
