"""Competitive-environment notes: one a month from each salesperson, about the month before (CUS-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, visible, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.customers.services import create_customer, delete_customer, merge_customers
from kezhi.builtin.tasks.models import Task
from kezhi.builtin.tasks.services import sync_all
from kezhi.builtin.upkeep import services
from kezhi.builtin.upkeep.models import MarketNote, Observation, ObservationCustomer

Client = Callable[..., FlaskClient]
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
SEPTEMBER, OCTOBER = date(2024, 9, 1), date(2024, 10, 1)
PRICE = {
    "competitor": "宏景电气",
    "action": "降价 5%",
    "effect": "比价增多",
    "counter_measure": "返利",
    "customers": "",
}


def at(text: str) -> datetime:
    """Ten o'clock in Shanghai."""
    return datetime.fromisoformat(f"{text}T02:00:00+00:00").astimezone(UTC)


@pytest.fixture
def company(app: Flask, add_person: Any, clock_at: Any) -> dict[str, Any]:
    clock_at(at("2024-08-15"))
    with writing():
        set_setting("upkeep", "asked_since", date(2024, 8, 20))
        east, west = add_department("华东一部").id, add_department("华西部").id
    people = {
        "liting": add_person("liting", "salesperson", department_id=east, name="李婷"),
        "zhangwei": add_person("zhangwei", "salesperson", department_id=west, name="张伟"),
        "manager": add_person("manager", "sales-manager", department_id=east, name="何志强"),
        "planner": add_person("planner", "marketing-planner", name="王诗雨"),
        "clerk": add_person("clerk", "order-clerk", name="徐雅琴"),
    }
    with writing():
        set_manager(east, people["manager"].id)
        own = {"owner_id": people["liting"].id, "department_id": east}
        other = {"owner_id": people["zhangwei"].id, "department_id": west}
        found = {
            "K1": create_customer({"code": "K1", "name": "恒达钢铁", **own}).id,
            "K2": create_customer({"code": "K2", "name": "澄泰装饰", **other}).id,
        }
    clock_at(at("2024-09-20"))
    people["new"] = add_person("newcomer", "salesperson", department_id=east, name="新人")
    clock_at(at("2024-10-08"))
    return people | found | {"east": east}


def stored() -> list[tuple[str, int, list[int]]]:
    """Every observation: competitor, place, customers."""
    db.session.rollback()
    links: dict[int, list[int]] = {}
    for link in db.session.scalars(select(ObservationCustomer), execution_options=UNSCOPED):
        links.setdefault(link.observation_id, []).append(link.customer_id)
    rows = db.session.scalars(select(Observation).order_by(Observation.id), execution_options=UNSCOPED)
    return [(row.competitor, row.position, sorted(links.get(row.id, []))) for row in rows]


def tasks() -> list[tuple[int | None, str, date, str]]:
    sync_all()
    db.session.rollback()
    statement = select(Task).where(Task.kind == "upkeep.note").order_by(Task.id)
    rows = db.session.scalars(statement, execution_options=UNSCOPED)
    return [(row.owner_id, row.subject, clock.local(row.due_at).date(), row.outcome) for row in rows]


@pytest.mark.services
@pytest.mark.clause("CUS-07")
def test_each_salesperson_owes_one_note_by_the_first_monday_that_is_worked(
    company: dict[str, Any], clock_at: Any
) -> None:
    liting, zhangwei = company["liting"].id, company["zhangwei"].id
    # the first Monday of October 2024 is a holiday, and the month before last is older than the duty
    assert sorted(tasks()) == sorted(
        [(each, "2024-09", date(2024, 10, 8), "") for each in (liting, zhangwei)]
    )  # whoever began in September starts with October
    with acting_as(company["liting"]), writing():
        services.hand_in(SEPTEMBER, [PRICE | {"customers": "K1，恒达钢铁"}, {"competitor": " "}])
    assert stored() == [("宏景电气", 0, [company["K1"]])]
    assert (liting, "2024-09", date(2024, 10, 8), "kept") in tasks()
    clock_at(at("2024-11-05"))
    assert {each[:3] for each in tasks() if not each[3]} == {
        (zhangwei, "2024-09", date(2024, 10, 8)),
        (liting, "2024-10", date(2024, 11, 4)),
        (zhangwei, "2024-10", date(2024, 11, 4)),
        (company["new"].id, "2024-10", date(2024, 11, 4)),
    }
    with writing():
        set_setting("upkeep", "note_roles", ["order-clerk"])
    assert {each[0] for each in tasks() if not each[3]} == {company["clerk"].id}


@pytest.mark.services
@pytest.mark.clause("CUS-07")
def test_what_is_wrong_with_a_note_is_said_and_nothing_is_kept(company: dict[str, Any]) -> None:
    with acting_as(company["liting"]):
        wrong: list[tuple[date, list[dict[str, Any]], str]] = [
            (SEPTEMBER, [], "at least one"),
            (SEPTEMBER, [PRICE | {"competitor": ""}], "Name the competitor"),
            (SEPTEMBER, [PRICE | {"action": ""}], "what the competitor did"),
            (SEPTEMBER, [PRICE | {"effect": "长" * 2001}], "at most"),
            (SEPTEMBER, [PRICE | {"customers": "K1, 没有的公司"}], "没有的公司"),
            (SEPTEMBER, [PRICE | {"customers": "K2"}], "K2"),  # somebody else's customer is one that there is not
            (OCTOBER, [PRICE], "no note to hand in"),  # the month is not over
            (date(2024, 7, 1), [PRICE], "no note to hand in"),
        ]
        for month, rows, said in wrong:
            with pytest.raises(Refused, match=said), writing():
                services.hand_in(month, rows)
    with acting_as(company["manager"]), pytest.raises(NotFound), writing():
        services.hand_in(SEPTEMBER, [PRICE])
    assert stored() == []


@pytest.mark.services
def test_a_note_is_changed_by_its_author_and_not_over_somebodys_head(company: dict[str, Any]) -> None:
    with acting_as(company["liting"]):
        with writing():
            services.hand_in(SEPTEMBER, [PRICE | {"customers": "K1"}, PRICE | {"competitor": "德诺建材"}])
        with pytest.raises(Conflict), writing():
            services.hand_in(SEPTEMBER, [PRICE])
        with writing():
            services.hand_in(SEPTEMBER, [PRICE | {"competitor": "锐昇照明"}], version=1)
        with pytest.raises(Conflict), writing():
            services.hand_in(SEPTEMBER, [PRICE], version=1)
        assert stored() == [("锐昇照明", 0, [])]
        with writing():
            services.hand_in(SEPTEMBER, [], nothing=True, version=2)
        assert stored() == [("", 0, [])]


@pytest.mark.services
def test_a_note_follows_its_customers_into_a_merge_and_out_of_the_house(company: dict[str, Any]) -> None:
    with writing():
        own = {"owner_id": company["liting"].id}
        third = create_customer({"code": "K3", "name": "恒达钢构", **own}).id
    with acting_as(company["liting"]), writing():
        services.hand_in(SEPTEMBER, [PRICE | {"customers": "K1、K3"}])
    with writing():
        merge_customers(company["K1"], third)
    assert stored() == [("宏景电气", 0, [company["K1"]])]
    with writing():
        delete_customer(company["K1"])
    assert stored() == [("宏景电气", 0, [])]


@pytest.mark.services
@pytest.mark.clause("CUS-07")
def test_notes_are_read_by_author_manager_and_evaluators(company: dict[str, Any]) -> None:
    for who, customers in (("liting", "K1"), ("zhangwei", "K2")):
        with acting_as(company[who]), writing():
            services.hand_in(SEPTEMBER, [PRICE | {"customers": customers}])
    seen = {}
    for who in ("liting", "zhangwei", "manager", "planner", "clerk"):
        with acting_as(company[who]):
            notes = db.session.scalars(visible(MarketNote)).all()
            links = db.session.scalars(visible(ObservationCustomer)).all()
            seen[who] = (len(notes), len(links))
    assert seen == {"liting": (1, 1), "zhangwei": (1, 1), "manager": (1, 1), "planner": (2, 2), "clerk": (0, 0)}
    with acting_as(company["manager"]):
        owed = services.debtors([SEPTEMBER], services.scope_of(company["manager"]))[SEPTEMBER]
        assert [(each.name, each.handed_in_at is not None, each.is_late) for each in owed] == [("李婷", True, False)]


@pytest.mark.clause("CUS-07")
def test_a_note_is_written_without_scripts_and_nothing_typed_is_lost(
    company: dict[str, Any], client_as: Client, clock_at: Any, statements: Any
) -> None:
    client, address = client_as(login="liting"), "/upkeep/notes/write?month=2024-09"
    assert "竞争环境跟踪" in client.get(address).text
    sent = {f"o0-{key}": text for key, text in PRICE.items()} | {"count": "1", "version": "0"}
    more = client.post(address, data=sent | {"more": "1"})
    assert more.status_code == 200
    assert "降价 5%" in more.text
    assert 'name="o1-competitor"' in more.text
    sent |= {"count": "2", "o1-competitor": "德诺建材", "o1-customers": "K1\n不存在"}
    wrong = client.post(address, data=sent)
    assert wrong.status_code == 422
    for text in ("请填写竞争对手的动向", "不存在", "德诺建材", "返利"):
        assert text in wrong.text
    assert stored() == []
    sent |= {"o1-action": "次日达", "o1-customers": "K1", "submission_key": "twice"}
    for _turn in range(2):
        assert "已提交 2024-09" in client.post(address, data=sent, follow_redirects=True).text
    assert stored() == [("宏景电气", 0, []), ("德诺建材", 1, [company["K1"]])]
    listed = client.get("/upkeep/notes").text
    assert "恒达钢铁" in listed
    first = db.session.scalar(select(Observation.id).order_by(Observation.id), execution_options=UNSCOPED)
    assert "恒达钢铁" in client.get(f"/upkeep/notes/{first}").text
    again = client.get(address).text
    assert "德诺建材" in again
    for who, status in (("zhangwei", 404), ("manager", 200), ("planner", 200), ("clerk", 404)):
        assert client_as(login=who).get(f"/upkeep/notes/{first}").status_code == status, who
    assert "恒达钢铁" not in client_as(login="zhangwei").get("/upkeep/notes").text
    clock_at(at("2024-10-12"))
    manager = client_as(login="manager")
    assert "未交 0 人" in manager.get("/upkeep/notes/owed?month=2024-09").text
    planner = client_as(login="planner")
    assert planner.get("/upkeep/notes/owed").status_code == 404
    with statements() as few:
        manager.get("/upkeep/notes")
    clock_at(at("2024-11-02"))
    with acting_as(company["liting"]), writing():
        services.hand_in(OCTOBER, [PRICE | {"competitor": f"对手{number}", "customers": "K1"} for number in range(15)])
    manager = client_as(login="manager")
    with statements() as many:
        manager.get("/upkeep/notes")
    assert few.count == many.count
    client = client_as(login="liting")
    export = client_as("sales-director").get("/upkeep/notes?format=csv")
    assert export.status_code == 200
    assert "对手7" in export.get_data(as_text=True)
    for text in ("2024-13", "x", "1999-01"):
        assert client.get(f"/upkeep/notes/write?month={text}").status_code == 404
