"""Open complaints and feedback of somebody who leaves go to others (ORG-01). Nobody gets a complaint about themself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, update

from kezhi import User, bulk_write, clock, db, visible
from kezhi import lazy_gettext as _l

from .access import COMPLAINTS, HANDLE, READ
from .models import ASSIGNED, OPEN, OPEN_STATES, Complaint, Feedback
from .services.history import add_events

FEEDBACK: Any = Feedback.__table__


def hand_overs() -> list[Any]:
    """Complaints that a person handles, and feedback that was given to them."""
    from kezhi.builtin.handover.contributions import HandOver

    return [
        HandOver("complaints.open", _l("Open complaints"), _complaints, _named, _give, barred=_about, accepts=_handles,
                 icon="chat-left-text", order=40),
        HandOver("complaints.feedback", _l("Open feedback"), _feedback, _feedback_named, _give_feedback,
                 accepts=lambda user: user.can(READ), icon="chat-quote", order=41),
    ]  # fmt: skip


def _handles(user: User) -> bool:
    return user.can(HANDLE)


def _complaints(person: int) -> Select[Any]:
    c = COMPLAINTS.c
    return select(c.id.label("record_id"), c.number.label("label")).where(
        c.handler_id == person, c.state.in_(OPEN_STATES)
    )


def _about(to: int) -> Select[Any]:
    return select(COMPLAINTS.c.id).where(COMPLAINTS.c.accused_id == to)


def _named(ids: Sequence[int]) -> Mapping[int, Any]:
    return _names(Complaint, ids, "complaints.show", "complaint_id")


def _give(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    c = COMPLAINTS.c
    going = list(db.session.scalars(_complaints(person).where(c.id.in_(ids)).with_only_columns(c.id)))
    bulk_write(
        update(COMPLAINTS)
        .where(c.handler_id == person, c.id.in_(going))
        .values(handler_id=to, version=c.version + 1, updated_at=clock.now()),
        model=Complaint,
        change="update",
        keys=going,
        action="complaint.hand_over",
    )
    add_events(going, ASSIGNED, owner_id=to, handed_over_from=person)
    db.session.expire_all()
    return []


def _feedback(person: int) -> Select[Any]:
    c = FEEDBACK.c
    return select(c.id.label("record_id"), c.number.label("label")).where(c.owner_id == person, c.state == OPEN)


def _feedback_named(ids: Sequence[int]) -> Mapping[int, Any]:
    return _names(Feedback, ids, "complaints.feedback", "feedback_id")


def _give_feedback(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    c = FEEDBACK.c
    bulk_write(
        update(FEEDBACK)
        .where(c.owner_id == person, c.state == OPEN, c.id.in_(ids))
        .values(owner_id=to, version=c.version + 1, updated_at=clock.now()),
        model=Feedback,
        change="update",
        keys=ids,
        action="feedback.hand_over",
    )
    db.session.expire_all()
    return []


def _names(model: Any, ids: Sequence[int], endpoint: str, argument: str) -> Mapping[int, Any]:
    from kezhi.builtin.handover.contributions import Name

    seen = db.session.execute(visible(model).with_only_columns(model.id, model.number).where(model.id.in_(ids)))
    return {row.id: Name(row.number, endpoint, {argument: row.id}) for row in seen}
