"""What the signatures do: the last one starts the execution, a refusal ends the proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kezhi import Refused, announce, audit_record, clock, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _
from kezhi.jobs import enqueue

from ...approvals.contributions import SubjectKind
from ...approvals.services import present_signatures
from ..models import APPROVED, REJECTED, RETURNED, WAITING, WITHDRAWN, Proposal
from .proposing import KIND, STEPS, digest_of

if TYPE_CHECKING:
    from ...approvals.models import Request

JOB = "destruction.execute"
OUTCOMES = {"returned": RETURNED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "void": WITHDRAWN}


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a destruction out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Destruction of customer files"),
        digest=lambda request: digest_of(int(request.reference)),
        apply=_approve,
        closed=_close,
        address=lambda request: f"/destruction/{request.reference}",
        steps=lambda: STEPS,
    )


def _proposal(request: Request) -> Proposal:
    found: Proposal | None = db.session.get(Proposal, int(request.reference), populate_existing=True)
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _approve(request: Request) -> None:
    """In the last signature's transaction: who signed is put down, and the execution put up. Nothing goes yet."""
    proposal = _proposal(request)
    if proposal.state != WAITING or proposal.digest != request.digest:
        raise Refused(_("These are not the files that were signed; nothing was destroyed."))
    proposal.state, proposal.closed_at, proposal.signers = APPROVED, clock.now(), signers_of(request)
    db.session.flush()
    enqueue(JOB, f"proposal {proposal.id}", {"proposal": proposal.id})
    audit_record(
        "destruction.approve", "destruction", proposal.id, digest=request.digest,
        signers=[each["login"] for each in proposal.signers],
    )  # fmt: skip
    announce(Proposal, "update", [proposal.id])


def signers_of(request: Request) -> list[dict[str, Any]]:
    """Who signed which step of the present round, in order."""
    titles = {step.position: step.title for step in request.steps if step.round == request.round}
    return [
        {"title": titles.get(position, {}), "name": mark.user_name, "login": mark.user_login, "for": mark.for_name,
         "at": mark.at.isoformat()}
        for position, marks in sorted(present_signatures(request).items())
        for mark in marks
        if mark.decision == "approve"
    ]  # fmt: skip


def _close(request: Request, outcome: str) -> None:
    proposal = _proposal(request)
    proposal.state, proposal.closed_at = OUTCOMES[outcome], clock.now()
    db.session.flush()
    audit_record("destruction.close", "destruction", proposal.id, outcome=outcome)
    announce(Proposal, "update", [proposal.id])
