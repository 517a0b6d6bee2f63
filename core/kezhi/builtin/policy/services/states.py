"""Whether an obligation is kept, as plain functions of what was found (PER-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kezhi import Period

from ..contributions import ClauseEvidence, Found, Schedule
from ..periods import IsWorkday, last_periods

State = Literal["kept", "due", "overdue", "exempt", "unknown", "unmeasured"]

KEPT: State = "kept"
DUE: State = "due"
OVERDUE: State = "overdue"
EXEMPT: State = "exempt"  #: the company says that it does not apply
UNKNOWN: State = "unknown"  #: asking for the evidence failed
UNMEASURED: State = "unmeasured"  #: the app says why nothing can show it, or says nothing

PERIODS = {"month": 12, "quarter": 8, "half-year": 6, "year": 5}  #: how many are shown


@dataclass(frozen=True, slots=True)
class Turn:
    """One period of a schedule: by when, and whether it was done. ``before``: nobody was obliged yet."""

    period: Period
    due_on: date
    state: Literal["kept", "due", "missed", "before"]


def turns(schedule: Schedule, done: Sequence[date], since: date, today: date, is_workday: IsWorkday) -> list[Turn]:
    """The periods up to the present one, oldest first. Nobody was obliged in periods that ended before ``since``."""
    found = []
    for period in last_periods(schedule.rhythm, today, PERIODS[schedule.rhythm]):
        due_on = schedule.due(period, is_workday)
        state: Literal["kept", "due", "missed", "before"] = "missed"
        if any(period.start <= day <= period.end for day in done):
            state = "kept"
        elif due_on < since:
            state = "before"
        elif due_on >= today:
            state = "due"
        found.append(Turn(period, due_on, state))
    return found


def horizon(schedule: Schedule, today: date) -> date:
    """The first day of the first period that is shown."""
    return last_periods(schedule.rhythm, today, PERIODS[schedule.rhythm])[0].start


def state_of_turns(found: Sequence[Turn]) -> State:
    """By the present period; while it is still due, one that was missed before it weighs until it is made good."""
    now, before = found[-1], [turn for turn in found[:-1] if turn.state != "before"]
    if now.state == "kept":
        return KEPT
    if now.state == "missed" or (before and before[-1].state == "missed"):
        return OVERDUE
    return DUE


def state_of(evidence: ClauseEvidence, found: Found, schedule_state: State | None) -> State:
    """The state of an obligation from its figures and, where it has a schedule, the state by that."""
    if found.breaches or schedule_state == OVERDUE:
        return OVERDUE
    if found.waiting or schedule_state == DUE or (found.records or 0) < evidence.needed:
        return DUE
    return KEPT
