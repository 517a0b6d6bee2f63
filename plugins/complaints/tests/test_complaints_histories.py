"""Random histories of steps by random people against a plain model of the rules (CMP-10, CMP-11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import event as reached
from hypothesis import strategies as st
from sqlalchemy import select

from kezhi import Refused, acting_as, clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

PEOPLE = ("agent", "colleague", "manager", "seller", "chief")
DESK = {"agent", "colleague", "manager"}
KEYS = ("accept", "investigate", "plan", "start", "find", "judge", "answer", "confirm", "close", "explain", "pause",
        "resume", "escalate", "withdraw", "reopen", "take", "assign", "replace", "delay", "lapse")  # fmt: skip
OPEN = ("registered", "accepted", "investigating", "planned", "in_progress", "answered", "confirmed")
WORK = OPEN[2:5]
SILENCE = timedelta(days=10)  #: as shipped
#: each step on the way of a complaint leads to exactly one state, and from exactly one
WAY = {"accept": 0, "investigate": 1, "plan": 2, "start": 3, "answer": 4, "confirm": 5}


class Model:
    """The policy once more, in as few words as possible; ``accused`` may be nobody."""

    def __init__(self, accused: str | None) -> None:
        self.accused, self.state, self.handler, self.finder = accused, "registered", "", ""
        self.finders: set[str] = set()
        self.found = self.paused = False
        self.validity, self.told, self.level, self.reopened = "", set[str](), 0, 0
        self.answered_at: datetime | None = None

    def allows(self, who: str, key: str, whom: str, value: str) -> bool:
        """Whether ``who`` may make the step now; ``whom`` is the person named by it, ``value`` what is said."""
        if who == self.accused:
            return False
        desk, mine, finder = who in DESK, who in DESK and who == self.handler, bool(self.finder) and who == self.finder
        state, work = self.state, self.state in WORK
        can_handle = whom in DESK and whom != self.accused and whom not in self.finders
        can_find = whom not in (self.accused, self.handler)
        took = who not in self.finders  # who investigated once handles it no more
        if key == "accept":
            return desk and state == "registered" and can_handle
        if key == "investigate":
            return desk and state == "accepted" and can_find
        if key == "replace":
            return desk and work and can_find and whom != self.finder
        if key in ("plan", "start", "confirm"):
            return (mine or (key == "confirm" and desk)) and state == OPEN[WAY[key]]
        if key == "find":
            return finder and work and not self.found
        if key == "judge":
            return mine and work and self.found
        if key == "answer":
            on_way = state == "in_progress" or (self.validity == "invalid" and state in WORK)
            return mine and on_way and bool(self.validity)
        if key == "close":
            on_way = state == "confirmed" or (self.validity == "invalid" and state == "answered")
            return mine and on_way and self.is_told
        if key == "lapse":
            silent = self.answered_at is not None and clock.now() - self.answered_at >= SILENCE
            return mine and state == "answered" and silent and self.is_told
        if key == "explain":
            return (desk or finder) and self.found and (work or state in ("answered", "confirmed"))
        if key == "pause":
            return mine and state in OPEN[1:] and not self.paused
        if key == "resume":
            return desk and state in OPEN and self.paused
        if key in ("escalate", "withdraw"):
            return desk and state in OPEN
        if key == "delay":
            return mine and state in OPEN[1:5]
        if key == "reopen":
            return desk and state in ("answered", "confirmed", "closed", "withdrawn") and can_handle
        if key == "take":
            return desk and state in OPEN[1:] and took and who != self.handler
        assert key == "assign"
        return desk and state in OPEN[1:] and can_handle and whom != self.handler

    @property
    def is_told(self) -> bool:
        """Whether both sides know what was found out."""
        side = bool(self.told & {"accused", "leader"}) if self.accused else bool(self.told - {"customer"})
        return "customer" in self.told and side

    def make(self, who: str, key: str, whom: str, value: str) -> None:
        """The step is made."""
        if key in WAY:
            self.state, self.paused = OPEN[WAY[key] + 1], False
            self.answered_at = clock.now() if key == "answer" else self.answered_at
        if key in ("accept", "assign"):
            self.handler = whom
        elif key == "take":
            self.handler = who
        elif key in ("investigate", "replace"):
            self.finder, self.found = whom, False
            self.finders.add(whom)
        elif key == "find":
            self.found = True
        elif key == "judge":
            self.validity = value
        elif key == "explain":
            self.told.add(value)
        elif key in ("escalate", "delay"):
            self.level += 1
        elif key in ("close", "lapse", "withdraw"):
            self.state, self.paused = "withdrawn" if key == "withdraw" else "closed", False
        elif key in ("pause", "resume"):
            self.paused = key == "pause"
        elif key == "reopen":
            self.state, self.handler, self.finder, self.found = "accepted", whom, "", False
            self.validity, self.paused, self.answered_at = "", False, None
            self.told.clear()
            self.reopened += 1


MOVES = st.tuples(
    st.sampled_from(PEOPLE), st.sampled_from(KEYS), st.sampled_from(PEOPLE), st.booleans(), st.integers(0, 9)
)


NUMBERS = count(1)
ORDERS = ("watch", "tiers", "rules")  #: what clocks do by themselves, and what each order of it must not change
MINUTES = st.sampled_from([0, 1, 7, 16, 25, 40, 90, 500, 2000, 15000])
TICKS = st.tuples(
    MOVES, MINUTES, st.lists(st.sampled_from(ORDERS), max_size=2), st.sampled_from(["", "", "", "gold", "normal"])
)


def _towards(model: Model, move: tuple[str, str, str, bool, int]) -> tuple[str, str, str, str]:
    """A drawn move as it is tried: often the one that leads on, so that histories get far."""
    who, key, whom, flag, luck = move
    if luck < 6:
        silence = "confirm" if flag else "lapse"
        key = {"registered": "accept", "accepted": "investigate", "investigating": "plan", "planned": "start",
               "in_progress": "answer", "answered": silence, "confirmed": "close"}.get(model.state, key)  # fmt: skip
        if model.state in WORK and not model.found:
            key = "find" if flag else key
        elif model.state in WORK and not model.validity:
            key = "judge"
        elif model.state == "confirmed" and len(model.told) < 2:
            key = "explain"
    if luck < 5:
        who = (model.finder if key == "find" else model.handler) or who
    value = ("valid" if flag else "invalid") if key == "judge" else ("customer" if flag else "leader")
    return who, key, whom, value


@pytest.mark.clause("CMP-10", "CMP-11")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(accused=st.sampled_from([None, "colleague", "manager"]), moves=st.lists(MOVES, min_size=12, max_size=30))
def test_no_history_takes_a_step_that_the_policy_does_not_know(
    desk: Any, heard: Any, accused: str | None, moves: list[Any]
) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, Complaint, Event, Investigation
    from kezhi_complaints.services.folding import COLUMNS

    people = {name: getattr(desk, name) for name in PEOPLE}
    table, event, finding = Complaint.__table__, Event.__table__, Investigation.__table__
    case = heard(kind="rude", accused_id=people[accused].id if accused else None)
    model, phone = Model(accused), {row["key"]: row["id"] for row in services.entries(CHANNEL)}["phone"]
    db.session.rollback()

    def stored() -> dict[str, Any]:
        found: Any = db.session.execute(select(table).where(table.c.id == case)).mappings().one()
        db.session.rollback()
        return dict(found)

    for move in moves:
        who, key, whom, value = _towards(model, move)
        values = {
            "handler": people[whom].id, "investigator": people[whom].id, "note": "说明", "told": "稍后答复",
            "channel": phone, "party": value, "validity": value, "ground": "quarrel",
        }  # fmt: skip
        if key == "find":  # what is found has to be written down first
            with writing():
                running = (finding.c.complaint_id == case) & finding.c.ended_at.is_(None)
                for each in db.session.scalars(select(Investigation).where(running)):
                    each.facts = each.facts or "查明"
        before = stored()
        allowed = model.allows(who, key, whom, value)
        with acting_as(people[who]):
            try:
                services.take_step(case, before["version"], key, values)
            except Refused:
                assert not allowed, (who, key, whom, value, vars(model))
            else:
                assert allowed, (who, key, whom, value, vars(model))
                model.make(who, key, whom, value)
            db.session.rollback()
        after = stored()
        if not allowed:
            assert after == before, "nothing is stored of what is refused"
        ids = {person.id: name for name, person in people.items()}
        assert (after["state"], after["paused"], after["level"], after["reopened"], after["validity"]) == (
            model.state, model.paused, model.level, model.reopened, model.validity,
        )  # fmt: skip
        assert ids.get(after["handler_id"], "") == model.handler
        assert accused is None or accused not in (model.handler, *model.finders)
    reached(f"{model.state} {model.validity}")
    rows = db.session.execute(
        select(event.c.kind, event.c.at, event.c.owner_id, event.c.details, event.c.by_id)
        .where(event.c.complaint_id == case)
        .order_by(event.c.id)
    ).all()
    now = stored()
    assert {name: now[name] for name in COLUMNS} == services.standing(row[:4] for row in rows)
    about = people[accused].id if accused else None
    assert about is None or about not in {row.by_id for row in rows}
    assert all(row.at <= clock.now() for row in rows)


# ── states and clocks together ──────────────────────────────────────────────────────────────────────────────────


class Life:
    """One complaint that lives through a story: steps, time that passes, tiers that change, and what clocks do."""

    def __init__(self, people: Any, heard: Any, tiered: Any, code: str) -> None:
        from kezhi_complaints import services
        from kezhi_complaints.models import CHANNEL

        self.people, self.tiered, self.code = people, tiered, code
        self.case = heard(kind="rude", customer_id=tiered(code, "silver"))
        self.model, self.by_clock, self.used = Model(None), 0, dict[tuple[str, int], Any]()
        self.phone = {row["key"]: row["id"] for row in services.entries(CHANNEL)}["phone"]
        db.session.rollback()

    def jobs(self, names: list[str]) -> None:
        """What clocks do by themselves, each in a transaction of its own."""
        from kezhi_complaints.services.escalation_job import follow_tiers, follow_up, watch
        from kezhi_complaints.services.promises import promises

        run = {"watch": watch, "tiers": follow_tiers, "rules": lambda: follow_up(promises())}
        for name in names:
            with writing():
                run[name]()

    def step(self, move: Any) -> None:
        """Try a step; made or refused as the model says."""
        from kezhi_complaints import services
        from kezhi_complaints.models import Investigation

        who, key, whom, value = _towards(self.model, move)
        values = {
            "handler": self.people[whom].id, "investigator": self.people[whom].id, "note": "说明", "told": "稍后答复",
            "channel": self.phone, "party": value, "validity": value, "ground": "quarrel",
        }  # fmt: skip
        if key == "find":
            with writing():
                running = (Investigation.complaint_id == self.case) & Investigation.ended_at.is_(None)
                for each in db.session.scalars(select(Investigation).where(running)):
                    each.facts = each.facts or "查明"
        allowed, version = self.model.allows(who, key, whom, value), self.row()["version"]
        with acting_as(self.people[who]):
            try:
                services.take_step(self.case, version, key, values)
            except Refused:
                assert not allowed, (who, key, vars(self.model))
            else:
                assert allowed, (who, key, vars(self.model))
                self.model.make(who, key, whom, value)
            db.session.rollback()

    def row(self) -> dict[str, Any]:
        from kezhi_complaints.models import Complaint

        table: Any = Complaint.__table__
        found = dict(db.session.execute(select(table).where(table.c.id == self.case)).mappings().one())
        db.session.rollback()
        return found

    def check(self) -> None:
        """The state is the model's, no clock runs backwards or faster than time, and what is stored is computed."""
        from kezhi_complaints.services.clock_queries import _differing, laps_of
        from kezhi_complaints.services.clocks import read
        from kezhi_complaints.services.promises import promises

        row, now = self.row(), clock.now()
        assert (row["state"], row["paused"], row["reopened"]) == (
            self.model.state, self.model.paused, self.model.reopened
        )  # fmt: skip
        for lap in laps_of(self.case):
            reading, last = read(lap, now), self.used.get((lap.kind, lap.round))
            assert timedelta(0) <= reading.used <= max(timedelta(0), now - lap.started_at)
            assert 0 <= reading.share <= 1_000_000
            if last is not None:
                assert last[1] <= reading.used <= last[1] + (now - last[0])
            self.used[lap.kind, lap.round] = now, reading.used
        assert _differing([self.case], promises()) == []
        db.session.rollback()

    def outcome(self) -> Any:
        """Everything that this life came to, without its ids."""
        from kezhi_complaints.models import Clock, ClockRun, Event

        row, found = self.row(), []
        for model in (Clock, ClockRun, Event):
            table: Any = model.__table__
            names = [each.name for each in table.c if each.name not in ("id", "complaint_id", "note", "seal")]
            rows = db.session.execute(
                select(*(table.c[name] for name in names)).where(table.c.complaint_id == self.case)
            )
            found.append(sorted(map(repr, rows)))
        db.session.rollback()
        return {name: row[name] for name in ("state", "level", "paused", "handler_id", "answered_at")}, *found


@pytest.mark.clause("CMP-10", "CMP-12", "CMP-30")
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(TICKS, min_size=8, max_size=20))
def test_states_and_clocks_go_together_whatever_order_the_jobs_run_in(
    desk: Any, heard: Any, tiered: Any, clock_at: Any, story: list[Any]
) -> None:
    people = {name: getattr(desk, name) for name in PEOPLE}
    found = []
    for turn, order in enumerate((ORDERS, ORDERS[::-1])):
        now = datetime(2026, 11, 24, 9, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
        clock_at(now)
        life = Life(people, heard, tiered, f"L{next(NUMBERS)}")
        for move, minutes, more, tier in story:
            now += timedelta(minutes=minutes)
            clock_at(now)
            if tier:
                tiered(life.code, tier)
            life.jobs([*order, *(more if turn else more[::-1])])
            life.step(move)
            life.check()
        life.jobs(["watch", "tiers"])
        found.append(life.outcome())
        reached(f"{life.model.state}, escalated {life.row()['level']}")
        tiered(life.code, "normal")
    assert found[0] == found[1]
