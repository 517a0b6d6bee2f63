"""A customer whose grade is new or another is told in writing; until then it is a task (GRD-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, acting_as, db, writing
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents import services as documents
from kezhi.builtin.documents.services import making
from kezhi.builtin.files.services import open_download
from kezhi.builtin.tasks.models import KEPT, Task
from kezhi.builtin.tasks.services import sync
from kezhi_grading import services
from kezhi_grading.documents.notice import reasons_for_customer
from kezhi_grading.models import CustomerNotice
from kezhi_grading.services.explanation import explain
from kezhi_grading.services.notices import TASK, mark_sent

START, END = date(1997, 1, 1), date(1997, 12, 31)
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def people(add_person: Any) -> dict[str, Any]:
    roles = ("data-analyst", "sales-director", "general-manager", "salesperson")
    return {role: add_person(role, role) for role in roles}


@pytest.fixture
def company(people: Any, add_customer: Any, add_orders: Any) -> dict[str, int]:
    """BIG belongs to the salesperson, the others to nobody."""
    found = {code: add_customer(code) for code in ("BIG", "MID", "NIL")}
    add_orders(("BIG", "1997-02-03", "250000"), ("MID", "1997-05-06", "12000"))
    with writing():
        owner = update(Customer).where(Customer.code == "BIG").values(owner_id=people["salesperson"].id)
        db.session.execute(owner)
    return found


def publish(people: Any, key: str = "composite-abc") -> int:
    """The number of a published run."""
    with acting_as(people["data-analyst"]):
        with writing():
            number = services.run_scheme(key, START, END).number
        request_id = services.submit(number).id
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request_id, "同意")
    return int(number)


def owed() -> dict[tuple[int, str], CustomerNotice]:
    """All notices by number of the run and code of the customer."""
    db.session.rollback()
    joined = select(CustomerNotice, Customer.code).join(Customer, Customer.id == CustomerNotice.customer_id)
    rows = db.session.execute(joined, execution_options=UNSCOPED)
    numbers = {run.id: run.number for run, _version in services.runs()}
    return {(numbers[notice.run_id], str(code)): notice for notice, code in rows}


def synced() -> tuple[int, int]:
    with writing():
        return sync(TASK)


def tasks() -> list[Task]:
    db.session.rollback()
    wanted = select(Task).where(Task.kind == TASK).order_by(Task.id)
    return list(db.session.scalars(wanted, execution_options=UNSCOPED))


@pytest.mark.clause("GRD-13")
def test_only_a_new_or_another_grade_is_told_within_ten_working_days(
    people: Any, company: Any, add_orders: Any, clock_at: Any
) -> None:
    clock_at(datetime(2026, 11, 2, 2, tzinfo=UTC))
    with writing():
        owner = update(Customer).where(Customer.code == "NIL").values(owner_id=people["salesperson"].id)
        db.session.execute(owner)
    first = publish(people)
    assert {place: str(notice.due_on) for place, notice in owed().items()} == dict.fromkeys(
        [(first, "BIG"), (first, "MID"), (first, "NIL")], "2026-11-16"
    ), "ten working days after a Monday"
    assert synced() == (2, 0), "BIG and NIL have an owner, MID nobody"

    clock_at(datetime(2026, 11, 3, 2, tzinfo=UTC))
    add_orders(("NIL", "1997-08-01", "60000"))
    second = publish(people)
    told = {code: notice.grade for (number, code), notice in owed().items() if number == second}
    assert told == {"NIL": "A"}, "the grades of BIG and MID are as before"
    assert synced() == (1, 1), "the newer notice takes the place of the one not sent"
    with acting_as(people["salesperson"]), pytest.raises(Conflict), writing():
        mark_sent(owed()[first, "NIL"].run_id, company["NIL"], date(2026, 11, 3), "post")

    publish(people, "rfm")
    assert {number for number, _code in owed()} == {first, second}, "only the primary scheme's grade is told"


@pytest.mark.clause("GRD-13", "TSK-01")
def test_a_notice_is_a_task_of_the_owner_until_it_is_sent(people: Any, company: Any, clock_at: Any) -> None:
    clock_at(datetime(2026, 11, 2, 2, tzinfo=UTC))
    publish(people)
    assert (synced(), synced()) == ((1, 0), (0, 0))
    (task,) = tasks()
    assert (task.owner_id, task.customer_id) == (people["salesperson"].id, company["BIG"])
    assert task.due_at == datetime(2026, 11, 16, 15, 59, tzinfo=UTC), "the end of the day in the company's zone"
    run_id = next(iter(owed().values())).run_id

    with acting_as(people["salesperson"]):
        for day, way in ((date(2026, 11, 3), "post"), (date(2026, 11, 1), "post"), (date(2026, 11, 2), "pigeon")):
            with pytest.raises(Refused), writing():
                mark_sent(run_id, company["BIG"], day, way)
        with pytest.raises(NotFound), writing():
            mark_sent(run_id, company["MID"], date(2026, 11, 2), "post")
    assert {notice.sent_on for notice in owed().values()} == {None}
    assert tasks()[0].closed_at is None

    with acting_as(people["salesperson"]):
        with writing():
            mark_sent(run_id, company["BIG"], date(2026, 11, 2), "email")
        with pytest.raises(Conflict), writing():
            mark_sent(run_id, company["BIG"], date(2026, 11, 2), "post")
    sent = [(n.sent_on, n.sent_by, n.way) for (_run, code), n in owed().items() if code == "BIG"]
    assert sent == [(date(2026, 11, 2), "salesperson", "email")]
    assert [each.outcome for each in tasks()] == [KEPT]
    assert synced() == (0, 0)


@pytest.mark.clause("GRD-13")
def test_the_pages_say_how_far_the_notice_is(people: Any, company: Any, clock_at: Any, client_as: Any) -> None:
    clock_at(datetime(2026, 11, 2, 2, tzinfo=UTC))
    number = publish(people)
    big = company["BIG"]
    address = f"/grading/runs/{number}/customers/{big}/notice"
    for page in (f"/customers/{big}", f"/grading/runs/{number}/customers/{big}"):
        text = client_as(login="salesperson").get(page).text
        assert "2026-11-16" in text
        assert f'href="{address}"' in text
        assert address not in client_as(login="data-analyst").get(page).text, "who does not send it has no button"
    clock_at(datetime(2026, 11, 17, 2, tzinfo=UTC))
    seller = client_as(login="salesperson")
    assert "已逾期（期限 2026-11-16）" in seller.get(f"/customers/{big}").text

    hidden = f"/grading/runs/{number}/customers/{company['MID']}/notice"
    absent = f"/grading/runs/{number}/customers/999999/notice"
    assert [seller.get(path).status_code for path in (hidden, absent)] == [404, 404]
    assert [seller.post(path, data={"sent_on": "2026-11-17"}).status_code for path in (hidden, absent)] == [404, 404]
    wrong = seller.post(address, data={"sent_on": "2026-12-24", "way": "person"})
    assert 'value="2026-12-24"' in wrong.text, "nothing typed is lost"
    assert {notice.sent_on for notice in owed().values()} == {None}
    done = seller.post(address, data={"sent_on": "2026-11-17", "way": "person"}, follow_redirects=True)
    assert "当面" in done.text
    assert "2026-11-17" in seller.get(f"/customers/{big}").text


@pytest.mark.clause("GRD-13")
def test_the_letter_says_what_the_customer_may_read(people: Any, company: Any) -> None:
    number = str(publish(people))
    found = explain(services.run_by_number(int(number)), "BIG")
    own = [replace(line, missing=None) for line in found.lines]
    listed, others = reasons_for_customer(replace(found, lines=tuple(own)))
    assert [len(listed), others != ""] == [1, True], "figures of the company's own count, but are not named"
    assert reasons_for_customer(replace(found, lines=tuple(own[1:])))[0] == []
    with acting_as(people["salesperson"]):
        content = making.plan("grading.notice", company["BIG"], number).content
        data: Any = content.data
        assert (content.subject, data["grade"], len(data["reasons"])) == ("Company BIG", "A", 1)
        assert data["reasons"][0][1] == "¥250,000.00"
        assert data["others"] == "", "criteria without a figure were left out and did not count"
        for name in people:
            assert name not in str(data)
        issue = documents.issue_by_id(documents.issue("grading.notice", company["BIG"], "pdf", number))
        assert b"".join(open_download(issue.file_id or 0).pieces)[:4] == b"%PDF"
        assert issue.number.startswith("TZ-")
        with pytest.raises(NotFound):
            making.plan("grading.notice", company["MID"], number)
    with acting_as(people["data-analyst"]), pytest.raises(NotFound):
        making.plan("grading.notice", company["BIG"], number)


def test_where_nobody_is_owed_a_notice_there_is_no_task(app: Flask) -> None:
    with writing():
        assert sync(TASK) == (0, 0)
