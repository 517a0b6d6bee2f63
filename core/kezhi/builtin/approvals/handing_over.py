"""The signatures that wait for a person by name, for the builtin of hand-overs (ORG-01, APR-02, APR-03).

They are passed on as the person could pass them on: the new signer signs "for" whoever had it first, and nobody gets a
request that they put up or signed already. Steps that ask for a role need nothing: whoever else has the role signs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, insert, literal, not_, or_, select, update

from kezhi import acting_user, announce, audit_record, clock, db, localised, visible
from kezhi import lazy_gettext as _l
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import _

from ..accounts.models import Account, AccountRole
from ..handover.contributions import HandOver, Name
from . import telling
from .models import CURRENT, GIVEN_AWAY, OPEN, PASSED_ON, PENDING, WAITING, Deputy, Request, RequestStep, Seat
from .signers import may_count

request, step, seat = Request.__table__, RequestStep.__table__, Seat.__table__
person: Any = Account.__table__
deputy: Any = Deputy.__table__.c


def hand_overs() -> list[HandOver]:
    """Signatures move; requests of the person's own go on, absences end with the account."""
    return [
        HandOver(
            "approvals.signatures", _l("Signatures that wait"), items, names, move, barred, icon="pen", order=40,
            accepts=lambda user: user.can("approvals.use"),
        ),
        HandOver(
            "approvals.requests", _l("Own requests under way"), own_requests, own_names, icon="hourglass-split",
            order=41, note=_l("Who put a request up does not change: they go on and can be decided."),
        ),
        HandOver(
            "approvals.deputies", _l("Deputies entered"), absences, absence_names, end=end_absences,
            icon="person-check", order=42,
            note=_l("What names this person, as absent or as a deputy, ends when the account is deactivated."),
        ),
    ]  # fmt: skip


# ── signatures: the record is the step ──────────────────────────────────────────────────────────────────────────


def items(who: int) -> Select[Any]:
    """Steps of pending requests, the current one and later ones, that only this person can sign by name."""
    given = exists().where(seat.c.step_id == step.c.id, seat.c.for_id == who)
    own_seat = exists().where(seat.c.step_id == step.c.id, seat.c.user_id == who, seat.c.state == OPEN)
    by_name = and_(step.c.user_id == who, step.c.seated.is_(False), step.c.missing > 0, not_(given))
    return (
        select(step.c.id.label("record_id"), request.c.number.label("label"))
        .select_from(step)
        .join(request, and_(request.c.id == step.c.request_id, request.c.round == step.c.round))
        .where(request.c.status == PENDING, step.c.state.in_((CURRENT, WAITING)), or_(own_seat, by_name))
    )


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    statement = visible(Request).join(RequestStep, RequestStep.request_id == Request.id)
    rows = db.session.execute(statement.add_columns(RequestStep.id, RequestStep.title).where(RequestStep.id.in_(ids)))
    return {
        row[1]: Name(f"{localised(row[0].title)} · {localised(row[2])}", "approvals.show", {"request_id": row[0].id})
        for row in rows
    }


def barred(to: int) -> Select[Any]:
    """Steps that this person must not get: they put the request up, signed it, or have to do with the step already."""
    who = person.alias("person")
    roles = AccountRole.__table__
    has_seat = exists().where(seat.c.step_id == RequestStep.id, or_(seat.c.user_id == to, seat.c.for_id == to))
    by_role = RequestStep.role.in_(select(roles.c.role_key).where(roles.c.user_id == to))
    holds = or_(RequestStep.user_id == to, and_(RequestStep.user_id.is_(None), RequestStep.seated.is_(False), by_role))
    here = and_(RequestStep.request_id == Request.id, RequestStep.round == Request.round)
    return (
        select(RequestStep.id)
        .select_from(Request)
        .join(RequestStep, here)
        .join(who, who.c.id == to)
        .where(Request.status == PENDING, or_(not_(may_count(who)), has_seat, holds))
        .execution_options(kezhi_unscoped=True)
    )


def move(who: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """Three statements, whatever the number; the new signers are told of what they can sign now."""
    now, by = clock.now(), acting_user().name
    taker, giver = person.alias("taker"), person.alias("giver")
    old = seat.alias("old")
    held = and_(old.c.step_id == step.c.id, old.c.user_id == who, old.c.state == OPEN)
    values: dict[str, Any] = {
        "request_id": step.c.request_id,
        "step_id": step.c.id,
        "user_id": literal(to),
        "user_name": taker.c.name,
        "kind": literal(PASSED_ON),
        "state": literal(OPEN),
        "for_id": func.coalesce(old.c.for_id, who),
        "for_name": func.coalesce(func.nullif(old.c.for_name, ""), giver.c.name),
        "by_name": literal(by),
        "reason": literal(str(_("Handed over"))),
        "extra": func.coalesce(old.c.extra, literal(value=False)),
        "at": literal(now, seat.c.at.type),
    }
    rows = select(*values.values()).select_from(
        step.join(old, held, isouter=True).join(taker, taker.c.id == to).join(giver, giver.c.id == who)
    )
    chosen = list(db.session.scalars(ids))
    if not chosen:
        return []
    db.session.execute(insert(seat).from_select(list(values), rows.where(step.c.id.in_(ids))))
    gone = update(seat).where(seat.c.user_id == who, seat.c.state == OPEN, seat.c.step_id.in_(ids))
    db.session.execute(gone.values(state=GIVEN_AWAY))
    db.session.expire_all()
    requests = select(step.c.request_id).where(step.c.id.in_(ids))
    audit_record("approval.hand_over", "user", who, to=to, count=len(chosen))
    announce(Request, "update", sorted(set(db.session.scalars(requests))) if len(chosen) <= MOST_KEYS else requests)
    telling.handed_over(to, requests)
    return []


# ── what does not move ──────────────────────────────────────────────────────────────────────────────────────────


def own_requests(who: int) -> Select[Any]:
    pending = (request.c.requester_id == who, request.c.status == PENDING)
    return select(request.c.id.label("record_id"), request.c.number.label("label")).where(*pending)


def own_names(ids: Sequence[int]) -> Mapping[int, Name]:
    found = db.session.scalars(visible(Request).where(Request.id.in_(ids)))
    return {each.id: Name(localised(each.title), "approvals.show", {"request_id": each.id}) for each in found}


def absences(who: int) -> Select[Any]:
    """Absences from today on in which the person is away or stands in."""
    present = (deputy.ended_at.is_(None), deputy.until >= clock.today())
    label = literal("").label("label")
    return select(deputy.id.label("record_id"), label).where(
        or_(deputy.user_id == who, deputy.deputy_id == who), *present
    )


def absence_names(_ids: Sequence[int]) -> Mapping[int, Name]:
    return {}


def end_absences(who: int) -> int:
    """Nobody waits for a deputy who is not there any more. How many ended."""
    table: Any = Deputy.__table__
    theirs = select(absences(who).subquery().c.record_id)
    result: Any = db.session.execute(update(table).where(table.c.id.in_(theirs)).values(ended_at=clock.now()))
    if result.rowcount:
        audit_record("deputy.end", "user", who, count=int(result.rowcount))
    return int(result.rowcount)
