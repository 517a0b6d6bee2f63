"""Who is told what of a request: whoever may sign the current step, and its maker of what became of it (TSK-02)."""

from __future__ import annotations

from flask import url_for

from kezhi import db
from kezhi import lazy_gettext as _l

from ..accounts.services import users_with_role
from ..tasks.contributions import About, NoticeKind
from ..tasks.services import notify, settle
from .deputies import deputies_of
from .models import APPROVED, OPEN, PENDING, REJECTED, RETURNED, Request
from .signers import counted, current_step, may_sign_twice, step_seats

ASKED, DECIDED = "approvals.asked", "approvals.decided"


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
    if request.status == PENDING:
        ask(request, signers(request))
        return
    about = _about(request)
    told = {
        APPROVED: _l("%(number)s was approved", number=request.number),
        RETURNED: _l("%(number)s was returned to you", number=request.number),
        REJECTED: _l("%(number)s was rejected", number=request.number),
    }
    if request.status in told and request.requester_id is not None:
        notify(DECIDED, [request.requester_id], told[request.status], about)


def ask(request: Request, people: set[int]) -> None:
    """Tell these people that the request waits for them, and who signs in their place today."""
    deputies = db.session.scalars(deputies_of(people)) if people else ()
    told = people | set(deputies) - {request.requester_id}
    notify(ASKED, told, _l("%(number)s waits for your signature", number=request.number), _about(request))


def _about(request: Request) -> About:
    return About(request.title, str(request.id), request.id)


def signers(request: Request) -> set[int]:
    """Who may sign the current step: who is named at it or has its role, but its maker and, unless the company lets
    them sign twice, who signed before.
    """
    step = current_step(request)
    found = {seat.user_id for seat in step_seats(request, step) if seat.state == OPEN}
    if step.user_id is not None:
        found.add(step.user_id)
    elif not step.seated:
        found |= {account.id for account in users_with_role(step.role or "")}
    if not may_sign_twice():
        found -= counted(request)
    return found - {request.requester_id} if request.requester_id is not None else found
