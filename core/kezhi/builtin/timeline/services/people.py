"""Who may see a record, and so be mentioned in a note on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import exists, func, or_, select, true

from kezhi import User, db
from kezhi.visibility import visible_where

from ...accounts.models import Account
from ...accounts.services import load_users
from ..contributions import Timeline
from .access import USE, timeline_for

OFFERED = 8  #: people in a list of suggestions
ASKED = 60  #: people whose access is asked for, for one list


def who_see(timeline: Timeline, record_id: int, people: Sequence[User]) -> list[User]:
    """Those of ``people`` who see the record and may read its notes, in their order. One statement for all of them."""
    allowed = [each for each in people if each.can(USE) and each.can(timeline.read)]
    conditions: list[Any] = []
    for each in allowed:
        condition = visible_where(timeline.model, each)
        conditions.append(exists().where(timeline.key == record_id, true() if condition is None else condition))
    if not conditions:
        return []
    # each of the conditions is somebody else's: the acting person's own must not be added to them
    row = db.session.execute(select(*conditions), execution_options={"kezhi_unscoped": True}).one()
    return [each for each, sees in zip(allowed, row, strict=True) if sees]


def readers(plugin: str, kind: str, record_id: int, ids: Collection[int]) -> list[User]:
    """Those of the people with these ids who are active and see the record."""
    return who_see(timeline_for(plugin, kind), record_id, load_users(Account.id.in_(sorted(ids)))) if ids else []


def suggestions(plugin: str, kind: str, record_id: int, typed: str) -> list[User]:
    """Whom somebody may mean who has typed this much of a name or login: only people who see the record.

    The caller has asked for the record itself. A constant number of statements.
    """
    timeline = timeline_for(plugin, kind)
    start = " ".join(typed.split())[:60]
    wanted = or_(
        func.lower(Account.name).startswith(start.lower(), autoescape=True),
        Account.login.startswith(start.casefold(), autoescape=True),
    )
    narrowed = select(Account.id).where(wanted, Account.active.is_(True)).order_by(Account.name, Account.id)
    people = load_users(Account.id.in_(narrowed.limit(ASKED).subquery().select()))
    return who_see(timeline, record_id, people)[:OFFERED]
