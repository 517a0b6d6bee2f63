"""What clocks do by themselves: follow tiers and the calendar, warn, and go up to the direct leader (CMP-12, CMP-30).

Selecting what is due takes a constant number of statements; work is done only for that. Whatever was said is on record
(``ClockRun.told``, the event of the escalation), so that it is said once, however often and in whatever order jobs run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, or_, select, update

from kezhi import announce, audit_record, clock, db
from kezhi.builtin.accounts.services import users_with_role
from kezhi.builtin.customers.services import tier_rows

from ..clock_telling import tell_out, tell_warning
from ..models import ESCALATED, LEADER, TIER, Complaint
from .clocks import Lap
from .following import BATCH, CLOCK, COMPLAINTS, EVENTS, RAN_OUT, RUNS, follow, steps_of, told_of
from .history import add_event
from .people import add_part, barred, department_of, leaders_above
from .promises import Promises, promises

#: who is told where no leader is left above
LAST_RESORT = "customer-service-manager"


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look at the clocks did."""

    followed: int  #: complaints whose clocks were computed anew, for the calendar or the settings
    tiers: int  #: complaints whose customer has another tier by now
    warned: int
    escalated: int


def watch() -> Watched:
    """Bring the clocks up to date, warn, and escalate what has run out. Inside ``writing()``."""
    rules, now = promises(), clock.now()
    followed = follow_up(rules)
    tiers = follow_tiers()
    warned = escalated = 0
    due = select(CLOCK.c.complaint_id).where(CLOCK.c.next_at <= now)
    ids = list(db.session.scalars(due.order_by(CLOCK.c.next_at, CLOCK.c.complaint_id).limit(BATCH)))
    if ids:
        found, told, done = follow(ids, rules), told_of(ids), escalations_of(ids)
        for complaint_id in ids:
            reached = [(lap, max((step for step, at in steps_of(lap, rules) if at <= now), default=0))
                       for lap in found[complaint_id]]  # fmt: skip
            new = [(lap, step) for lap, step in reached if step > told.get((complaint_id, lap.kind, lap.round), 0)]
            out, before = [lap for lap, step in new if step == RAN_OUT], done.get(complaint_id, [])
            if out:
                escalated += _escalate(complaint_id, out, before)
            elif new:
                tell_warning(db.session.get_one(Complaint, complaint_id), _first(lap for lap, _step in new))
                warned += 1
            _note(complaint_id, new)
        follow(ids, rules)
    return Watched(followed, tiers, warned, escalated)


def follow_up(rules: Promises) -> int:
    """Compute the clocks anew that run by another calendar or other settings, or that nobody computed yet."""
    missing = ~exists().where(CLOCK.c.complaint_id == COMPLAINTS.c.id)
    new = select(COMPLAINTS.c.id).where(missing).order_by(COMPLAINTS.c.id).limit(BATCH)
    other = or_(and_(CLOCK.c.basis > "", CLOCK.c.basis < rules.basis), CLOCK.c.basis > rules.basis)
    stale = select(CLOCK.c.complaint_id).where(other).order_by(CLOCK.c.basis, CLOCK.c.complaint_id).limit(BATCH)
    count = 0
    for rows in (new, stale):
        ids = list(db.session.scalars(rows))
        follow(ids, rules)
        count += len(ids)
    return count


def follow_tiers() -> int:
    """Put it on record where the customer of an open complaint has another tier than it runs by."""
    present = tier_rows().subquery("present_tiers")
    changed = (
        select(COMPLAINTS.c.id, present.c.tier)
        .join(CLOCK, CLOCK.c.complaint_id == COMPLAINTS.c.id)
        .join(present, present.c.customer_id == COMPLAINTS.c.customer_id)
        .where(CLOCK.c.basis > "", CLOCK.c.tier != present.c.tier)
        .order_by(COMPLAINTS.c.id)
        .limit(BATCH)
    )
    rows = db.session.execute(changed).all()
    for row in rows:
        add_event(db.session.get_one(Complaint, row.id), TIER, tier=row.tier)
    return len(rows)


def escalations_of(ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The escalations on record, in order: to whom, and for which clocks, if for any."""
    c = EVENTS.c
    found: dict[int, list[dict[str, Any]]] = {}
    rows = select(c.complaint_id, c.owner_id, c.details).where(c.complaint_id.in_(sorted(ids)), c.kind == ESCALATED)
    for row in db.session.execute(rows.order_by(c.at, c.id)):
        clocks = (row.details or {}).get("clocks", ())
        found.setdefault(row.complaint_id, []).append({"to": row.owner_id, "clocks": clocks})
    return found


def name_of(lap: Lap) -> str:
    """A run of a clock as events name it: ``resolve:1`` is the first one after a re-opening."""
    return f"{lap.kind}:{lap.round}"


def _escalate(complaint_id: int, out: Sequence[Lap], done: Sequence[dict[str, Any]]) -> int:
    """What ran out by the same look goes up once, however many clocks it are."""
    said = {name for each in done for name in each["clocks"]}
    laps = [lap for lap in out if name_of(lap) not in said]
    if not laps:
        return 0
    complaint = db.session.get_one(Complaint, complaint_id)
    leader, level = next_leader(complaint, [each["to"] for each in done]), complaint.level + 1
    complaint.level, complaint.updated_at = level, clock.now()
    names = [name_of(lap) for lap in laps]
    add_event(complaint, ESCALATED, owner_id=leader, clocks=names, level=level, leader_id=leader)
    if leader is not None:
        add_part(complaint, leader, LEADER)
    announce(Complaint, "update", [complaint_id], ("level", "updated_at"))
    audit_record("complaint.escalate", "complaint", complaint_id, clocks=names, to=leader, level=level)
    tell_out(complaint, _first(laps), leader)
    return 1


def _first(laps: Iterable[Lap]) -> Lap:
    """The one with the earliest deadline; all of them run, so that each has one."""
    return min(laps, key=lambda lap: lap.due_at or lap.since)


def next_leader(complaint: Complaint, told: Collection[int | None] = ()) -> int | None:
    """The next leader above whoever has a complaint, who was not told yet: never who is complained about (CMP-10)."""
    person = complaint.handler_id or complaint.received_by_id
    out = {person, *barred(complaint), *told}
    above = leaders_above(department_of(person)) if person is not None else []
    above += [account.id for account in users_with_role(LAST_RESORT)]
    return next((each for each in above if each not in out), None)


def _note(complaint_id: int, said: Sequence[tuple[Lap, int]]) -> None:
    for lap, step in said:
        key = (RUNS.c.complaint_id == complaint_id, RUNS.c.kind == lap.kind, RUNS.c.round == lap.round)
        db.session.execute(update(RUNS).where(*key, RUNS.c.told < step).values(told=step))
