"""Corrective actions of somebody who leaves, and unsatisfied customers that they have to decide about (CMP-14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select, update

from kezhi import User, announce, audit_record, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.tasks.services import sync

from .access import READ
from .models import (
    ACTION,
    ACTION_OPEN,
    LEADER,
    OPEN_ACTIONS,
    SATISFACTION,
    Complaint,
    CorrectiveAction,
    Satisfaction,
)
from .services.actions import follow_actions
from .services.history import add_events
from .services.people import PARTS
from .services.satisfaction import UNSATISFIED_TASK

COMPLAINTS: Any = Complaint.__table__
ACTIONS: Any = CorrectiveAction.__table__
ASKED: Any = Satisfaction.__table__


def action_hand_overs() -> list[Any]:
    """What one has to carry out, to check and to decide."""
    from kezhi.builtin.handover.contributions import HandOver

    from .handing_over import _names

    names = _names(CorrectiveAction, ACTIONS.c.complaint_id)
    return [
        HandOver("complaints.actions", _l("Corrective actions to carry out"), owned, names, move_owned,
                 barred=lambda to: _barred(to, ACTIONS.c.checker_id), icon="tools", order=44),
        HandOver("complaints.checked", _l("Corrective actions to check"), checked, names, move_checked,
                 barred=lambda to: _barred(to, ACTIONS.c.owner_id), icon="clipboard-check", order=45),
        HandOver("complaints.unsatisfied", _l("Customers who are not satisfied"), decided,
                 _names(Satisfaction, ASKED.c.complaint_id), move_decided, barred=_about_them, accepts=_reads,
                 icon="emoji-frown", order=46),
    ]  # fmt: skip


def _reads(user: User) -> bool:
    return user.can(READ)


def owned(person: int) -> Select[Any]:
    """Actions that a person has to carry out."""
    return _listed(ACTIONS, ACTIONS.c.owner_id == person, ACTIONS.c.state == ACTION_OPEN)


def checked(person: int) -> Select[Any]:
    """Actions, open or done, whose effect a person has to check."""
    return _listed(ACTIONS, ACTIONS.c.checker_id == person, ACTIONS.c.state.in_(OPEN_ACTIONS))


def decided(person: int) -> Select[Any]:
    """Customers who are not satisfied, about whom a person has to decide."""
    return _listed(ASKED, ASKED.c.leader_id == person, ASKED.c.settled_at.is_(None))


def _listed(table: Any, *where: Any) -> Select[Any]:
    return (
        select(table.c.id.label("record_id"), COMPLAINTS.c.number.label("label"))
        .join(COMPLAINTS, COMPLAINTS.c.id == table.c.complaint_id)
        .where(*where)
    )


def _barred(to: int, other: Any) -> Select[Any]:
    """Actions of complaints about the receiver, and those in which they have the other part."""
    from .handing_over import _unfair

    rows = select(ACTIONS.c.id).join(COMPLAINTS, COMPLAINTS.c.id == ACTIONS.c.complaint_id)
    return rows.where(or_(_unfair(to), other == to, ACTIONS.c.done_by_id == to))


def _about_them(to: int) -> Select[Any]:
    from .handing_over import _about

    return _about(to, ASKED)


def move_owned(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver carries them out."""
    return _move(person, to, ids, "owner_id", "actions")


def move_checked(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver checks them."""
    return _move(person, to, ids, "checker_id", "checked")


def move_decided(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver decides about them, and so sees the complaints."""
    rows = db.session.execute(select(ASKED.c.id, ASKED.c.complaint_id).where(ASKED.c.id.in_(ids))).all()
    db.session.execute(update(ASKED).where(ASKED.c.id.in_([row.id for row in rows])).values(leader_id=to))
    cases = sorted({row.complaint_id for row in rows})
    there = set(db.session.scalars(select(PARTS.c.complaint_id).where(PARTS.c.user_id == to, PARTS.c.role == LEADER)))
    new = [{"complaint_id": case, "user_id": to, "role": LEADER} for case in cases if case not in there]
    if new:
        db.session.execute(PARTS.insert(), new)
    add_events(cases, SATISFACTION, what="escalate", leader_id=to)
    return _moved(Satisfaction, [row.id for row in rows], person, to, "unsatisfied")


def _move(person: int, to: int, ids: Select[Any], column: str, what: str) -> list[tuple[Any, int]]:
    rows = db.session.execute(select(ACTIONS.c.id, ACTIONS.c.complaint_id).where(ACTIONS.c.id.in_(ids))).all()
    moved = [row.id for row in rows]
    values = {column: to, "version": ACTIONS.c.version + 1}
    db.session.execute(update(ACTIONS).where(ACTIONS.c.id.in_(moved)).values(values))
    add_events(sorted({row.complaint_id for row in rows}), ACTION, what="change", person_id=to)
    return _moved(CorrectiveAction, moved, person, to, what)


def _moved(model: Any, ids: Sequence[int], person: int, to: int, what: str) -> list[tuple[Any, int]]:
    db.session.expire_all()
    announce(model, "update", list(ids))
    audit_record("complaint.hand_over", "user", person, to=to, what=what)
    follow_actions()
    sync(UNSATISFIED_TASK)
    return []
