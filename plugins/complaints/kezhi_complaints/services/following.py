"""The clocks of complaints as lists and jobs read them follow their events (CMP-30)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from kezhi import db
from kezhi.builtin.customers.services import service_tier_of, service_tiers

from ..models import CHANGED, PAUSED, REGISTERED, REOPENED, RESUMED, TIER, TOLD, Clock, ClockRun, Complaint, Event
from .clocks import STOPS, Happened, Lap, demand_of, laps, leading, tier_of
from .entries import ENTRIES
from .promises import Promises, promises

COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
CLOCK: Any = Clock.__table__
RUNS: Any = ClockRun.__table__
#: the events that clocks depend on
CLOCK_EVENTS = frozenset({REGISTERED, CHANGED, PAUSED, RESUMED, REOPENED, TIER, TOLD}.union(*STOPS.values()))
RAN_OUT = 3  #: the step of ``ClockRun.told`` after the warnings
BATCH = 500
SECOND = timedelta(seconds=1)

Row = dict[str, Any]


def facts_at_receipt(complaint: Complaint, known: Mapping[str, Any]) -> Row:
    """What clocks go by for good, to stand with the first event: the tier, and the response time of the channel.

    ``known`` is what stands with it anyway; its ``minutes`` and ``tier`` are not asked for again.
    """
    if {"minutes", "tier"} <= set(known):
        return dict(known)
    if complaint.customer_id is None:
        tier = service_tiers().tiers[-1]
    else:
        tier = service_tier_of(complaint.customer_id)
    if "minutes" in known:
        return {"tier": tier.key, **known}
    minutes = db.session.scalar(select(ENTRIES.c.minutes).where(ENTRIES.c.id == complaint.channel_id))
    return {"tier": tier.key, "minutes": minutes, **known}


def begin(complaint_id: int, first: Happened) -> None:
    """Store the clocks of a complaint that was registered in this transaction: there is nothing yet to be read."""
    rules, history = promises(), [first]
    found = laps(history, rules.level_at)
    if found:
        db.session.execute(insert(CLOCK), [clock_row(complaint_id, history, found, {}, rules)])
        db.session.execute(insert(RUNS), run_rows(complaint_id, found, {}))


def hold(ids: Collection[int]) -> None:
    """One after the other: what somebody else is putting on record about these complaints is waited for."""
    rows = select(COMPLAINTS.c.id).where(COMPLAINTS.c.id.in_(ids)).order_by(COMPLAINTS.c.id)
    db.session.execute(rows.with_for_update(key_share=True)).all()


def histories(ids: Collection[int]) -> dict[int, list[Happened]]:
    """What happened to these complaints, as far as clocks are concerned, in order: one statement."""
    found: dict[int, list[Happened]] = {each: [] for each in ids}
    c = EVENTS.c
    rows = select(c.complaint_id, c.kind, c.at, c.details).where(
        c.complaint_id.in_(sorted(found)), c.kind.in_(sorted(CLOCK_EVENTS))
    )
    for row in db.session.execute(rows.order_by(c.complaint_id, c.at, c.id)):
        found[row.complaint_id].append(Happened(row.kind, row.at, row.details or {}))
    return found


def follow(ids: Collection[int], rules: Promises | None = None) -> dict[int, list[Lap]]:
    """Compute the clocks of at most ``BATCH`` complaints anew and store them; what they are.

    Inside ``writing()``. The number of statements does not depend on the complaints.
    """
    if not ids:
        return {}
    rules = rules or promises()
    hold(ids)
    told = told_of(ids)
    found, clocks, runs = {}, [], []
    for complaint_id, history in histories(ids).items():
        found[complaint_id] = laps(history, rules.level_at)
        if found[complaint_id]:
            clocks.append(clock_row(complaint_id, history, found[complaint_id], told, rules))
            runs += run_rows(complaint_id, found[complaint_id], told)
    for table, rows in ((CLOCK, clocks), (RUNS, runs)):
        db.session.execute(delete(table).where(table.c.complaint_id.in_(sorted(ids))))
        if rows:
            db.session.execute(insert(table), rows)
    return found


def told_of(ids: Collection[int]) -> dict[tuple[int, str, int], int]:
    """The warnings that were given, by complaint, clock and round."""
    c = RUNS.c
    rows = db.session.execute(
        select(c.complaint_id, c.kind, c.round, c.told).where(c.complaint_id.in_(sorted(ids)), c.told > 0)
    )
    return {(row.complaint_id, row.kind, row.round): row.told for row in rows}


def clock_row(
    complaint_id: int,
    history: Sequence[Happened],
    found: Sequence[Lap],
    told: Mapping[tuple[int, str, int], int],
    rules: Promises,
) -> Row:
    """How the clocks of a complaint stand, as it is stored."""
    first = leading(found)
    pending = [next_step(lap, told.get((complaint_id, lap.kind, lap.round), 0), rules) for lap in found]
    return {
        "complaint_id": complaint_id,
        "tier": tier_of(history),
        "demand": demand_of(history),
        "leading": first.kind if first else "",
        "level_id": first.level.id if first else None,
        "minutes": first.minutes if first else 0,
        "due_at": first.due_at if first else None,
        "remaining": -(-first.left // SECOND) if first and first.due_at is None else None,
        "paused": bool(first and first.paused),
        "next_at": min((at for at in pending if at is not None), default=None),
        "basis": rules.basis if first else "",
    }


def run_rows(complaint_id: int, found: Sequence[Lap], told: Mapping[tuple[int, str, int], int]) -> list[Row]:
    """The runs of its clocks, as they are stored."""
    return [
        {
            "complaint_id": complaint_id,
            "kind": lap.kind,
            "round": lap.round,
            "started_at": lap.started_at,
            "minutes": lap.minutes,
            "due_at": lap.due_at,
            "stopped_at": lap.stopped_at,
            "used": None if lap.is_open else lap.used // SECOND,
            "told": told.get((complaint_id, lap.kind, lap.round), 0),
        }
        for lap in found
    ]


def steps_of(lap: Lap, rules: Promises) -> list[tuple[int, datetime]]:
    """When a clock gives which warning and when it runs out, if nothing else happens; none while it stands still."""
    if not lap.is_open or lap.due_at is None:
        return []
    steps = [*enumerate(rules.warnings, 1), (RAN_OUT, 100)]
    return [(step, at) for step, percent in steps if (at := lap.reached(percent)) is not None]


def next_step(lap: Lap, told: int, rules: Promises) -> datetime | None:
    """When there is something to be said about a clock that was not said yet."""
    return min((at for step, at in steps_of(lap, rules) if step > told), default=None)
