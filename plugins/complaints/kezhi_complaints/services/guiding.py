"""Guidance of the customer-service department on a unit's complaint, which the unit answers (CMP-17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    acting_user,
    announce,
    audit_record,
    clock,
    db,
    setting,
    visible,
    writing,
)
from kezhi.builtin.accounts.services import user_by_id
from kezhi.builtin.calendar.services import add_working_time
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.tasks.services import sync
from kezhi.i18n import _

from ..access import GUIDE, READ
from ..models import GUIDED, UNIT, Complaint, Guidance
from .finding import complaint_by_id
from .history import add_event
from .people import add_part, barred, department_of, leaders_above
from .telling import tell_guided

LONGEST_TEXT = 4000
GUIDANCE_TASK = "complaints.guidance"


def guidance_of(complaint_id: int) -> list[Guidance]:
    """The guidance on a complaint that the user sees, in its order."""
    statement = visible(Guidance).where(Guidance.complaint_id == complaint_id)
    return list(db.session.scalars(statement.order_by(Guidance.id)))


def may_guide(complaint: Complaint) -> bool:
    """Whether the acting person may advise on this complaint."""
    return may_change(complaint, GUIDE) and acting_user().id not in barred(complaint)


def guide(complaint_id: int, text: str) -> Guidance:
    """Leave a note or finding; the unit complained about, or who handles the complaint, has to answer it.

    Errors: ``NotFound`` for who may not; ``Refused`` with the field, and where nobody is there to answer.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        if not may_guide(complaint):
            raise NotFound(_("There is no such page."))
        text = _text(text, "text")
        person, unit = answerer(complaint)
        due = add_working_time(clock.now(), timedelta(hours=int(setting("complaints", "guidance_hours"))), unit)
        guidance = Guidance(
            complaint_id=complaint.id, by_id=acting_user().id, at=clock.now(), text=text, person_id=person,
            department_id=unit, due_at=due,
        )  # fmt: skip
        db.session.add(guidance)
        db.session.flush()
        add_part(complaint, person, UNIT)
        add_event(complaint, GUIDED, guidance_id=guidance.id, person_id=person)
        _done(guidance, complaint, "create")
        tell_guided(guidance, complaint, answered=False)
        return guidance


def answerer(complaint: Complaint) -> tuple[int, int | None]:
    """Who answers guidance and for which department: the manager of the unit complained about, else the handler.

    Never the acting person, the person complained about or who stands in for them. Errors: ``Refused``.
    """
    out = barred(complaint) | {acting_user().id}
    candidates = [(each, complaint.department_id) for each in leaders_above(complaint.department_id)]
    if complaint.handler_id is not None:
        candidates.append((complaint.handler_id, department_of(complaint.handler_id)))
    for person_id, unit in candidates:
        person = user_by_id(person_id) if person_id not in out else None
        if person is not None and person.can(READ):
            return person_id, unit
    raise Refused(
        _("Nobody is there to answer: name the department complained about, or have the complaint accepted."),
        field="text",
    )


def answer_guidance(guidance_id: int, version: int, answer: str) -> Guidance:
    """The unit answers. Errors: ``NotFound`` for somebody else; ``Refused`` at ``answer``; ``Conflict``."""
    with writing():
        mine = visible(Guidance).where(Guidance.id == guidance_id, Guidance.person_id == acting_user().id)
        guidance: Guidance | None = db.session.scalars(mine).one_or_none()
        if guidance is None:
            raise NotFound(_("There is no such page."))
        complaint = complaint_by_id(guidance.complaint_id)
        if acting_user().id in barred(complaint):
            raise Refused(_("You stand in for the person complained about: somebody else has to do this."))
        answer = _text(answer, "answer")
        table: Any = Guidance.__table__
        seen = (table.c.id == guidance_id) & (table.c.version == version) & table.c.answered_at.is_(None)
        values = {"answered_at": clock.now(), "answered_by_id": acting_user().id, "version": version + 1}
        result: Any = db.session.execute(update(table).where(seen).values(**values))
        if result.rowcount != 1:
            raise Conflict(_("This guidance was answered already; nothing was changed."))
        db.session.refresh(guidance)
        guidance.answer = answer
        db.session.flush()
        add_event(complaint, GUIDED, guidance_id=guidance.id, answered=True)
        _done(guidance, complaint, "update")
        tell_guided(guidance, complaint, answered=True)
        return guidance


def _done(guidance: Guidance, complaint: Complaint, change: str) -> None:
    announce(Guidance, change, [guidance.id])
    audit_record(f"complaint.guidance_{change}", "complaint", complaint.id, number=complaint.number, id=guidance.id)
    sync(GUIDANCE_TASK)


def _text(text: str, field: str) -> str:
    text = (text or "").strip()
    if not text:
        raise Refused(_("Write something."), field=field)
    if len(text) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=field)
    return text
