"""Who can sign a step now, as SQL for lists and in Python for one request. Both say the same (APR-01, APR-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, union

from kezhi import User, setting

from ..accounts.models import Account, AccountRole
from .deputies import absent_for
from .models import CURRENT, OPEN, PENDING, TAKEN, Request, RequestStep, Seat, Signature


def may_sign_twice() -> bool:
    """Whether the company lets one person sign several steps of a request."""
    return bool(setting("approvals", "same_person_twice"))


# ── as SQL ──────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_for(user: User) -> Select[Any]:
    """The pending requests whose next signature this person may give, in person or for somebody who is away."""
    here = and_(RequestStep.request_id == Request.id, RequestStep.round == Request.round, RequestStep.state == CURRENT)
    statement = select(Request).join(RequestStep, here)
    if user.id is None:
        return statement.where(false())
    return statement.where(
        Request.status == PENDING,
        Request.requester_login != user.login,
        or_(Request.requester_id.is_(None), Request.requester_id != user.id),
        ~_counted(user.id),
        _somebody_holds(user.id),
    )


def _somebody_holds(user_id: int) -> ColumnElement[bool]:
    """The person, or one whose deputy the person is today, holds the current step and did not sign before."""
    person = Account.__table__.alias("person")
    own = person.c.id == user_id
    absent = and_(person.c.active, person.c.id.in_(absent_for(user_id)))
    not_maker = and_(
        person.c.login != Request.requester_login,
        or_(Request.requester_id.is_(None), person.c.id != Request.requester_id),
    )
    found = exists().where(or_(own, absent), not_maker, _holds(person), ~_counted(person.c.id, person))
    return found.correlate(Request, RequestStep)


def holders() -> Select[Any]:
    """Who holds the current step of which pending request and did not sign before: ids of request, step and person.

    For work on all requests at once. The candidates come along indexes; the rule is that of :func:`waiting_for`.
    """
    seat, step, roles = Seat.__table__.alias(), RequestStep.__table__.alias(), AccountRole.__table__.alias()
    person = Account.__table__.alias("person")
    current = step.c.state == CURRENT
    by_role = and_(current, step.c.user_id.is_(None), step.c.seated.is_(False), roles.c.role_key == step.c.role)
    candidates = union(
        select(seat.c.step_id.label("step_id"), seat.c.user_id.label("user_id")).where(seat.c.state == OPEN),
        select(step.c.id, step.c.user_id).where(current, step.c.user_id.is_not(None)),
        select(step.c.id, roles.c.user_id).where(by_role),
    ).subquery("candidates")
    here = and_(RequestStep.request_id == Request.id, RequestStep.round == Request.round, RequestStep.state == CURRENT)
    columns = (Request.id.label("request_id"), RequestStep.id.label("step_id"), person.c.id.label("user_id"))
    return (
        select(*columns)
        .select_from(Request)
        .join(RequestStep, here)
        .join(candidates, candidates.c.step_id == RequestStep.id)
        .join(person, and_(person.c.id == candidates.c.user_id, person.c.active))
        .where(Request.status == PENDING, may_count(person), _holds(person))
    )


def may_count(person: Any) -> ColumnElement[bool]:
    """A person (an alias of the accounts, in the same select as ``Request``) is not the maker and did not sign yet."""
    return and_(
        person.c.login != Request.requester_login,
        or_(Request.requester_id.is_(None), person.c.id != Request.requester_id),
        ~_counted(person.c.id, person),
    )


def _holds(person: Any) -> ColumnElement[bool]:
    seat, passed, roles = Seat.__table__.alias("seat"), Seat.__table__.alias("passed"), AccountRole.__table__
    seated = (
        exists()
        .where(
            seat.c.step_id == RequestStep.id,
            seat.c.user_id == person.c.id,
            seat.c.state == OPEN,
            or_(seat.c.extra, RequestStep.missing > 0),
        )
        .correlate(RequestStep, person)
    )
    gave_away = exists().where(passed.c.step_id == RequestStep.id, passed.c.for_id == person.c.id)
    gave_away = gave_away.correlate(RequestStep, person)
    by_role = RequestStep.role.in_(select(roles.c.role_key).where(roles.c.user_id == person.c.id))
    pool = and_(
        RequestStep.missing > 0,
        RequestStep.seated.is_(False),
        or_(RequestStep.user_id == person.c.id, and_(RequestStep.user_id.is_(None), by_role)),
        ~gave_away,
    )
    return or_(seated, pool)


def _counted(person_id: Any, *outer: Any) -> ColumnElement[bool]:
    """A person (a value, or a column of ``outer``) signed a step of the round, or somebody did for them.

    Only the current step counts where the company lets one person sign several.
    """
    mark, step, seat = Signature.__table__.alias(), RequestStep.__table__.alias(), Seat.__table__.alias()
    counts = [step.c.request_id == Request.id, step.c.round == Request.round]
    if may_sign_twice():
        counts.append(step.c.position == Request.step)
    signed = exists().where(
        *counts,
        mark.c.request_id == step.c.request_id,
        mark.c.round == func.coalesce(step.c.carried, step.c.round),
        mark.c.position == step.c.position,
        mark.c.decision == "approve",
        or_(mark.c.user_id == person_id, mark.c.for_id == person_id),
    )
    of_seat = RequestStep.__table__.alias()
    given = exists().where(
        *counts,
        of_seat.c.request_id == step.c.request_id,
        of_seat.c.position == step.c.position,
        of_seat.c.round == func.coalesce(step.c.carried, step.c.round),
        seat.c.step_id == of_seat.c.id,
        seat.c.state == TAKEN,
        seat.c.for_id == person_id,
    )
    return or_(signed.correlate(Request, *outer), given.correlate(Request, *outer))


def held_by(user: User) -> list[Select[Any]]:
    """Requests with a step that the person, or somebody whose deputy the person is, could hold or has signed.

    The selects name the tables and not the classes: the net over all statements must not narrow them once more.
    """
    assert user.id is not None
    step, seat, mark, roles = RequestStep.__table__, Seat.__table__, Signature.__table__, AccountRole.__table__
    absent = absent_for(user.id)
    away = select(roles.c.role_key).where(roles.c.user_id.in_(absent))
    by_role = or_(step.c.role.in_(sorted(user.roles)), step.c.role.in_(away))
    return [
        select(step.c.request_id).where(or_(step.c.user_id == user.id, step.c.user_id.in_(absent))),
        select(step.c.request_id).where(step.c.user_id.is_(None), step.c.seated.is_(False), by_role),
        select(seat.c.request_id).where(
            or_(seat.c.user_id == user.id, seat.c.for_id == user.id, seat.c.user_id.in_(absent))
        ),
        select(mark.c.request_id).where(or_(mark.c.user_id == user.id, mark.c.for_id == user.id)),
    ]


# ── in Python ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """The right by which somebody signs: whose it is, and the seat that is taken."""

    step: RequestStep
    holder: User  #: the signer, or the absent person whose deputy the signer is
    seat: Seat | None = None


def round_steps(request: Request, number: int | None = None) -> list[RequestStep]:
    """The steps of one round, the present one by default."""
    number = request.round if number is None else number
    return [step for step in request.steps if step.round == number]


def current_step(request: Request) -> RequestStep:
    """The step that is to be decided now."""
    return next(step for step in round_steps(request) if step.position == request.step)


def step_signatures(request: Request, step: RequestStep) -> list[Signature]:
    """The decisions at a step, in order; of the earlier round, where its signatures still count."""
    number = step.carried or step.round
    return [each for each in request.signatures if (each.round, each.position) == (number, step.position)]


def step_seats(request: Request, step: RequestStep) -> list[Seat]:
    """The seats of a step; of the earlier round, where its signatures still count."""
    if step.carried:
        step = next(each for each in round_steps(request, step.carried) if each.position == step.position)
    return [seat for seat in request.seats if seat.step_id == step.id]


def counted_at(request: Request, step: RequestStep) -> set[int]:
    """Everybody who counts as having signed the step: signers, whom they signed for, and who passed it on."""
    marks = [mark for mark in step_signatures(request, step) if mark.decision == "approve"]
    ids = {mark.user_id for mark in marks} | {mark.for_id for mark in marks}
    ids |= {seat.for_id for seat in step_seats(request, step) if seat.state == TAKEN}
    return {each for each in ids if each is not None}


def counted(request: Request) -> set[int]:
    """As :func:`counted_at`, for all steps of the round."""
    return set().union(*(counted_at(request, step) for step in round_steps(request)))


def place_of(request: Request, step: RequestStep, person: User) -> Place | None:
    """The right of a person to sign the step, if there is one and a signature is missing."""
    seats = step_seats(request, step)
    for seat in seats:
        if seat.user_id == person.id and seat.state == OPEN and (seat.extra or step.missing > 0):
            return Place(step, person, seat)
    if step.missing <= 0 or step.seated or any(seat.for_id == person.id for seat in seats):
        return None
    holds = step.user_id == person.id if step.user_id is not None else step.role in person.roles
    return Place(step, person) if holds else None


def is_complete(request: Request, step: RequestStep) -> bool:
    """Whether everybody signed whom the step needs, with all who were added."""
    return step.missing <= 0 and not any(s.extra and s.state == OPEN for s in step_seats(request, step))
