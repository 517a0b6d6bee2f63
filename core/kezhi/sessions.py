"""Log-ins: a signed cookie with a random token, and the row behind it that makes the log-in revocable at once.

The cookie carries nothing but the token, the CSRF secret and flashed messages. The database keeps the token's SHA-256,
so that whoever reads the table cannot log in with it. Who the person is and what they may do is read anew by every
request (hook ``load_user``).
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, current_app, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError

from . import clock
from .db import db, end_reading, writing
from .errors import PluginError
from .permissions import acting_as
from .settings import setting
from .tables import session as table
from .users import ANONYMOUS, SYSTEM, User

log = logging.getLogger("kezhi.sessions")

TOKEN = "token"  #: key inside the cookie  # noqa: S105
IDLE_HOURS = 12  #: default of the setting kezhi.session_idle_hours
# made once: every request asks it
BY_HASH = select(*table.c["id", "user_id", "expires_at", "seen_at"]).where(table.c.token_hash == bindparam("hash"))
SEEN_EVERY = timedelta(minutes=5)  #: how exactly the last use is known


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie; it never travels without TLS once it was given over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return super().get_cookie_secure(app) or (has_request_context() and request.is_secure)


def init_sessions(app: Flask) -> None:
    """Let ``app`` know who is logged in."""
    app.session_interface = SessionCookie()
    manager = LoginManager()
    manager.session_protection = None  # the token is random and revocable; there is nothing else to protect
    manager.anonymous_user = lambda: ANONYMOUS
    manager.request_loader(_load)
    manager.init_app(app)


def _load(_request: Request) -> User | None:
    """The person behind the request's cookie, read in one short transaction; None is nobody."""
    current = current_hash()
    if current is None:
        return None
    now = clock.now()
    with acting_as(SYSTEM):  # who acts is being found out: until then nothing is narrowed to anybody
        row = db.session.connection().execute(BY_HASH, {"hash": current}).one_or_none()
        user = None
        if row is not None and row.expires_at > now and row.seen_at > now - idle():
            try:
                user = current_app.extensions["kezhi"].call.load_user(user_id=row.user_id)
            except PluginError:
                log.exception("nobody is logged in: the user could not be loaded")
        if _request.method not in ("GET", "HEAD"):
            end_reading()  # what is done next may take its time, or write
        if row is not None and user is not None and now - row.seen_at >= SEEN_EVERY:
            _note_use(row.id, now)
    return user


def _note_use(session_id: int, now: datetime) -> None:
    """Keep the session from idling out. Only ever forward: requests overtake each other."""
    if db.session.info.get("writing"):
        return
    try:
        with writing():
            mine = (table.c.id == session_id, table.c.seen_at < now)
            db.session.execute(update(table).where(*mine).values(seen_at=now))
    except OperationalError:
        log.warning("the last use of session %s could not be noted", session_id, exc_info=True)


def idle() -> timedelta:
    return timedelta(hours=int(setting("kezhi", "session_idle_hours", IDLE_HOURS)))


def stored_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def current_hash() -> bytes | None:
    token: Any = session.get(TOKEN) if has_request_context() else None
    return stored_hash(token) if isinstance(token, str) else None
