"""Proposing files for destruction, and keeping one of them back (CUS-10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import force_locale
from sqlalchemy import Select, insert, select, update

from kezhi import Conflict, NotFound, Refused, User, acting_user, announce, audit_record, clock, db, visible, writing
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ...approvals.contributions import Proposal as Request
from ...approvals.contributions import Step
from ...approvals.models import Request as ApprovalRequest
from ...approvals.rules import check_signer
from ...approvals.services import propose, request_for
from ...customers.models import Customer
from ...customers.sharing.guard import check_in_charge
from ..contributions import FILE
from ..models import APPROVED, DESTROY, KEEP, OPEN, OPEN_STATES, RETURNED, WAITING, Item, Proposal
from ..words import REASONS, SCOPES
from .places import obstacles
from .tracing import subject_of

KIND = "destruction.proposal"
MOST = 100  #: files of one proposal: the signers look at each
SHORTEST_BASIS = 6
CUSTOMERS, ITEMS, PROPOSALS = Customer.__table__, Item.__table__, Proposal.__table__
UNSCOPED = {"kezhi_unscoped": True}
STEPS = (
    Step({"zh": "客户信息主管", "en": "Customer-information officer"}, role="customer-information-officer"),
    Step({"zh": "客服经理", "en": "Customer-service manager"}, role="customer-service-manager"),
    Step({"zh": "总经理", "en": "General manager"}, role="general-manager"),
)


def propose_destruction(ids: Select[Any] | Sequence[int], scope: str, reason: str, basis: str) -> Proposal:
    """Propose customer files for destruction, in one request that three people sign one after the other.

    ``basis`` stays in the register for good and must not name anybody. Errors: ``NotFound`` when one cannot be seen;
    ``Refused`` without a basis, or when one of the files must be kept or is too many; ``Conflict`` when one is proposed
    already.
    """
    if scope not in SCOPES or reason not in REASONS:
        raise Refused(_("Choose what is to be destroyed, and why."))
    basis = basis.strip()
    if len(basis) < SHORTEST_BASIS:
        raise Refused(_("Say why the file need not be kept any longer: which period ended, and when."), field="basis")
    with writing():
        number = next_numbers("destruction.proposal")[0]  # locked to the end: proposals come one after the other
        rows = _chosen(ids)
        wanted = [row.id for row in rows]
        _check_free(wanted)
        _check_basis(wanted, basis)
        if scope == FILE:
            _check_obstacles(rows)
        proposal = _returned_one(wanted) or Proposal(number=f"XH-{number:06d}", signers=[], request_number="")
        proposal.scope, proposal.reason, proposal.basis = scope, reason, basis
        proposal.state, proposal.count, proposal.closed_at = WAITING, len(rows), None
        proposal.proposed_by, proposal.proposed_at, proposal.digest = acting_user().login, clock.now(), ""
        db.session.add(proposal)
        db.session.flush()
        if proposal.request_id is None:
            db.session.execute(insert(ITEMS), [_item(proposal.id, row) for row in rows])
        else:
            _renew_items(proposal.id, rows)
        proposal.digest = digest_of(proposal.id)
        request = propose(_request(proposal, [row.code or row.prospect_number or "" for row in rows]))
        proposal.request_id, proposal.request_number = request.id, request.number
        db.session.flush()
        audit_record(
            "destruction.propose", "destruction", proposal.id, scope=scope, reason=reason, customers=wanted,
            digest=proposal.digest, request=request.number,
        )  # fmt: skip
        announce(Proposal, "create", [proposal.id])
        return proposal


def _item(proposal_id: int, row: Any) -> dict[str, Any]:
    return {
        "proposal_id": proposal_id, "customer_id": row.id, "code": row.code or row.prospect_number or "",
        "version": row.version, "decision": DESTROY, "decided_by": "", "decided_at": None, "keep_reason": "",
        "outcome": OPEN, "note": "", "done_at": None, "rows": {}, "files": 0,
    }  # fmt: skip


def _renew_items(proposal_id: int, rows: Sequence[Any]) -> None:
    """Put up again: the versions are those of now, what was kept back stays kept."""
    for row in rows:
        mine = (ITEMS.c.proposal_id == proposal_id, ITEMS.c.customer_id == row.id)
        db.session.execute(update(ITEMS).where(*mine).values(version=row.version))


def _returned_one(wanted: Sequence[int]) -> Proposal | None:
    """The returned proposal of the same person about just these files: it goes on under its number."""
    newest = select(ITEMS.c.proposal_id).where(ITEMS.c.customer_id.in_(wanted))
    statement = select(Proposal).where(
        Proposal.id.in_(newest), Proposal.state == RETURNED, Proposal.proposed_by == acting_user().login
    )
    for proposal in db.session.scalars(statement.order_by(Proposal.id.desc()), execution_options=UNSCOPED):
        theirs = set(db.session.scalars(select(ITEMS.c.customer_id).where(ITEMS.c.proposal_id == proposal.id)))
        latest = request_for(KIND, str(proposal.id))
        if theirs == set(wanted) and latest is not None and latest.status == "returned":
            return proposal
    return None


def _chosen(ids: Any) -> list[Any]:
    columns = (CUSTOMERS.c.id, CUSTOMERS.c.code, CUSTOMERS.c.prospect_number, CUSTOMERS.c.name, CUSTOMERS.c.version)
    seen = visible(Customer).with_only_columns(Customer.id)
    statement = select(*columns).where(CUSTOMERS.c.id.in_(ids), CUSTOMERS.c.id.in_(seen)).order_by(CUSTOMERS.c.id)
    rows = list(db.session.execute(statement.limit(MOST + 1)))
    if not rows or (isinstance(ids, list | tuple) and len(rows) < len(set(ids))):
        raise NotFound(_("There is no such customer."))
    if len(rows) > MOST:
        raise Refused(_("No more than %(most)s files can be proposed at once: the signers look at each.", most=MOST))
    check_in_charge([row.id for row in rows])  # what is only shared with somebody is not theirs to give up
    return rows


def _check_free(wanted: Sequence[int]) -> None:
    open_one = (
        select(ITEMS.c.code, PROPOSALS.c.number)
        .join(PROPOSALS, PROPOSALS.c.id == ITEMS.c.proposal_id)
        .where(ITEMS.c.customer_id.in_(wanted), PROPOSALS.c.state.in_(OPEN_STATES), ITEMS.c.outcome == OPEN)
        .limit(1)
    )
    found = db.session.execute(open_one, execution_options=UNSCOPED).first()
    if found is not None:
        raise Conflict(_("%(code)s is proposed already, in %(number)s.", code=found.code, number=found.number))


def _check_basis(wanted: Sequence[int], basis: str) -> None:
    """The register outlives the files: what it says must not lead back to anybody."""
    for customer_id in wanted:
        subject = subject_of(customer_id, FILE, "")
        if any(text in basis for text in (*subject.traces, *(each for each in subject.whole if len(each) > 1))):
            raise Refused(
                _("The basis stays in the register for good: write it without names, phone numbers and addresses."),
                field="basis",
            )


def _check_obstacles(rows: Sequence[Any]) -> None:
    found = obstacles([row.id for row in rows], clock.today())
    for row in rows:
        if row.id in found:
            text = _("; ").join(found[row.id])
            raise Refused(
                _("%(code)s cannot be destroyed yet: %(why)s", code=row.code or row.prospect_number, why=text)
            )


def digest_of(proposal_id: int) -> str:
    """SHA-256 over what is signed: scope, reason, basis, and each file in the version that was proposed."""
    facts = db.session.execute(
        select(PROPOSALS.c.scope, PROPOSALS.c.reason, PROPOSALS.c.basis).where(PROPOSALS.c.id == proposal_id)
    ).one()
    rows = select(ITEMS.c.customer_id, ITEMS.c.code, ITEMS.c.version).where(ITEMS.c.proposal_id == proposal_id)
    items = [list(row) for row in db.session.execute(rows.order_by(ITEMS.c.customer_id))]
    return hashlib.sha256(json.dumps([list(facts), items], ensure_ascii=False).encode()).hexdigest()


def _request(proposal: Proposal, codes: Sequence[str]) -> Request:
    """What is put to the signers: codes, no names. The names stand on the page of the proposal as long as they may."""
    count = len(codes)
    facts = [
        [both(lambda: _("What goes")), both(lambda: SCOPES[proposal.scope])],
        [both(lambda: _("Reason")), both(lambda: REASONS[proposal.reason])],
        [both(lambda: _("Basis of retention")), proposal.basis],
        [
            both(lambda: _("When it is signed")),
            both(lambda: _("The data is destroyed for good and cannot be restored.")),
        ],
    ]
    return Request(
        kind=KIND,
        reference=str(proposal.id),
        title=both(lambda: _("Destruction %(number)s: %(count)s files", number=proposal.number, count=count)),
        digest=proposal.digest,
        steps=STEPS,
        snapshot={
            "facts": facts,
            "table": {"head": [both(lambda: _("Customer code"))], "rows": [[code] for code in codes]},
            "links": [[both(lambda: _("The files, one by one")), f"/destruction/{proposal.id}"]],
        },
    )


def both(text: Callable[[], Any]) -> dict[str, str]:
    """A text in both languages, as data."""
    with force_locale("zh_Hans_CN"):
        chinese = str(text())
    with force_locale("en"):
        english = str(text())
    return {"zh": chinese, "en": english}


def may_keep(proposal: Proposal, user: User) -> bool:
    """Whether ``user`` may keep files of a proposal back: who can sign it now, and who signed it."""
    if proposal.state == APPROVED:
        return any(each.get("login") == user.login for each in proposal.signers)
    if proposal.state != WAITING or proposal.request_id is None:
        return False
    request = db.session.get(ApprovalRequest, proposal.request_id, execution_options=UNSCOPED)
    if request is None:
        return False
    if any(mark.user_id == user.id and mark.decision == "approve" for mark in request.signatures):
        return True
    try:
        check_signer(request, user)
    except Refused:
        return False
    return True


def keep_back(proposal_id: int, customer_id: int, reason: str) -> Item:
    """Decide that one file of a proposal stays. It binds whoever carries the proposal out, and is not taken back.

    Errors: ``NotFound``; ``Refused`` for anybody but a signer, or without a reason; ``Conflict`` when it is too late.
    """
    with writing():
        proposal = proposal_by_id(proposal_id)
        if not may_keep(proposal, acting_user()):
            raise Refused(_("Only who signs this proposal can keep a file back."))
        if len(reason.strip()) < 2:
            raise Refused(_("Say why the file is kept."), field="reason")
        mine = (ITEMS.c.proposal_id == proposal_id, ITEMS.c.customer_id == customer_id)
        taken = update(ITEMS).where(*mine, ITEMS.c.outcome == OPEN, ITEMS.c.decision == DESTROY)
        values = {"decision": KEEP, "decided_by": acting_user().login, "decided_at": clock.now(),
                  "keep_reason": reason.strip()[:500]}  # fmt: skip
        result: Any = db.session.execute(taken.values(**values))
        db.session.expire_all()
        item = db.session.get(Item, (proposal_id, customer_id), execution_options=UNSCOPED)
        if item is None:
            raise NotFound(_("There is no such file in this proposal."))
        if result.rowcount != 1:
            raise Conflict(_("This file was decided already: look at how it stands."))
        audit_record("destruction.keep", "destruction", proposal_id, customer=customer_id)
        announce(Proposal, "update", [proposal_id])
        return item


def proposal_by_id(proposal_id: int) -> Proposal:
    """A proposal that the acting user may see. Errors: ``NotFound``."""
    statement = visible(Proposal).where(Proposal.id == proposal_id)
    found: Proposal | None = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such proposal."))
    return found
