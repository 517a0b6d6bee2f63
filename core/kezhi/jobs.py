"""Work in the background: a table of slots, each enqueued once, run at least once, in effect once.

A worker claims a slot with a lease and raises its attempts before the run; the lease is extended while the run goes on.
When the worker dies, the lease ends and another one takes over. What a job writes inside ``task.effect()`` commits
together with the note that the slot is done: after a death it has taken effect or it is done again, never twice.

``task.progress()`` tells how far a run is, and is where it stops when somebody has asked it to.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from . import audit, clock
from .contributions import Job
from .db import db, writing
from .errors import Refused
from .i18n import gettext as _
from .i18n import in_both_languages
from .permissions import acting_as, acting_user
from .site import Site
from .tables import job as table
from .tables import state
from .users import SYSTEM, User

log = logging.getLogger("kezhi.jobs")

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"
SKIPPED = "skipped"  #: due before the job was there
LEASE = timedelta(seconds=60)
BEAT = 15.0  #: seconds between two extensions of a lease
POLL = 2.0  #: seconds between two looks for work
TELL = 1.0  #: seconds at least between two reports of progress
FIRST_DELAY = timedelta(minutes=1)  #: before the second attempt; doubled each time
GIVEN_UP = "apps.given_up"  #: the job that tells people of a slot that used up its attempts


class Overtaken(Exception):
    """The lease ended and another worker has the slot; what this one did is rolled back."""


class Cancelled(BaseException):
    """Somebody asked the run to stop: no ``except Exception`` of a job keeps it going. What is open is rolled back."""


@dataclass(frozen=True, slots=True)
class Task:
    """One slot of a job that is being run."""

    id: int
    job: str
    slot: str
    payload: Mapping[str, Any]
    due_at: datetime
    attempt: int
    worker: str = ""
    _told: list[float] = field(default_factory=list, repr=False, compare=False)

    def progress(self, done: int, of: int = 0, text: Any = "") -> None:
        """Tell how far the run is: ``done`` pieces ``of`` so many (0: nobody knows), and what it is at, in one text.

        Cheap enough for every chunk: it is written at most once a second, in a short transaction of its own, and
        inside ``writing()`` it only looks. Errors: ``Cancelled`` when somebody asked the run to stop, ``Overtaken``
        when another worker has the slot: let both pass, what is open is rolled back.
        """
        if self._told and time.monotonic() < self._told[0] + TELL:
            return
        self._told[:] = [time.monotonic()]
        if db.session.info.get("writing"):
            row = db.session.execute(select(table.c.cancelled_by).where(_held(self))).first()
        else:
            values = {"progress": {"done": done, "of": of, "text": in_both_languages(text) if text else ""}}
            statement = update(table).where(_held(self)).values(values).returning(table.c.cancelled_by)
            with current_app.extensions["kezhi"].site.engine.execution_options(kezhi_write=True).begin() as connection:
                row = connection.execute(statement).first()
        _stop_if_asked(self, row)

    @contextmanager
    def effect(self) -> Iterator[None]:
        """The write transaction of the job's effect: it commits together with the note that the slot is done.

        Errors: ``Overtaken`` when another worker has the slot by now, ``Cancelled`` when the run was asked to stop;
        nothing is written then.
        """
        with writing():
            yield
            if not _note(self, table.c.cancelled_by.is_(None), state=DONE, finished_at=clock.now(), error=""):
                _stop_if_asked(self, db.session.execute(select(table.c.cancelled_by).where(_held(self))).first())


def enqueue(key: str, slot: str = "", payload: Mapping[str, Any] | None = None, due_at: datetime | None = None) -> bool:
    """Put a slot of a job up, inside the open write transaction; False when it was there already.

    Without a ``slot`` it is one of its own. It runs with the rights that the acting person has then.
    """
    if key not in current_app.extensions["kezhi"].jobs:
        raise Refused(_("There is no job “%(key)s”.", key=key))
    now = clock.now()
    row = {
        "job": key, "slot": slot or secrets.token_urlsafe(12), "payload": dict(payload or {}), "state": WAITING,
        "requested_by": acting_user().login, "due_at": due_at or now, "attempts": 0, "error": "", "created_at": now,
    }  # fmt: skip
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    claim = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return db.session.execute(claim).first() is not None


def enqueue_due() -> None:
    """Put up the newest slot of every scheduled job that is due; slots missed before it are left out.

    The first slot of a job is the first one after it was seen for the first time: the one before it is put down as
    skipped. Slots ahead of the clock, from before it was set back, keep nothing from being put up.
    """
    from cronsim import CronSim

    rules = {key: str(job.schedule) for key, job in current_app.extensions["kezhi"].jobs.items() if job.schedule}
    if not rules:
        return
    minute = clock.now().replace(second=0, microsecond=0)
    past = (table.c.slot.like("at %"), table.c.slot <= _slot(minute))
    newest = select(table.c.slot).where(*past).order_by(table.c.slot.desc()).limit(1)
    lasts = db.session.execute(select(*[newest.where(table.c.job == key).scalar_subquery() for key in rules])).one()
    before = clock.local(minute + timedelta(minutes=1))
    db.session.rollback()
    for (key, rule), last in zip(rules.items(), lasts, strict=True):
        due: datetime | None = next(CronSim(rule, before, reverse=True), None)
        if due is None or (last is not None and _slot(due) <= last):
            continue
        with writing() as session, acting_as(SYSTEM):
            if enqueue(key, _slot(due), due_at=due) and last is None:
                seen = (table.c.job == key, table.c.slot == _slot(due))
                session.execute(update(table).where(*seen).values(state=SKIPPED, finished_at=clock.now()))


def _slot(instant: datetime) -> str:
    return f"at {instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def process_id() -> str:
    """A name of this process, or of a part of it, that nobody else ever has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def run_pending(site: Site, worker: str = "", limit: int | None = None) -> int:
    """Work off what is due; returns how many slots were run. Every slot runs in the app that is in force.

    A process that has older code of a plugin than is in force runs nothing: only a new process has the newer code.
    """
    count, worker = 0, worker or process_id()
    while limit is None or count < limit:
        with site.serving() as app, app.app_context():
            if site.stale:
                return count
            enqueue_due()
            task = _claim(worker)
            if task is None:
                return count
            _run(site, task)
        count += 1
    return count


def work(site: Site, stop: threading.Event, poll: float = POLL) -> None:
    """Work off jobs until ``stop`` is set; the one that runs is finished first. Nothing of it leaves the loop."""
    worker = process_id()
    while not stop.is_set():
        try:
            if run_pending(site, worker, limit=1):
                continue
        except Exception:
            log.exception("the jobs cannot be worked off at present")
        stop.wait(poll)


def _claim(worker: str) -> Task | None:
    """Take the slot that has waited longest, of a job that an enabled app registers; its attempts are raised first."""
    now = clock.database_now(db.session.connection())
    ahead = clock.now() + timedelta(hours=1)  # what is later was written before the clock was set back
    due = or_(table.c.due_at <= clock.now(), table.c.created_at > ahead, table.c.started_at > ahead)
    cut_off = or_(table.c.lease_until < now, table.c.lease_until > now + 2 * LEASE)
    ready = or_(and_(table.c.state == WAITING, due), and_(table.c.state == RUNNING, cut_off))
    mine = table.c.job.in_(list(current_app.extensions["kezhi"].jobs))
    first = select(table.c.id).where(ready, mine).order_by(table.c.due_at, table.c.id).limit(1)
    waits = db.session.scalar(first)
    db.session.rollback()
    if waits is None:  # looking for work locks nothing
        return None
    with writing() as session:
        chosen = session.scalar(first.with_for_update(skip_locked=True))
        if chosen is None or _outdated(session):
            return None
        values = {"state": RUNNING, "worker": worker, "lease_until": now + LEASE, "attempts": table.c.attempts + 1}
        values |= {"started_at": clock.now(), "progress": None}
        row = session.execute(update(table).where(table.c.id == chosen).values(values).returning(table)).one()
    return Task(row.id, row.job, row.slot, row.payload, row.due_at, row.attempts, worker)


def _outdated(session: Session) -> bool:
    """Whether plugins were changed since this app was built: a slot put up afterwards may be for newer code."""
    generation = select(state.c.value).where(state.c.key == "generation")
    return bool(session.execute(generation).scalar_one() != current_app.extensions["kezhi"].generation)


def _run(site: Site, task: Task) -> None:
    job: Job = current_app.extensions["kezhi"].jobs[task.job]
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(site, task, stop), daemon=True)
    keeper.start()
    try:
        user = _requester(task)
        if task.attempt > job.attempts:
            _fail(task, job, "every attempt was cut off", final=True)
        elif user is None:
            _fail(task, job, "who asked for it may not log in any more", final=True)
        else:
            with acting_as(user):
                job.run(task)
            with writing():  # unless the effect has done it
                _note(task, state=DONE, finished_at=clock.now(), error="")
    except Cancelled:
        db.session.rollback()
        with writing():
            _end(task, job, SKIPPED, "")
    except Overtaken:
        log.warning("job %s %s was overtaken", task.job, task.slot)
    except (Exception, SystemExit) as error:  # a job cannot end the thread of all jobs
        db.session.rollback()
        log.exception("job %s %s failed", task.job, task.slot)
        _fail(task, job, _reason(error), final=task.attempt >= job.attempts)
    finally:
        stop.set()


def _stop_if_asked(task: Task, row: Any) -> None:
    """Errors: ``Overtaken`` when there is no row of this attempt any more, ``Cancelled`` when it was asked to stop."""
    if row is None or row.cancelled_by is not None:
        raise (Overtaken if row is None else Cancelled)(f"{task.job} {task.slot}")


def _requester(task: Task) -> User | None:
    """Who asked for it, with the rights of today. Errors: ``Cancelled`` when an attempt before was asked to stop."""
    row = db.session.execute(select(table.c.requested_by, table.c.cancelled_by).where(table.c.id == task.id)).one()
    db.session.rollback()
    _stop_if_asked(task, row)
    if row.requested_by == SYSTEM.login:
        return SYSTEM
    user: User | None = current_app.extensions["kezhi"].call.user_by_login(login=row.requested_by)
    return user if user is not None and user.is_active else None


def _reason(error: BaseException) -> str:
    """Class and message of a failure; the classes alone where the database speaks: it quotes statements and values."""
    links: list[BaseException] = [error]
    while (inner := links[-1].__cause__ or links[-1].__context__) is not None and inner not in links:
        links.append(inner)
    if isinstance(error, Refused) or not any(isinstance(link, SQLAlchemyError) for link in links):
        return f"{type(error).__name__}: {error}"[:500]
    return " from ".join(type(link).__name__ for link in links)[:500]


def _fail(task: Task, job: Job, reason: str, *, final: bool) -> None:
    """Put the slot back for a later attempt, or give it up: then a job tells people of it, once."""
    with writing():
        if not final:
            due = clock.now() + FIRST_DELAY * 2 ** min(task.attempt - 1, 10)
            if not _end(task, job, SKIPPED, reason, table.c.cancelled_by.is_not(None)):
                _note(task, state=WAITING, due_at=due, error=reason)
        elif _end(task, job, DEAD, reason):
            audit.record("job.dead", "job", task.id, job=job.key, slot=task.slot)
            if job.key != GIVEN_UP and GIVEN_UP in current_app.extensions["kezhi"].jobs:
                with acting_as(SYSTEM):
                    enqueue(GIVEN_UP, payload={"job": task.id})


def _end(task: Task, job: Job, state: str, reason: str, *more: ColumnElement[bool]) -> bool:
    """End the run without an effect, in the open transaction; False as :func:`_note`."""
    noted = _note(task, *more, state=state, finished_at=clock.now(), error=reason)
    if noted:
        give_back(job, task.payload)
    return noted


def give_back(job: Job, payload: Mapping[str, Any]) -> None:
    """Call ``ended`` of a slot that ends without having been done, in the open transaction. Errors: none."""
    if job.ended is None:
        return
    try:
        with db.session.begin_nested():
            job.ended(payload)
    except Exception:
        log.exception("job %s could not give back what waits for it", job.key)


def _note(task: Task, *more: ColumnElement[bool], **values: Any) -> bool:
    """End the run in the open transaction; False when it has ended already or another worker has the slot by now."""
    result: Any = db.session.execute(update(table).where(_held(task), *more).values(**values, lease_until=None))
    return bool(result.rowcount == 1)


def _held(task: Task) -> ColumnElement[bool]:
    own = and_(table.c.id == task.id, table.c.worker == task.worker, table.c.attempts == task.attempt)
    return and_(own, table.c.state == RUNNING)


def _keep_lease(site: Site, task: Task, stop: threading.Event) -> None:
    while not stop.wait(BEAT):
        try:
            with site.engine.execution_options(kezhi_write=True).begin() as connection:
                until = clock.database_now(connection) + LEASE
                connection.execute(update(table).where(_held(task)).values(lease_until=until))
        except Exception:
            log.warning("the lease of job %s could not be extended", task.job, exc_info=True)
