"""The rules of the service clocks as plain functions (CMP-12, CMP-30, CMP-31): no app, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezhi.builtin.calendar.hours import Hours, between
from kezhi_complaints.clock_faces import ServiceTime
from kezhi_complaints.models import (
    ANSWERED,
    CLOSED,
    PAUSED,
    PLANNED,
    REGISTERED,
    REOPENED,
    RESUMED,
    TIER,
    TOLD,
    WITHDRAWN,
)
from kezhi_complaints.services.clocks import (
    ANSWER,
    DEMAND,
    ENQUIRY,
    MET,
    MISSED,
    PLAN,
    PROBLEM,
    RESOLVE,
    RESPOND,
    RUNNING,
    WAITING,
    Happened,
    Lap,
    Level,
    daily,
    elapsed,
    laps,
    leading,
    on_workdays,
    read,
)

ZONE = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
COMPANY = Hours(ZONE, (NINE_TO_SIX,) * 5 + ((),) * 2, {}, {}, "CN")
#: as shipped: minutes for a plan, an answer, a response, a solution; windows in minutes; on workdays only
SHIPPED = {
    "super": ((30, 30, 60, 120), ((0, 1440),), False),
    "gold": ((30, 60, 240, 480), ((360, 1440),), False),
    "silver": ((30, 120, 480, 1440), ((480, 1200),), False),
    "normal": ((30, 1440, 2880, 4320), NINE_TO_SIX, True),
}


def levels(company: Hours = COMPANY) -> dict[str, Level]:
    return {
        key: Level(
            key,
            dict(zip((PLAN, ANSWER, RESPOND, RESOLVE), minutes, strict=True)),
            on_workdays(windows, company) if workdays else daily(windows, company),
        )
        for key, (minutes, windows, workdays) in SHIPPED.items()
    }


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def received(tier: str, when: str, demand: str = PROBLEM, minutes: int | None = None) -> Happened:
    return Happened(REGISTERED, at(when), {"tier": tier, "demand": demand, "minutes": minutes})


def clocks_of(*history: Happened, company: Hours = COMPANY) -> dict[tuple[str, int], Lap]:
    known = levels(company)
    return {(lap.kind, lap.round): lap for lap in laps(history, lambda tier, _at: known[tier])}


# ── the worked examples of the policy ───────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CMP-30")
@pytest.mark.parametrize(("tier", "demand", "clock", "when", "due"), [
    ("super", ENQUIRY, ANSWER, "2026-11-24 03:10", "2026-11-24 03:40"),
    ("gold", DEMAND, RESPOND, "2026-11-24 23:00", "2026-11-25 09:00"),
    ("silver", PROBLEM, RESOLVE, "2026-11-23 19:00", "2026-11-25 19:00"),  # Monday, Wednesday
    ("normal", ENQUIRY, ANSWER, "2026-11-20 17:00", "2026-11-25 17:00"),  # Friday, Wednesday: 24 h are 3 service days
    # Wednesday before the National Day: its days off do not count, the make-up Saturday does
    ("normal", ENQUIRY, ANSWER, "2026-09-30 17:00", "2026-10-10 17:00"),
])  # fmt: skip
def test_worked_examples(tier: str, demand: str, clock: str, when: str, due: str) -> None:
    assert clocks_of(received(tier, when, demand))[clock, 0].due_at == at(due)


@pytest.mark.clause("CMP-12")
def test_a_plan_within_thirty_minutes_of_service_stops_its_clock() -> None:
    start = received("normal", "2026-11-24 11:50")
    plan = clocks_of(start)[PLAN, 0]
    assert plan.due_at == at("2026-11-24 13:20"), "over lunch nobody is there"
    in_time = clocks_of(start, Happened(PLANNED, at("2026-11-24 13:20")))[PLAN, 0]
    late = clocks_of(start, Happened(PLANNED, at("2026-11-24 13:21")))[PLAN, 0]
    assert [read(lap, at("2026-11-30 09:00")).state for lap in (in_time, late)] == [MET, MISSED]
    assert read(late, at("2026-11-30 09:00")).left == -timedelta(minutes=1)
    told = clocks_of(start, Happened(TOLD, at("2026-11-24 11:55")))
    assert told[PLAN, 0].is_open, "a call is no plan"
    assert told[RESPOND, 0].is_open, "nor a response, before there is a plan"


@pytest.mark.clause("CMP-12")
def test_the_earlier_deadline_leads_and_the_share_says_how_far_it_is() -> None:
    history = [received("gold", "2026-11-24 10:01")]
    found = list(clocks_of(*history).values())
    first = leading(found)
    assert first is not None
    assert (first.kind, first.due_at) == (PLAN, at("2026-11-24 10:31"))
    reading = read(first, at("2026-11-24 10:23:54"))
    assert (reading.state, reading.left, reading.share) == (RUNNING, timedelta(minutes=7, seconds=6), 763_334)
    history.append(Happened(PLANNED, at("2026-11-24 10:25")))
    second = leading(list(clocks_of(*history).values()))
    assert second is not None
    assert (second.kind, second.due_at) == (RESPOND, at("2026-11-24 14:01"))
    assert leading(list(clocks_of(*history, Happened(ANSWERED, at("2026-11-24 15:00"))).values())) is None


@pytest.mark.clause("CMP-31")
def test_of_channel_and_tier_the_stricter_holds() -> None:
    for minutes, kept in ((30, 30), (480, 240), (None, 240)):
        found = clocks_of(received("gold", "2026-11-24 10:00", DEMAND, minutes))
        assert found[RESPOND, 0].minutes == kept
        assert (found[PLAN, 0].minutes, found[RESOLVE, 0].minutes) == (30, 480), "those are not about answering"


@pytest.mark.clause("CMP-30")
def test_clocks_stand_still_while_we_wait_for_the_customer() -> None:
    history = [received("gold", "2026-11-24 10:00"), Happened(PAUSED, at("2026-11-24 10:10"))]
    plan = clocks_of(*history)[PLAN, 0]
    for later in ("2026-11-24 10:10", "2026-11-24 18:00", "2027-01-01 00:00"):
        reading = read(plan, at(later))
        assert (reading.state, reading.left, reading.used) == (WAITING, timedelta(minutes=20), timedelta(minutes=10))
    assert plan.due_at is None
    resumed = clocks_of(*history, Happened(RESUMED, at("2026-11-25 09:00")))[PLAN, 0]
    assert resumed.due_at == at("2026-11-25 09:20")
    late = clocks_of(received("gold", "2026-11-24 10:00"), Happened(PAUSED, at("2026-11-24 10:31")))[PLAN, 0]
    assert read(late, at("2026-11-24 10:31")).state == MISSED, "what has run out is not undone by waiting"


@pytest.mark.clause("CMP-30")
def test_another_tier_takes_the_used_share_along() -> None:
    start = received("normal", "2026-11-24 09:00")
    half = Happened(TIER, at("2026-11-30 14:00"), {"tier": "super"})  # 36 of 72 service hours are used
    found = clocks_of(start, half)[RESOLVE, 0]
    assert (found.minutes, found.due_at) == (120, at("2026-11-30 15:00")), "the other half of two hours"
    assert read(found, at("2026-11-30 14:00")).share == 500_000
    assert read(found, at("2026-11-30 14:00")).used == timedelta(hours=36), "what was used stays used"
    back = clocks_of(start, half, Happened(TIER, at("2026-11-30 15:30"), {"tier": "normal"}))[RESOLVE, 0]
    assert read(back, at("2026-11-30 15:30")).state == MISSED, "and what has run out stays so"


@pytest.mark.clause("CMP-30")
def test_reopening_gives_new_time_to_resolve_and_leaves_the_old_answer() -> None:
    history = [
        received("gold", "2026-11-24 10:00"),
        Happened(PLANNED, at("2026-11-24 10:20")),
        Happened(ANSWERED, at("2026-11-24 12:00")),
        Happened(CLOSED, at("2026-11-24 13:00")),
        Happened(REOPENED, at("2026-11-26 20:00")),
    ]
    found = clocks_of(*history)
    assert found[RESOLVE, 0].stopped_at == found[RESPOND, 0].stopped_at == at("2026-11-24 12:00")
    assert found[RESOLVE, 1].due_at == at("2026-11-27 10:00")
    assert (PLAN, 1) not in found
    again = clocks_of(*history, Happened(ANSWERED, at("2026-11-27 10:00")), Happened(REOPENED, at("2026-11-28 09:00")))
    assert read(again[RESOLVE, 1], at("2026-12-01 09:00")).state == MET
    assert again[RESOLVE, 2].due_at == at("2026-11-28 17:00")


@pytest.mark.clause("CMP-30")
def test_days_off_and_elapsed_time_are_the_companys() -> None:
    closed = Hours(ZONE, COMPANY.weekly, {date(2026, 11, 24): ()}, {}, "CN")
    found = clocks_of(received("normal", "2026-11-20 17:00", ENQUIRY), company=closed)
    assert found[ANSWER, 0].due_at == at("2026-11-26 17:00")
    gold = clocks_of(received("gold", "2026-11-23 23:00", DEMAND), company=closed)
    assert gold[RESPOND, 0].due_at == at("2026-11-24 09:00"), "gold is served on every day"
    known = Level("normal", dict.fromkeys((PLAN, ANSWER, RESPOND, RESOLVE), 60), elapsed(COMPANY))
    every = laps([received("normal", "2026-11-21 23:30")], lambda _tier, _at: known)
    assert {lap.due_at for lap in every} == {at("2026-11-22 00:30")}
    never = Hours(ZONE, ((),) * 7, {}, {}, "")
    assert clocks_of(received("normal", "2026-11-20 17:00"), company=never)[PLAN, 0].due_at is None


# ── against a model that walks over the minutes ─────────────────────────────────────────────────────────────────

START, DAYS = datetime(2026, 9, 24, tzinfo=ZONE), 24  # over the National Day, its days off and its make-up Saturday
OFF, WORKED = {date(2026, 9, 28), date(2026, 10, 14)}, {date(2026, 9, 27)}  #: the company's own, beside the public ones
PUBLIC = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
MAKE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
CALENDAR = Hours(ZONE, COMPANY.weekly, {**dict.fromkeys(OFF, ()), **dict.fromkeys(WORKED)}, {}, "CN")


def served(tier: str, instant: datetime) -> bool:
    """Whether this minute is one of service, without any of the code under test."""
    minute, day = instant.hour * 60 + instant.minute, instant.date()
    _targets, windows, workdays = SHIPPED[tier]
    if not any(start <= minute < end for start, end in windows):
        return False
    if not workdays or day in WORKED:
        return True
    if day in OFF or (day in PUBLIC and day not in MAKE_UP):
        return False
    return day in MAKE_UP or day.weekday() < 5


class Walked:
    """One clock, walked over minute by minute."""

    def __init__(
        self, kind: str, history: Sequence[Happened], begin: datetime, until: datetime, from_event: int
    ) -> None:
        self.used, spent, self.out_at, self.over, self.stopped_at = 0, Fraction(), None, False, None
        tier = [each.details["tier"] for each in history[: from_event + 1] if "tier" in each.details][-1]
        paused, planned, number, minute = False, False, from_event + 1, begin
        while True:
            while number < len(history) and history[number].at <= minute:
                event = history[number]
                planned |= event.kind in (PLANNED, ANSWERED, CLOSED, WITHDRAWN)
                ends = {PLAN: (PLANNED, ANSWERED, CLOSED, WITHDRAWN)}.get(kind, (ANSWERED, CLOSED, WITHDRAWN))
                if event.kind in ends or (kind == RESPOND and planned and event.kind == TOLD):
                    self.stopped_at = event.at
                    self.paused = False
                    return
                paused = {PAUSED: True, RESUMED: False, REOPENED: False}.get(event.kind, paused)
                tier = event.details.get("tier", tier)
                number += 1
            self.paused = paused
            if minute >= until:
                return
            minute += timedelta(minutes=1)
            local = (minute - timedelta(minutes=1)).astimezone(ZONE)
            if not paused and served(tier, local):
                self.used += 1
                target = dict(zip((PLAN, ANSWER, RESPOND, RESOLVE), SHIPPED[tier][0], strict=True))[kind]
                spent += Fraction(1, target)
                if spent >= 1 and self.out_at is None:
                    self.out_at, self.over = minute, spent > 1

    def state(self, now: datetime) -> str:
        end = self.stopped_at or now
        if self.out_at is not None and (self.out_at < end or (self.out_at == end and self.over)):
            return MISSED
        return MET if self.stopped_at else WAITING if self.paused else RUNNING


def moments(count: int) -> st.SearchStrategy[list[datetime]]:
    minutes = st.lists(st.integers(0, DAYS * 1440), min_size=count, max_size=count).map(sorted)
    return minutes.map(lambda found: [START + timedelta(minutes=each) for each in found])


@st.composite
def stories(draw: Any) -> tuple[list[Happened], datetime]:
    """A history in order of time, and a moment after it at which somebody looks."""
    kinds = draw(st.lists(st.sampled_from([PAUSED, RESUMED, TIER, TIER, PLANNED, TOLD, ANSWERED, CLOSED, WITHDRAWN,
                                           REOPENED, PAUSED, RESUMED]), max_size=9))  # fmt: skip
    times = draw(moments(len(kinds) + 2))
    tiers = st.sampled_from(sorted(SHIPPED))
    demand = draw(st.sampled_from([ENQUIRY, DEMAND, PROBLEM]))
    history = [Happened(REGISTERED, times[0], {"tier": draw(tiers), "demand": demand})]
    for kind, when in zip(kinds, times[1:-1], strict=True):
        history.append(Happened(kind, when, {"tier": draw(tiers)} if kind == TIER else {}))
    return history, times[-1]


@pytest.mark.clause("CMP-30")
@settings(max_examples=60, deadline=None)
@given(stories())
def test_clocks_say_what_a_walk_over_the_minutes_says(story: tuple[list[Happened], datetime]) -> None:
    history, now = story
    for (kind, number), lap in clocks_of(*history, company=CALENDAR).items():
        begin = next(
            place for place, event in enumerate(history)
            if event.at == lap.started_at and event.kind == (REOPENED if number else REGISTERED)
        )  # fmt: skip
        walked, reading = Walked(kind, history, lap.started_at, now, begin), read(lap, now)
        assert lap.stopped_at == walked.stopped_at
        assert reading.state == walked.state(now), (kind, number)
        assert reading.used == timedelta(minutes=walked.used), "no drift, whatever happened in between"
        if walked.out_at is not None:
            assert lap.due_at is not None
            assert walked.out_at - timedelta(minutes=1) < lap.due_at <= walked.out_at
        assert lap.left >= timedelta(0)
        assert 0 <= reading.share <= 1_000_000
        assert (reading.left < timedelta(0)) <= (reading.state == MISSED)


@pytest.mark.clause("CMP-30")
@settings(max_examples=60, deadline=None)
@given(stories(), st.lists(st.integers(-3 * 1440, 40 * 1440), min_size=2, max_size=6))
def test_looking_never_changes_a_clock_and_time_only_goes_on(story: Any, looks: list[int]) -> None:
    history, now = story
    found = clocks_of(*history, company=CALENDAR)
    for lap in found.values():
        readings = [read(lap, now + timedelta(minutes=each)) for each in sorted(looks)]
        for earlier, later in pairwise(readings):
            assert earlier.used <= later.used
            assert earlier.left >= later.left
            assert (earlier.state == MISSED) <= (later.state == MISSED)
    assert clocks_of(*history, company=CALENDAR) == found


@pytest.mark.clause("CMP-30")
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SHIPPED)), moments(1), st.lists(st.integers(-90 * 1440, 40 * 1440), max_size=6))
def test_many_deadlines_are_as_far_away_as_each_of_them(tier: str, now: list[datetime], others: list[int]) -> None:
    hours = levels(CALENDAR)[tier].hours
    times = ServiceTime(hours, now[0])
    for minutes in others:
        due_at = now[0] + timedelta(minutes=minutes, seconds=minutes % 61)
        assert times.until(due_at) == between(hours, now[0], due_at)
