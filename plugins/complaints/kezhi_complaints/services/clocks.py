"""The clocks of a complaint as plain functions of its history (CMP-12, CMP-30, CMP-31): no database, no present time.

A clock runs in the service hours of the customer's tier and stands still while we wait for the customer. Each service
minute uses up one part of the target of the tier that the customer has then. So a change of the tier takes along the
share that was used: it never lets a clock run out by itself, and what has run out stays so (decision 0040).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from kezhi.builtin.calendar.hours import Hours, NoWorkingTime, add, between

from ..models import (
    ANSWERED,
    CLOSED,
    CONFIRMED,
    IN_PROGRESS,
    PAUSED,
    PLANNED,
    REGISTERED,
    REOPENED,
    RESUMED,
    TIER,
    TOLD,
    WITHDRAWN,
)

#: the clocks: a plan on record (CMP-12), and the three targets of the tier (CMP-30)
PLAN, ANSWER, RESPOND, RESOLVE = "plan", "answer", "respond", "resolve"
CLOCKS = (PLAN, ANSWER, RESPOND, RESOLVE)
#: what the customer wants
ENQUIRY, DEMAND, PROBLEM = "enquiry", "demand", "problem"
#: which clocks run for it, as they are shown; a plan and the result are owed to everybody (CMP-12)
CLOCKS_OF = {
    ENQUIRY: (PLAN, ANSWER, RESOLVE),
    DEMAND: (PLAN, RESPOND, RESOLVE),
    PROBLEM: (PLAN, RESPOND, RESOLVE),
}
#: the clocks that the response time of the channel holds for, too (CMP-31)
CHANNEL_CLOCKS = (ANSWER, RESPOND)

_RESULT = frozenset({ANSWERED, CONFIRMED, CLOSED, WITHDRAWN})
STOPS = {
    PLAN: _RESULT | {PLANNED, IN_PROGRESS},
    ANSWER: _RESULT,
    RESPOND: _RESULT | {IN_PROGRESS},  # and what the customer is told once there is a plan
    RESOLVE: _RESULT,
}

RUNNING, WAITING, MET, MISSED = "running", "paused", "met", "missed"
NOTHING, TICK = timedelta(0), timedelta(microseconds=1)
WHOLE_DAY = ((0, 24 * 60),)


class Happened(NamedTuple):
    """An event as far as clocks are concerned."""

    kind: str
    at: datetime
    details: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Level:
    """What one tier is promised: the minutes of each clock, and the hours in which they count."""

    tier: str
    targets: Mapping[str, int]
    hours: Hours
    id: int | None = None


#: the promise to a tier as it stands at an instant
LevelAt = Callable[[str, datetime], Level]


@dataclass(frozen=True, slots=True)
class Lap:
    """One run of one clock, as far as it is known whatever the time is now.

    ``minutes`` is the target by the tier in force last. ``due_at`` is None while the clock stands still, and where the
    calendar has no service time. ``used`` and ``left`` are service time as of ``since``, when something about the clock
    happened last. ``round`` counts the re-openings before it.
    """

    kind: str
    round: int
    started_at: datetime
    level: Level
    minutes: int
    due_at: datetime | None
    stopped_at: datetime | None
    paused: bool
    since: datetime
    used: timedelta
    left: timedelta

    @property
    def is_open(self) -> bool:
        """Whether something still has to be done for it."""
        return self.stopped_at is None

    def reached(self, percent: int) -> datetime | None:
        """When so much of the time is used, if nothing else happens; None while it stands still."""
        if self.due_at is None or percent >= 100:
            return self.due_at
        return add(self.level.hours, self.due_at, -timedelta(minutes=self.minutes) * (100 - percent) / 100)


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at some moment: ``left`` is negative when it has run out, ``share`` what is used in parts per million."""

    lap: Lap
    state: str
    used: timedelta
    left: timedelta
    share: int


@dataclass(slots=True)
class _Count:
    """The counting of one lap: ``spent`` is the share of the target that is used."""

    level: Level
    minutes: int
    at: datetime
    used: timedelta = NOTHING
    spent: Fraction = field(default_factory=Fraction)
    due_at: datetime | None = None

    def until(self, at: datetime) -> None:
        """Let it run until ``at``."""
        amount = between(self.level.hours, self.at, at)
        spent = self.spent + Fraction(amount // TICK, self._target // TICK)
        if self.due_at is None and spent >= 1:
            self.due_at = self.expected()
        self.used, self.spent, self.at = self.used + amount, spent, at

    def expected(self) -> datetime | None:
        """When it runs out if it runs on from where it is."""
        try:
            return add(self.level.hours, self.at, self.left)
        except NoWorkingTime:
            return None

    @property
    def left(self) -> timedelta:
        left = (1 - self.spent) * (self._target // TICK)
        return max(NOTHING, TICK * -(-left.numerator // left.denominator))  # never a moment too early

    @property
    def _target(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def demand_of(history: Sequence[Happened]) -> str:
    """What the customer wants, as it was put on record last."""
    found = [event.details["demand"] for event in history if event.details.get("demand") in CLOCKS_OF]
    return str(found[-1]) if found else PROBLEM


def tier_of(history: Sequence[Happened]) -> str:
    """The tier that was put on record last."""
    found = [str(event.details["tier"]) for event in history if event.details.get("tier")]
    return found[-1] if found else ""


def laps(history: Sequence[Happened], level_at: LevelAt) -> list[Lap]:
    """Every run of every clock, in the order in which they are shown; none before the complaint is registered.

    ``history`` is in order of time. A re-opening starts the time to resolve anew; the other clocks keep what they said.
    """
    receipt = next((event for event in history if event.kind == REGISTERED), None)
    if receipt is None:
        return []
    # nothing happened to a complaint before it was received, whatever somebody wrote down
    events = [replace_at(event, receipt.at) for event in history if event is not receipt]
    found = [_lap(kind, 0, receipt, events, level_at, receipt) for kind in CLOCKS_OF[demand_of(history)]]
    last = next(lap for lap in found if lap.kind == RESOLVE)
    for number, event in enumerate(events):
        if event.kind == REOPENED and last.stopped_at is not None and last.stopped_at <= event.at:
            last = _lap(RESOLVE, last.round + 1, event, events[number + 1 :], level_at, receipt, events[:number])
            found.append(last)
    return found


def replace_at(event: Happened, earliest: datetime) -> Happened:
    """The event, at ``earliest`` if it is said to be before."""
    return event if event.at >= earliest else event._replace(at=earliest)


def _lap(
    kind: str,
    number: int,
    start: Happened,
    events: Sequence[Happened],
    level_at: LevelAt,
    receipt: Happened,
    before: Sequence[Happened] = (),
) -> Lap:
    """One run of a clock from ``start`` on; ``events`` are those after it."""

    def promise(tier: str, at: datetime) -> tuple[Level, int]:
        level, channel = level_at(tier, at), receipt.details.get("minutes")
        minutes = int(level.targets[kind])
        return level, min(minutes, int(channel)) if channel and kind in CHANNEL_CLOCKS else minutes

    count = _Count(*promise(tier_of([receipt, *before]), start.at), at=start.at)
    paused, planned, stopped_at = False, False, None
    for event in events:
        planned = planned or event.kind in STOPS[PLAN]
        stops = event.kind in STOPS[kind] or (kind == RESPOND and planned and event.kind == TOLD)
        if not stops and event.kind not in (PAUSED, RESUMED, REOPENED, TIER):
            continue
        if not paused:
            count.until(event.at)
        count.at = event.at
        if stops:
            stopped_at = event.at
            break
        if event.kind == TIER:
            count.level, count.minutes = promise(str(event.details.get("tier") or ""), event.at)
        else:
            paused = event.kind == PAUSED
    due_at = count.due_at
    if due_at is None and (stopped_at is not None or not paused):
        due_at = count.expected()
    return Lap(
        kind, number, start.at, count.level, count.minutes, due_at, stopped_at,
        paused and stopped_at is None, count.at, count.used, count.left,
    )  # fmt: skip


def read(lap: Lap, now: datetime) -> Reading:
    """What a clock says at ``now``. A clock that was set back shows no less than what is on record."""
    now, hours, target = max(now, lap.since).astimezone(UTC), lap.level.hours, timedelta(minutes=lap.minutes)
    at = lap.stopped_at or now
    used = lap.used if lap.paused or not lap.is_open else lap.used + between(hours, lap.since, now)
    left = lap.left if lap.due_at is None else between(hours, at, lap.due_at)
    if lap.due_at is not None and at > lap.due_at:
        state = MISSED
    elif not lap.is_open:
        state = MET
    else:
        state = WAITING if lap.paused else RUNNING
        left = lap.left if lap.paused else left
    share = 1_000_000 - (left * 1_000_000) // target if state != MISSED else 1_000_000
    return Reading(lap, state, used, left, max(0, min(1_000_000, share)))


def leading(found: Sequence[Lap]) -> Lap | None:
    """The open clock that runs out first; of those that stand still the one with the least time left."""
    still = [lap for lap in found if lap.is_open]
    running = [lap for lap in still if lap.due_at is not None]
    if running:
        return min(running, key=lambda lap: (lap.due_at, CLOCKS.index(lap.kind)))
    return min(still, key=lambda lap: (lap.left, CLOCKS.index(lap.kind)), default=None)


def daily(windows: Sequence[tuple[int, int]], company: Hours) -> Hours:
    """The hours of a promise for every day, whatever the calendar says. Windows in minutes since midnight."""
    return Hours(company.zone, (tuple(windows),) * 7, {}, {})


def on_workdays(windows: Sequence[tuple[int, int]], company: Hours) -> Hours:
    """The hours of a promise for workdays: those windows on every day on which the company works at all."""
    promised = tuple(windows)

    def kept(days: Mapping[Any, Any]) -> dict[Any, Any]:
        return {day: () if hours == () else promised for day, hours in days.items()}

    weekly = tuple(promised if hours else () for hours in company.weekly)
    return replace(company, weekly=weekly, own=kept(company.own), company=kept(company.company))


def elapsed(company: Hours) -> Hours:
    """Every hour counts."""
    return daily(WHOLE_DAY, company)
