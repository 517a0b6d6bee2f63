"""Who is told what of a request: whoever may sign the current step, and its maker of what became of it (TSK-02)."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from kezhi import db
from kezhi import lazy_gettext as _l

from ..accounts.services import users_with_role
from ..tasks.contributions import About, NoticeKind
from ..tasks.services import notify, settle
from .models import APPROVED, CURRENT, PENDING, REJECTED, RETURNED, Request, RequestStep, Signature
from .rules import may_sign_twice

ASKED, DECIDED = "approvals.asked", "approvals.decided"
UNSCOPED = {"kezhi_unscoped": True}


def kinds() -> list[NoticeKind]:
    """The kinds of notices that approvals send."""

    def page(request_id: str) -> str:
        return url_for("approvals.show", request_id=int(request_id))

    use = "approvals.use"
    return [
        NoticeKind(ASKED, _l("Something waits for my signature"), page, "pen", Request, use, mail="now"),
        NoticeKind(DECIDED, _l("What I put up was decided"), page, "pen", Request, use),
    ]


def tell(request: Request) -> None:
    """After every change of a request: nobody need sign the step before any more; who comes next is told."""
    settle(ASKED, request.id)
    about = About(request.title, str(request.id), request.id)
    if request.status == PENDING:
        notify(ASKED, signers(request), _l("%(number)s waits for your signature", number=request.number), about)
        return
    told = {
        APPROVED: _l("%(number)s was approved", number=request.number),
        RETURNED: _l("%(number)s was returned to you", number=request.number),
        REJECTED: _l("%(number)s was rejected", number=request.number),
    }
    if request.status in told and request.requester_id is not None:
        notify(DECIDED, [request.requester_id], told[request.status], about)


def signers(request: Request) -> set[int]:
    """Who may sign the current step: the person it names or everybody with its role, but its maker and, unless the
    company lets them sign twice, who signed before.
    """
    here = (RequestStep.request_id == request.id, RequestStep.round == request.round, RequestStep.state == CURRENT)
    step = db.session.scalars(select(RequestStep).where(*here), execution_options=UNSCOPED).one_or_none()
    if step is None:
        return set()
    if step.user_id is not None:
        found = {step.user_id}
    else:
        found = {account.id for account in users_with_role(step.role or "")}
    if not may_sign_twice():
        signed = select(Signature.user_id).where(Signature.request_id == request.id, Signature.round == request.round)
        found -= {each for each in db.session.scalars(signed, execution_options=UNSCOPED) if each is not None}
    return found - {request.requester_id} if request.requester_id is not None else found
