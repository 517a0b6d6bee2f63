"""The log-ins of a person: listed and ended (ORG-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from kezhi import clock, db
from kezhi.sessions import current_hash, idle
from kezhi.tables import session as table

from ..agents import device
from ..models import HalfLogIn, PasswordLink
from .sessions import delete_sessions


@dataclass(frozen=True, slots=True)
class LogIn:
    """A session as its owner sees it."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    current: bool

    @property
    def device(self) -> str:
        """Browser and system in words, as far as the browser tells."""
        return device(self.agent)


def revoke_sessions(user_id: int, except_current: bool = False) -> int:
    """End the sessions of a person in all processes, inside ``writing()``; returns how many there were.

    Log-ins that still wait for a second factor end with them.
    """
    db.session.execute(delete(HalfLogIn).where(HalfLogIn.user_id == user_id))
    conditions = [table.c.user_id == user_id]
    current = current_hash()
    if except_current and current is not None:
        conditions.append(table.c.token_hash != current)
    return delete_sessions(*conditions)


def revoke_session(user_id: int, session_id: int) -> bool:
    """End one session of a person, inside ``writing()``; False when the person has no such session."""
    return delete_sessions(table.c.user_id == user_id, table.c.id == session_id) > 0


def end_links(user_id: int) -> int:
    """Take back the links that were issued to a person and not used yet; how many there were."""
    mine = update(PasswordLink).where(PasswordLink.user_id == user_id, PasswordLink.ended_at.is_(None))
    ended: Any = db.session.execute(mine.values(ended_at=clock.now()).execution_options(synchronize_session=False))
    return int(ended.rowcount)


def sessions_of(user_id: int) -> list[LogIn]:
    """The living sessions of a person, last used first."""
    now, current = clock.now(), current_hash()
    alive = (table.c.user_id == user_id, table.c.expires_at > now, table.c.seen_at > now - idle())
    rows = db.session.execute(select(table).where(*alive).order_by(table.c.seen_at.desc(), table.c.id.desc())).all()
    return [
        LogIn(row.id, row.created_at, row.seen_at, row.address, row.agent, bytes(row.token_hash) == current)
        for row in rows
    ]
