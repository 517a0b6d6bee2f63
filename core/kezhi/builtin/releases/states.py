"""How a request stands on a day: what is stored, and what follows from the time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, select

from kezhi import clock

from .models import ANSWERED, SIGNED, Answer, DataRequest, Release
from .words import EXPIRED, LATE, SUPERSEDED, VALID

REQUESTS, ANSWERS, RELEASES = DataRequest.__table__, Answer.__table__, Release.__table__


def state_of(request: DataRequest, expires_on: date | None) -> str:
    """How a request stands now; ``expires_on`` is the last day of its answer."""
    if request.state == SIGNED and request.due_at is not None and request.due_at < clock.now():
        return LATE
    if request.state == ANSWERED and expires_on is not None and expires_on < clock.today():
        return EXPIRED
    return str(request.state)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Signed, and the time for the answer is over."""
    return and_(REQUESTS.c.state == SIGNED, REQUESTS.c.due_at < now)


def is_expired(today: date) -> ColumnElement[bool]:
    """Answered, and the last day of the answer is over."""
    over = exists().where(ANSWERS.c.id == REQUESTS.c.id, ANSWERS.c.expires_on < today).correlate(REQUESTS)
    return and_(REQUESTS.c.state == ANSWERED, over)


def sql_state() -> ColumnElement[Any]:
    """The same as SQL, for lists; it is asked when the list is read."""
    return case((is_late(clock.now()), LATE), (is_expired(clock.today()), EXPIRED), else_=REQUESTS.c.state)


def is_superseded() -> ColumnElement[bool]:
    """A later entry of the register has taken this one's place."""
    later = RELEASES.alias("later")
    return exists(select(later.c.id).where(later.c.supersedes_id == RELEASES.c.id).correlate(RELEASES))


def sql_release_state() -> ColumnElement[Any]:
    """Whether an entry holds, as SQL."""
    return case((is_superseded(), SUPERSEDED), else_=VALID)
