"""What waits for whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from kezhi import User, acting_user, db, visible

from ..models import Request
from ..signers import waiting_for

MOST = 200  #: rows of a page


def inbox(user: User | None = None, limit: int = MOST) -> list[Request]:
    """Requests whose next signature ``user`` may give, the longest waiting first."""
    statement = waiting_for(user or acting_user()).order_by(Request.submitted_at, Request.id)
    loaded = (selectinload(Request.steps), selectinload(Request.signatures), selectinload(Request.seats))
    return list(db.session.scalars(statement.options(*loaded).limit(limit)))


def waiting_count(user: User | None = None) -> int:
    """How many requests wait for ``user``: one statement."""
    statement = waiting_for(user or acting_user()).with_only_columns(func.count()).order_by(None)
    return int(db.session.execute(statement).scalar_one())


def mine(user: User | None = None, limit: int = MOST) -> list[Request]:
    """Requests that ``user`` put up, newest first."""
    statement = select(Request).where(Request.requester_id == (user or acting_user()).id).order_by(Request.id.desc())
    return list(db.session.scalars(statement.options(selectinload(Request.steps)).limit(limit)))


def request_by_id(request_id: int) -> Request | None:
    """A request that the acting user may see, else None."""
    statement = visible(Request).where(Request.id == request_id)
    return db.session.scalars(statement).one_or_none()
