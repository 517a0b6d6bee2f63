"""A complaint goes up to the direct leader, by hand or by a clock that has run out (CMP-10, CMP-12)."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import db, writing

from ..models import ESCALATED, Event
from .stepping import take_step


def escalate(complaint_id: int, version: int, note: str) -> Event:
    """Escalate once more: an event, one level more, and the next leader above sees the complaint and is told.

    ``details`` of the event: ``leader_id`` (None where the tree knows none) and ``level``. In the name of the acting
    person, of the desk or the handler, or of the system. Errors: ``NotFound``; ``Refused`` for a complaint that has
    ended or without a note; ``Conflict`` when it was changed since ``version``.
    """
    with writing():
        take_step(complaint_id, version, "escalate", {"note": note})
        statement = select(Event).where(Event.complaint_id == complaint_id, Event.kind == ESCALATED)
        return db.session.scalars(statement.order_by(Event.id.desc()).limit(1)).one()
