"""When the demo company took its steps: minutes and hours after a complaint came in, in working hours, and not all now.

The demo makes its steps through the services, which know one moment only. What they put on record is moved to when
such a desk would have done it; the clocks are computed from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from kezhi import clock, db, writing
from kezhi.builtin.calendar.hours import Hours, add
from kezhi.builtin.calendar.services import working_hours

from .models import (
    ACCEPTED,
    ANSWERED,
    CLOSED,
    CONFIRMED,
    FOUND,
    IN_PROGRESS,
    INVESTIGATING,
    JUDGED,
    PLANNED,
    REGISTERED,
    WITHDRAWN,
    Complaint,
    Event,
    Hearing,
    Investigation,
)
from .services.following import BATCH, follow

COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
INVESTIGATIONS: Any = Investigation.__table__
HEARINGS: Any = Hearing.__table__
#: working minutes after what happened before, for an unhurried desk
PACE = {ACCEPTED: 5, INVESTIGATING: 6, PLANNED: 9, FOUND: 95, JUDGED: 22, IN_PROGRESS: 12, ANSWERED: 75,
        CONFIRMED: 260, CLOSED: 35, WITHDRAWN: 130}  # fmt: skip
OTHERWISE = 4
#: how long the quick and the slow ones take, in percent of that
MOODS = (100, 70, 140, 90, 210)
#: which columns of a complaint say when something happened
STAMPS = {"planned_at": (PLANNED, ANSWERED), "answered_at": (ANSWERED,), "closed_at": (CLOSED, WITHDRAWN)}


def spread(cases: Sequence[int]) -> None:
    """Move the steps of these complaints to when they would have been made, and compute their clocks anew."""
    with writing():
        hours, now = working_hours(), clock.now()
        rows = select(EVENTS.c.id, EVENTS.c.complaint_id, EVENTS.c.kind, EVENTS.c.at).where(
            EVENTS.c.complaint_id.in_(cases)
        )
        found: dict[int, list[Any]] = {}
        for row in db.session.execute(rows.order_by(EVENTS.c.id)):
            found.setdefault(row.complaint_id, []).append(row)
        for place, case in enumerate(cases):
            times = times_of(found[case], MOODS[place % len(MOODS)], hours, now)
            _move(case, found[case], times)
        for start in range(0, len(cases), BATCH):
            follow(cases[start : start + BATCH])


def times_of(events: Sequence[Any], percent: int, hours: Hours, now: datetime) -> list[datetime]:
    """When each event happened; what would still lie ahead is drawn together, so that it lies before now."""
    gaps = [0 if each.kind == REGISTERED else PACE.get(each.kind, OTHERWISE) * percent // 100 for each in events]
    at, found = events[0].at, []
    for gap in gaps:
        at = add(hours, at, timedelta(minutes=gap)) if gap else at
        found.append(at)
    if found[-1] < now:
        return found
    whole, first = sum(gaps) + OTHERWISE, events[0].at
    passed = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    return [first + (now - first) * minutes / whole for minutes in passed]


def _move(case: int, events: Sequence[Any], times: Sequence[datetime]) -> None:
    at = {}
    for event, when in zip(events, times, strict=True):
        db.session.execute(update(EVENTS).where(EVENTS.c.id == event.id).values(at=when))
        at[event.kind] = when
    stamps = {
        name: min(at[kind] for kind in kinds if kind in at)
        for name, kinds in STAMPS.items()
        if any(kind in at for kind in kinds)
    }
    moved = {**stamps, "created_at": times[0], "updated_at": times[-1]}
    db.session.execute(update(COMPLAINTS).where(COMPLAINTS.c.id == case).values(**moved))
    if INVESTIGATING in at:
        looked_into = update(INVESTIGATIONS).where(INVESTIGATIONS.c.complaint_id == case)
        db.session.execute(looked_into.values(assigned_at=at[INVESTIGATING]))
        finished = looked_into.where(INVESTIGATIONS.c.finished_at.is_not(None))
        db.session.execute(finished.values(finished_at=at.get(FOUND, at[INVESTIGATING])))
        mine = select(INVESTIGATIONS.c.id).where(INVESTIGATIONS.c.complaint_id == case)
        heard = at.get(FOUND, at[INVESTIGATING] + timedelta(minutes=10))
        db.session.execute(update(HEARINGS).where(HEARINGS.c.investigation_id.in_(mine)).values(heard_at=heard))
