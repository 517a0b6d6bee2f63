"""What a person does to jobs, for the pages and the commands: start, try again, cancel."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select, update

from kezhi import SYSTEM, Conflict, NotFound, Refused, acting_as, acting_user, audit_record, clock, db, tables
from kezhi.clock import database_now
from kezhi.i18n import gettext as _
from kezhi.jobs import DEAD, RUNNING, SKIPPED, WAITING, enqueue, give_back

job = tables.job
#: given up, put back after a failed attempt, or cancelled
FAILED = or_(
    job.c.state == DEAD,
    and_(job.c.state == WAITING, job.c.error != ""),
    and_(job.c.state == SKIPPED, job.c.cancelled_by.is_not(None)),
)


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
    """Try a job again at once that has failed or was cancelled, with all its attempts.

    Errors: ``Refused`` for another one.
    """
    values = {"state": WAITING, "attempts": 0, "error": "", "due_at": clock.now(), "finished_at": None,
              "cancelled_by": None, "progress": None}  # fmt: skip
    if not _change(number, FAILED, values):
        raise Refused(_("There is no job number %(number)d that was given up or cancelled.", number=number))
    audit_record("job.retry", "job", number)


def cancel(number: int) -> bool:
    """End a job that waits, has failed, or whose worker is gone; ask one that runs to stop where it next looks.

    True when it has ended, False when it will. Its slot stays taken: a schedule does not put it up again.
    Errors: ``Conflict`` when it has ended by now, or was asked already.
    """
    values = {"state": SKIPPED, "finished_at": clock.now(), "lease_until": None}
    gone = and_(job.c.state == RUNNING, job.c.lease_until < database_now(db.session.connection()))
    was_dead = _change(number, job.c.state == DEAD, values)
    mine = {"cancelled_by": acting_user().login}
    ended = was_dead or _change(number, or_(job.c.state == WAITING, gone), values | mine)
    if ended and not was_dead:  # at its death it has given back what waited for it
        row = db.session.execute(select(job.c.job, job.c.payload).where(job.c.id == number)).one()
        known = current_app.extensions["kezhi"].jobs.get(row.job)
        if known is not None:
            give_back(known, row.payload)
    elif not ended:
        runs = and_(job.c.state == RUNNING, job.c.cancelled_by.is_(None))
        if not _change(number, runs, mine):
            raise Conflict(_("This job has ended, or was asked to stop already. Look at its present state."))
    audit_record("job.cancel", "job", number)
    return ended


def _change(number: int, condition: Any, values: dict[str, Any]) -> bool:
    """One conditional statement: of two people, or a person and a worker, one comes first."""
    result: Any = db.session.execute(update(job).where(job.c.id == number, condition).values(values))
    return bool(result.rowcount)
