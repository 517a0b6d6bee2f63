"""What feedback asks people to do: deal with it and tell the customer the result by its day (CMP-05, TSK-01)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, and_, case, cast, func, literal, null, or_, select

from kezhi import UtcDateTime, can, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account, Department

from .access import READ
from .models import OPEN, Feedback

DUE = "complaints.feedback"
FEEDBACK: Any = Feedback.__table__
DEPARTMENTS: Any = Department.__table__
PEOPLE: Any = Account.__table__


def feedback_kind() -> Any:
    """The duty of the responsible department."""
    from kezhi.builtin.tasks.contributions import TaskKind

    return TaskKind(DUE, _l("Deal with feedback of a customer, and tell them the result"), page=_page,
                    icon="chat-quote", clause="CMP-05", duties=due)  # fmt: skip


def _page(reference: str) -> str:
    return url_for("complaints.feedback", feedback_id=int(reference)) if can(READ) else ""


def due() -> Select[Any]:
    """One task per open feedback, due at the end of its day: of who it was given to, else of the department's manager,
    else up to the department. Given to somebody else it is another task."""
    from kezhi.builtin.tasks.todo import end_of

    c = FEEDBACK.c
    days = list(db.session.scalars(select(c.due_on).where(c.state == OPEN).distinct()))
    instants = [(c.due_on == day, literal(end_of(day), UtcDateTime)) for day in days]
    due_at: Any = case(*instants) if instants else cast(null(), UtcDateTime)
    given = PEOPLE.alias("given")
    manager = PEOPLE.alias("manager")
    owner = func.coalesce(given.c.id, manager.c.id)
    slot = cast(c.id, Text) + ":" + cast(c.due_on, Text) + ":" + func.coalesce(cast(owner, Text), "")
    return (
        select(
            slot.label("slot"),
            due_at.label("due_at"),
            owner.label("owner_id"),
            c.department_id.label("department_id"),
            (c.number + " · " + c.subject).label("subject"),
            cast(c.id, Text).label("reference"),
            c.customer_id,
        )
        .select_from(FEEDBACK)
        .join(DEPARTMENTS, DEPARTMENTS.c.id == c.department_id)
        .outerjoin(given, and_(given.c.id == c.owner_id, given.c.active.is_(True)))
        .outerjoin(manager, and_(manager.c.id == DEPARTMENTS.c.manager_id, manager.c.active.is_(True)))
        .where(c.state == OPEN, or_(owner.is_not(None), c.department_id.is_not(None)))
    )
