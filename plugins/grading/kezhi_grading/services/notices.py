"""Written notices to customers: owed when a grade is new or changed, until somebody sent them (GRD-13)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, exists, insert, literal, select, update
from sqlalchemy.orm import aliased

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, bulk_write, clock, db, visible
from kezhi.builtin.calendar.services import add_workdays
from kezhi.builtin.customers.services import rows_of
from kezhi.builtin.tasks.services import drop_tasks
from kezhi.builtin.tasks.services.notices import is_there
from kezhi.db import BigInt

from ..models import CurrentGrade, CustomerNotice, Result, Run
from ..words import _
from .schemes import primary_key

#: working days after publication within which a notice is sent
DAYS = 10
POST, EMAIL, PERSON = "post", "email", "person"
WAYS = (POST, EMAIL, PERSON)
TASK = "grading.notice"

NOTICE: Any = CustomerNotice.__table__


def owe_notices(run: Run, day: date) -> int:
    """A notice for every customer to whom this run gave another grade than before, or the first. How many.

    Only grades by the primary scheme are the customer's grade; other schemes are for the company itself.
    """
    if run.scheme_key != primary_key():
        return 0
    result: Any = Result.__table__
    current: Any = CurrentGrade.__table__
    # who has no grade in the run, or one that took effect later, has no grade of this run in force
    in_force = (current.c.customer_id == result.c.customer_id) & (current.c.run_id == result.c.run_id)
    due = add_workdays(day, DAYS)
    rows = (
        select(
            literal(run.id, BigInt),
            result.c.customer_id,
            literal(run.scheme_key, Text()),
            result.c.grade,
            literal(due, Date()),
        )
        .join(current, in_force)
        .where(result.c.run_id == run.id, result.c.previous_grade.is_distinct_from(result.c.grade))
    )
    return bulk_write(
        insert(NOTICE).from_select(["run_id", "customer_id", "scheme_key", "grade", "due_on"], rows),
        model=CustomerNotice,
        change="create",
        keys=select(NOTICE.c.customer_id).where(NOTICE.c.run_id == run.id),
        action="grading.notices.owe",
        run=run.id,
    )


def still_owed() -> ColumnElement[bool]:
    """Not sent, and no later notice of the same scheme took its place: a customer is told of its newest grade."""
    later = aliased(CustomerNotice)
    replaced = exists().where(
        later.customer_id == CustomerNotice.customer_id,
        later.scheme_key == CustomerNotice.scheme_key,
        later.run_id > CustomerNotice.run_id,
    )
    return CustomerNotice.sent_on.is_(None) & ~replaced


def newest_notice(customer_id: int, scheme_key: str) -> CustomerNotice | None:
    """The last notice that a customer was owed by a scheme; None also for a customer that one does not see."""
    statement = rows_of(CustomerNotice.customer_id, customer_id).where(CustomerNotice.scheme_key == scheme_key)
    return db.session.scalars(statement.order_by(CustomerNotice.run_id.desc()).limit(1)).first()


def find_notice(run_id: int, customer_id: int) -> CustomerNotice | None:
    """The notice of a run to a customer that the acting user sees."""
    which = (CustomerNotice.run_id == run_id, CustomerNotice.customer_id == customer_id)
    return db.session.scalars(visible(CustomerNotice).where(*which)).one_or_none()


def notice_of(run_id: int, customer_id: int) -> CustomerNotice:
    """As :func:`find_notice`. Errors: ``NotFound``."""
    found = find_notice(run_id, customer_id)
    if found is None:
        raise NotFound(_("There is no such notice."))
    return found


def is_owed(notice: CustomerNotice) -> bool:
    """Whether a notice has still to be sent."""
    newest = newest_notice(notice.customer_id, notice.scheme_key)
    return notice.sent_on is None and newest is not None and newest.run_id == notice.run_id


def mark_sent(run_id: int, customer_id: int, day: date, way: str) -> None:
    """Record that a notice was sent on a day, and close its task. Inside ``writing()``.

    Errors: ``NotFound``; ``Conflict`` when it was sent before or a newer one took its place; ``Refused`` for a day
    before the grade took effect or after today, and for an unknown way.
    """
    notice = notice_of(run_id, customer_id)
    if not is_owed(notice):
        raise Conflict(_("This notice is sent already, or a newer one took its place; nothing was changed."))
    if way not in WAYS:
        raise Refused(_("Choose one of the list."), field="way")
    if day > clock.today():
        raise Refused(_("%(day)s is still to come. Enter the day on which it was sent.", day=day), field="sent_on")
    effective = db.session.get_one(Run, run_id).effective_from
    if effective is not None and day < effective:
        raise Refused(_("The grade is in force from %(day)s; enter that day or a later one.", day=effective),
                      field="sent_on")  # fmt: skip
    which = (NOTICE.c.run_id == run_id, NOTICE.c.customer_id == customer_id, NOTICE.c.sent_on.is_(None))
    values = {"sent_on": day, "sent_by": acting_user().login, "way": way}
    changed: Any = db.session.execute(update(NOTICE).where(*which).values(values))
    if changed.rowcount != 1:
        raise Conflict(_("This notice is sent already, or a newer one took its place; nothing was changed."))
    db.session.expire(notice)
    announce(CustomerNotice, "update", [customer_id])
    audit_record("grading.notice.sent", "grading.run", run_id, customer=customer_id, on=day.isoformat(), way=way)
    if is_there():
        drop_tasks(TASK, [slot_of(run_id, customer_id)])


def slot_of(run_id: int, customer_id: int) -> str:
    """How the task of a notice is called within its kind."""
    return f"{run_id}:{customer_id}"
