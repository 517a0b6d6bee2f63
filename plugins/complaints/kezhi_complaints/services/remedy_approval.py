"""Approval of compensation above the company's limit (CMP-13): never by its maker nor by who is complained about."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kezhi import Refused, acting_user, clock, currency, db, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import propose
from kezhi.i18n import _, in_both_languages
from kezhi.money import display, to_minor

from ..models import APPROVED, DRAFT, IN_APPROVAL, INVALID, REFUSED, WITHDRAWN, Complaint, Remedy
from ..words_remedies import REMEDY_WORDS
from .finding import complaint_behind
from .people import barred

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "complaints.remedy"
UNSCOPED = {"kezhi_unscoped": True}


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a compensation out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Compensation for a complaint"),
        digest=lambda request: digest_of(_remedy(request)),
        apply=_approve,
        closed=_close,
        address=lambda request: f"/complaints/{_remedy(request).complaint_id}#remedy",
        steps=shipped_steps,
        amount=_l("Compensation and discounts of the complaint, with this one"),
        barred=lambda request: barred(complaint_behind(_remedy(request))),
    )


def shipped_steps() -> tuple[Step, ...]:
    """The maker's manager, and above the second sum the general manager."""
    above = to_minor(str(setting("complaints", "compensation_chief")), currency())
    return (
        Step({"zh": "部门经理审批", "en": "Approval by the department manager"}, manager_level=1),
        Step({"zh": "总经理审批", "en": "Approval by the general manager"}, role="general-manager", above=above),
    )


def put_up(complaint: Complaint, remedy: Remedy, total: int) -> None:
    """Put a compensation up for approval, without names: those stand on the page it leads to. Of a complaint about a
    person not even its number: whoever sees all requests may be that person.

    ``total`` (minor units) is what the complaint costs in money with this one: it decides about who signs. Errors:
    ``Refused`` where nobody is left to sign.
    """
    number = complaint.number if complaint.accused_id is None else ""
    facts: list[list[Any]] = [
        *([[in_both_languages(_l("Complaint number")), number]] if number else []),
        [in_both_languages(_l("Remedy")), in_both_languages(REMEDY_WORDS[remedy.kind])],
        [in_both_languages(_l("Amount")), display(remedy.amount, remedy.currency)],
        [in_both_languages(_l("Compensation and discounts of the complaint, with this one")),
         display(total, remedy.currency)],
    ]  # fmt: skip
    links = [[in_both_languages(_l("The complaint")), f"/complaints/{complaint.id}#remedy"]]
    propose(
        Proposal(
            kind=KIND,
            reference=str(remedy.id),
            title=in_both_languages(
                _l("Compensation for complaint %(number)s", number=number)
                if number
                else _l("Compensation for a complaint")
            ),
            digest=digest_of(remedy),
            snapshot={"facts": facts, "links": links},
            amount=total,
            barred=frozenset(barred(complaint)),
        )
    )


def digest_of(remedy: Remedy) -> str:
    """SHA-256 over what is signed."""
    signed = [remedy.id, remedy.complaint_id, remedy.kind, remedy.amount, remedy.currency, remedy.agreed, remedy.state]
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False).encode()).hexdigest()


def _remedy(request: Request) -> Remedy:
    statement = select(Remedy).where(Remedy.id == int(request.reference))
    options = {**UNSCOPED, "populate_existing": True}
    found = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _decider() -> int | None:
    """Who decides: apps carry out with the system's sight and that person's name."""
    person = user_named(acting_user().login)
    return person.id if person is not None else None


def _approve(request: Request) -> None:
    """In the last signature's transaction: it may be carried out, and counts as cost."""
    from .remedies import claim_remedy, put_on_record

    remedy = _remedy(request)
    complaint = complaint_behind(remedy)
    if remedy.state != IN_APPROVAL or digest_of(remedy) != request.digest:
        raise Refused(_("This is not the compensation that was signed; nothing took effect."))
    if complaint.validity == INVALID or complaint.state == WITHDRAWN:
        raise Refused(_("The complaint was judged invalid or withdrawn meanwhile: return or reject the request."))
    claim_remedy(remedy, remedy.version, (IN_APPROVAL,), state=APPROVED, decided_at=clock.now(),
                 decided_by_id=_decider())  # fmt: skip
    put_on_record(complaint, remedy, "approve", _decider())


def _close(request: Request, outcome: str) -> None:
    from .remedies import claim_remedy, put_on_record

    remedy = _remedy(request)
    rejected = outcome == "rejected"
    claim_remedy(remedy, remedy.version, (IN_APPROVAL,), state=REFUSED if rejected else DRAFT, decided_at=clock.now(),
                 decided_by_id=_decider())  # fmt: skip
    put_on_record(complaint_behind(remedy), remedy, "refuse" if rejected else "return", _decider())
