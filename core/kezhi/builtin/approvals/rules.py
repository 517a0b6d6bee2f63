"""Who may decide what (APR-02). Nothing here writes; the same rules stand behind the page and the service."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from kezhi import ALL, Refused, User, db, localised, setting
from kezhi.i18n import _

from .models import CURRENT, PENDING, Request, RequestStep, Signature
from .subjects import find_subject


class Barred(Refused):
    """A decision that the rules do not allow; ``code`` names the rule in the audit log."""

    def __init__(self, code: str, message: object, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code


def grants(user: User) -> Any:
    """Which requests a person sees: their own, and those with a step they could hold.

    The selects name the tables and not the classes: the net over all statements must not narrow them once more.
    """
    if user.can("approvals.see_all"):
        return ALL
    own, step = Request.__table__.c, RequestStep.__table__.c
    held = or_(step.user_id == user.id, and_(step.user_id.is_(None), step.role.in_(sorted(user.roles))))
    return [select(own.id).where(own.requester_id == user.id), select(step.request_id).where(held)]


def waiting_for(user: User) -> Select[Any]:
    """The pending requests whose next signature this person may give."""
    statement = (
        select(Request)
        .join(
            RequestStep,
            and_(
                RequestStep.request_id == Request.id,
                RequestStep.round == Request.round,
                RequestStep.state == CURRENT,
            ),
        )
        .where(Request.status == PENDING, _holds(user), Request.requester_login != user.login)
        .where(or_(Request.requester_id.is_(None), Request.requester_id != user.id))
    )
    if not may_sign_twice():
        signed = exists().where(
            Signature.request_id == Request.id, Signature.round == Request.round, Signature.user_id == user.id
        )
        statement = statement.where(~signed)
    return statement


def may_sign_twice() -> bool:
    """Whether the company lets one person sign several steps of a request."""
    return bool(setting("approvals", "same_person_twice"))


def _holds(user: User) -> ColumnElement[bool]:
    return or_(
        and_(RequestStep.user_id.is_(None), RequestStep.role.in_(sorted(user.roles))),
        RequestStep.user_id == user.id,
    )


def holds(step: RequestStep, user: User) -> bool:
    """Whether the person is the one a step names, or has its role."""
    if step.user_id is not None:
        return step.user_id == user.id
    return step.role in user.roles


def is_requester(request: Request, user: User) -> bool:
    """Whether ``user`` put the request up, in person or by a command run in their name."""
    if request.requester_id is not None and request.requester_id == user.id:
        return True
    return request.requester_login == user.login


def current_step(request: Request) -> RequestStep:
    """The step that is to be decided now."""
    return next(step for step in round_steps(request) if step.position == request.step)


def round_steps(request: Request, number: int | None = None) -> list[RequestStep]:
    """The steps of one round, the present one by default."""
    number = request.round if number is None else number
    return [step for step in request.steps if step.round == number]


def round_signatures(request: Request, number: int | None = None) -> dict[int, Signature]:
    """The decisions of one round by position."""
    number = request.round if number is None else number
    return {signature.position: signature for signature in request.signatures if signature.round == number}


def check_app(request: Request) -> None:
    """Errors: ``Barred`` when the app that must carry the request out is not enabled."""
    if find_subject(request.kind) is None:
        name = localised(request.app_title) or request.app
        raise Barred(
            "app_disabled",
            _(
                "The app “%(app)s” is not enabled, so %(number)s cannot be decided: have it enabled first.",
                app=name,
                number=request.number,
            ),
        )


def check_signer(request: Request, user: User) -> None:
    """Whether ``user`` may decide the current step. Errors: ``Barred`` with the rule that stands against it."""
    if user.id is None:
        raise Barred("no_person", _("A signature needs a person: name one with --as LOGIN."))
    if is_requester(request, user):
        raise Barred(
            "own_request",
            _("You put up %(number)s yourself; somebody else has to decide it.", number=request.number),
        )
    step = current_step(request)
    if not holds(step, user):
        raise Barred(
            "not_signer",
            _(
                "%(number)s now waits for the step “%(step)s”, which is not yours to sign.",
                number=request.number,
                step=localised(step.title),
            ),
        )
    if not may_sign_twice() and any(s.user_id == user.id for s in round_signatures(request).values()):
        raise Barred(
            "second_step",
            _(
                "You already signed an earlier step of %(number)s; the next step needs another person.",
                number=request.number,
            ),
        )


def person_now(user: User) -> User:
    """The person as the database knows them at this moment: roles may have changed since the page was opened.

    Errors: ``Barred`` when the account is no longer active.
    """
    if user.id is None:
        return user
    found: User | None = current_app.extensions["kezhi"].call.load_user(user_id=user.id)
    if found is None or not found.is_active:
        raise Barred("inactive", _("The account “%(login)s” is not active.", login=user.login))
    return found


def unfillable(request: Request) -> dict[int, str]:
    """Open steps of the present round that nobody could sign, by position, with the reason in words."""
    from kezhi.builtin.accounts.services import user_by_id, users_with_role

    from .roles import role_title

    if request.status != PENDING:
        return {}
    signed = set() if may_sign_twice() else {s.user_id for s in round_signatures(request).values()}
    reasons: dict[int, str] = {}
    for step in round_steps(request):
        if step.position < request.step:
            continue
        if step.user_id is not None:
            person = user_by_id(step.user_id)
            if person is None or not person.is_active:
                reasons[step.position] = _("The person named for this step is no longer active.")
            elif is_requester(request, person):
                reasons[step.position] = _("The person named for this step put the request up.")
            elif person.id in signed:
                reasons[step.position] = _("The person named for this step already signed another one.")
            continue
        holders = users_with_role(step.role or "")
        others = [a for a in holders if a.id != request.requester_id and a.login != request.requester_login]
        title = role_title(step.role or "")
        if not holders:
            reasons[step.position] = _("Nobody active has the role “%(role)s”: give it to somebody.", role=title)
        elif not others:
            reasons[step.position] = _(
                "Only the person who put the request up has the role “%(role)s”: give it to somebody else.", role=title
            )
        elif all(account.id in signed for account in others):
            reasons[step.position] = _(
                "Everybody with the role “%(role)s” already signed an earlier step: give it to somebody else.",
                role=title,
            )
    return reasons


def altered_refusals(request: Request) -> int:
    """How often a signature of the present round was refused because the subject had been changed."""
    import json

    from kezhi.tables import audit_entry

    payloads = db.session.scalars(
        select(audit_entry.c.payload).where(
            audit_entry.c.object_kind == "approval",
            audit_entry.c.object_id == str(request.id),
            audit_entry.c.action == "approval.sign",
            audit_entry.c.result == "refused",
        )
    )
    found = [json.loads(payload) for payload in payloads]
    return sum(1 for entry in found if entry.get("rule") == "altered" and entry.get("round") == request.round)
