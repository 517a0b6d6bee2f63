"""Whose place somebody takes today (ORG-01): dated absences, read as SQL so that lists need no statement more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from kezhi import User, clock

from ..accounts.models import Account
from ..accounts.services import load_users
from .models import Deputy

deputy = Deputy.__table__


def absent_for(user_id: int) -> Select[Any]:
    """The ids of the people whose deputy ``user_id`` is today. A deputy's deputy is none: it does not go further."""
    today = clock.today()
    return select(deputy.c.user_id).where(
        deputy.c.deputy_id == user_id,
        deputy.c.since <= today,
        deputy.c.until >= today,
        deputy.c.ended_at.is_(None),
    )


def deputies_of(user_ids: set[int]) -> Select[Any]:
    """The ids of who stands in for any of these people today."""
    today = clock.today()
    return select(deputy.c.deputy_id).where(
        deputy.c.user_id.in_(sorted(user_ids)),
        deputy.c.since <= today,
        deputy.c.until >= today,
        deputy.c.ended_at.is_(None),
    )


def stands_in_today() -> ColumnElement[bool]:
    """Entries of the table that count today; for work on many people at once."""
    today = clock.today()
    return and_(deputy.c.since <= today, deputy.c.until >= today, deputy.c.ended_at.is_(None))


def absent_people(user: User) -> list[User]:
    """The active people in whose place ``user`` signs today, by name."""
    return load_users(Account.id.in_(absent_for(user.id))) if user.id is not None else []
