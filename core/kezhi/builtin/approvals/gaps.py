"""Steps that cannot be signed by enough people, and why: said on the page before anybody waits in vain."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import db
from kezhi.i18n import _

from ..accounts.models import Account
from ..accounts.services import users_with_role
from .models import OPEN, PENDING, Request, RequestStep
from .roles import role_title
from .signers import counted, counted_at, may_sign_twice, round_steps, step_seats


def unfillable(request: Request) -> dict[int, str]:
    """Open steps of the present round that not enough people could sign, by position, with the reason in words."""
    if request.status != PENDING:
        return {}
    named = {seat.user_id for seat in request.seats} | {step.user_id for step in request.steps if step.user_id}
    people = _active(named)
    reasons = {}
    for step in round_steps(request):
        if step.position >= request.step and (reason := _reason(request, step, people)):
            reasons[step.position] = reason
    return reasons


def _active(ids: set[int]) -> dict[int, Account]:
    if not ids:
        return {}
    found = db.session.scalars(select(Account).where(Account.id.in_(sorted(ids)), Account.active.is_(True)))
    return {account.id: account for account in found}


def _reason(request: Request, step: RequestStep, people: dict[int, Account]) -> str:
    """Why a step is stuck, empty when it is not."""
    signed = counted_at(request, step) if may_sign_twice() else counted(request)
    seats = [seat for seat in step_seats(request, step) if seat.state == OPEN]
    for seat in seats:
        if seat.extra and seat.user_id not in people:
            return _("%(name)s has to sign here and is no longer active.", name=seat.user_name)
    if step.missing <= 0:
        return ""
    if step.user_id is not None and not seats:
        return _of_person(request, people.get(step.user_id), signed)
    holders = [people[seat.user_id] for seat in seats if not seat.extra and seat.user_id in people]
    by_role = not step.seated and step.user_id is None
    if by_role:
        gone = {seat.for_id for seat in step_seats(request, step)}
        holders += [account for account in users_with_role(step.role or "") if account.id not in gone]
    free = [a for a in holders if a.id != request.requester_id and a.login != request.requester_login]
    able = {account.id for account in free} - signed
    if len(able) >= step.missing:
        return ""
    title = role_title(step.role or "")
    if by_role and not holders:
        return _("Nobody active has the role “%(role)s”: give it to somebody.", role=title)
    if by_role and not free:
        return _(
            "Only the person who put the request up has the role “%(role)s”: give it to somebody else.", role=title
        )
    if by_role and not able:
        return _(
            "Everybody with the role “%(role)s” already signed an earlier step: give it to somebody else.", role=title
        )
    return _(
        "Signatures missing here: %(missing)s; people who could give one: %(count)s.",
        missing=step.missing,
        count=len(able),
    )


def _of_person(request: Request, person: Account | None, signed: set[int]) -> str:
    if person is None:
        return _("The person named for this step is no longer active.")
    if person.id == request.requester_id or person.login == request.requester_login:
        return _("The person named for this step put the request up.")
    if person.id in signed:
        return _("The person named for this step already signed another one.")
    return ""
