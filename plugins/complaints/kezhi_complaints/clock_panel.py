"""The clocks of a complaint as its page shows them (``templates/complaints/_clocks.html``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from kezhi import can, clock, db, localised
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.calendar.hours import Hours, spans
from kezhi.builtin.customers.services import may_change, service_tiers

from .access import HANDLE, READ
from .clock_words import (
    CLOCK_STATE_WORDS,
    CLOCK_WORDS,
    DEMAND_WORDS,
    STOP_WORDS,
    clock_text,
    span_text,
    tone_of,
)
from .models import OPEN_STATES, Complaint
from .services.clocks import (
    MISSED,
    RUNNING,
    WAITING,
    Lap,
    Level,
    demand_of,
    laps,
    leading,
    read,
    tier_of,
)
from .services.escalation_job import escalations_of, name_of, next_leader
from .services.following import histories
from .services.promises import promises

SECOND = timedelta(seconds=1)


def clocks_of(complaint: Complaint) -> dict[str, Any] | None:
    """Everything that the panel shows, computed from the events now; None before anything is on record."""
    history, rules, now = histories([complaint.id])[complaint.id], promises(), clock.now()
    found = laps(history, rules.level_at)
    if not found:
        return None
    first, tier = leading(found), tier_of(history)
    is_open = complaint.state in OPEN_STATES
    level = rules.level_at(tier, now) if first is None else first.level
    titles = {each.key: localised(each.title) for each in service_tiers().tiers}
    rows = [_row(lap, now, lap is first) for lap in found]
    return {
        "rows": sorted(rows, key=lambda row: not row["leads"]),
        "tier": titles.get(tier, tier),
        "hours": _hours_a_day(level),
        **_leaders(complaint, first),
        "levels_url": url_for("complaints.levels") if can(READ) else "",
        "demand": demand_of(history),
        "demands": DEMAND_WORDS,
        "demand_url": url_for("complaints.demand", complaint_id=complaint.id)
        if is_open and may_change(complaint, HANDLE)
        else "",
        "paused": bool(first and first.paused),
    }


def _row(lap: Lap, now: datetime, leads: bool) -> dict[str, Any]:
    reading = read(lap, now)
    late = reading.state == MISSED
    return {
        "kind": lap.kind,
        "title": CLOCK_WORDS[lap.kind],
        "round": lap.round,
        "help": STOP_WORDS[lap.kind],
        "target": span_text(lap.minutes),
        "leads": leads,
        "is_open": lap.is_open,
        "state": reading.state,
        "state_text": CLOCK_STATE_WORDS[reading.state],
        "text": clock_text(reading.state, reading.left),
        "tone": tone_of(reading.state, reading.share),
        "percent": reading.share // 10_000,
        "due_at": lap.due_at,
        "stopped_at": lap.stopped_at,
        "late": late,
        "rests": reading.state == RUNNING and not _runs(lap.level.hours, now),
        "is_today": lap.due_at is not None and clock.local(lap.due_at).date() == clock.local(now).date(),
        # what the script needs to go on counting by itself: whole seconds, and how long service goes on today
        "left_seconds": reading.left // SECOND,
        "total_seconds": lap.minutes * 60,
        "runs_seconds": _runs(lap.level.hours, now) if lap.is_open and reading.state != WAITING else 0,
    }


def _runs(hours: Hours, now: datetime) -> int:
    """For how many seconds service goes on from now without a break, today."""
    day = now.astimezone(hours.zone).date()
    return next(((end - now) // SECOND for start, end in spans(hours, day) if start <= now < end), 0)


def _hours_a_day(level: Level) -> int:
    """How many hours a day of service has."""
    day = next((each for each in level.hours.weekly if each), ())
    return sum(end - start for start, end in day) // 60


def _leaders(complaint: Complaint, lap: Lap | None) -> dict[str, str]:
    """Who hears of it when the leading clock runs out, or who has heard already: names, empty for nobody."""
    if lap is None:
        return {"leader": "", "escalated_to": ""}
    done = escalations_of([complaint.id]).get(complaint.id, [])
    told = next((each["to"] for each in done if name_of(lap) in each["clocks"]), None)
    said = any(name_of(lap) in each["clocks"] for each in done)
    person = told if said else next_leader(complaint, [each["to"] for each in done])
    account = db.session.get(Account, person) if person is not None else None
    name = account.name if account is not None else ""
    return {"leader": "" if said else name, "escalated_to": name if said else ""}
