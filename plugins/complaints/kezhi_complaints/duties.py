"""Whose turn it is at which complaint, and who has to assist or to answer (TSK-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, case, cast, exists, select

from kezhi import User, can, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.tasks.contributions import TaskKind, Waiting

from .access import HANDLE, READ, not_about
from .models import (
    ASKED,
    INVESTIGATING,
    LEADER,
    OPEN_STATES,
    REGISTERED,
    Complaint,
    Guidance,
    Help,
    Investigation,
    Part,
)
from .services.assisting import HELP_TASK
from .services.following import CLOCK
from .services.guiding import GUIDANCE_TASK
from .services.telling import page_of
from .steps import WORKED_ON
from .words import STATE_WORDS

DESK, HANDLING, FINDING, RAISED = ("complaints.desk", "complaints.handling", "complaints.finding",
                                   "complaints.escalated")  # fmt: skip
COMPLAINTS: Any = Complaint.__table__
HELP: Any = Help.__table__
GUIDANCE: Any = Guidance.__table__
FOUND: Any = Investigation.__table__
PARTS: Any = Part.__table__


def task_kinds() -> list[TaskKind]:
    """The kinds of duties that handling makes."""
    icon = "chat-left-text"
    return [
        TaskKind(DESK, _l("Complaints to accept"), icon=icon, clause="CMP-10", waiting=to_accept,
                 all_of_it="complaints.index"),
        TaskKind(HANDLING, _l("Complaints I handle"), icon=icon, clause="CMP-10", waiting=to_handle,
                 all_of_it="complaints.index"),
        TaskKind(FINDING, _l("Complaints I investigate"), icon="search", clause="CMP-11", waiting=to_investigate,
                 all_of_it="complaints.index"),
        TaskKind(RAISED, _l("Complaints escalated to me"), icon="arrow-up-circle", clause="CMP-10", waiting=raised,
                 all_of_it="complaints.index"),
        TaskKind(HELP_TASK, _l("Assist with the investigation of a complaint"), page=_help_page,
                 icon="person-raised-hand", clause="CMP-16", duties=help_due, escalate_hours=1),
        TaskKind(GUIDANCE_TASK, _l("Answer guidance on a complaint"), page=_complaint_page, icon="signpost-2",
                 clause="CMP-17", duties=guidance_due),
    ]  # fmt: skip


def _help_page(reference: str) -> str:
    return url_for("complaints.help", help_id=int(reference))


def _complaint_page(reference: str) -> str:
    if not can(READ):  # who sees the customer's tasks need not see complaints
        return ""
    seen = visible(Complaint).where(Complaint.id == int(reference)).with_only_columns(COMPLAINTS.c.id)
    return page_of(reference) if db.session.execute(seen).first() is not None else ""


def to_accept(user: User, limit: int) -> Sequence[Waiting]:
    """What nobody has accepted yet, for the desk."""
    if not user.can(HANDLE):
        return []
    return _lines(user, limit, COMPLAINTS.c.state == REGISTERED)


def to_handle(user: User, limit: int) -> Sequence[Waiting]:
    """What one handles and can go on with: not while it waits for the customer or for the findings."""
    c = COMPLAINTS.c
    found = exists().where(FOUND.c.complaint_id == c.id, FOUND.c.ended_at.is_(None), FOUND.c.finished_at.is_not(None))
    mine = (c.handler_id == user.id) & c.paused.is_(False) & c.state.in_(OPEN_STATES)
    return _lines(user, limit, mine, (c.state != INVESTIGATING) | found | c.planned_at.is_(None))


def to_investigate(user: User, limit: int) -> Sequence[Waiting]:
    """What one has to find out."""
    c = COMPLAINTS.c
    mine = exists().where(
        FOUND.c.complaint_id == c.id, FOUND.c.investigator_id == user.id, FOUND.c.ended_at.is_(None),
        FOUND.c.finished_at.is_(None),
    )  # fmt: skip
    return _lines(user, limit, c.state.in_(WORKED_ON), mine)


def raised(user: User, limit: int) -> Sequence[Waiting]:
    """What was escalated to a leader and has not come to an end."""
    c = COMPLAINTS.c
    mine = exists().where(PARTS.c.complaint_id == c.id, PARTS.c.user_id == user.id, PARTS.c.role == LEADER)
    return _lines(user, limit, c.state.in_(OPEN_STATES), c.handler_id.is_distinct_from(user.id), mine)


def _lines(user: User, limit: int, *conditions: Any) -> list[Waiting]:
    if not user.can(READ):
        return []
    c = COMPLAINTS.c
    # due when its clock is: nothing is copied, and what waits for the customer comes last (CMP-12)
    rows = db.session.execute(
        select(c.id, c.number, c.subject, c.state, c.received_at, CLOCK.c.due_at)
        .outerjoin(CLOCK, (CLOCK.c.complaint_id == c.id) & (CLOCK.c.basis > ""))
        .where(not_about(user), *conditions)
        .order_by(CLOCK.c.due_at.is_(None), CLOCK.c.due_at, c.received_at, c.id)
        .limit(limit)
    )
    return [
        Waiting(f"{row.number} · {row.subject}", page_of(str(row.id)), due_at=row.due_at, since=row.received_at,
                note=STATE_WORDS[row.state])
        for row in rows
    ]  # fmt: skip


def subject_of() -> Any:
    """The number; nothing where a person is complained about: others of a department see its tasks, too."""
    c = COMPLAINTS.c
    return case((c.accused_id.is_(None), c.number), else_="").label("subject")


def customer_of() -> Any:
    """Whose customer it is; not where a person is complained about: who sees a customer sees the duties about it."""
    c = COMPLAINTS.c
    return case((c.accused_id.is_(None), c.customer_id)).label("customer_id")


def help_due() -> Select[Any]:
    """A task for every request for help; declined, it is another one of the manager above."""
    asked = HELP.c
    slot = cast(asked.id, Text) + "/" + cast(asked.level, Text)
    return (
        select(
            slot.label("slot"), asked.due_at.label("due_at"), asked.person_id.label("owner_id"),
            asked.department_id.label("department_id"), subject_of(),
            cast(asked.id, Text).label("reference"), customer_of(),
        )
        .join(COMPLAINTS, COMPLAINTS.c.id == asked.complaint_id)
        .where(asked.state == ASKED, COMPLAINTS.c.state.in_(OPEN_STATES))
    )  # fmt: skip


def guidance_due() -> Select[Any]:
    """A task for every guidance that was not answered."""
    given = GUIDANCE.c
    return (
        select(
            cast(given.id, Text).label("slot"), given.due_at.label("due_at"), given.person_id.label("owner_id"),
            given.department_id.label("department_id"), subject_of(),
            cast(given.complaint_id, Text).label("reference"), customer_of(),
        )
        .join(COMPLAINTS, COMPLAINTS.c.id == given.complaint_id)
        .where(given.answered_at.is_(None))
    )  # fmt: skip
