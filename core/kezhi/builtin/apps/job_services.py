"""What a person does to jobs, for the pages and the commands: start, try again, set aside."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select, update

from kezhi import SYSTEM, Conflict, NotFound, Refused, acting_as, audit_record, clock, db, tables
from kezhi.i18n import gettext as _
from kezhi.jobs import DEAD, RUNNING, SKIPPED, WAITING, enqueue

job = tables.job
#: given up, or put back after a failed attempt
FAILED = or_(job.c.state == DEAD, and_(job.c.state == WAITING, job.c.error != ""))


def start(key: str) -> None:
    """Put a job up to be run now, with the rights of the acting person. Errors: ``Refused`` for an unknown one."""
    enqueue(key)
    audit_record("job.start", "job", key)


def start_scheduled(key: str) -> None:
    """Run a job now that has a schedule, as its schedule would: by the system, without a payload.

    Errors: ``NotFound`` without a schedule, ``Conflict`` while it is due or runs already.
    """
    known = current_app.extensions["kezhi"].jobs.get(key)
    if known is None or known.schedule is None:
        raise NotFound(_("There is no job “%(key)s” with a schedule.", key=key))
    ready = or_(job.c.state == RUNNING, and_(job.c.state == WAITING, job.c.due_at <= clock.now()))
    if db.session.scalar(select(job.c.id).where(job.c.job == key, ready).limit(1)) is not None:
        raise Conflict(_("“%(job)s” runs already or is about to.", job=known.title))
    with acting_as(SYSTEM):
        enqueue(key)
    audit_record("job.start", "job", key)


def retry(number: int) -> None:
    """Try a job again at once that has failed, with all its attempts. Errors: ``Refused`` when it has not failed."""
    values = {"state": WAITING, "attempts": 0, "error": "", "due_at": clock.now(), "finished_at": None}
    if not _change(number, FAILED, values):
        raise Refused(_("There is no job number %(number)d that was given up.", number=number))
    audit_record("job.retry", "job", number)


def set_aside(number: int) -> None:
    """Leave out a job that waits, or one that has failed. Its slot stays taken: a schedule does not put it up again.

    Errors: ``Conflict`` when it runs or has ended by now.
    """
    values = {"state": SKIPPED, "finished_at": clock.now()}
    if not _change(number, job.c.state.in_((WAITING, DEAD)), values):
        raise Conflict(_("This job does not wait any more. Look at its present state."))
    audit_record("job.cancel", "job", number)


def _change(number: int, condition: Any, values: dict[str, Any]) -> bool:
    """One conditional statement: of two people, or a person and a worker, one comes first."""
    result: Any = db.session.execute(update(job).where(job.c.id == number, condition).values(values))
    return bool(result.rowcount)
