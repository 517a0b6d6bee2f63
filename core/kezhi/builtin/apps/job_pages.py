"""What the pages of jobs show: the runs, one run, and what is run by the clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cronsim import CronSim
from flask import current_app, url_for
from markupsafe import escape
from sqlalchemy import Text, and_, case, func, literal, or_, select

from kezhi import Choice, Column, Filter, Job, ListView, acting_user, clock, db, model_base, tables
from kezhi import lazy_gettext as _l
from kezhi.cells import RENDERERS, Renderer
from kezhi.filters import EMPTY
from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_pgettext
from kezhi.jobs import DEAD, DONE, RUNNING, SKIPPED, WAITING
from kezhi.users import SYSTEM

from ..accounts.models import Account
from .job_progress import MANAGE, may_see, progress_of
from .jobs import OVERDUE

Base = model_base("apps")
SHORT = 80  #: characters of an error in a row

#: as people see them: what failed and waits for its next attempt is a state of its own
AGAIN = "again"
STOPPING, CANCELLED = "stopping", "cancelled"
STATES: dict[str, tuple[Any, str]] = {
    WAITING: (lazy_pgettext("job", "Waiting"), "blue"),
    AGAIN: (lazy_pgettext("job", "Waits for another attempt"), "amber"),
    RUNNING: (lazy_pgettext("job", "Running"), "indigo"),
    DONE: (lazy_pgettext("job", "Done"), "green"),
    DEAD: (lazy_pgettext("job", "Failed"), "red"),
    SKIPPED: (lazy_pgettext("job", "Left out"), "gray"),
    STOPPING: (_l("Is being stopped"), "amber"),
    CANCELLED: (lazy_pgettext("job", "Cancelled"), "gray"),
}


class Run(Base):  # type: ignore[valid-type,misc]
    """A slot of a job, as a list reads it."""

    __table__ = tables.job


run: Any = Run
_due = replace(RENDERERS["instant"], phone="x")
failed_before = and_(run.state == WAITING, run.error != "")
stopping = and_(run.state == RUNNING, run.cancelled_by.is_not(None))
cancelled = and_(run.state == SKIPPED, run.cancelled_by.is_not(None))
shown_state: Any = case((failed_before, AGAIN), (stopping, STOPPING), (cancelled, CANCELLED), else_=run.state)


def registered() -> dict[str, Job]:
    """The jobs of the enabled apps."""
    found: dict[str, Job] = current_app.extensions["kezhi"].jobs
    return found


def title_of(key: str) -> str:
    """The title of a job; its key while its app is not enabled."""
    job = registered().get(key)
    return str(job.title) if job is not None else key


def duration(started: datetime | None, finished: datetime | None) -> str:
    """How long a run took, to the second below an hour."""
    if started is None or finished is None or finished < started:
        return EMPTY
    seconds = (finished - started).total_seconds()
    if seconds < 1:
        return _("%(number)s ms", number=round(seconds * 1000))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return _("%(number)s s", number=rest)
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)
    return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)


def runs_view() -> ListView:
    """The slots, the newest first."""
    titles = {key: str(job.title) for key, job in sorted(registered().items())}
    name = case(*[(run.job == key, literal(title, Text())) for key, title in titles.items()], else_=run.job)
    known = Filter("choice", lambda: [Choice(key, title) for key, title in titles.items()], lambda v: run.job == v)
    states = Filter("choice", lambda: [Choice(key, title) for key, (title, _tone) in STATES.items()], _in_state)
    tone = case(*[(shown_state == key, tone) for key, (_title, tone) in STATES.items()], else_="gray")
    person = select(Account.name).where(Account.login == run.requested_by).correlate(Run).scalar_subquery()
    whose = case((run.requested_by == SYSTEM.login, literal(str(_("System")))),
                 else_=func.coalesce(person, run.requested_by))  # fmt: skip
    took = Renderer(lambda cell: escape(duration(cell.extra[0], cell.value)),
                    lambda cell: duration(cell.extra[0], cell.value), muted=True)  # fmt: skip
    return ListView(
        name="jobs",
        model=Run,
        columns=[
            Column("id", lazy_pgettext("job", "No."), run.id, sortable=True, render="code", order=1),
            Column("job", _l("Job"), name, default=True, render="name", filter=known, order=2),
            Column("key", _l("Key"), run.job, render="code", order=3),
            Column("state", _l("State"), shown_state, default=True, render="chip", filter=states, extra=(tone,),
                   order=4),
            Column("due", lazy_pgettext("job", "Due"), run.due_at, default=True, render=_due, filter=Filter("date"),
                   order=5),
            Column("attempts", _l("Attempts"), run.attempts, default=True, render="count", order=6),
            Column("duration", _l("Duration"), run.finished_at, default=True, render=took, extra=(run.started_at,),
                   order=7),
            Column("person", _l("Requested by"), whose, default=True, render="person", order=8),
            Column("error", _l("Last error"), func.substr(run.error, 1, SHORT), default=True, order=9),
            Column("finished", _l("Ended"), run.finished_at, render="instant", order=10),
        ],
        order=("id", "desc"),
        link=lambda row: url_for("apps.job", job_id=row.id),
        title=_l("Jobs"),
        kind=_l("jobs"),
        export_permission="apps.manage",
    )  # fmt: skip


def _in_state(value: str) -> Any:
    return shown_state == value


def overdue() -> int:
    """How many slots should have been run some minutes ago."""
    late = and_(run.state == WAITING, run.due_at < clock.now() - OVERDUE, run.job.in_(list(registered())))
    return db.session.scalar(select(func.count()).select_from(Run).where(late)) or 0


def run_page(number: int) -> dict[str, Any] | None:
    """One slot, if the acting person may see it."""
    found = db.session.execute(select(tables.job).where(tables.job.c.id == number)).mappings().one_or_none()
    if found is None or not may_see(found["requested_by"]):
        return None
    key, asked = found["state"], found["cancelled_by"] is not None
    if key == WAITING and found["error"]:
        key = AGAIN
    elif asked and key in (RUNNING, SKIPPED):
        key = STOPPING if key == RUNNING else CANCELLED
    known, manages = registered().get(found["job"]), acting_user().can(MANAGE)
    return {
        "run": found,
        "title": title_of(found["job"]),
        "known": known,
        "state": STATES.get(key, (key, "gray")),
        "duration": duration(found["started_at"], found["finished_at"]),
        "progress": progress_of(found["progress"]) if found["state"] == RUNNING else None,
        "under_way": found["state"] in (WAITING, RUNNING),
        "manages": manages,
        "may_retry": manages and known is not None and key in (DEAD, AGAIN, CANCELLED),
        "may_cancel": key in (WAITING, AGAIN, RUNNING) or (manages and key == DEAD),
    }


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A job with a schedule: when it runs next, and how its last run went."""

    key: str
    title: str
    rule: str
    text: str
    next: datetime
    last: Any  #: row of the newest slot that was run, or None
    state: tuple[Any, str] | None
    duration: str
    busy: bool  #: it is due or runs


def scheduled() -> Sequence[Scheduled]:
    """What is run by the clock, the next one first; three statements however many there are."""
    jobs = {key: job for key, job in registered().items() if job.schedule}
    ran = run.state.in_((DONE, DEAD, RUNNING)) | failed_before
    newest = select(func.max(run.id)).where(ran, run.job.in_(list(jobs))).group_by(run.job)
    lasts = {row.job: row for row in db.session.execute(select(tables.job).where(tables.job.c.id.in_(newest)))}
    ready = or_(run.state == RUNNING, and_(run.state == WAITING, run.due_at <= clock.now()))
    busy = set(db.session.scalars(select(run.job).where(ready).distinct()))
    found = []
    for key, job in jobs.items():
        last, rule = lasts.get(key), str(job.schedule)
        state = STATES.get(AGAIN if last.state == WAITING else last.state) if last is not None else None
        took = duration(last.started_at, last.finished_at) if last is not None else EMPTY
        due = next(CronSim(rule, clock.local(clock.now())))
        found.append(Scheduled(key, str(job.title), rule, rule_text(rule), due, last, state, took, key in busy))
    return sorted(found, key=lambda each: (each.next, each.key))


def rule_text(rule: str) -> str:
    """The usual cron rules in words, any other as it is."""
    minute, hour, *rest = rule.split()
    if rest != ["*", "*", "*"]:
        return rule
    if (every := re.fullmatch(r"\*/(\d+)", minute)) and hour == "*":
        return _("every %(number)s minutes", number=every[1])
    if minute.isdigit() and hour == "*":
        return _("every hour at minute %(minute)s", minute=minute)
    if minute.isdigit() and hour.isdigit():
        return _("daily at %(time)s", time=f"{int(hour):02}:{int(minute):02}")
    return rule
