"""The working calendar in the browser and on the command line (TSK-03)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from kezhi import db
from kezhi.builtin.calendar import services
from kezhi.builtin.calendar.commands import calendar_command
from kezhi.builtin.calendar.models import Calendar, CompletedYear, ExceptionalDay

pytestmark = pytest.mark.clause("TSK-03")

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-12:00, 13:00-18:00")


def company() -> int:
    return int(services.all_calendars()[0][0].id)


def token(page: str) -> str:
    found = re.search(r'name="submission_key"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_year_shows_holidays_and_make_up_days_by_letter_and_name(client_as: Any) -> None:
    page = client_as("salesperson").get(f"/calendar/{company()}/2026").text
    assert re.search(r'class="make-up on t-blue"[^>]*><span class="d">14</span><span class="m">班', page)
    assert re.search(r'class="holiday off t-red" title="春节"><span class="d">17</span><span class="m">休', page)
    assert "未发布" not in page
    assert "保存" not in page, "who may only look is offered no form"
    assert "2027 年调休未发布" in client_as("salesperson").get(f"/calendar/{company()}/2027").text


def test_exceptional_days_are_entered_and_taken_back(client_as: Any) -> None:
    client = client_as("department-manager", locale="en")
    address = f"/calendar/{company()}/2026"
    form = {"first": "2026-11-23", "last": "2026-11-24", "kind": "off", "note": "Moving"}
    key = token(client.get(address).text)
    for _turn in range(2):  # a double click
        assert client.post(address, data=form | {"submission_key": key}).status_code == 302
    page = client.get(address).text
    assert "2026-11-23 Mon – 2026-11-24 Tue" in page
    assert "No work · Moving" in page
    gone = {"first": "2026-11-23", "last": "2026-11-24"}
    assert client.post(f"{address}/remove", data=gone).status_code == 302
    assert "Moving" not in client.get(address).text


def test_hours_that_cannot_be_leave_what_was_typed(client_as: Any) -> None:
    client = client_as("department-manager", locale="en")
    address = f"/calendar/{company()}/2026"
    form = {"first": "2026-11-23", "kind": "hours", "hours": "18:00-09:00", "note": "Stock <taking>"}
    page = client.post(address, data=form).text
    assert "18:00-09:00 ends before it begins" in page
    assert "Stock &lt;taking&gt;" in page
    assert "Hours apply only to" in client.post(address, data=form | {"kind": "off", "hours": "09-12"}).text
    assert "Write the hours" in client.post(address, data=form | {"hours": ""}).text
    db.session.rollback()
    assert db.session.query(ExceptionalDay).count() == 0


def test_a_salesperson_cannot_change_the_calendar(client_as: Any) -> None:
    client, number = client_as("salesperson"), company()
    assert client.post(f"/calendar/{number}/2026", data={"first": "2026-11-23", "kind": "off"}).status_code == 404
    for address in (f"/calendar/{number}/edit", f"/calendar/{number}/delete", "/calendar/years/2027/complete"):
        assert client.post(address, data={"version": 1}).status_code in (403, 404)
    db.session.rollback()
    assert db.session.query(ExceptionalDay).count() == db.session.query(CompletedYear).count() == 0
    assert db.session.query(Calendar).count() == 1


def test_a_calendar_is_added_for_a_department_changed_and_deleted(client_as: Any, make_department: Any) -> None:
    department = make_department("Warehouse")
    number = getattr(department, "id", department)
    client = client_as("department-manager", locale="en")
    form = {"zh": "仓库", "en": "Warehouse hours", "departments": [str(number)], **WEEK}
    wrong = client.post("/calendar/new", data=form | {"monday": "25-26"})
    assert "is no time of day" in wrong.text
    assert 'value="Warehouse hours"' in wrong.text
    assert client.post("/calendar/new", data=form).status_code == 302
    page = client.get("/calendar").text
    assert "Warehouse hours" in page
    assert "Mon–Fri" in page
    made = next(each for each, _given in services.all_calendars() if each.zh == "仓库")
    address, version = f"/calendar/{made.id}/edit", made.version
    assert 'value="09:00–12:00, 13:00–18:00"' in client.get(address).text
    first = client.post(address, data=form | {"version": version, "saturday": "09-12"})
    assert first.status_code == 302
    late = client.post(address, data=form | {"version": version, "saturday": "10-12"})
    assert "Somebody else changed this calendar" in late.text
    assert 'value="10-12"' in late.text
    db.session.rollback()
    assert services.calendar_by_id(made.id).weekly[5] == [[540, 720]]
    assert client.post(f"/calendar/{made.id}/delete", data={"version": version + 1}).status_code == 302
    assert "Warehouse hours" not in client.get("/calendar").text


def test_the_sum_page_tells_when_something_is_due(client_as: Any) -> None:
    client = client_as("salesperson", locale="en")
    asked = f"/calendar?by={company()}&start=2026-11-20T17:00&amount=24&end=2026-11-23T10:00"
    page = client.get(asked).text
    assert "2026-11-25 Wed 17:00" in page
    assert "2:00 hours" in page
    for wrong in ("start=tomorrow&amount=1", "start=2026-11-20T17:00&amount=nan", "by=99&amount=1", "amount=1e9",
                  "start=2026-11-20T17:00&amount=inf&by=1"):  # fmt: skip
        assert client.get(f"/calendar?{wrong}").status_code == 200
    assert client.get(f"/calendar/{company()}/1492").status_code == 404
    assert client.get("/calendar/987654/2026").status_code == 404


def test_a_year_is_completed_by_hand_and_reopened(client_as: Any) -> None:
    with time_machine.travel(datetime(2026, 12, 30, tzinfo=UTC), tick=False):
        client = client_as("department-manager", locale="en")
        assert "of 2027 are not published yet" in client.get("/calendar").text
        client.post("/calendar/years/2027/complete", data={"what": "complete"})
        assert "2027 was completed by hand." in client.get(f"/calendar/{company()}/2027").text
        client.post("/calendar/years/2027/complete", data={"what": "reopen"})
        assert "Not published" in client.get(f"/calendar/{company()}/2027").text


def kezhi(*arguments: str) -> Result:
    return CliRunner().invoke(calendar_command, arguments)


def test_the_commands_answer_for_people_and_programs(app: Any) -> None:
    made_up = json.loads(kezhi("days", "2026", "--json").output)
    assert {"day": "2026-02-14", "kind": "make-up", "hours": "09:00–12:00, 13:00–18:00"} in made_up["days"]
    assert made_up["complete"] is True
    assert kezhi("add", "2026-11-20T17:00", "24").output.strip() == "2026-11-25 17:00"
    assert kezhi("between", "2026-11-20T17:00", "2026-11-23T10:00").output.strip() == "2:00"
    assert json.loads(kezhi("between", "2026-11-23T10:00", "2026-11-20T17:00", "--json").output) == {"seconds": -7200}
    for wrong in (("add", "soon", "1"), ("add", "2026-11-20T17:00", "nan"), ("between", "2026-11-20", "x"),
                  ("add", "2026-11-20T17:00", "1", "--department", "Nowhere")):  # fmt: skip
        assert kezhi(*wrong).exit_code != 0
