"""The pages, commands and the daily record of the policy board (PER-01)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import python_calamine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update

from kezhi import Clause, NotFound, Refused, acting_as, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.policy.commands import policy_command
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records
from kezhi.builtin.policy.lines import Line
from kezhi.builtin.policy.models import Exemption, Stretch
from kezhi.builtin.policy.pages import months
from kezhi.builtin.policy.services import apply_again, board, exempt, exemptions_of, history, overdue_lines, record
from kezhi.tables import audit_entry
from kezhi.testing.jobs import run_job

OWNERS = "customers:CUS-04"
pytestmark = pytest.mark.services


def state(key: str) -> str:
    return board([key])[0].state


def one(key: str, evidence: ClauseEvidence, *, ours: bool = False) -> dict[str, Line]:
    return {key: Line(key, "customers", Clause(evidence.clause, "An example", ours=ours), evidence)}


@pytest.mark.clause("PER-01")
def test_the_board_shows_states_evidence_and_records_to_managers_and_to_nobody_else(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    make_customer(name="Nobody's Ltd", code="K001", owner_id=None)
    manager, seller = client_as("general-manager", locale="en"), client_as("salesperson")
    page = manager.get("/policy").text
    assert "CUS-04" in page
    assert "0 of 1 customers with an owner" in page
    assert "/customers?f.gaps=owner" in page, "a click shows the breaches"
    assert "Overdue 1" in page
    assert "APR-01" not in page, "our additions stand on a tab of their own"
    ours = manager.get("/policy?tab=ours").text
    assert "APR-01" in ours
    assert "CUS-04" not in ours

    found = manager.get("/policy?app=customers&state=overdue").text
    assert "CUS-04" in found
    assert "CUS-05" not in found
    assert "CUS-05" in manager.get("/policy?q=every change").text
    assert "No clause found" in manager.get("/policy?q=nothing like it").text
    assert manager.get("/policy?tab=x&app=nobody&state=strange&q=%00").status_code == 200

    line = manager.get(f"/policy/clauses/{OWNERS}").text
    assert "Every customer has one owner who is still with the company." in line
    assert "Nobody&#39;s Ltd" not in page + line, "the board names no customer"
    assert "制度看板" in client_as("general-manager").get("/policy").text
    addresses = ("/policy", "/policy/overdue", "/policy/export.csv", f"/policy/clauses/{OWNERS}")
    assert [seller.get(address).status_code for address in addresses] == [404] * 4
    assert manager.get("/policy/clauses/customers:CUS-99").status_code == 404


@pytest.mark.clause("PER-01")
def test_records_are_offered_only_to_who_may_open_them(app: Flask, client_as: Callable[..., Any]) -> None:
    def ask(_today: date) -> Ask:
        return Ask(records=7)

    lines = one("customers:EXA-01", ClauseEvidence("EXA-01", "x", ask=ask, records=Records("apps.index")))
    lines |= one("customers:EXA-02", ClauseEvidence("EXA-02", "x", ask=ask, records=Records("gone.index")))
    app.extensions["kezhi"].host.memo["policy", "lines"] = lines
    assert 'href="/apps/"' not in client_as("general-manager").get("/policy").text
    assert 'href="/apps/"' in client_as("administrator").get("/policy").text


@pytest.mark.plugins("trade", "grading")
@pytest.mark.clause("PER-01")
def test_every_clause_has_evidence_that_can_be_told_and_records_that_open(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    from flask import url_for

    make_customer(name="Nobody's Ltd", code="K001", owner_id=None)
    client = client_as("administrator", locale="en")
    closed, seen = [], set[str]()
    for row in board():
        evidence = row.line.evidence
        assert evidence is not None, f"nothing shows that {row.line.clause.id} is kept"
        assert row.state != "unknown", f"{row.line.key}: {row.trouble}"
        seen.add(row.line.clause.id)
        for records in filter(None, (evidence.records, evidence.breaches)):
            with app.test_request_context():
                address = url_for(records.endpoint, **records.arguments)
            answer = client.get(address)
            if answer.status_code != 200:
                closed.append((row.line.key, address, answer.status_code))
    assert closed == []
    assert {"CUS-01", "CUS-08", "ORG-02", "APR-03", "TSK-03", "TRD-09", "GRD-13", "GRD-32"} <= seen


@pytest.mark.clause("PER-01")
def test_what_does_not_apply_is_said_by_a_person_with_a_reason_and_on_record(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any], add_person: Callable[..., Any]
) -> None:
    make_customer(name="Nobody's Ltd", code="K001", owner_id=None)
    manager, reader = client_as("general-manager", locale="en"), client_as("sales-director", locale="en")
    address = f"/policy/clauses/{OWNERS}"
    empty = manager.post(f"{address}/exempt", data={"reason": "  ", "submission_key": "a"})
    assert empty.status_code == 422
    assert "Write why it does not apply." in empty.text
    assert reader.post(f"{address}/exempt", data={"reason": "no", "submission_key": "b"}).status_code == 404
    assert db.session.scalar(select(func.count(Exemption.id))) == 0
    assert state(OWNERS) == "overdue"

    for _double_click in range(2):
        answer = manager.post(f"{address}/exempt", data={"reason": "One-person firm", "submission_key": "c"})
        assert answer.status_code == 302
    assert state(OWNERS) == "exempt"
    page = reader.get(address).text
    assert "One-person firm" in page
    assert "general-manager-user" in page
    again = manager.post(f"{address}/exempt", data={"reason": "Once more", "submission_key": "d"})
    assert again.status_code == 422
    assert "It does not apply already." in again.text
    assert db.session.scalar(select(func.count(Exemption.id))) == 1

    assert manager.post(f"{address}/apply").status_code == 302
    assert "It applies already." in manager.post(f"{address}/apply", follow_redirects=True).text
    assert state(OWNERS) == "overdue"
    (said,) = exemptions_of(OWNERS)
    assert (said.reason, said.ended_by) == ("One-person firm", said.set_by)
    actions = db.session.scalars(select(audit_entry.c.action).where(audit_entry.c.object_id == OWNERS)).all()
    assert sorted(actions) == ["policy.apply", "policy.exempt"]
    with acting_as(add_person("boss", "general-manager")), writing():
        for key, reason, refusal in ((OWNERS, "", Refused), (OWNERS, "x" * 1001, Refused), ("a:b", "x", NotFound)):
            with pytest.raises(refusal):
                exempt(key, reason)
        with pytest.raises(Refused):
            apply_again(OWNERS)
    assert db.session.scalar(select(func.count(Exemption.id))) == 1


@pytest.mark.clause("PER-01")
def test_every_day_is_recorded_once_and_a_day_without_a_record_shows(
    app: Flask, make_customer: Callable[..., Any], clock_at: Callable[[datetime], None]
) -> None:
    customer = make_customer(name="Nobody's Ltd", code="K001", owner_id=None)
    monday = date(2026, 11, 2)

    def on(day: date) -> None:
        clock_at(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        assert run_job(app, "policy.record", day.isoformat()) == "done"
        with writing():
            assert record(board(today=day), day) == 0, "the day is on record"

    on(monday)
    on(monday + timedelta(days=1))
    assert OWNERS in [key for key, _since, _breaches in overdue_lines(monday + timedelta(days=1))]
    with writing():
        from kezhi.builtin.accounts.models import Account

        person = db.session.scalars(select(Account.id).limit(1)).first()
        db.session.execute(update(Customer).where(Customer.id == customer.id).values(owner_id=person))
    on(monday + timedelta(days=2))
    on(monday + timedelta(days=5))
    found = [(each.state, each.first_on.day, each.last_on.day) for each in history(OWNERS, monday)]
    assert found == [("overdue", 2, 3), ("kept", 4, 4), ("kept", 7, 7)]
    assert OWNERS not in [key for key, _since, _breaches in overdue_lines(monday + timedelta(days=5))]
    assert db.session.scalar(select(func.count(Stretch.id)).where(Stretch.line == "policy:PER-01")) is not None

    (*before, november) = months(history(OWNERS, date(2026, 1, 1)), monday + timedelta(days=5))
    assert {cell.tone for cell in before} == {"gray"}
    assert (november.tone, november.note) == ("red", "2 / 4 days")


@pytest.mark.clause("PER-01")
def test_the_board_sends_the_same_statements_for_one_customer_and_for_many(
    app: Flask, make_customer: Callable[..., Any], statements: Callable[[], Any]
) -> None:
    make_customer(name="First", code="K001")
    board()
    with statements() as few:
        board()
    for number in range(2, 40):
        make_customer(name=f"Firm {number}", code=f"K{number:03}")
    with statements() as many:
        rows = board()
    assert many.count == few.count
    assert many.count <= 45  # one for all lines, and one for each schedule and each use of keys
    assert {row.line.clause.id for row in rows if row.state == "unknown"} == set()


@pytest.mark.clause("PER-01")
def test_overdue_clauses_stand_on_the_first_page_of_managers_and_the_board_leaves_as_a_file(
    app: Flask, client_as: Callable[..., Any], make_customer: Callable[..., Any], add_person: Callable[..., Any]
) -> None:
    make_customer(name="Nobody's Ltd", code="K001", owner_id=None)
    assert CliRunner().invoke(policy_command, ["record"]).exit_code == 0
    manager, seller = client_as("general-manager", locale="en"), client_as("salesperson", locale="en")
    first = manager.get("/").text
    assert "Clauses overdue" in first
    assert f"/policy/clauses/{OWNERS}" in first
    assert "Clauses overdue" not in seller.get("/").text
    assert manager.get("/policy/overdue").location.endswith("/policy?state=overdue")
    assert manager.get("/counts").json["policy.index"] == "1"

    text = manager.get("/policy/export.csv?state=overdue").get_data(as_text=True)
    assert text.splitlines()[1].startswith("CUS-04,")
    assert len(text.splitlines()) == 2
    book = io.BytesIO(manager.get("/policy/export.xlsx?tab=ours").data)
    sheet = python_calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert "APR-01†" in [row[0] for row in sheet]
    exports = select(func.count(audit_entry.c.seq)).where(audit_entry.c.action == "policy.export")
    assert db.session.scalar(exports) == 2

    told = CliRunner().invoke(policy_command, ["board", "--json", "--state", "overdue"])
    assert [(row["line"], row["breaches"]) for row in json.loads(told.output)] == [(OWNERS, 1)]
    assert "CUS-04" in CliRunner().invoke(policy_command, ["board"]).output
    with acting_as(add_person("clerk", "salesperson")):
        refused = CliRunner().invoke(policy_command, ["board"])
        assert isinstance(refused.exception, Refused)
