"""The feedback register: taken down, dealt with, told to the customer, or gone on as a complaint (CMP-05).

Every function that writes expects an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, can, clock, db, visible
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import looks_only
from kezhi.i18n import _

from ..access import HANDLE, REGISTER
from ..models import COMPLAINT, KIND, OPEN, SORTS, TOLD_RESULT, WENT_ON, Complaint, Feedback, Progress
from .entries import ENTRIES
from .registering import next_number, register

FIELDS = ("customer_id", "sort", "contact", "phone", "subject", "content", "department_id", "owner_id", "due_on")
LONGEST = {"contact": 80, "phone": 40, "subject": 200, "content": 8000}
LONGEST_NOTE = 4000
FARTHEST = timedelta(days=366)


def add_feedback(values: Mapping[str, Any]) -> Feedback:
    """Write down what a customer said; who is in charge of the customer is told at once.

    Errors: ``Refused`` with the field; ``NotFound`` for who may not, and for a customer the person does not see.
    """
    from ..telling import tell_owner

    if not can(REGISTER):
        raise NotFound(_("There is no such page."))
    complete, now = _checked(values, None), clock.now()
    feedback = Feedback(**complete, number=next_number("FK", "feedback"), state=OPEN, received_at=now,
                        received_by_id=acting_user().id, updated_at=now)  # fmt: skip
    db.session.add(feedback)
    db.session.flush()
    announce(Feedback, "create", [feedback.id])
    audit_record("feedback.add", "feedback", feedback.id, number=feedback.number, sort=feedback.sort)
    tell_owner(feedback)
    return feedback


def change_feedback(feedback_id: int, version: int, values: Mapping[str, Any]) -> Feedback:
    """Change open feedback as it was read in ``version``. Errors: ``Conflict``, ``Refused``, ``NotFound``."""
    feedback = _open(feedback_id)
    complete = _checked(values, feedback)
    changed = sorted(name for name in FIELDS if complete[name] != getattr(feedback, name))
    if changed:
        _store(feedback, version, {name: complete[name] for name in changed})
        audit_record("feedback.change", "feedback", feedback_id, fields=changed)
    elif feedback.version != version:
        raise conflict()
    return feedback


def add_progress(feedback_id: int, note: str) -> Progress:
    """Say what was done. Errors: ``Refused``, ``NotFound``."""
    feedback = _open(feedback_id)
    text = note.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Refused(_("Write what was done, in at most %(count)s characters.", count=LONGEST_NOTE), field="note")
    progress = Progress(feedback_id=feedback.id, at=clock.now(), by_id=acting_user().id, note=text)
    db.session.add(progress)
    db.session.flush()
    audit_record("feedback.progress", "feedback", feedback_id)
    return progress


def tell_result(feedback_id: int, version: int, told: str, analysis: str) -> Feedback:
    """The customer was told the result; that ends the feedback. Errors: ``Conflict``, ``Refused``, ``NotFound``."""
    feedback = _open(feedback_id)
    told, analysis = told.strip(), analysis.strip()
    for field, text in (("told", told), ("analysis", analysis)):
        if len(text) > LONGEST_NOTE:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NOTE), field=field)
    if not told:
        raise Refused(_("Write down what the customer was told."), field="told")
    if not analysis:
        raise Refused(_("Write down what it shows and what follows from it."), field="analysis")
    _store(feedback, version, {"told": told, "analysis": analysis, "state": TOLD_RESULT, "told_at": clock.now()})
    audit_record("feedback.told", "feedback", feedback_id)
    return feedback


def go_on(feedback_id: int, version: int, channel_id: int) -> Complaint:
    """Feedback goes on as a complaint: its words are carried over, and each names the other.

    The time of receipt is that of the feedback: clocks count from when the customer said it. Errors: ``Conflict``,
    ``Refused``, ``NotFound``.
    """
    feedback = _open(feedback_id)
    _store(feedback, version, {"state": WENT_ON})
    anonymous = not (feedback.contact and feedback.phone)
    course = feedback.content
    if anonymous and (feedback.contact or feedback.phone):  # half a name is told with the course, not lost
        course = f"{course}\n{feedback.contact} {feedback.phone}".strip()
    complaint = register(
        {
            "customer_id": feedback.customer_id, "anonymous": anonymous, "complainant": feedback.contact,
            "phone": feedback.phone, "subject": feedback.subject, "course": course,
            "department_id": feedback.department_id, "kind_id": _other_kind(), "channel_id": channel_id,
            "received_at": feedback.received_at,
        },
        by_code=True,
    )  # fmt: skip
    feedback.complaint_id = complaint.id
    db.session.flush()
    audit_record("feedback.go_on", "feedback", feedback_id, complaint=complaint.id)
    return complaint


def _other_kind() -> int:
    """The kind that a complaint has until somebody says which: "others", else the first in force."""
    key = select(ENTRIES.c.id).where(ENTRIES.c.list == KIND, ENTRIES.c.retired_at.is_(None))
    found = db.session.scalar(key.order_by(ENTRIES.c.key != "other", ENTRIES.c.position).limit(1))
    if found is None:
        raise Refused(_("There is no kind of complaint to choose from: add one to the list first."))
    return int(found)


def feedback_by_id(feedback_id: int) -> Feedback:
    """The feedback, if the user sees it. Errors: ``NotFound``."""
    found: Feedback | None = db.session.scalars(visible(Feedback).where(Feedback.id == feedback_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such feedback."))
    return found


def feedback_of_complaint(complaint_id: int) -> Feedback | None:
    """What a complaint came from, if the user sees it."""
    found: Feedback | None = db.session.scalars(
        visible(Feedback).where(Feedback.complaint_id == complaint_id)
    ).one_or_none()
    return found


def progress_of(feedback_id: int) -> list[Progress]:
    """What was done about feedback, the latest first. Whoever sees the feedback sees it."""
    statement = select(Progress).where(Progress.feedback_id == feedback_id)
    return list(db.session.scalars(statement.order_by(Progress.at.desc(), Progress.id.desc())))


def may_work_on(feedback: Feedback) -> bool:
    """Whether the acting person deals with it: the service desk, who wrote it down, who it was given to, the manager
    of the department, and who is in charge of the customer."""
    user = acting_user()
    if looks_only(feedback):  # of a customer that is shared with them to be looked at
        return False
    if user.is_system or can(HANDLE) or user.id in (feedback.received_by_id, feedback.owner_id):
        return True
    departments, customers = Department.__table__, Customer.__table__
    led = select(departments.c.id).where(departments.c.id == feedback.department_id,
                                         departments.c.manager_id == user.id)  # fmt: skip
    mine = select(customers.c.id).where(customers.c.id == feedback.customer_id, customers.c.owner_id == user.id)
    return db.session.execute(led.union_all(mine), execution_options={"kezhi_unscoped": True}).first() is not None


def conflict() -> Conflict:
    """Somebody was faster."""
    return Conflict(_("Somebody else changed this feedback after you opened it. Look at it again before you save."))


def _open(feedback_id: int) -> Feedback:
    feedback = feedback_by_id(feedback_id)
    if not may_work_on(feedback):
        raise NotFound(_("There is no such feedback."))
    if feedback.state != OPEN:
        raise Refused(_("This feedback is finished already."))
    return feedback


def _store(feedback: Feedback, version: int, values: Mapping[str, Any]) -> None:
    claim = (
        update(Feedback)
        .where(Feedback.id == feedback.id, Feedback.version == version, Feedback.state == OPEN)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(claim)
    if result.rowcount != 1:
        raise conflict()
    db.session.refresh(feedback)
    for name, value in values.items():
        setattr(feedback, name, value)
    feedback.updated_at = clock.now()
    db.session.flush()
    announce(Feedback, "update", [feedback.id])


def _checked(values: Mapping[str, Any], stored: Feedback | None) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(FIELDS)
    if stored is not None:
        found |= {name: getattr(stored, name) for name in FIELDS}
    found |= {name: values[name] for name in FIELDS if name in values}
    for name, most in LONGEST.items():
        found[name] = str(found[name] or "").strip()
        if len(found[name]) > most:
            raise Refused(_("At most %(count)s characters.", count=most), field=name)
    if found["sort"] not in SORTS:
        raise Refused(_("Say what kind of feedback it is."), field="sort")
    if not found["subject"]:
        raise Refused(_("Say in a line what it is about."), field="subject")
    if not found["content"]:
        raise Refused(_("Write down what the customer said."), field="content")
    _check_when(found, stored)
    _check_who(found)
    if found["customer_id"] is not None:
        seen = visible(Customer).where(Customer.id == found["customer_id"]).with_only_columns(Customer.id)
        if db.session.execute(seen).scalar_one_or_none() is None:
            raise NotFound(_("There is no such customer."), field="customer")
    return found


def _check_when(found: Mapping[str, Any], stored: Feedback | None) -> None:
    due, today = found["due_on"], clock.today()
    if due is None:
        raise Refused(_("Say by when it is dealt with."), field="due_on")
    if (stored is None or stored.due_on != due) and not today <= due <= today + FARTHEST:
        raise Refused(_("Choose today or a later day, within a year."), field="due_on")


def _check_who(found: Mapping[str, Any]) -> None:
    departments, people = Department.__table__, Account.__table__
    there = select(departments.c.id).where(departments.c.id == found["department_id"])
    if found["department_id"] is None or db.session.execute(there).first() is None:
        raise Refused(_("Say which department is responsible."), field="department")
    if found["owner_id"] is not None:
        active = select(people.c.id).where(people.c.id == found["owner_id"], people.c.active.is_(True))
        if db.session.execute(active).first() is None:
            raise Refused(_("Choose one of the list."), field="owner")


__all__ = [
    "COMPLAINT", "add_feedback", "add_progress", "change_feedback", "conflict", "feedback_by_id",
    "feedback_of_complaint", "go_on", "may_work_on", "progress_of", "tell_result",
]  # fmt: skip
