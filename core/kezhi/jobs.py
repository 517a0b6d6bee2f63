"""Work in the background: a table of slots, each enqueued once, run at least once, in effect once.

A worker claims a slot with a lease and raises its attempts before the run; the lease is extended while the run goes on.
When the worker dies, the lease ends and another one takes over. What a job writes inside ``task.effect()`` commits
together with the note that the slot is done: after a death it has taken effect or it is done again, never twice.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from . import audit, clock
from .contributions import Job
from .db import after_commit, db, writing
from .errors import Refused
from .i18n import gettext as _
from .permissions import acting_as, acting_user
from .presence import database_now
from .site import Site
from .tables import job as table
from .users import SYSTEM, User

log = logging.getLogger("kezhi.jobs")

WAITING, RUNNING, DONE, DEAD = "waiting", "running", "done", "dead"
LEASE = timedelta(seconds=60)
BEAT = 15.0  #: seconds between two extensions of a lease
POLL = 2.0  #: seconds between two looks for work
FIRST_DELAY = timedelta(minutes=1)  #: before the second attempt; doubled each time


class Overtaken(Exception):
    """The lease ended and another worker has the slot; what this one did is rolled back."""


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
    state: dict[str, bool] | None = None  #: where the runner learns that the effect is in

    @contextmanager
    def effect(self) -> Iterator[None]:
        """The write transaction of the job's effect: it commits together with the note that the slot is done.

        Errors: ``Overtaken`` when another worker has the slot by now; nothing is written then.
        """
        with writing():
            yield
            mine = and_(table.c.id == self.id, table.c.worker == self.worker, table.c.attempts == self.attempt)
            values = {"state": DONE, "finished_at": clock.now(), "lease_until": None, "error": ""}
            result: Any = db.session.execute(update(table).where(mine, table.c.state == RUNNING).values(values))
            if result.rowcount != 1:
                raise Overtaken(f"{self.job} {self.slot}")
            if self.state is not None:
                noted = self.state
                after_commit(lambda: noted.update(done=True))


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

    The first slot of a job is the first one after it was seen for the first time.
    """
    from cronsim import CronSim

    rules = {key: str(job.schedule) for key, job in current_app.extensions["kezhi"].jobs.items() if job.schedule}
    now = clock.now()
    names = select(table.c.job, table.c.slot).where(table.c.job.in_(rules), table.c.slot.like("at %"))
    known: dict[str, set[str]] = {key: set() for key in rules}
    for row in db.session.execute(names):
        known[row.job].add(row.slot)
    db.session.rollback()
    wanted = []
    for key, rule in rules.items():
        schedule = CronSim(rule, clock.local(now))
        back = CronSim(rule, clock.local(now + timedelta(minutes=1)), reverse=True)
        last, following = next(back), next(schedule)
        # unseen: remember where it begins by putting the next slot up; seen: the newest one that is due, and the next
        wanted += [(key, instant) for instant in ([last] if known[key] else []) + [following]]
    missing = [(key, at) for key, at in wanted if _slot(at) not in known[key] and not _older(_slot(at), known[key])]
    if missing:
        with writing(), acting_as(SYSTEM):
            for key, at in missing:
                enqueue(key, _slot(at), due_at=at)


def _slot(instant: datetime) -> str:
    return f"at {instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _older(slot: str, known: set[str]) -> bool:
    return bool(known) and slot < max(known)


def run_pending(site: Site, worker: str, limit: int | None = None) -> int:
    """Work off what is due; returns how many slots were run. Every slot runs in the app that is in force."""
    count = 0
    while limit is None or count < limit:
        app = site.current_app()
        with app.app_context():
            enqueue_due()
            task = _claim(worker)
            if task is None:
                return count
            _run(site, task)
            db.session.remove()
        count += 1
    return count


def work(site: Site, stop: threading.Event, poll: float = POLL) -> None:
    """Work off jobs until ``stop`` is set; the one that runs is finished first. Nothing of it leaves the loop."""
    worker = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    while not stop.is_set():
        try:
            if run_pending(site, worker, limit=1):
                continue
        except Exception:
            log.exception("the jobs cannot be worked off at present")
        stop.wait(poll)


def _claim(worker: str) -> Task | None:
    """Take the slot that has waited longest, of a job that an enabled app registers; its attempts are raised first."""
    keys = list(current_app.extensions["kezhi"].jobs)
    with writing() as session:
        connection = session.connection()
        now = database_now(connection)
        ready = or_(
            and_(table.c.state == WAITING, table.c.due_at <= clock.now()),
            and_(table.c.state == RUNNING, table.c.lease_until < now),
        )
        first = select(table.c.id).where(ready, table.c.job.in_(keys)).order_by(table.c.due_at, table.c.id).limit(1)
        chosen = session.scalar(first.with_for_update(skip_locked=True))
        if chosen is None:
            return None
        values = {"state": RUNNING, "worker": worker, "lease_until": now + LEASE, "attempts": table.c.attempts + 1}
        row = session.execute(update(table).where(table.c.id == chosen).values(values).returning(table)).one()
    return Task(row.id, row.job, row.slot, row.payload, row.due_at, row.attempts, worker, {"done": False})


def _run(site: Site, task: Task) -> None:
    job: Job = current_app.extensions["kezhi"].jobs[task.job]
    if task.attempt > job.attempts:  # its workers died every time
        _fail(task, job, "every attempt was cut off", final=True)
        return
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(site, task, stop), daemon=True)
    keeper.start()
    try:
        user = _requester(task)
        if user is None:
            _fail(task, job, "who asked for it may not log in any more", final=True)
            return
        with acting_as(user):
            job.run(task)
        if not (task.state or {}).get("done"):
            with task.effect():
                pass
    except Overtaken:
        log.warning("job %s %s was overtaken", task.job, task.slot)
    except Exception as error:
        db.session.rollback()
        log.exception("job %s %s failed", task.job, task.slot)
        if not (task.state or {}).get("done"):
            _fail(task, job, f"{type(error).__name__}: {error}"[:500], final=task.attempt >= job.attempts)
    finally:
        stop.set()


def _requester(task: Task) -> User | None:
    """Who asked for it, with the rights of today."""
    login = db.session.scalar(select(table.c.requested_by).where(table.c.id == task.id))
    db.session.rollback()
    if login == SYSTEM.login:
        return SYSTEM
    user: User | None = current_app.extensions["kezhi"].call.user_by_login(login=login)
    return user if user is not None and user.is_active else None


def _fail(task: Task, job: Job, reason: str, *, final: bool) -> None:
    """Put the slot back for a later attempt, or give it up."""
    delay = FIRST_DELAY * 2 ** (task.attempt - 1)
    mine = and_(table.c.id == task.id, table.c.worker == task.worker, table.c.attempts == task.attempt)
    with writing() as session:
        values: dict[str, Any] = {"state": DEAD if final else WAITING, "lease_until": None, "error": reason}
        values |= {"finished_at": clock.now()} if final else {"due_at": clock.now() + delay}
        result: Any = session.execute(update(table).where(mine, table.c.state == RUNNING).values(values))
        if final and result.rowcount:
            audit.record("job.dead", "job", task.id, job=job.key, slot=task.slot)


def _keep_lease(site: Site, task: Task, stop: threading.Event) -> None:
    mine = and_(table.c.id == task.id, table.c.worker == task.worker, table.c.attempts == task.attempt)
    while not stop.wait(BEAT):
        try:
            with site.engine.execution_options(kezhi_write=True).begin() as connection:
                until = database_now(connection) + LEASE
                connection.execute(update(table).where(mine, table.c.state == RUNNING).values(lease_until=until))
        except Exception:
            log.warning("the lease of job %s could not be extended", task.job, exc_info=True)
