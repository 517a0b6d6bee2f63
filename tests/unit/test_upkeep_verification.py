"""Every customer file is verified each quarter: whose turn it is, what is recorded, and what is overdue (CUS-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.calendar import public_days
from kezhi.builtin.calendar.hours import Hours
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer, merge_customers
from kezhi.builtin.tasks.models import Task
from kezhi.builtin.tasks.services import escalate, sync_all
from kezhi.builtin.upkeep import services
from kezhi.builtin.upkeep.home import figures
from kezhi.builtin.upkeep.models import CORRECTED, UNCHANGED, Verification
from kezhi.builtin.upkeep.periods import Span, after, before, last_workday, note_due, span_of
from kezhi.builtin.upkeep.standing import DUE, LATER, OVERDUE, VERIFIED, Present, Rule, present

Client = Callable[..., FlaskClient]
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = (((540, 720), (780, 1080)),) * 5 + ((), ())
CHINA = Hours(SHANGHAI, WEEK, {}, {}, "CN")


def day_at(text: str) -> datetime:
    """Ten o'clock in Shanghai."""
    return datetime.fromisoformat(f"{text}T02:00:00+00:00").astimezone(UTC)


# ── when: against an independent model ──────────────────────────────────────────────────────────────────────────

DAYS = st.dates(date(2005, 1, 1), date(2026, 12, 31))


def is_worked(day: date) -> bool:
    """The Chinese calendar said once more: make-up days are worked, holidays and weekends are not."""
    year = public_days.of_year("CN", day.year)
    return day in year.make_up or (day.weekday() < 5 and day not in year.holidays)


@given(day=DAYS, months=st.sampled_from([1, 3, 6, 12]))
@settings(max_examples=200, deadline=None)
def test_spans_cover_the_calendar_without_gap_or_overlap(day: date, months: int) -> None:
    span = span_of(day, months)
    assert span.start <= day <= span.end
    assert {span_of(span.start, months), span_of(span.end, months)} == {span}
    assert after(span).start - span.end == timedelta(days=1) == span.start - before(span).end
    assert (span.start.year, span.number) == (day.year, (day.month + months - 1) // months)


@pytest.mark.clause("CUS-07")
@given(day=DAYS)
@settings(max_examples=150, deadline=None)
def test_a_quarter_is_due_on_the_last_day_of_it_that_china_works(day: date) -> None:
    span = span_of(day)
    days = [span.start + timedelta(days=at) for at in range((span.end - span.start).days + 1)]
    assert last_workday(CHINA, span) == max(each for each in days if is_worked(each))


@pytest.mark.clause("CUS-07")
@given(month=st.dates(date(2005, 1, 1), date(2026, 11, 30)))
@settings(max_examples=150, deadline=None)
def test_a_note_is_due_on_the_first_monday_or_the_next_workday_after_it(month: date) -> None:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    monday = min(each for at in range(7) if (each := following + timedelta(days=at)).weekday() == 0)
    worked = min(each for at in range(20) if is_worked(each := monday + timedelta(days=at)))
    assert note_due(CHINA, month) == worked


@pytest.mark.clause("CUS-07")
def test_the_days_people_know() -> None:
    assert last_workday(CHINA, span_of(date(2026, 12, 1))) == date(2026, 12, 31)
    assert last_workday(CHINA, span_of(date(2023, 9, 1))) == date(2023, 9, 28)  # Mid-Autumn on Friday the 29th
    assert last_workday(CHINA, span_of(date(2024, 9, 1))) == date(2024, 9, 30)
    assert note_due(CHINA, date(2026, 10, 1)) == date(2026, 11, 2)
    assert note_due(CHINA, date(2024, 9, 30)) == date(2024, 10, 8)  # Monday the 7th is still National Day
    assert note_due(CHINA, date(2017, 9, 1)) == date(2017, 10, 9)
    nobody_works = Hours(SHANGHAI, ((),) * 7, {}, {})
    assert last_workday(nobody_works, span_of(date(2026, 2, 1))) == date(2026, 3, 31)


def brute(now: Present, opened: date, latest: date | None) -> str:
    """The policy once more, quarter by quarter: which are asked for, which were verified, by when."""
    quarter, owed = span_of(opened), []
    while after(quarter).start <= now.today:
        quarter = after(quarter)
        owed.append(quarter)
    if latest is not None and latest >= now.span.start:
        return VERIFIED
    if not owed:
        return LATER
    missed = [
        each for each in owed if last_workday(CHINA, each) < now.today and (latest is None or latest < each.start)
    ]
    return OVERDUE if missed else DUE


@pytest.mark.clause("CUS-07")
@given(today=DAYS, opened=st.integers(0, 500), latest=st.integers(-1, 400))
@settings(max_examples=300, deadline=None)
def test_the_state_of_a_file_is_what_the_quarters_say_one_by_one(today: date, opened: int, latest: int) -> None:
    span, began = span_of(today), today - timedelta(days=opened)
    last = None if latest < 0 else max(began, today - timedelta(days=latest))
    missed: Span = before(span)
    due, missed_due = last_workday(CHINA, span), last_workday(CHINA, missed)
    now = Present(today, span, due, missed, missed_due)
    assert now.state(began, last) == brute(now, began, last)


# ── in the company ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def company(app: Flask, add_person: Any, clock_at: Any) -> dict[str, Any]:
    """A department with its manager and two salespeople; three files from last year, one opened this quarter."""
    clock_at(day_at("2025-11-20"))
    with writing():
        east = add_department("华东一部").id
    people = {
        "manager": add_person("manager", "sales-manager", department_id=east, name="何志强"),
        "liting": add_person("liting", "salesperson", department_id=east, name="李婷"),
        "chenchen": add_person("chenchen", "salesperson", name="陈晨"),
    }
    owner = {"owner_id": people["liting"].id, "department_id": east}
    with writing():
        set_manager(east, people["manager"].id)
        found = {
            name: create_customer({"code": name, "name": f"{name}公司", **owner}).id for name in ("K1", "K2", "K3")
        }
    clock_at(day_at("2026-05-11"))
    with writing():
        found["new"] = create_customer({"code": "K4", "name": "K4公司", **owner}).id
        found["prospect"] = create_customer({"name": "潜在公司", **owner}, prospect=True).id
    return people | found


def rows(customer_id: int) -> list[Verification]:
    db.session.rollback()
    statement = select(Verification).where(Verification.customer_id == customer_id).order_by(Verification.id)
    return list(db.session.scalars(statement, execution_options=UNSCOPED))


def states() -> dict[str, str]:
    """What the database says of each customer, which must be what Python says of it."""
    db.session.rollback()
    rule, now, found = Rule(), present(), {}
    latest = dict(
        db.session.execute(
            select(Verification.customer_id, func.max(Verification.on_day)).group_by(Verification.customer_id),
            execution_options=UNSCOPED,
        ).all()
    )
    statement = select(Customer.id, Customer.name, Customer.code, Customer.created_at, rule.state())
    for key, name, code, created_at, state in db.session.execute(statement, execution_options=UNSCOPED):
        assert state == now.state(clock.local(created_at).date(), latest.get(key), is_prospect=not code), name
        found[name.removesuffix("公司")] = state
    for state in (VERIFIED, DUE, OVERDUE, LATER):
        ids = select(Customer.name).where(rule.has(state))
        names = {name.removesuffix("公司") for name in db.session.scalars(ids, execution_options=UNSCOPED)}
        assert names == {name for name, of_file in found.items() if of_file == state}
    return found


@pytest.mark.services
@pytest.mark.clause("CUS-07")
def test_a_file_is_asked_for_each_quarter_and_overdue_after_its_last_workday(
    app: Flask, company: dict[str, Any], clock_at: Any
) -> None:
    assert states() == {"K1": OVERDUE, "K2": OVERDUE, "K3": OVERDUE, "K4": LATER, "潜在": LATER}
    with acting_as(company["liting"]), writing():
        services.verify(company["K1"], CORRECTED, "电话变更")
    (row,) = rows(company["K1"])
    assert (row.on_day, row.by, row.found, row.note) == (date(2026, 5, 11), "liting", CORRECTED, "电话变更")
    assert states()["K1"] == VERIFIED
    with app.test_request_context(), acting_as(company["liting"]):
        [figure] = figures(company["liting"])
    assert (figure.value, figure.unit, figure.tone) == ("1", "/ 5", "bad")  # two are overdue
    clock_at(day_at("2026-07-01"))  # a new quarter: what was verified in the last one is due, the new file too
    assert states() == {"K1": DUE, "K2": OVERDUE, "K3": OVERDUE, "K4": DUE, "潜在": DUE}
    clock_at(day_at("2026-09-30"))  # the last workday itself is in time
    assert states()["K1"] == DUE
    clock_at(day_at("2026-12-31"))
    assert states()["K4"] == OVERDUE
    with writing():
        set_setting("upkeep", "verify_prospects", False)
        set_setting("upkeep", "asked_since", date(2026, 11, 2))
    assert states() == {"K1": DUE, "K2": DUE, "K3": DUE, "K4": DUE, "潜在": LATER}
    with writing():
        set_setting("upkeep", "verify_months", "12")
        set_setting("upkeep", "asked_since", None)
    assert states()["K1"] == VERIFIED
    assert states()["K2"] == DUE  # opened in 2025: its first year is this one


@pytest.mark.services
def test_on_the_days_off_at_the_end_of_a_quarter_its_files_are_overdue_already(
    company: dict[str, Any], clock_at: Any
) -> None:
    clock_at(day_at("2023-09-30"))  # a Saturday in the holidays; the last workday was the 28th
    assert present().due == date(2023, 9, 28)
    assert present().late == present().span


@pytest.mark.services
@pytest.mark.clause("CUS-07")
def test_a_file_is_recorded_once_a_quarter_by_who_sees_it(company: dict[str, Any]) -> None:
    with acting_as(company["liting"]):
        with writing():
            services.verify(company["K1"], UNCHANGED)
        for found, note, error in (
            (UNCHANGED, "", Conflict),
            ("perhaps", "", Refused),
            (UNCHANGED, "長" * 501, Refused),
        ):
            with pytest.raises(error), writing():
                services.verify(company["K1"], found, note)
    with acting_as(company["chenchen"]):
        with pytest.raises(NotFound), writing():
            services.verify(company["K2"], UNCHANGED)
        assert services.verifications_of(company["K1"], 5) == []
    assert len(rows(company["K1"])) == 1
    assert rows(company["K2"]) == []
    with acting_as(company["liting"]), writing():
        count = services.verify_many(select(Customer.id), UNCHANGED, "逐份核对")
    assert count == 4  # of five files one was verified already
    assert [len(rows(company[name])) for name in ("K1", "K2", "K3", "new")] == [1, 1, 1, 1]


@pytest.mark.services
def test_a_merge_keeps_both_histories_and_erasing_takes_what_was_noted(company: dict[str, Any]) -> None:
    from kezhi.builtin.customers.services import customer_by_id, erase_customer

    with acting_as(company["liting"]), writing():
        services.verify(company["K1"], CORRECTED, "联系人王总的手机")
        services.verify(company["K2"], UNCHANGED)
    with writing():
        keep, gone = customer_by_id(company["K1"]), customer_by_id(company["K2"])
        merge_customers(keep.id, gone.id)
    assert [row.found for row in rows(company["K1"])] == [CORRECTED, UNCHANGED]
    with writing():
        erase_customer(company["K1"])
    assert [(row.found, row.note) for row in rows(company["K1"])] == [(CORRECTED, ""), (UNCHANGED, "")]


@pytest.mark.services
@pytest.mark.clause("CUS-07", "TSK-01")
def test_an_owner_has_one_task_for_all_files_and_the_manager_hears_when_it_is_late(
    company: dict[str, Any], clock_at: Any, client_as: Client, statements: Any
) -> None:
    sync_all()
    (task,) = db.session.scalars(select(Task).where(Task.kind == "upkeep.verify"), execution_options=UNSCOPED)
    assert (task.owner_id, task.subject, task.customer_id) == (company["liting"].id, "2026年第1季度", None)
    assert clock.local(task.due_at).date() == date(2026, 3, 31)
    with writing():
        escalate()
    page = client_as(login="liting").get("/").text
    assert "本人负责的 3 家核定逾期" in page
    manager = client_as(login="manager").get("/").text
    assert "3 家核定逾期" in manager
    assert "李婷" in manager
    stranger = client_as(login="chenchen").get("/").text
    assert "核定" not in stranger
    with acting_as(company["manager"]), writing():  # whoever sees the files may verify them
        services.verify_many(select(Customer.id), UNCHANGED)
    sync_all()
    db.session.rollback()
    kinds = select(Task).where(Task.kind == "upkeep.verify")
    (task,) = db.session.scalars(kinds, execution_options=UNSCOPED)
    assert task.outcome == "kept"
    assert "家核定逾期" not in client_as(login="manager").get("/").text
    clock_at(day_at("2026-08-30"))
    sync_all()
    assert db.session.scalar(select(func.count()).select_from(kinds.subquery())) == 1  # the lead has not begun
    clock_at(day_at("2026-09-05"))
    sync_all()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(kinds.subquery())) == 2


@pytest.mark.clause("CUS-07")
def test_the_list_shows_and_narrows_and_several_are_verified_in_one_go(
    company: dict[str, Any], client_as: Client, statements: Any
) -> None:
    client = client_as(login="liting")
    columns = "columns=code,name,upkeep.verification,upkeep.verified_on"
    page = client.get(f"/customers?{columns}").text
    assert page.count("核定逾期") >= 3
    late = client.get(f"/customers?{columns}&f.upkeep.verification=overdue&f.upkeep.verification=due").text
    assert "K1公司" in late
    assert "K4公司" not in late
    ids = [str(company["K1"]), str(company["K2"])]
    asked = client.post("/upkeep/verify", data={"ids": ids, "back": "/customers"})
    assert "已选 2 家客户" in asked.text
    assert rows(company["K1"]) == []
    sent = {"ids": ids, "back": "/customers", "confirmed": "1", "found": UNCHANGED, "note": "电话逐一核对"}
    answer = client.post("/upkeep/verify", data=sent | {"submission_key": "k1"}, follow_redirects=True)
    assert "已记录 2 家客户档案的核定" in answer.text
    assert [row.note for row in rows(company["K1"])] == ["电话逐一核对"]
    refused = client.post("/upkeep/verify", data=sent | {"found": "what", "submission_key": "k2"})
    assert refused.status_code == 422
    with statements() as few:
        client.get(f"/customers?{columns}")
    with writing():
        for number in range(30):
            create_customer({"code": f"M{number}", "name": f"M{number}", "owner_id": company["liting"].id})
    with statements() as many:
        client.get(f"/customers?{columns}")
    assert few.count == many.count


@pytest.mark.clause("CUS-07")
def test_the_page_of_a_customer_says_when_and_by_whom_it_was_verified(
    company: dict[str, Any], client_as: Client
) -> None:
    client, address = client_as(login="liting"), f"/upkeep/verify/{company['K1']}"
    page = client.get(f"/customers/{company['K1']}").text
    assert "未核定" in page
    assert address in page
    assert client.post(address, data={"found": "", "note": "改了电话"}).status_code == 422
    assert rows(company["K1"]) == []
    answer = client.post(address, data={"found": CORRECTED, "note": "改了电话"}, follow_redirects=True)
    assert "已记录档案核定" in answer.text
    assert "改了电话" in answer.text
    assert "李婷" in answer.text
    again = client.post(address, data={"found": CORRECTED, "note": "再来"}, follow_redirects=True)
    assert "已有人核定" in again.text
    assert len(rows(company["K1"])) == 1
    assert client_as(login="chenchen").get(address).status_code == 404
