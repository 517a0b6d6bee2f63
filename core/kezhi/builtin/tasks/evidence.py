"""What shows that duties are done in time and that notices go out (TSK-01, TSK-02)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from kezhi import clock
from kezhi import lazy_gettext as _l

from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import DROPPED, Mail, Notice, Task

LATELY = timedelta(days=90)
WAITS = timedelta(hours=1)
FAILED = "failed"


def evidence() -> list[ClauseEvidence]:
    """Duties and notices."""
    return [
        ClauseEvidence(
            "TSK-01",
            _l("No task is overdue."),
            ask=in_time,
            says=lambda found: _l(
                "%(count)s of %(of)s tasks of the last 90 days done in time", count=found.records or 0, of=found.of or 0
            ),
            records=Records("tasks.department"),
            breaches=Records("tasks.department", {"f.state": "late"}),
            responsible=_l("Owners of the tasks"),
        ),
        ClauseEvidence(
            "TSK-02",
            _l("Notices are told, and their e-mails go out within an hour."),
            ask=told,
            says=lambda found: _l("Notices: %(count)s", count=f"{found.records or 0:,}"),
            responsible=_l("The system"),
        ),
    ]


def in_time(_today: date) -> Ask:
    """Tasks of the last quarter that ended by when they were due, and those that are overdue now."""
    now = clock.now()
    ended = select(func.count(Task.id)).where(Task.closed_at >= now - LATELY, Task.outcome != DROPPED)
    return Ask(
        records=ended.where(Task.closed_at <= Task.due_at),
        of=ended,
        latest=select(func.max(Task.closed_at)),
        breaches=select(func.count(Task.id)).where(Task.closed_at.is_(None), Task.due_at < now),
    )


def told(_today: date) -> Ask:
    """Notices, e-mails that were given up lately, and those that wait for too long."""
    now = clock.now()
    mails = select(func.count(Mail.notice_id))
    waiting = mails.join(Notice, Notice.id == Mail.notice_id).where(
        Mail.ended_at.is_(None), Mail.attempts > 0, Notice.created_at < now - WAITS
    )
    return Ask(
        records=select(func.count(Notice.id)),
        latest=select(Notice.created_at).order_by(Notice.id.desc()).limit(1),
        breaches=mails.where(Mail.outcome == FAILED, Mail.ended_at > now - timedelta(days=7)),
        waiting=waiting,
    )
