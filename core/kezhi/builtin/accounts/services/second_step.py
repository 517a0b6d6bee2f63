"""The second step of a log-in: the password was right, the code of the second factor is asked for (ORG-02).

Between the two steps there is no session: a row with the hash of a token that the browser holds, for a quarter of an
hour. Whoever has to have a second factor and has none sets it up here, before the first page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from kezhi import Conflict, User, acting_as, audit_record, clock, db, writing
from kezhi.i18n import gettext as _

from ..codes import new_secret, new_token, token_hash
from ..models import Account, HalfLogIn
from ..sealing import seal, unseal, version
from .answers import note_failure, refusal
from .counting import rows_reached
from .factor import BY_CODE, WrongCode, enrol, has_factor, required_by, use_code
from .loading import user_by_id
from .sessions import start_session
from .throttle import CODE, Verdict, forget_failures, reserve_attempt

TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Half:
    """Half a log-in. ``token`` goes to the browser; ``secret`` is for somebody who has to set up a second factor."""

    token: str = field(repr=False)
    user_id: int
    login: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """A log-in that is complete. ``recovery_codes`` are there when the second factor is new, and never again."""

    user: User
    recovery_codes: tuple[str, ...] = ()


def needs_code(user: User) -> bool:
    """Whether the password alone does not let this person in."""
    assert user.id is not None
    return has_factor(user.id) or required_by(user.roles)


def open_half(user: User) -> Half:
    """Remember that the password was right, inside ``writing()``."""
    assert user.id is not None
    now, token = clock.now(), new_token()
    db.session.execute(delete(HalfLogIn).where(HalfLogIn.expires_at <= now))
    secret = None if has_factor(user.id) else new_secret()
    sealed = seal(secret, user.id) if secret is not None else None
    values = {"token_hash": token_hash(token), "user_id": user.id, "expires_at": now + TIME, "secret": sealed}
    values["seal_version"] = version() if sealed is not None else None
    db.session.execute(insert(HalfLogIn).values(values))
    audit_record("login.half", "user", user.id)
    return Half(token, user.id, user.login, secret)


def half_log_in(token: str) -> Half | None:
    """The log-in that waits for its code; None when it is unknown, over or too old."""
    statement = (
        select(HalfLogIn.user_id, HalfLogIn.secret, Account.login)
        .join(Account, Account.id == HalfLogIn.user_id)
        .where(HalfLogIn.token_hash == token_hash(token), HalfLogIn.expires_at > clock.now(), Account.active.is_(True))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    secret = unseal(row.secret, row.user_id) if row.secret is not None and not has_factor(row.user_id) else None
    return Half(token, row.user_id, row.login, secret)


def finish_log_in(token: str, code: str, address: str) -> Entered:
    """Start the session once the code is right. Opens its own transactions.

    Errors: ``Refused`` for a wrong code, with the wait or the tries that remain; ``Conflict`` when the log-in is over.
    """
    half = half_log_in(token)
    user = user_by_id(half.user_id) if half is not None else None
    if half is None or user is None:
        raise over()
    with writing():
        verdict = reserve_attempt(half.login, address, CODE)
    if not verdict.allowed:
        raise refusal(_("This code is not correct."), verdict, "code")
    try:
        return _enter(half, user, code, address, verdict)
    except WrongCode as wrong:
        note_failure(half.user_id, verdict, step=CODE)
        raise refusal(str(wrong), verdict, "code") from wrong


def _enter(half: Half, user: User, code: str, address: str, verdict: Verdict) -> Entered:
    """One transaction: the waiting log-in goes, the code counts, the session starts; or nothing of it."""
    with acting_as(user), writing():
        if not rows_reached(delete(HalfLogIn).where(HalfLogIn.token_hash == token_hash(half.token))):
            raise over()
        active = update(Account).where(Account.id == half.user_id, Account.active.is_(True))
        if not rows_reached(active.values(last_login_at=clock.now())):
            raise over()
        codes: list[str] = []
        if half.secret is not None:
            codes, step = enrol(half.user_id, half.secret, code), BY_CODE
        else:
            step = use_code(half.user_id, code)
        forget_failures(half.login, address, verdict, CODE)
        start_session(user)
        audit_record("login.success", "user", half.user_id, step=step)
    return Entered(user, tuple(codes))


def over() -> Conflict:
    return Conflict(_("This log-in took too long or was ended. Log in again."))
