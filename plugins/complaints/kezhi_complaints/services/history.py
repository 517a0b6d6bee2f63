"""What happened to a complaint, as rows that are never changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from kezhi import acting_user, clock, db

from ..models import REGISTERED, Complaint, Event
from .clocks import Happened
from .following import CLOCK_EVENTS, begin, facts_at_receipt, follow, hold


def add_event(
    complaint: Complaint,
    kind: str,
    note: str = "",
    *,
    owner_id: int | None = None,
    at: datetime | None = None,
    by_id: int | None = None,
    **details: Any,
) -> Event:
    """Put an event of a complaint on record, in the open transaction. The one place in which events are made.

    ``by_id``: who it was, where somebody else acts in their name (a signature that is carried out).

    The clocks follow it. The first event keeps what they go by: the tier then, and the channel's response time.
    """
    if kind == REGISTERED:
        details = facts_at_receipt(complaint, details)
    elif kind in CLOCK_EVENTS:
        hold([complaint.id])
    event = Event(
        complaint_id=complaint.id,
        kind=kind,
        at=at or clock.now(),
        by_id=by_id if by_id is not None else acting_user().id,
        owner_id=owner_id,
        note=note,
        details=details,
    )
    db.session.add(event)
    db.session.flush()
    if kind == REGISTERED:
        begin(complaint.id, Happened(kind, event.at, details))
    elif kind in CLOCK_EVENTS:
        follow([complaint.id])
    return event


def add_events(ids: Collection[int], kind: str, *, owner_id: int | None = None, **details: Any) -> None:
    """The same event of several complaints at once: one statement. Their notes are empty."""
    now, by = clock.now(), acting_user().id
    rows = [
        {"complaint_id": each, "kind": kind, "at": now, "by_id": by, "owner_id": owner_id, "note": "",
         "details": details}
        for each in ids
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(Event), rows)


def events_of(complaint_id: int) -> list[Event]:
    """The history of a complaint, the earliest first. Whoever sees the complaint sees it."""
    statement = select(Event).where(Event.complaint_id == complaint_id).order_by(Event.at, Event.id)
    return list(db.session.scalars(statement))
