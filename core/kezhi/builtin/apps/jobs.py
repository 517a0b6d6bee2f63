"""The kernel's own housekeeping: rows that have served their time. And what the doctor says of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, Job, Task, audit_record, clock, db, tables
from kezhi import lazy_gettext as _l
from kezhi.clock import database_now
from kezhi.i18n import gettext as _
from kezhi.jobs import DEAD, DONE, GIVEN_UP, RUNNING, SKIPPED

from .telling import tell

SUBMISSIONS_KEPT, JOBS_KEPT, PROCESSES_KEPT = timedelta(days=30), timedelta(days=90), timedelta(days=1)
OVERDUE = timedelta(minutes=5)


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [
        Job("apps.sweep", _l("Remove what has served its time"), sweep, schedule="40 3 * * *"),
        Job(GIVEN_UP, _l("Tell people of a job that was given up"), tell),
    ]


def sweep(task: Task) -> None:
    """Remove answered submissions, finished jobs and processes that are gone, in one transaction."""
    now, job = clock.now(), tables.job
    # a schedule goes on from its newest slot, however long ago that was
    newest = select(func.max(job.c.id)).where(job.c.slot.like("at %")).group_by(job.c.job)
    ended = job.c.state.in_((DONE, SKIPPED)) & (job.c.finished_at < now - JOBS_KEPT)
    with task.effect():
        counts = {}
        for name, table, old in (
            ("submissions", tables.submission, tables.submission.c.at < now - SUBMISSIONS_KEPT),
            ("jobs", job, ended & job.c.id.not_in(newest)),
            ("processes", tables.process, tables.process.c.seen_at < now - PROCESSES_KEPT),
        ):
            result: Any = db.session.execute(delete(table).where(old))
            counts[name] = int(result.rowcount)
        if any(counts.values()):
            audit_record("apps.sweep", "job", task.slot, **counts)


def checks() -> list[Check]:
    """Invariants of the job table."""
    return [Check("apps.jobs", _l("Jobs are run and none was given up"), _find)]


def _find(session: Session) -> Sequence[Finding]:
    job = tables.job
    dead = session.execute(select(job.c.job, func.count()).where(job.c.state == DEAD).group_by(job.c.job)).all()
    found = [Finding(_("The job %(job)s was given up %(count)d times: kezhi jobs list --state dead.", job=row[0],
                       count=row[1]), "advice") for row in dead]  # fmt: skip
    late = (job.c.state == RUNNING, job.c.lease_until < database_now(session.connection()) - OVERDUE)
    count = session.scalar(select(func.count()).select_from(job).where(*late)) or 0
    if count:
        text = _("%(count)d jobs were cut off and nobody has taken them over: is a worker running?", count=count)
        found.append(Finding(text, "advice"))
    return found
