"""What somebody who leaves has of complaints, and who takes it over (ORG-01): never who is complained about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, or_, select

from kezhi import User, audit_record, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.deputies import absent_for

from .access import HANDLE, READ
from .feedback_handing_over import feedback_hand_over
from .models import (
    ASKED,
    ASSIGNED,
    HELP_ASKED,
    INVESTIGATOR,
    OPEN_STATES,
    UNIT,
    Complaint,
    Guidance,
    Help,
    Investigation,
)
from .remedy_handing_over import action_hand_overs
from .services.history import add_event
from .services.people import add_part, end_part

COMPLAINTS: Any = Complaint.__table__
FOUND: Any = Investigation.__table__
HELP: Any = Help.__table__
GUIDANCE: Any = Guidance.__table__
UNSCOPED = {"kezhi_unscoped": True}


def hand_overs() -> list[Any]:
    """Complaints one handles or investigates, and what one is asked about others."""
    from kezhi.builtin.handover.contributions import HandOver

    return [
        HandOver("complaints.handled", _l("Complaints in one's hands"), handled, _names(Complaint, COMPLAINTS.c.id),
                 move_handled, barred=barred_from_handling, accepts=_handles, icon="chat-left-text", order=40),
        HandOver("complaints.investigated", _l("Investigations of complaints"), investigated,
                 _names(Investigation, FOUND.c.complaint_id), move_investigated, barred=barred_from_investigating,
                 accepts=_reads, icon="search", order=41),
        HandOver("complaints.asked", _l("Assistance with complaints"), asked, _names(Help, HELP.c.complaint_id),
                 move_asked, barred=lambda to: _about(to, HELP), icon="person-raised-hand", order=42),
        HandOver("complaints.guided", _l("Guidance on complaints to answer"), guided,
                 _names(Guidance, GUIDANCE.c.complaint_id), move_guided, barred=lambda to: _about(to, GUIDANCE),
                 accepts=_reads, icon="signpost-2", order=43),
        *action_hand_overs(),
        feedback_hand_over(),
    ]  # fmt: skip


def _handles(user: User) -> bool:
    return user.can(HANDLE)


def _reads(user: User) -> bool:
    return user.can(READ)


def handled(person: int) -> Select[Any]:
    """The open complaints that a person handles."""
    c = COMPLAINTS.c
    mine = (c.handler_id == person) & c.state.in_(OPEN_STATES)
    return select(c.id.label("record_id"), c.number.label("label")).where(mine)


def investigated(person: int) -> Select[Any]:
    """The running investigations of open complaints."""
    mine = (FOUND.c.investigator_id == person) & FOUND.c.ended_at.is_(None)
    return _listed(FOUND, mine & COMPLAINTS.c.state.in_(OPEN_STATES))


def asked(person: int) -> Select[Any]:
    """What a person is asked and has not answered."""
    return _listed(HELP, (HELP.c.person_id == person) & (HELP.c.state == ASKED))


def guided(person: int) -> Select[Any]:
    """Guidance that a person has to answer."""
    return _listed(GUIDANCE, (GUIDANCE.c.person_id == person) & GUIDANCE.c.answered_at.is_(None))


def _listed(table: Any, mine: Any) -> Select[Any]:
    chosen = select(table.c.id.label("record_id"), COMPLAINTS.c.number.label("label"))
    return chosen.join(COMPLAINTS, COMPLAINTS.c.id == table.c.complaint_id).where(mine)


def _names(model: type, complaint: Any) -> Any:
    from kezhi.builtin.handover.contributions import Name

    def names(ids: Sequence[int]) -> Mapping[int, Any]:
        key: Any = model.id  # type: ignore[attr-defined]
        rows = visible(model).where(key.in_(ids)).with_only_columns(key, complaint.label("complaint"))
        found = {row[0]: row[1] for row in db.session.execute(rows)}
        numbers = select(COMPLAINTS.c.id, COMPLAINTS.c.number).where(COMPLAINTS.c.id.in_(set(found.values())))
        called = {row.id: row.number for row in db.session.execute(numbers)}
        seen = {each: of for each, of in found.items() if of in called}
        return {each: Name(called[of], "complaints.show", {"complaint_id": of}) for each, of in seen.items()}

    return names


def _unfair(to: int) -> Any:
    """Complaints about this person, or about somebody in whose place they stand today."""
    return or_(COMPLAINTS.c.accused_id == to, COMPLAINTS.c.accused_id.in_(absent_for(to)))


def _about(to: int, table: Any) -> Select[Any]:
    return select(table.c.id).join(COMPLAINTS, COMPLAINTS.c.id == table.c.complaint_id).where(_unfair(to))


def barred_from_handling(to: int) -> Select[Any]:
    """Complaints about the receiver, and those that they investigate or investigated."""
    finds = select(FOUND.c.complaint_id).where(FOUND.c.investigator_id == to)
    return select(COMPLAINTS.c.id).where(or_(_unfair(to), COMPLAINTS.c.id.in_(finds)))


def barred_from_investigating(to: int) -> Select[Any]:
    """Investigations of complaints about the receiver or that they handle, and of those about their department."""
    from .services.people import ACCOUNTS, CLOSURE

    place = select(ACCOUNTS.c.department_id).where(ACCOUNTS.c.id == to).scalar_subquery()
    theirs = select(CLOSURE.c.ancestor_id).where(CLOSURE.c.descendant_id == place)
    c = COMPLAINTS.c
    party = or_(_unfair(to), c.handler_id == to, c.department_id.in_(theirs))
    return select(FOUND.c.id).join(COMPLAINTS, c.id == FOUND.c.complaint_id).where(party)


def move_handled(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """They are assigned to the receiver, each with its event."""
    for complaint in _complaints(COMPLAINTS.c.id.in_(ids)):
        complaint.handler_id = to
        complaint.version += 1
        complaint.updated_at = clock.now()
        add_event(complaint, ASSIGNED, owner_id=to, role="handler", user_id=to)
    return _moved("handled", person, to)


def move_investigated(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver goes on where the other one has stopped: the same round, with what was found."""
    rows = db.session.scalars(select(Investigation).where(FOUND.c.id.in_(ids)), execution_options=UNSCOPED).all()
    for each in rows:
        each.investigator_id = to
        each.version += 1
        (complaint,) = _complaints(COMPLAINTS.c.id == each.complaint_id)
        end_part(complaint, person, INVESTIGATOR)
        add_part(complaint, to, INVESTIGATOR)
        add_event(complaint, ASSIGNED, owner_id=to, role=INVESTIGATOR, user_id=to)
    return _moved("investigated", person, to)


def move_asked(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver is asked instead."""
    for each in db.session.scalars(select(Help).where(HELP.c.id.in_(ids)), execution_options=UNSCOPED).all():
        each.person_id = to
        each.version += 1
        (complaint,) = _complaints(COMPLAINTS.c.id == each.complaint_id)
        add_event(complaint, HELP_ASKED, help_id=each.id, person_id=to)
    return _moved("asked", person, to)


def move_guided(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The receiver answers instead."""
    for each in db.session.scalars(select(Guidance).where(GUIDANCE.c.id.in_(ids)), execution_options=UNSCOPED).all():
        each.person_id = to
        each.version += 1
        (complaint,) = _complaints(COMPLAINTS.c.id == each.complaint_id)
        end_part(complaint, person, UNIT)
        add_part(complaint, to, UNIT)
    return _moved("guided", person, to)


def _complaints(which: Any) -> list[Complaint]:
    statement = select(Complaint).where(which).order_by(Complaint.id)
    return list(db.session.scalars(statement, execution_options=UNSCOPED))


def _moved(what: str, person: int, to: int) -> list[tuple[Any, int]]:
    db.session.flush()
    audit_record("complaint.hand_over", "user", person, to=to, what=what)
    return []
