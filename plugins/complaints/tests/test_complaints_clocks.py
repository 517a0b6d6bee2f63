"""Service clocks on record: promises, warnings, escalation, lists (CMP-12, CMP-30, CMP-31)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def happen(complaint_id: int, kind: str, when: str, by: Any, **details: Any) -> None:
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import add_event

    with acting_as(by), writing():
        add_event(db.session.get_one(Complaint, complaint_id), kind, at=at(when), **details)


def look() -> Any:
    from kezhi_complaints.services.escalation_job import watch

    with writing():
        return watch()


def stored(complaint_id: int) -> dict[str, Any]:
    from kezhi_complaints.models import Clock

    table: Any = Clock.__table__
    row = dict(db.session.execute(select(table).where(table.c.complaint_id == complaint_id)).mappings().one())
    db.session.rollback()
    return row


def escalations(complaint_id: int) -> list[tuple[str, int | None]]:
    from kezhi_complaints.models import ESCALATED, Event

    table: Any = Event.__table__
    rows = db.session.execute(
        select(table.c.details, table.c.owner_id)
        .where(table.c.complaint_id == complaint_id, table.c.kind == ESCALATED)
        .order_by(table.c.id)
    ).all()
    db.session.rollback()
    return [("+".join(row.details["clocks"]), row.owner_id) for row in rows]


@pytest.mark.clause("CMP-30")
def test_what_was_heard_runs_by_the_tier_of_its_customer(desk: Any, heard: Any, tiered: Any, clock_at: Any) -> None:
    from kezhi_complaints.services.clock_queries import differing, laps_of
    from kezhi_complaints.services.demands import set_demand

    clock_at(at("2026-11-27 12:00"))
    examples = (
        ("super", "enquiry", "answer", "2026-11-24 03:10", "2026-11-24 03:40"),
        ("gold", "demand", "respond", "2026-11-24 23:00", "2026-11-25 09:00"),
        ("silver", "problem", "resolve", "2026-11-23 19:00", "2026-11-25 19:00"),
        ("normal", "enquiry", "answer", "2026-11-20 17:00", "2026-11-25 17:00"),
    )
    for number, (tier, demand, kind, received, due) in enumerate(examples):
        one = heard(customer_id=tiered(f"K{number}", tier), channel="other", received_at=at(received))
        with acting_as(desk.agent), writing():
            set_demand(one, demand)
        found = {lap.kind: lap for lap in laps_of(one)}
        db.session.rollback()
        assert found[kind].due_at == at(due), tier
        assert (stored(one)["tier"], stored(one)["demand"], stored(one)["leading"]) == (tier, demand, "plan")
    assert differing() == (0, 4)
    db.session.rollback()
    with acting_as(desk.seller), writing(), pytest.raises(NotFound):
        set_demand(one, "problem")
    with acting_as(desk.agent), writing(), pytest.raises(Refused):
        set_demand(one, "wish")
    db.session.rollback()
    assert stored(one)["demand"] == "enquiry"


@pytest.mark.clause("CMP-31")
def test_of_channel_and_tier_the_stricter_target_is_on_record(
    desk: Any, heard: Any, tiered: Any, clock_at: Any
) -> None:
    from kezhi_complaints.models import Entry
    from kezhi_complaints.services.clock_queries import laps_of

    clock_at(at("2026-11-24 10:00"))
    one = tiered("K1", "gold")
    ids = {channel: heard(customer_id=one, channel=channel) for channel in ("phone", "mail", "other")}
    entries: Any = Entry.__table__
    with writing():
        db.session.execute(update(entries).where(entries.c.key == "phone").values(minutes=5))
    found = {name: {lap.kind: lap.minutes for lap in laps_of(each)} for name, each in ids.items()}
    db.session.rollback()
    assert {name: each["respond"] for name, each in found.items()} == {"phone": 30, "mail": 240, "other": 240}
    assert found["phone"]["resolve"] == 480


@pytest.mark.clause("CMP-12")
def test_the_handler_is_warned_and_then_the_leaders_hear_of_it(
    desk: Any, heard: Any, tiered: Any, clock_at: Any, add_person: Any
) -> None:
    from kezhi.builtin.accounts.services import add_department, move_department, set_manager
    from kezhi.builtin.tasks.models import Notice
    from kezhi_complaints.models import CLOSED, PLANNED, Complaint, Event
    from kezhi_complaints.services import complaint_by_id

    director = add_person("director", "salesperson")
    with writing():
        above = add_department("Operations").id
        set_manager(above, director.id)
        move_department(desk.department_id, above)
    notices: Any = Notice.__table__

    def told() -> list[tuple[int, str]]:
        rows = db.session.execute(select(notices.c.user_id, notices.c.kind).order_by(notices.c.id)).all()
        db.session.rollback()
        return [(row.user_id, row.kind.removeprefix("complaints.clock_")) for row in rows]

    clock_at(at("2026-11-24 10:00"))
    one = heard(customer_id=tiered("K1", "gold"), channel="other")
    clock_at(at("2026-11-24 10:14"))
    assert look().warned == 0
    clock_at(at("2026-11-24 10:15"))
    assert (look().warned, look().warned) == (1, 0), "half of the time is used, which is said once"
    clock_at(at("2026-11-24 10:24"))
    look()
    assert told() == [(desk.agent.id, "warning")] * 2
    clock_at(at("2026-11-24 10:30"))
    assert (look().escalated, look().escalated) == (1, 0)
    assert escalations(one) == [("plan:0", desk.manager.id)]
    assert told()[2:] == [(desk.agent.id, "out"), (desk.manager.id, "out")]
    happen(one, PLANNED, "2026-11-24 10:40", desk.agent)
    clock_at(at("2026-11-24 14:00"))
    look()
    assert escalations(one)[1:] == [("respond:0", director.id)], "the direct leader knows: it goes to the next above"
    clock_at(at("2026-11-24 18:00"))
    look()
    assert escalations(one)[2:] == [("resolve:0", None)], "nobody is left above, and it is on record that it ran out"
    with acting_as(director):
        complaint = complaint_by_id(one)
        assert complaint.level == 3
        assert db.session.scalars(select(Event).where(Event.complaint_id == one)).all(), "a leader sees what came up"
        db.session.rollback()
    happen(one, CLOSED, "2026-11-24 18:01", desk.agent)
    row = stored(one)
    assert (row["leading"], row["due_at"], row["next_at"], row["basis"]) == ("", None, None, "")
    clock_at(at("2026-12-24 18:00"))
    assert look().escalated == 0
    assert db.session.get_one(Complaint, one).level == 3
    db.session.rollback()


@pytest.mark.clause("CMP-12")
def test_it_never_goes_up_to_who_is_complained_about(desk: Any, heard: Any, clock_at: Any) -> None:
    clock_at(at("2026-11-24 10:00"))
    mine = heard(accused_id=desk.manager.id, kind="rude")
    own = heard(by=desk.manager)
    clock_at(at("2026-11-24 10:45"))
    look()
    assert escalations(mine) == [("plan:0+respond:0", None)], "the only leader is the one complained about"
    assert escalations(own) == [("plan:0+respond:0", None)], "nor to whoever has it already"


@pytest.mark.clause("CMP-30")
def test_tier_and_calendar_may_change_while_clocks_run(desk: Any, heard: Any, tiered: Any, clock_at: Any) -> None:
    from kezhi.builtin.calendar.services import all_calendars, set_days
    from kezhi_complaints.models import CLOSED, PAUSED, RESUMED
    from kezhi_complaints.services.clock_queries import differing

    clock_at(at("2026-11-24 09:00"))  # a Tuesday
    one = heard(customer_id=tiered("K1", "normal"), channel="other")
    done = heard(customer_id=tiered("K1", "normal"), channel="other")
    for each in (one, done):
        happen(each, "planned", "2026-11-24 09:10", desk.agent)
        happen(each, "told", "2026-11-24 09:20", desk.agent)
    happen(done, CLOSED, "2026-11-24 09:30", desk.agent)
    assert stored(one)["due_at"] == at("2026-12-04 18:00"), "72 hours are nine days of service"
    with writing():
        set_days(all_calendars()[0][0].id, date(2026, 11, 25), date(2026, 11, 25), ())
    assert look().followed == 1, "what is over stays as it ran"
    assert stored(one)["due_at"] == at("2026-12-07 18:00")
    tiered("K1", "super")
    clock_at(at("2026-11-30 14:00"))  # 28 hours are used, so that 7/18 of two hours are
    assert (look().tiers, look().tiers) == (1, 0)
    expected = at("2026-11-30 14:00") + timedelta(hours=2) * 11 / 18
    assert abs(stored(one)["due_at"] - expected) < timedelta(seconds=1)
    assert stored(done)["tier"] == "normal"
    happen(one, PAUSED, "2026-11-30 14:10", desk.agent)
    row = stored(one)
    assert (row["due_at"], row["paused"], row["next_at"]) == (None, True, None)
    clock_at(at("2026-12-20 14:00"))
    assert look().escalated == 0, "nothing runs out while we wait for the customer"
    happen(one, RESUMED, "2026-12-20 14:00", desk.agent)
    assert abs(stored(one)["due_at"] - (at("2026-12-20 13:50") + timedelta(hours=2) * 11 / 18)) < timedelta(seconds=1)
    assert differing() == (0, 2)
    db.session.rollback()


@pytest.mark.clause("CMP-30")
def test_jobs_may_run_in_any_order_and_clocks_jump(desk: Any, heard: Any, tiered: Any, clock_at: Any) -> None:
    from kezhi_complaints.services.clock_queries import batches, recompute
    from kezhi_complaints.services.escalation_job import follow_tiers, follow_up
    from kezhi_complaints.services.promises import promises

    steps: dict[str, Callable[[], Any]] = {
        "watch": look,
        "tiers": follow_tiers,
        "calendar": lambda: follow_up(promises()),
        "recompute": lambda: [recompute(ids) for ids in list(batches())],
    }
    seen = set()
    for number, order in enumerate(list(permutations(steps))[::5]):
        clock_at(at("2026-11-24 10:00"))
        one = heard(customer_id=tiered(f"K{number}", "gold"), channel="other")
        happen(one, "paused", "2026-11-24 10:05", desk.agent)
        happen(one, "resumed", "2026-11-24 10:10", desk.agent)
        tiered(f"K{number}", "silver")
        for minute in ("10:20", "10:36", "10:36", "10:05", "10:50"):  # set forward, and back again
            clock_at(at(f"2026-11-24 {minute}"))
            for name in order:
                with writing():
                    steps[name]() if name != "watch" else None
                if name == "watch":
                    look()
        row = stored(one)
        assert escalations(one) == [("plan:0", desk.manager.id)], order
        seen.add((row["tier"], row["leading"], row["due_at"]))
    assert len(seen) == 1, "whatever order the jobs ran in"
    clock_at(at("2027-11-24 10:00"))
    look()
    far = stored(one) | {"basis": ""}
    clock_at(at("2026-11-24 10:51"))
    assert look().escalated == 0
    assert stored(one) | {"basis": ""} == far, "a year ahead and back again changes no clock"


@pytest.mark.clause("CMP-12")
def test_looking_takes_the_same_statements_however_many_wait(
    desk: Any, heard: Any, clock_at: Any, statements: Any
) -> None:
    clock_at(at("2026-11-24 10:00"))
    counts = []
    for _turn in range(2):
        for _more in range(3):
            heard()
        with statements() as found:
            look()
        counts.append(len(found.texts))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 14, counts


@pytest.mark.clause("CMP-30")
def test_a_changed_promise_holds_from_then_on(desk: Any, heard: Any, clock_at: Any) -> None:
    from kezhi_complaints.services import levels

    clock_at(at("2026-11-24 10:00"))
    before = heard(channel="other")
    clock_at(at("2026-11-24 11:00"))
    _tier, row = levels.level_of("normal")
    values = {**row, "plan": 15, "windows": [(480, 1200)], "workdays": False}
    with acting_as(desk.manager):
        with writing(), pytest.raises(Refused) as refused:
            levels.change_level("normal", 1, values, " ")
        assert refused.value.field == "reason"
        for wrong, field in (({"plan": 0}, "plan"), ({"windows": []}, "windows")):
            with writing(), pytest.raises(Refused) as refused:
                levels.change_level("normal", 1, {**values, **wrong}, "Faster")
            assert refused.value.field == field
        with writing(), pytest.raises(NotFound):
            levels.change_level("none", 1, values, "Faster")
        with writing():
            levels.change_level("normal", 1, values, "Faster")
        with writing(), pytest.raises(Conflict):
            levels.change_level("normal", 1, {**values, "plan": 20}, "Slower")
    db.session.rollback()
    assert [each["plan"] for each in levels.versions_of("normal")] == [15, 30]
    after = heard(channel="other", received_at=at("2026-11-24 11:00"))
    assert stored(before)["due_at"] == at("2026-11-24 10:30"), "what was promised stays"
    assert stored(after)["due_at"] == at("2026-11-24 11:15")


@pytest.mark.clause("CMP-30")
def test_doctor_and_command_compute_what_is_shown(desk: Any, heard: Any, clock_at: Any, app: Any) -> None:
    from kezhi_complaints.clock_checks import clock_checks
    from kezhi_complaints.commands import commands
    from kezhi_complaints.models import Clock

    now = clock.now()
    one = heard(received_at=now - timedelta(minutes=1))
    before, table = stored(one), Clock.__table__
    with writing():
        db.session.execute(update(table).values(due_at=now + timedelta(days=700)))
    found = clock_checks()[0].run(db.session())
    db.session.rollback()
    assert len(found) == 1
    assert found[0].level == "error"
    with acting_as(desk.manager):
        answer = app.test_cli_runner().invoke(commands()[0], ["--recompute", "--json"])
    assert answer.exit_code == 0, answer.output
    data = json.loads(answer.output)
    assert data["recomputed"] == 1
    assert data["complaints"][0]["due_at"] == before["due_at"].isoformat()
    assert stored(one) == before
    assert not clock_checks()[0].run(db.session())
    assert db.session.scalar(select(func.count()).select_from(table)) == 1
    db.session.rollback()
