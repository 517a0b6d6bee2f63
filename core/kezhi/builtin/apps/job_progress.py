"""How far jobs are, as pages and commands show it; and who may look at a job and stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kezhi import User, acting_user, db, localised, tables
from kezhi.filters import number
from kezhi.i18n import gettext as _
from kezhi.jobs import RUNNING

job = tables.job
MANAGE = "apps.manage"
MOST = 20  #: running jobs on a page


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``percent`` is None while nobody knows how much there is."""

    percent: int | None = None
    figure: str = ""  #: for example 300 of 1,000
    text: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A job that runs."""

    id: int
    title: str
    started_at: datetime
    progress: Progress
    stopping: bool  #: somebody has asked it to stop


def progress_of(kept: Mapping[str, Any] | None) -> Progress:
    """What a run has told last, in the present language."""
    if not kept:
        return Progress()
    done, of, text = int(kept["done"]), int(kept["of"]), localised(kept["text"])
    if of <= 0:
        return Progress(None, number(done) if done else "", text)
    most = max(of, done)  # more may have come while it runs
    return Progress(100 * done // most, _("%(done)s of %(all)s", done=number(done), all=number(most)), text)


def may_see(requested_by: str, user: User | None = None) -> bool:
    """Whether a person may look at a job and cancel it: whoever asked for it, and who runs the system."""
    user = user or acting_user()
    return user.can(MANAGE) or (user.id is not None and user.login == requested_by)


def running(titles: Mapping[str, str]) -> Sequence[Running]:
    """What runs at present, the longest first."""
    columns = (job.c.id, job.c.job, job.c.started_at, job.c.progress, job.c.cancelled_by)
    now = select(*columns).where(job.c.state == RUNNING).order_by(job.c.started_at, job.c.id).limit(MOST)
    return [
        Running(
            row.id, titles.get(row.job, row.job), row.started_at, progress_of(row.progress),
            row.cancelled_by is not None,
        )
        for row in db.session.execute(now)
    ]  # fmt: skip
