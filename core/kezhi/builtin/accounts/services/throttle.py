"""The throttle of the log-in: counters per login and per address, in a table that all processes share.

An attempt is counted before the password is looked at, so that parallel guesses cannot run ahead of the count; a
success takes its own count back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import clock, db, setting

from ..models import Attempt
from ..spelling import normal_login

LOGIN, CODE, FORGOTTEN = "login", "code", "forgotten"  #: what is tried
LONGEST_LOCK = timedelta(hours=24)
FORGET_AFTER = timedelta(hours=24)  #: without a failure the counters start again


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an attempt may be looked at. ``wait`` is how long to wait, ``left`` how many tries remain after it."""

    allowed: bool
    wait: timedelta = timedelta()
    left: int = 0
    locks: bool = False  #: this attempt, if it fails, starts a lock
    from_address: int = 0  #: attempts counted from the address so far, this one included

    @property
    def minutes(self) -> int:
        """Whole minutes to wait, at least one."""
        return max(1, -int(-self.wait.total_seconds() // 60))


def reserve_attempt(login: str, address: str, kind: str = LOGIN) -> Verdict:
    """Count one attempt, inside ``writing()``. During a lock nothing is counted: waiting always ends it.

    ``kind`` is what is tried: a password, or a code of the second factor, which has a count of its own.
    """
    now = clock.now()
    db.session.execute(delete(Attempt).where(Attempt.last_at < now - FORGET_AFTER, _not_locked(now)))
    counters = [
        (kind, _subject(login), int(setting("accounts", "login_failures"))),
        ("address", _subject(address), int(setting("accounts", "address_failures"))),
    ]
    rows = {(what, subject): _locked_row(what, subject, now) for what, subject, _most in counters}
    locked = [row.locked_until for row in rows.values() if row.locked_until is not None and row.locked_until > now]
    if locked:
        return Verdict(False, wait=max(locked) - now)
    wait, left, locks = timedelta(), 0, False
    seen: dict[str, int] = {}
    for what, subject, most in counters:
        failures = rows[what, subject].failures + 1
        lock = _lock_after(failures, most)
        values: dict[str, Any] = {"failures": failures, "last_at": now, "locked_until": now + lock if lock else None}
        where = (Attempt.kind == what, Attempt.subject == subject)
        db.session.execute(update(Attempt).where(*where).values(**values).execution_options(synchronize_session=False))
        seen[what] = failures
        wait, locks = max(wait, lock), locks or bool(lock)
        if what == kind:
            left = most - failures % most if failures % most else 0
    return Verdict(True, wait=wait, left=left, locks=locks, from_address=seen["address"])


def forget_failures(login: str, address: str, verdict: Verdict, kind: str = LOGIN) -> None:
    """After a success: the login starts again, the address gets back the one attempt that was counted."""
    db.session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.subject == _subject(login)))
    own = (Attempt.kind == "address", Attempt.subject == _subject(address))
    # a lock that this attempt would have started is lifted; one that somebody else started meanwhile stays
    lock = case((Attempt.failures == verdict.from_address, None), else_=Attempt.locked_until)
    changed = update(Attempt).where(*own, Attempt.failures > 0).values(failures=Attempt.failures - 1, locked_until=lock)
    db.session.execute(changed.execution_options(synchronize_session=False))


def forget_login(login: str) -> None:
    """Unlock a login, when an administrator gives it a new password."""
    db.session.execute(delete(Attempt).where(Attempt.kind.in_((LOGIN, CODE)), Attempt.subject == _subject(login)))


def _subject(text: str) -> str:
    """What is typed has no limit; what is kept has."""
    return normal_login(text)[:200]


def _not_locked(now: datetime) -> Any:
    return Attempt.locked_until.is_(None) | (Attempt.locked_until < now)


def _locked_row(kind: str, subject: str, now: datetime) -> Attempt:
    """The counter, made if need be and locked against others till the end of the transaction."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"kind": kind, "subject": subject, "failures": 0, "last_at": now}
    db.session.execute(dialect.insert(Attempt).values(row).on_conflict_do_nothing())
    where = (Attempt.kind == kind, Attempt.subject == subject)
    statement = select(Attempt).where(*where).with_for_update().execution_options(populate_existing=True)
    return db.session.execute(statement).scalar_one()


def _lock_after(failures: int, most: int) -> timedelta:
    """How long the lock lasts that this failure starts; zero for none. Every ``most`` failures, twice as long."""
    if failures % most:
        return timedelta()
    minutes = int(setting("accounts", "lock_minutes"))
    doublings = min(failures // most - 1, 10)
    return min(timedelta(minutes=minutes * 2**doublings), LONGEST_LOCK)
