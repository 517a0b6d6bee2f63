"""A signature passed on to a named person, and one more signer asked for at the open step (APR-01, APR-03)."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, Refused, User, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _

from .. import telling
from ..models import ADDED, GIVEN_AWAY, OPEN, PASSED_ON, Request, Seat
from ..rules import Barred, check_app, check_signer, is_about, is_requester, person_now
from ..signers import Place, counted, counted_at, may_sign_twice, place_of, step_seats
from .decisions import audit_refusal, check_length, open_request, whole


def pass_on(request_id: int, to_id: int, reason: str, *, seen: int | None = None) -> Request:
    """Pass one's own signature at the current step on to a named person, who signs "for" whoever had it first.

    Errors: ``NotFound``, ``Conflict``, and ``Barred`` for whoever may not sign, without a reason, and for a person who
    may not sign this request.
    """
    return _change(request_id, to_id, reason, seen, PASSED_ON)


def add_signer(request_id: int, to_id: int, reason: str, *, seen: int | None = None) -> Request:
    """Have one more named person sign the current step, beside those it needs anyway. Errors: as :func:`pass_on`."""
    return _change(request_id, to_id, reason, seen, ADDED)


def _change(request_id: int, to_id: int, reason: str, seen: int | None, kind: str) -> Request:
    outermost = not db.session.info.get("writing")
    where: dict[str, int] = {}
    try:
        with whole():
            user = person_now(acting_user())
            request = open_request(request_id, seen)
            where.update(round=request.round, position=request.step)
            place = _own_place(request, user)
            _check_reason(reason.strip())
            person = _person(request, place, to_id)
            check_app(request)
            _seat(request, place, person, reason.strip(), kind)
            return request
    except Conflict:
        raise
    except Refused as error:
        if outermost and where:
            audit_refusal(request_id, kind, error, **where)
        raise


def _own_place(request: Request, user: User) -> Place:
    place = check_signer(request, user)
    if place.holder.id != user.id:
        raise Barred(
            "only_own",
            _("You sign here for %(name)s; a deputy signs, but passes nothing on.", name=place.holder.name),
        )
    return place


def _check_reason(reason: str) -> None:
    if not reason:
        raise Barred("no_reason", _("Write what it is about: the person reads it."), field="reason")
    check_length(reason)


def _person(request: Request, place: Place, to_id: int) -> User:
    """The person who shall sign. Errors: ``Barred`` for anybody who may not."""
    from ...accounts.services import user_by_id

    person = user_by_id(to_id)
    if person is None or not person.can("approvals.use"):
        raise Barred("no_such_person", _("Choose a person from the list."), field="person")
    reason = why_not(request, place, person)
    if reason is not None:
        raise reason
    return person


def why_not(request: Request, place: Place, person: User) -> Barred | None:
    """Why a person cannot be given a signature at the step, None if they can (APR-02)."""
    name = person.name
    if person.id == place.holder.id:
        return Barred("oneself", _("That is yourself; choose somebody else."), field="person")
    if is_requester(request, person):
        text = _("%(name)s put up %(number)s and cannot sign it.", name=name, number=request.number)
        return Barred("to_maker", text, field="person")
    if is_about(request, person):
        text = _("%(name)s has no part in %(number)s; choose somebody else.", name=name, number=request.number)
        return Barred("about_them", text, field="person")
    signed = counted_at(request, place.step) if may_sign_twice() else counted(request)
    if person.id in signed:
        text = _("%(name)s already signed %(number)s; choose somebody else.", name=name, number=request.number)
        return Barred("to_signer", text, field="person")
    gave_away = any(seat.for_id == person.id for seat in step_seats(request, place.step))
    if gave_away or place_of(request, place.step, person) is not None:
        text = _("%(name)s has to do with this step already; choose somebody else.", name=name)
        return Barred("to_holder", text, field="person")
    return None


def _seat(request: Request, place: Place, person: User, reason: str, kind: str) -> None:
    holder, old, passed = place.holder, place.seat, kind == PASSED_ON
    if passed and old is not None:
        old.state = GIVEN_AWAY
        db.session.flush()
    first = old.for_id if old is not None and old.for_id is not None else holder.id
    first_name = old.for_name if old is not None and old.for_id is not None else holder.name
    seat = Seat(
        request_id=request.id,
        step_id=place.step.id,
        user_id=person.id,
        user_name=person.name,
        kind=kind,
        state=OPEN,
        for_id=first if passed else None,
        for_name=first_name if passed else "",
        by_name=holder.name,
        reason=reason,
        extra=not passed or (old is not None and old.extra),
        at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(seat)
    except IntegrityError as error:
        raise Conflict(_("%(name)s was asked at the same moment.", name=person.name)) from error
    db.session.expire(request)
    audit_record(
        "approval.pass_on" if passed else "approval.add_signer",
        "approval",
        request.id,
        round=request.round,
        position=request.step,
        to=person.id,
    )
    announce(Request, "update", [request.id])
    if passed and holder.id is not None:
        telling.passed_on(request, holder.id)
    telling.ask(request, {person.id} if person.id is not None else set())
