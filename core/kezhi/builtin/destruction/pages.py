"""The register, one proposal with its files, and where a customer is offered for destruction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Text, case, literal

from kezhi import Choice, Column, Filter, ListView, Panel, User, db, localised, visible
from kezhi import lazy_gettext as _l
from kezhi.cells import address_of

from ..accounts.services import name_of_login, names_of_logins
from ..approvals.addresses import address_of_request
from ..customers.models import Customer
from ..customers.sharing.rules import is_in_charge
from ..documents.models import Issue
from .contributions import FILE
from .models import DONE, OPEN, OPEN_STATES, Item, Proposal
from .rules import PROPOSE, READ, REGISTER
from .services import may_keep
from .services.finishing import CERTIFICATE
from .words import OUTCOME_TONES, OUTCOMES, REASONS, SCOPES, STATE_TONES, STATES


def _named(column: Any, words: dict[str, Any]) -> Any:
    return case(*((column == key, literal(str(text), Text())) for key, text in words.items()), else_=column)


def _choices(words: dict[str, Any]) -> Any:
    return lambda: [Choice(key, text) for key, text in words.items()]


def register_view() -> ListView:
    """Every proposal and what became of it: numbers, ids and signers, no contents."""
    row: Any = Proposal
    return ListView(
        name="destruction",
        model=Proposal,
        columns=[
            Column("number", _l("Proposal number"), row.number, sortable=True, default=True, render="code", order=1),
            Column("state", _l("State"), row.state, default=True, render="chip", order=2,
                   filter=Filter("choice", _choices(STATES)), extra=(_named(row.state, STATE_TONES),)),
            Column("scope", _l("What goes"), _named(row.scope, SCOPES), default=True, order=3,
                   filter=Filter("choice", _choices(SCOPES), lambda key: row.scope == key)),
            Column("count", _l("Files proposed"), row.count, default=True, render="count", order=4),
            Column("destroyed", _l("Destroyed"), row.destroyed, default=True, render="count", order=5,
                   filter=Filter("number")),
            Column("files", _l("Attached files"), row.files, render="count", order=6),
            Column("reason", _l("Reason"), _named(row.reason, REASONS), default=True, order=7,
                   filter=Filter("choice", _choices(REASONS), lambda key: row.reason == key)),
            Column("basis", _l("Basis of retention"), row.basis, order=8),
            Column("proposed_by", _l("Proposed by"), name_of_login(Proposal.__table__.c.proposed_by),
                   default=True, render="person", order=9),
            Column("proposed_at", _l("Proposed at"), row.proposed_at, sortable=True, default=True, render="instant",
                   order=10, filter=Filter("date")),
            Column("request_number", _l("Approval request"), row.request_number, order=11),
            Column("closed_at", _l("Decided on"), row.closed_at, render="instant", order=12, filter=Filter("date")),
            Column("done_at", _l("Carried out"), row.done_at, default=True, render="instant", order=13,
                   filter=Filter("date")),
        ],
        order=("proposed_at", "desc"),
        search=[row.number, row.request_number],
        search_hint=_l("Number or request"),
        link=lambda found: address_of("destruction.show", proposal_id=found.id),
        title=_l("Register of destructions"),
        kind=_l("proposals"),
        export_permission=REGISTER,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One file of a proposal as the page shows it; ``name`` only while it exists and may be seen."""

    item: Item
    name: str
    outcome: Any
    tone: str
    decided_by: str
    rows: int


def proposal_page(proposal: Proposal, user: User) -> dict[str, Any]:
    """Facts, signers and files of one proposal. A constant number of statements."""
    items = list(
        db.session.scalars(visible(Item).where(Item.proposal_id == proposal.id).order_by(Item.code, Item.customer_id))
    )
    ids = [item.customer_id for item in items]
    seen = visible(Customer).with_only_columns(Customer.id, Customer.name).where(Customer.id.in_(ids))
    shown = dict(db.session.execute(seen).all()) if user.can("customers.read") else {}
    logins = {proposal.proposed_by, *(item.decided_by for item in items)} - {""}
    names = names_of_logins(logins)
    issued = db.session.scalars(
        visible(Issue).where(Issue.kind == CERTIFICATE, Issue.record_id == proposal.id).order_by(Issue.id).limit(1)
    ).one_or_none()
    return {
        "proposal": proposal,
        "state": STATES[proposal.state],
        "tone": STATE_TONES[proposal.state],
        "scope": SCOPES[proposal.scope],
        "reason": REASONS.get(proposal.reason, proposal.reason),
        "whole": proposal.scope == FILE,
        "proposed_by": names.get(proposal.proposed_by, proposal.proposed_by),
        "signers": [(localised(each["title"]), each["name"], each["at"]) for each in proposal.signers],
        "lines": [_line(item, shown, names) for item in items],
        "may_keep": may_keep(proposal, user),
        "request_url": address_of_request(proposal.request_id),
        "certificate": issued,
        "may_issue": proposal.state == DONE and proposal.destroyed and issued is None and user.can(REGISTER),
        "certificate_kind": CERTIFICATE,
        "again": proposal.state == "returned" and proposal.proposed_by == user.login and user.can(PROPOSE),
    }


def _line(item: Item, shown: dict[int, str], names: dict[str, str]) -> Line:
    keeps = item.outcome == OPEN and item.decision == "keep"
    outcome = "kept" if keeps else item.outcome
    return Line(
        item,
        shown.get(item.customer_id, ""),
        OUTCOMES[outcome],
        OUTCOME_TONES[outcome],
        names.get(item.decided_by, item.decided_by),
        sum(item.rows.values()),
    )


def actions(model: type) -> list[Any]:
    """Proposing several customers, in any list of them."""
    from ..lists.contributions import BulkAction

    if model is not Customer:
        return []
    return [
        BulkAction("destruction.propose", _l("Propose for destruction…"), "destruction.propose_chosen", "trash3",
                   PROPOSE, danger=True)
    ]  # fmt: skip


def customer_panels(record: Any, user: User) -> list[Panel]:
    """Whether a file is proposed for destruction, or where to propose it: the last panel of the page."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    item, own = Item.__table__.c, Proposal.__table__.c
    statement = (
        visible(Proposal)
        .join(Item.__table__, item.proposal_id == Proposal.id)
        .where(item.customer_id == record.id, own.state.in_(OPEN_STATES), item.outcome == OPEN)
    )
    proposal = db.session.scalars(statement.limit(1)).one_or_none()
    if proposal is None and not (user.can(PROPOSE) and is_in_charge(record.owner_id, record.department_id, user)):
        return []
    link = url_for("destruction.propose", customer_id=record.id)
    if proposal is not None:
        link = url_for("destruction.show", proposal_id=proposal.id)
    context = {"proposal": proposal, "state": STATES[proposal.state] if proposal else ""}
    text = _l("Open it") if proposal is not None else _l("Propose for destruction…")
    return [Panel(_l("Destruction"), "destruction/panel.html", context, icon="trash3", link=link, link_text=text,
                  order=99, half=True, tab="keeping")]  # fmt: skip


def chosen_lines(ids: Any) -> list[tuple[int, str, str]]:
    """Id, code and name of files that are about to be proposed."""
    seen = visible(Customer).with_only_columns(Customer.id, Customer.code, Customer.prospect_number, Customer.name)
    rows = db.session.execute(seen.where(Customer.id.in_(ids)).order_by(Customer.code, Customer.id).limit(101))
    return [(row.id, row.code or row.prospect_number or "", row.name) for row in rows]
