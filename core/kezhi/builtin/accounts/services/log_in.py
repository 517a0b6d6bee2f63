"""The log-in: counted, checked outside any transaction, recorded."""

from __future__ import annotations

from sqlalchemy import select, update

from kezhi import Refused, User, acting_as, audit_record, clock, db, writing
from kezhi.audit import record_alone
from kezhi.db import end_reading
from kezhi.i18n import gettext as _
from kezhi.i18n import ngettext
from kezhi.sessions import start_session

from ..models import Account
from ..passwords import hash_password, matches, needs_rehash
from ..spelling import normal_login
from .loading import user_by_id
from .throttle import Verdict, forget_failures, reserve_attempt


def log_in(login: str, password: str, address: str) -> User:
    """Start a session for whom login and password belong to.

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
        _note_failure(row.id if row is not None else "", verdict)
        raise wrong(verdict)
    fresh = hash_password(password) if needs_rehash(row.password_hash) else row.password_hash
    user = _enter(row.id, row.password_hash, fresh, login, address, verdict)
    if user is None:
        raise wrong(verdict)
    return user


def _enter(user_id: int, old: str, fresh: str, login: str, address: str, verdict: Verdict) -> User | None:
    """Log the person in, unless password or activity changed while the password was checked."""
    user = user_by_id(user_id)
    if user is None:
        return None
    with acting_as(user), writing():
        same = (Account.id == user_id, Account.password_hash == old, Account.active.is_(True))
        changed = update(Account).where(*same).values(password_hash=fresh, last_login_at=clock.now())
        if db.session.execute(changed.execution_options(synchronize_session=False)).rowcount == 0:  # type: ignore[attr-defined]
            return None
        forget_failures(login, address, verdict)
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
        _note_failure(user.id, verdict)
        raise _not_yours(verdict)
    with writing():
        forget_failures(user.login, address, verdict)
    return stored


def _note_failure(user_id: object, verdict: Verdict) -> None:
    """On record without the login that was typed: people type passwords into the wrong field."""
    record_alone("login.failure", "user", user_id, result="refused")
    if verdict.locks:
        record_alone("login.lock", "user", user_id, result="refused", minutes=verdict.minutes)


def wrong(verdict: Verdict) -> Refused:
    """The one answer to whatever went wrong."""
    return _refused(_("User name or password is not correct."), verdict, "password")


def _not_yours(verdict: Verdict) -> Refused:
    return _refused(_("This is not your present password."), verdict, "old_password")


def _refused(text: str, verdict: Verdict, field: str) -> Refused:
    outlook = _outlook(verdict)
    return Refused(_("%(first)s %(second)s", first=text, second=outlook) if outlook else text, field=field)


def _outlook(verdict: Verdict) -> str:
    """How long to wait, or how many tries are left once they become few."""
    if not verdict.allowed or verdict.locks:
        text = ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", verdict.minutes)
    elif 0 < verdict.left <= 3:
        text = ngettext(
            "After %(num)s more failure the account is locked for a while.",
            "After %(num)s more failures the account is locked for a while.",
            verdict.left,
        )
    else:
        text = ""
    return str(text)
