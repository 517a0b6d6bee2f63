"""Whether the customer is satisfied when a complaint is closed: one question by a link or by phone (CMP-15)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from kezhi import (
    SYSTEM,
    Conflict,
    NotFound,
    Refused,
    acting_as,
    acting_user,
    announce,
    audit_record,
    clock,
    db,
    setting,
    visible,
    writing,
)
from kezhi.builtin.calendar.services import add_working_time
from kezhi.builtin.tasks.services import sync
from kezhi.i18n import _

from ..models import (
    BY_LINK,
    BY_PHONE,
    CLOSED,
    LEADER,
    MALICIOUS,
    SATISFACTION,
    SCORES,
    UNSATISFIED,
    Complaint,
    Event,
    Satisfaction,
)
from .finding import complaint_behind, complaint_by_id
from .following import hold
from .history import add_event
from .people import add_part, barred, department_of
from .remedies import may_work_on

TABLE: Any = Satisfaction.__table__
EVENTS: Any = Event.__table__
COMPLAINTS: Any = Complaint.__table__
UNSCOPED = {"kezhi_unscoped": True}
LONGEST_COMMENT = 1000
UNSATISFIED_TASK = "complaints.unsatisfied"
SETTLE_HOURS = timedelta(hours=8)  #: working time in which the leader decides about a customer who is not satisfied


def asked_of(complaint_id: int) -> list[Satisfaction]:
    """What was asked and answered after closing, the latest first, for who sees the complaint."""
    mine = visible(Satisfaction).where(Satisfaction.complaint_id == complaint_id)
    return list(db.session.scalars(mine.order_by(Satisfaction.id.desc())))


def may_ask_after(complaint: Complaint) -> bool:
    """Whether the acting person may ask the complainant now: of the desk, closed, known, and not answered yet."""
    return is_asked_about(complaint) and may_work_on(complaint) and not _answered(complaint)


def is_asked_about(complaint: Complaint) -> bool:
    """Whether the question is put about such a complaint: closed, of somebody known, and not malicious."""
    return complaint.state == CLOSED and not complaint.anonymous and complaint.severity != MALICIOUS


def make_question(complaint_id: int) -> str:
    """Make the one-time link; its code is told this once. One made before ends.

    Inside ``writing()``. Errors: ``NotFound`` for who may not ask, also when it is answered.
    """
    complaint = _to_ask(complaint_id)
    code = secrets.token_urlsafe(32)
    put_question(complaint, code_hash=hashed(code))
    return code


def put_question(complaint: Complaint, *, email: str = "", code_hash: str | None = None) -> Satisfaction:
    """A question that waits for its answer, in place of one that still waits. Inside ``writing()``."""
    end_questions(complaint)
    now = clock.now()
    asked = Satisfaction(complaint_id=complaint.id, channel=BY_LINK, asked_at=now, asked_by_id=acting_user().id,
                         email=email, code_hash=code_hash, expires_at=now + days_valid())  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    announce(Satisfaction, "create", [asked.id])
    add_event(complaint, SATISFACTION, what="ask", by=BY_LINK)
    audit_record("complaint.ask_satisfaction", "complaint", complaint.id, number=complaint.number)
    return asked


def days_valid() -> timedelta:
    """How long a link works."""
    return timedelta(days=int(setting("complaints", "satisfaction_days")))


def end_questions(complaint: Complaint) -> None:
    """What was asked and not answered no longer waits, and what was answered needs no decision: it was re-opened, or
    another link was made."""
    waits = (TABLE.c.complaint_id == complaint.id) & TABLE.c.ended_at.is_(None)
    db.session.execute(update(TABLE).where(waits, TABLE.c.answered_at.is_(None)).values(ended_at=clock.now()))


def settle_all(complaint: Complaint) -> None:
    """A re-opened complaint is what an unsatisfied customer gets: nothing is left to decide, and no link works."""
    end_questions(complaint)
    left = (TABLE.c.complaint_id == complaint.id) & TABLE.c.leader_id.is_not(None) & TABLE.c.settled_at.is_(None)
    db.session.execute(update(TABLE).where(left).values(settled_at=clock.now(), settled_by_id=acting_user().id))
    sync(UNSATISFIED_TASK)


def question_of(code: str) -> str:
    """The number of the complaint that a link asks about.

    Errors: ``NotFound``, the same for one that never was, was used, has ended or has expired.
    """
    number: str | None = db.session.scalar(
        select(COMPLAINTS.c.number).join(TABLE, TABLE.c.complaint_id == COMPLAINTS.c.id).where(_is_open(code))
    )
    if number is None:
        raise NotFound(_("There is no such page."))
    return number


def answer_by_link(code: str, score: int, comment: str) -> str:
    """The customer answers, once: of two at the same moment one does. The number of the complaint.

    Inside ``writing()``; by the system, whoever is logged in. Errors: ``NotFound`` as :func:`question_of`; ``Refused``.
    """
    comment = _checked(score, comment)
    with acting_as(SYSTEM):
        taken = update(TABLE).where(_is_open(code)).values(answered_at=clock.now(), score=score)
        asked_id = db.session.scalar(taken.returning(TABLE.c.id))
        if asked_id is None:
            raise NotFound(_("There is no such page."))
        statement = select(Satisfaction).where(Satisfaction.id == asked_id)
        asked = db.session.scalars(statement, execution_options={**UNSCOPED, "populate_existing": True}).one()
        asked.comment = comment
        complaint = complaint_behind(asked)
        _answer(complaint, asked)
        return complaint.number


def record_by_phone(complaint_id: int, score: int, comment: str) -> Satisfaction:
    """The agent asked on the telephone and writes the answer down. A link that still waits ends.

    Errors: ``NotFound`` for who may not ask, also when it is answered; ``Refused`` with the field.
    """
    comment = _checked(score, comment)
    with writing():
        complaint = _to_ask(complaint_id)
        end_questions(complaint)
        now = clock.now()
        asked = Satisfaction(complaint_id=complaint.id, channel=BY_PHONE, asked_at=now, asked_by_id=acting_user().id,
                             answered_at=now, score=score, comment=comment)  # fmt: skip
        db.session.add(asked)
        db.session.flush()
        announce(Satisfaction, "create", [asked.id])
        _answer(complaint, asked)
        return asked


def to_decide(complaint: Complaint) -> Satisfaction | None:
    """The answer of a customer who is not satisfied about which the acting person has to decide."""
    me = acting_user().id
    if me is None or me in barred(complaint):
        return None
    mine = visible(Satisfaction).where(
        Satisfaction.complaint_id == complaint.id, Satisfaction.leader_id == me, Satisfaction.settled_at.is_(None)
    )
    found: Satisfaction | None = db.session.scalars(mine.order_by(Satisfaction.id.desc()).limit(1)).one_or_none()
    return found


def pass_up(satisfaction_id: int, complaint_id: int, note: str) -> Satisfaction:
    """The leader lets the next one above decide. Errors: ``NotFound`` for somebody else; ``Refused`` at ``note``, and
    where nobody is above; ``Conflict``."""
    with writing():
        complaint, asked, note = _to_settle(satisfaction_id, complaint_id, note)
        leader = next_above(complaint)
        if leader is None:
            raise Refused(_("Nobody is above you: re-open the complaint, or leave it closed."))
        _claim(asked, leader_id=leader, due_at=_due(leader))
        add_part(complaint, leader, LEADER)
        _put_on_record(complaint, asked, "escalate", note, leader_id=leader)
        return asked


def leave_closed(satisfaction_id: int, complaint_id: int, note: str) -> Satisfaction:
    """The last leader leaves it closed, and says why. Errors: as above; ``Refused`` while somebody is above."""
    with writing():
        complaint, asked, note = _to_settle(satisfaction_id, complaint_id, note)
        if next_above(complaint) is not None:
            raise Refused(_("Re-open the complaint, or escalate it: somebody is above you."))
        _claim(asked, settled_at=clock.now(), settled_by_id=acting_user().id)
        _put_on_record(complaint, asked, "settle", note)
        return asked


def next_above(complaint: Complaint) -> int | None:
    """Who decides next about an unsatisfied customer: the leader above the handler who had it not yet."""
    from .escalation_job import next_leader

    rows = select(EVENTS.c.details).where(EVENTS.c.complaint_id == complaint.id, EVENTS.c.kind == SATISFACTION)
    had: Collection[int | None] = [each.get("leader_id") for each in db.session.scalars(rows)]
    return next_leader(complaint, had)


def hashed(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def _answer(complaint: Complaint, asked: Satisfaction) -> None:
    score = asked.score or 0
    leader = next_above(complaint) if score <= UNSATISFIED else None
    if leader is not None:
        asked.leader_id, asked.due_at = leader, _due(leader)
        add_part(complaint, leader, LEADER)
    db.session.flush()
    _put_on_record(complaint, asked, "answer", by=asked.channel, score=score, leader_id=leader)


def _due(leader_id: int) -> Any:
    return add_working_time(clock.now(), SETTLE_HOURS, department_of(leader_id))


def _put_on_record(complaint: Complaint, asked: Satisfaction, what: str, note: str = "", **details: Any) -> None:
    add_event(complaint, SATISFACTION, note, what=what, **details)
    announce(Satisfaction, "update", [asked.id])
    audit_record(f"complaint.satisfaction_{what}", "complaint", complaint.id, number=complaint.number)
    sync(UNSATISFIED_TASK)


def _is_open(code: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (
        (TABLE.c.code_hash == hashed(code))
        & TABLE.c.answered_at.is_(None)
        & TABLE.c.ended_at.is_(None)
        & (TABLE.c.expires_at > clock.now())
    )
    return found


def _answered(complaint: Complaint) -> bool:
    """Whether it was answered since it was closed the last time."""
    since = TABLE.c.answered_at >= complaint.closed_at
    mine = select(TABLE.c.id).where(TABLE.c.complaint_id == complaint.id, since)
    return db.session.execute(mine.limit(1)).first() is not None


def _to_ask(complaint_id: int) -> Complaint:
    complaint = complaint_by_id(complaint_id)
    hold([complaint.id])
    db.session.refresh(complaint)
    if not may_ask_after(complaint):
        raise NotFound(_("There is no such page."))
    return complaint


def _to_settle(satisfaction_id: int, complaint_id: int, note: str) -> tuple[Complaint, Satisfaction, str]:
    complaint = complaint_by_id(complaint_id)
    asked = to_decide(complaint)
    if asked is None or asked.id != satisfaction_id:
        raise NotFound(_("There is no such page."))
    note = (note or "").strip()
    if not note:
        raise Refused(_("Write down what was decided or said."), field="note")
    if len(note) > LONGEST_COMMENT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_COMMENT), field="note")
    return complaint, asked, note


def _claim(asked: Satisfaction, **values: Any) -> None:
    seen = (TABLE.c.id == asked.id) & (TABLE.c.leader_id == acting_user().id) & TABLE.c.settled_at.is_(None)
    result: Any = db.session.execute(update(TABLE).where(seen).values(**values))
    if result.rowcount != 1:
        raise Conflict(_("It was decided meanwhile; nothing was changed."))
    db.session.refresh(asked)


def _checked(score: int, comment: str) -> str:
    if score not in SCORES:
        raise Refused(_("Choose how satisfied you are."), field="score")
    comment = (comment or "").strip()
    if len(comment) > LONGEST_COMMENT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_COMMENT), field="comment")
    return comment
