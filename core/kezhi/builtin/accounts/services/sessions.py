"""Log-ins that begin and end: rows of the kernel's table, which it reads for every request. Inside ``writing()``."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import g, request, session
from sqlalchemy import ColumnElement, delete, insert, or_

from kezhi import User, clock, db
from kezhi.sessions import TOKEN, idle, stored_hash
from kezhi.settings import setting
from kezhi.tables import session as table
from kezhi.users import ANONYMOUS

LONGEST_DAYS = 7  #: default of the setting kezhi.session_days


def start_session(user: User) -> None:
    """Log ``user`` in, inside ``writing()``: a new token, a new CSRF secret, nothing of the former session stays."""
    now = clock.now()
    delete_sessions(table.c.token_hash == stored_hash(str(session.get(TOKEN, ""))))
    delete_sessions(or_(table.c.expires_at <= now, table.c.seen_at <= now - idle()))
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": stored_hash(token),
        "user_id": user.id,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(days=int(setting("kezhi", "session_days", LONGEST_DAYS))),
        "address": (request.remote_addr or "")[:60],
        "agent": request.user_agent.string[:200],
    }
    db.session.execute(insert(table).values(values))
    session.clear()
    g.pop("csrf_token", None)
    session[TOKEN] = token
    g._login_user = user


def end_session() -> None:
    """Log the present session out, inside ``writing()``."""
    delete_sessions(table.c.token_hash == stored_hash(str(session.get(TOKEN, ""))))
    session.clear()
    g.pop("csrf_token", None)
    g._login_user = ANONYMOUS


def delete_sessions(*conditions: ColumnElement[bool]) -> int:
    result: Any = db.session.execute(delete(table).where(*conditions))
    return int(result.rowcount)
