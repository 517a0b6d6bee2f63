"""A job that used up its attempts is told to whoever asked for it and to who runs the system, once each."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select, true

from kezhi import Task, db, tables
from kezhi import lazy_gettext as _l
from kezhi.db import end_reading
from kezhi.jobs import DEAD

from .job_progress import MANAGE

OWN, ANY = "apps.own_job_failed", "apps.job_failed"


def kinds() -> list[Any]:
    """The kinds of notices that this builtin sends."""
    from ..tasks.contributions import NoticeKind

    def page(number: str) -> str:
        return url_for("apps.job", job_id=int(number))

    return [
        NoticeKind(OWN, _l("What I left to the background failed"), page, "exclamation-octagon", mail="now"),
        NoticeKind(ANY, _l("A job was given up"), page, "exclamation-octagon", permission=MANAGE, mail="now"),
    ]


def tell(task: Task) -> None:
    """The job that follows a death. Its notices and the note that it is done are one transaction: nobody hears twice.

    What was run again or set aside meanwhile is told to nobody any more.
    """
    from ..accounts.services import load_users
    from ..tasks.contributions import About
    from ..tasks.services import notify

    job = tables.job
    dead = select(job.c.job, job.c.requested_by).where(job.c.id == int(task.payload["job"]), job.c.state == DEAD)
    found = db.session.execute(dead).one_or_none()
    end_reading()
    with task.effect():
        if found is None:
            return
        from .job_pages import registered

        known = registered().get(found.job)
        about = About(known.title if known is not None else found.job, str(task.payload["job"]))
        people = [each for each in load_users(true()) if each.login == found.requested_by or each.can(MANAGE)]
        own = {each.id for each in people if each.id is not None and each.login == found.requested_by}
        notify(OWN, own, _l("A job that you asked for failed for good"), about)
        others = {each.id for each in people if each.id is not None} - own
        notify(ANY, others, _l("A job failed for good and was given up"), about)
