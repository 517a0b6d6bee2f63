"""Log-ins that have ended are removed every night."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_

from kezhi import Job, Task, audit_record, clock, db, tables
from kezhi import lazy_gettext as _l

from .models import Attempt, HalfLogIn, PasswordLink
from .services import mailing

#: failed log-ins older than this lock nobody any more
ATTEMPTS_KEPT = timedelta(days=30)
#: a link that nobody can use any more is on record in the audit trail
LINKS_KEPT = timedelta(days=30)
#: a log-in that was not used for so long has ended, whatever the company's limit is
IDLE = timedelta(days=30)


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [
        Job("accounts.sweep", _l("Remove log-ins that have ended"), sweep, schedule="50 3 * * *"),
        Job(mailing.JOB, _l("Send a password link that was asked for"), mailing.run),
    ]


def sweep(task: Task) -> None:
    """Remove expired sessions and old failed log-ins, in one transaction."""
    now, session = clock.now(), tables.session
    with task.effect():
        counts = {}
        for name, table, old in (
            ("sessions", session, or_(session.c.expires_at < now, session.c.seen_at < now - IDLE)),
            ("attempts", Attempt.__table__, Attempt.__table__.c.last_at < now - ATTEMPTS_KEPT),
            ("half", HalfLogIn.__table__, HalfLogIn.__table__.c.expires_at < now),
            ("links", PasswordLink.__table__, PasswordLink.__table__.c.expires_at < now - LINKS_KEPT),
        ):
            result: Any = db.session.execute(delete(table).where(old))
            counts[name] = int(result.rowcount)
        if any(counts.values()):
            audit_record("accounts.sweep", "job", task.slot, **counts)
