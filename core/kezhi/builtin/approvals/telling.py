"""Who is told what of a request: whoever may sign the current step, and its maker of what became of it (TSK-02).

Whoever lets it wait is reminded; how often is for ``services.reminders`` to say (APR-03).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import exists, select

from kezhi import User, db
from kezhi import lazy_gettext as _l

from ..accounts.models import Account
from ..accounts.services import load_users, users_with_role
from ..tasks.contributions import About, NoticeKind
from ..tasks.kinds import known_notice
from ..tasks.services import notify, settle
from ..tasks.services.notices import is_there, settle_pairs
from ..tasks.services.notices import tell as write_notices
from .deputies import deputies_of
from .models import (
    APPROVED,
    CURRENT,
    OPEN,
    PENDING,
    REJECTED,
    RETURNED,
    Deputy,
    Request,
    RequestStep,
    Seat,
)
from .signers import counted, current_step, may_sign_twice, step_seats

ASKED, DECIDED, REMINDED = "approvals.asked", "approvals.decided", "approvals.reminder"
LATE, RAISED, NAMED = "approvals.late", "approvals.raised", "approvals.deputy"
NAMES = 3  #: signers that a notice names


def kinds() -> list[NoticeKind]:
    """The kinds of notices that approvals send."""

    def page(request_id: str) -> str:
        return url_for("approvals.show", request_id=int(request_id))

    use = "approvals.use"
    return [
        NoticeKind(ASKED, _l("Something waits for my signature"), page, "pen", Request, use, mail="now"),
        NoticeKind(DECIDED, _l("What I put up was decided"), page, "pen", Request, use),
        NoticeKind(REMINDED, _l("Something waits too long for my signature"), page, "alarm", Request, use, mail="now"),
        NoticeKind(LATE, _l("What I put up waits very long"), page, "alarm", Request, use),
        # a manager need not be one who sees the request: nothing of it is told but its number
        NoticeKind(RAISED, _l("Approvals wait very long for people of my department"), _inbox, "arrow-up-circle"),
        NoticeKind(NAMED, _l("I am named as a deputy"), _deputies, "person-check", permission=use),
    ]


def tell(request: Request) -> None:
    """After every change of a request: nobody need sign the step before any more; who comes next is told."""
    for kind in (ASKED, REMINDED, LATE):
        settle(kind, request.id)
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


def handed_over(to_id: int, requests: Any) -> None:
    """Tell who takes signatures over which of these requests they can sign now; the id of each is in ``requests``."""
    if not is_there():
        return
    steps = RequestStep.__table__
    now = exists().where(
        steps.c.request_id == Request.id, steps.c.state == CURRENT, steps.c.id == Seat.__table__.c.step_id,
        Seat.__table__.c.user_id == to_id, Seat.__table__.c.state == OPEN,
    )  # fmt: skip
    waiting = select(Request.id, Request.number, Request.title).where(Request.id.in_(requests), now)
    rows = db.session.execute(waiting.order_by(Request.id), execution_options={"kezhi_unscoped": True}).all()
    people = _people({to_id})
    messages = [
        (people[to_id], _l("%(number)s waits for your signature", number=row.number), _about(row))
        for row in rows
        if to_id in people
    ]
    write_notices(known_notice(ASKED), messages)


def passed_on(request: Request, giver: int) -> None:
    """What was said to who passed the signature on, and to their deputies, is done, unless they still can sign."""
    still = signers(request)
    still |= set(db.session.scalars(deputies_of(still)))
    gone = {giver, *db.session.scalars(deputies_of({giver}))} - still
    for kind in (ASKED, REMINDED):
        settle(kind, request.id, gone)


def remind(requests: Mapping[int, Any], pairs: Sequence[tuple[int, int]]) -> None:
    """Remind people (request id, user id) that it waits for them: they can sign it, so they see it."""
    messages = []
    people = _people({user_id for _, user_id in pairs})
    for request_id, user_id in pairs:
        if user_id in people:
            row = requests[request_id]
            text = _l("%(number)s still waits for your signature; the time for it is over", number=row.number)
            messages.append((people[user_id], text, _about(row)))
    if is_there():
        settle_pairs(REMINDED, pairs)  # the newest one says it all
        write_notices(known_notice(REMINDED), messages)


def raise_late(
    requests: Mapping[int, Any],
    signing: Mapping[int, Sequence[Any]],
    above: Mapping[int, list[int]],
    at_once: Collection[int] = (),
) -> None:
    """Tell the requester, and of each signer the nearest manager who is not one of the signers.

    ``at_once`` are requests whose step says so as soon as its limit is over, not after twice the time.
    """
    people = _people({row.requester_id for row in requests.values()} | {each for ids in above.values() for each in ids})
    makers, managers = [], []
    for request_id, row in requests.items():
        theirs = signing.get(request_id, [])
        names = _names([each.name for each in theirs])
        if row.requester_id in people:
            text = _waits(row.number, names, request_id in at_once)
            makers.append((people[row.requester_id], text, _about(row)))
        for manager, of in _nearest(theirs, above, row.requester_id).items():
            text = _waits(row.number, _names(of), request_id in at_once)
            if manager in people:
                managers.append((people[manager], text, About()))
    if is_there():
        write_notices(known_notice(LATE), makers)
        write_notices(known_notice(RAISED), managers)


def _waits(number: str, names: str, at_once: bool) -> Any:
    if at_once:
        return _l("%(number)s waits longer than it may: %(names)s", number=number, names=names)
    return _l("%(number)s waits twice as long as it may: %(names)s", number=number, names=names)


def _nearest(signing: Sequence[Any], above: Mapping[int, list[int]], maker: int | None) -> dict[int, list[str]]:
    """Which manager is told about whom; a maker who is the manager is told as the maker."""
    own, found = {each.id for each in signing}, dict[int, list[str]]()
    for each in signing:
        manager = next((one for one in above.get(each.department_id, ()) if one not in own), None)
        if manager is not None and manager != maker:
            found.setdefault(manager, []).append(each.name)
    return found


def _names(names: Sequence[str]) -> str:
    return " · ".join([*names[:NAMES], *(["…"] if len(names) > NAMES else [])])


def _people(ids: set[Any]) -> dict[int, User]:
    found = load_users(Account.id.in_(sorted(ids - {None})))
    return {each.id: each for each in found if each.id is not None and each.can("approvals.use")}


def tell_deputy(absent: str, row: Deputy) -> None:
    """Tell somebody from when to when they sign for whom."""
    text = _l("You sign for %(name)s from %(since)s to %(until)s", name=absent, since=row.since, until=row.until)
    notify(NAMED, [row.deputy_id], text)


def _inbox(_reference: str) -> str:
    return url_for("approvals.inbox")


def _deputies(_reference: str) -> str:
    return url_for("approvals.deputies")


def _about(request: Any) -> About:
    return About(request.title, str(request.id), request.id)


def signers(request: Request) -> set[int]:
    """Who may sign the current step: who is named at it or has its role, but its maker and, unless the company lets
    them sign twice, who signed before.
    """
    step = current_step(request)
    found = {seat.user_id for seat in step_seats(request, step) if seat.state == OPEN}
    passed = {seat.for_id for seat in step_seats(request, step)}
    if step.user_id is not None:
        found |= {step.user_id} - passed
    elif not step.seated:
        found |= {account.id for account in users_with_role(step.role or "")} - passed
    if not may_sign_twice():
        found -= counted(request)
    return found - {request.requester_id} if request.requester_id is not None else found
