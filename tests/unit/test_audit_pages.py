"""The audit log as a page: who reads it, how it is searched, and that refusals stand in it without flooding it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kezhi import acting_as, audit_record, db, writing
from kezhi.builtin.audit.services.refusals import MOST, PEOPLE, WINDOW, Refusals
from kezhi.builtin.audit.words import fields_of
from kezhi.tables import audit_entry
from kezhi.users import User

pytestmark = pytest.mark.services


def refused() -> list[tuple[str, str, str]]:
    columns = (audit_entry.c.actor, audit_entry.c.object_id, audit_entry.c.payload)
    found = db.session.execute(select(*columns).where(audit_entry.c.action == "access.refuse")).all()
    db.session.rollback()
    return [tuple(row) for row in found]  # type: ignore[misc]


def write(person: User, action: str, kind: str, subject: object, **fields: Any) -> int:
    with acting_as(person), writing():
        audit_record(action, kind, subject, **fields)
    found: int = db.session.scalars(select(audit_entry.c.seq).order_by(audit_entry.c.seq.desc())).first()  # type: ignore[assignment]
    db.session.rollback()
    return found


def exported(client: FlaskClient, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/audit", query_string={**asked, "format": "csv"})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_log_is_searched_by_person_action_subject_and_period(
    app: Flask, add_person: Callable[..., User], client_as: Callable[..., FlaskClient], clock_at: Any, statements: Any
) -> None:
    wang, li = add_person("wang", "salesperson", name="王芳"), add_person("li", "salesperson", name="李雷")
    clock_at(datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC))  # the last second of the fourth of March in Shanghai
    first = write(wang, "customer.update", "customer", 12, columns=["name", "phone"])
    clock_at(datetime(2026, 3, 4, 16, 0, tzinfo=UTC))
    second = write(li, "customer.merge", "customer", 13, into=12)
    third = write(li, "order.create", "trade_order", 5)
    clock_at(datetime(2026, 3, 6, tzinfo=UTC))
    client = client_as("general-manager", locale="en")

    def numbers(**asked: str) -> list[int]:
        return [
            int(row["No."]) for row in exported(client, **{"from.at": "2026-03-01", "to.at": "2026-03-05", **asked})
        ]

    assert numbers() == [third, second, first], "the newest first"
    assert numbers(**{"f.at": "2026-03-04"}) == [first]
    assert numbers(**{"f.actor": "王芳"}) == numbers(**{"f.actor": "wang"}) == [first]
    assert numbers(**{"f.action": "customer.merge"}) == [second]
    assert numbers(**{"f.kind": "customer"}) == [second, first]
    assert numbers(**{"f.kind": "customer", "f.subject": "13"}) == [second]
    assert numbers(q="5") == [third]
    assert numbers(q=str(first)) == [first]
    assert numbers(q="9" * 30) == []
    row = next(row for row in exported(client, q=str(first)) if row["No."] == str(first))
    assert (row["Who"], row["What was done"], row["Kind of object"]) == ("王芳", "Changed", "Customer")
    assert row["Fields"] == "Columns: name, phone"
    taken = db.session.scalars(select(audit_entry.c.object_id).where(audit_entry.c.action == "list.export")).all()
    assert set(taken) == {"audit"}, "taking the log away stands in the log"

    page = client.get("/audit?f.actor=wang").text
    assert "王芳" in page
    assert f'href="/audit/{first}"' in page
    with statements() as few:
        client.get("/audit?size=50")
    for number in range(20):
        write(wang if number % 2 else li, f"test.made{number}", f"kind{number}", number)
    with statements() as many:
        client.get("/audit?size=50")
    assert many.count == few.count, "neither rows nor people nor kinds of them cost a statement"


def test_one_entry_shows_its_fields_and_whether_it_fits(
    app: Flask, add_person: Callable[..., User], client_as: Callable[..., FlaskClient]
) -> None:
    wang = add_person("wang", "salesperson", name="王芳")
    seq = write(wang, "customer.update", "customer", 12, columns=["name"], note="<b>bold</b>", given=True)
    write(wang, "customer.update", "customer", 13)
    client = client_as("administrator", locale="en")
    page = client.get(f"/audit/{seq}").text
    assert "王芳" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "Fits the entry before it" in page
    assert f'href="/audit/{seq - 1}"' in page
    assert f'href="/audit/{seq + 1}"' in page
    assert client.get("/audit/987654").status_code == 404
    assert client.get(f"/audit/{10**30}").status_code == 404

    with writing() as session:
        tampered = {"payload": "no JSON", "at": "yesterday"}
        session.execute(update(audit_entry).where(audit_entry.c.seq == seq).values(tampered))
    page = client.get(f"/audit/{seq}").text
    assert "Does not fit" in page
    assert "no JSON" in page
    assert "yesterday" in page
    assert client.get("/audit").status_code == 200
    assert fields_of("[1]") == [("", "[1]")]


def test_refusals_are_on_record_once(
    app: Flask, add_person: Callable[..., User], client_as: Callable[..., FlaskClient]
) -> None:
    client = client_as("salesperson")
    for _time in range(3):
        assert client.get("/audit").status_code == 404
        assert client.post("/apps/trade/disable", data={"password": "secret"}).status_code == 404
    assert client.get("/customers/987654").status_code == 404, "merely not found"
    assert client.get("/no/such/page").status_code == 404
    found = refused()
    assert [page for _login, page, _fields in found] == ["audit.index", "apps.change"]
    assert '"method":"POST","permission":"apps.manage"' in found[1][2]
    assert "secret" not in str(found)
    assert len({login for login, _page, _fields in found}) == 1
    app.test_client().get("/audit")
    app.test_client().post("/apps/trade/disable")
    assert len(refused()) == 2, "a visitor has no name to put on record"


def test_nobody_floods_the_log(app: Flask) -> None:
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    noted = [refusals.note("wang", f"page.{number}", "GET", "apps.manage") for number in range(MOST + 20)]
    assert noted == [True] * MOST + [False] * 20
    assert refusals.note("li", "page.1", "GET", "apps.manage"), "others are still noted"
    assert not refusals.note("li", "page.1", "GET", "apps.manage")
    assert refusals.note("li", "page.1", "POST", "apps.manage")
    now[0] = WINDOW
    assert refusals.note("wang", "page.1", "GET", "apps.manage")
    assert len(refused()) == MOST + 3
    many = Refusals(lambda: now[0])
    assert all(many._is_new(f"p{number}", ("page", "GET")) for number in range(PEOPLE + 5))
    assert len(many._people) <= PEOPLE
