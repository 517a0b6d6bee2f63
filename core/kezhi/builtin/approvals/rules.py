"""Who may decide what (APR-02). Nothing here writes; the same rules stand behind the page and the service."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import ALL, Refused, User, db, localised
from kezhi.i18n import _

from .deputies import absent_people
from .models import Request
from .signers import Place, counted, counted_at, current_step, held_by, may_sign_twice, place_of
from .subjects import find_subject


class Barred(Refused):
    """A decision that the rules do not allow; ``code`` names the rule in the audit log."""

    def __init__(self, code: str, message: object, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.code = code


def grants(user: User) -> Any:
    """Which requests a person sees: their own, those with a step they could hold, and those they signed."""
    if user.can("approvals.see_all"):
        return ALL
    own = Request.__table__.c
    return [select(own.id).where(own.requester_id == user.id), *(held_by(user) if user.id is not None else [])]


def is_requester(request: Request, user: User) -> bool:
    """Whether ``user`` put the request up, in person or by a command run in their name."""
    if request.requester_id is not None and request.requester_id == user.id:
        return True
    return request.requester_login == user.login


def is_about(request: Request, user: User) -> bool:
    """Whether the app says that the subject is about this person, who so decides nothing about it."""
    found = find_subject(request.kind)
    return found is not None and user.id in found[1].barred(request)


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


def check_signer(request: Request, user: User) -> Place:
    """By which right ``user`` may decide the current step. Errors: ``Barred`` with the rule that stands against it."""
    if user.id is None:
        raise Barred("no_person", _("A signature needs a person: name one with --as LOGIN."))
    if is_requester(request, user):
        raise Barred(
            "own_request",
            _("You put up %(number)s yourself; somebody else has to decide it.", number=request.number),
        )
    if is_about(request, user):
        raise Barred(
            "about_them", _("You have no part in %(number)s; somebody else has to decide it.", number=request.number)
        )
    step, title = current_step(request), localised(current_step(request).title)
    if user.id in counted_at(request, step):
        raise Barred("signed_already", _("You already signed the step “%(step)s”; one person counts once.", step=title))
    own = place_of(request, step, user)
    others = [] if own else [found for each in absent_people(user) if (found := place_of(request, step, each))]
    if own is None and not others:
        raise Barred(
            "not_signer",
            _(
                "%(number)s now waits for the step “%(step)s”, which is not yours to sign.",
                number=request.number,
                step=title,
            ),
        )
    done = counted_at(request, step) if may_sign_twice() else counted(request)
    if user.id in done:
        raise Barred(
            "second_step",
            _(
                "You already signed an earlier step of %(number)s; the next step needs another person.",
                number=request.number,
            ),
        )
    return own or _for_somebody(request, others, done)


def _for_somebody(request: Request, places: list[Place], done: set[int]) -> Place:
    """The first of the absent people for whom the deputy may sign. Errors: ``Barred``."""
    for place in places:
        if not is_requester(request, place.holder) and place.holder.id not in done:
            return place
    holder = places[0].holder
    if is_requester(request, holder):
        raise Barred(
            "for_requester",
            _("%(name)s put up %(number)s; a deputy cannot sign it for them.", name=holder.name, number=request.number),
        )
    raise Barred(
        "for_second_step",
        _(
            "%(name)s already signed a step of %(number)s; a deputy cannot sign another one for them.",
            name=holder.name,
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
