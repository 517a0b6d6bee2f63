"""The log-in: counted, checked outside any transaction, recorded."""

from __future__ import annotations

from sqlalchemy import select, update

from kezhi import Refused, User, acting_as, audit_record, clock, db, writing
from kezhi.db import end_reading
from kezhi.i18n import gettext as _

from ..models import Account
from ..passwords import hash_password, matches, needs_rehash
from ..spelling import normal_login
from .answers import note_failure, refusal
from .loading import user_by_id
from .second_step import Half, needs_code, open_half
from .sessions import start_session
from .throttle import Verdict, forget_failures, reserve_attempt


def log_in(login: str, password: str, address: str) -> User | Half:
    """Start a session for whom login and password belong to; with a second factor, only half a log-in.

    Opens its own transactions. Errors: ``Refused`` in the same words for a wrong password, an unknown or inactive
    login and a lock, with the wait or the tries that remain.
    """
    login = normal_login(login)
    with writing():
        verdict = reserve_attempt(login, address)
    if not verdict.allowed:
        raise wrong(verdict)
    row = db.session.execute(
        select(Account.id, Account.password_hash).where(Account.login == login, Account.active.is_(True))
    ).one_or_none()
    end_reading()
    if not matches(password, row.password_hash if row is not None else None) or row is None:
        note_failure(row.id if row is not None else "", verdict)
        raise wrong(verdict)
    fresh = hash_password(password) if needs_rehash(row.password_hash) else row.password_hash
    entered = _enter(row.id, row.password_hash, fresh, login, address, verdict)
    if entered is None:
        raise wrong(verdict)
    return entered


def _enter(user_id: int, old: str, fresh: str, login: str, address: str, verdict: Verdict) -> User | Half | None:
    """Log the person in, unless password or activity changed while the password was checked."""
    user = user_by_id(user_id)
    if user is None:
        return None
    with acting_as(user), writing():
        same = (Account.id == user_id, Account.password_hash == old, Account.active.is_(True))
        half = needs_code(user)
        entered = {} if half else {"last_login_at": clock.now()}
        changed = update(Account).where(*same).values(password_hash=fresh, **entered)
        if db.session.execute(changed.execution_options(synchronize_session=False)).rowcount == 0:  # type: ignore[attr-defined]
            return None
        forget_failures(login, address, verdict)
        if half:
            return open_half(user)
        start_session(user)
        audit_record("login.success", "user", user_id)
    return user


def check_present_password(user: User, password: str, address: str) -> str:
    """The stored hash, once ``password`` is the person's own; wrong ones count like failed log-ins.

    Errors: ``Refused``, with the wait during a lock.
    """
    with writing():
        verdict = reserve_attempt(user.login, address)
    if not verdict.allowed:
        raise _not_yours(verdict)
    stored: str = db.session.execute(select(Account.password_hash).where(Account.id == user.id)).scalar_one()
    end_reading()
    if not matches(password, stored):
        note_failure(user.id, verdict)
        raise _not_yours(verdict)
    with writing():
        forget_failures(user.login, address, verdict)
    return stored


def wrong(verdict: Verdict) -> Refused:
    """The one answer to whatever went wrong."""
    return refusal(_("User name or password is not correct."), verdict, "password")


def _not_yours(verdict: Verdict) -> Refused:
    return refusal(_("This is not your present password."), verdict, "old_password")
