"""Two copies of each institutional base file, and the manager's supervision of the files (CUS-16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, db, set_setting, visible, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer, erase_customer, merge_customers
from kezhi.builtin.upkeep.copying import (
    COMPLETE,
    NEITHER,
    NO_DATABASE,
    NO_SERVICE,
    NOT_ASKED,
    STATES,
    has_state,
    missing,
)
from kezhi.builtin.upkeep.models import DATABASE, SERVICE, BaseCopy, Guidance
from kezhi.builtin.upkeep.services import keeping

Client = Callable[..., FlaskClient]
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
MORNING = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
def company(app: Flask, add_person: Any, clock_at: Any) -> dict[str, Any]:
    clock_at(MORNING)
    people = {
        "manager": add_person("manager", "customer-service-manager", name="马春燕"),
        "clerk": add_person("clerk", "customer-information-clerk", name="高雪峰"),
        "seller": add_person("seller", "salesperson", name="李婷"),
        "other": add_person("other", "salesperson", name="陈晨"),
    }
    kinds = {"K1": "contractor", "K2": "trading-company", "K3": "project-retail", "K4": "operation-centre"}
    with writing():
        found = {
            code: create_customer(
                {"code": code, "name": f"{code}公司", "business_type": kind, "owner_id": people["seller"].id}
            ).id
            for code, kind in kinds.items()
        }
    return people | found


def states() -> dict[str, str]:
    """The one state of each file."""
    db.session.rollback()
    found: dict[str, str] = {}
    for state in STATES:
        for code in db.session.scalars(select(Customer.code).where(has_state(state)), execution_options=UNSCOPED):
            assert code not in found, "a file has one state"
            found[code] = state
    return found


@pytest.mark.services
@pytest.mark.clause("CUS-16")
def test_a_missing_copy_of_an_institutional_file_is_flagged(company: dict[str, Any]) -> None:
    asked = {"K1": NEITHER, "K2": NEITHER, "K4": NEITHER}
    assert states() == asked | {"K3": NOT_ASKED}
    paper = keeping.Place("资料柜 1-1", company["clerk"].id, date(2026, 3, 1))
    with acting_as(company["clerk"]), writing():
        keeping.keep(company["K1"], {SERVICE: paper, DATABASE: keeping.Place("数据库", company["clerk"].id)})
        keeping.keep(company["K2"], {SERVICE: paper, DATABASE: None})
        assert keeping.keep_many(select(Customer.id).where(Customer.code == "K4"), DATABASE, paper) == 1
    assert states() == {"K1": COMPLETE, "K2": NO_DATABASE, "K3": NOT_ASKED, "K4": NO_SERVICE}
    late = select(Customer.code).where(missing()).order_by(Customer.code)
    assert db.session.scalars(late, execution_options=UNSCOPED).all() == ["K2", "K4"]
    with acting_as(company["clerk"]), writing():
        keeping.keep(company["K1"], {SERVICE: None})
        set_setting("upkeep", "institutional_types", ["contractor", "project-retail"])
    assert states() == {"K1": NO_SERVICE, "K2": NOT_ASKED, "K3": NEITHER, "K4": NOT_ASKED}


@pytest.mark.services
@pytest.mark.clause("CUS-16")
def test_a_copy_has_a_place_and_a_holder_or_is_not_recorded(company: dict[str, Any]) -> None:
    wrong = {
        "service_place": keeping.Place("", company["clerk"].id),
        "service_holder": keeping.Place("柜", 0),
        "service_compared_on": keeping.Place("柜", company["clerk"].id, date(2026, 3, 5)),
    }
    for field, place in wrong.items():
        with pytest.raises(Refused) as raised, acting_as(company["clerk"]), writing():
            keeping.keep(company["K1"], {SERVICE: place})
        assert raised.value.field == field
    with acting_as(company["other"]):
        with pytest.raises(NotFound), writing():
            keeping.keep(company["K1"], {SERVICE: keeping.Place("柜", company["clerk"].id)})
        assert keeping.copies_of(company["K1"]) == {}
    db.session.rollback()
    assert db.session.scalars(select(BaseCopy), execution_options=UNSCOPED).all() == []


@pytest.mark.services
def test_copies_go_over_in_a_merge_and_what_they_say_is_erased(company: dict[str, Any]) -> None:
    with acting_as(company["clerk"]), writing():
        keeping.keep(company["K1"], {SERVICE: keeping.Place("柜一", company["clerk"].id)})
        both = {kind: keeping.Place("王总处", company["clerk"].id) for kind in (SERVICE, DATABASE)}
        keeping.keep(company["K2"], both)
        keeping.guide("与王总核对", date(2026, 3, 4), company["K2"])
    with writing():
        merge_customers(company["K1"], company["K2"])
    rows = db.session.scalars(select(BaseCopy).order_by(BaseCopy.kind), execution_options=UNSCOPED).all()
    assert [(row.customer_id, row.kind, row.place) for row in rows] == [
        (company["K1"], DATABASE, "王总处"),
        (company["K1"], SERVICE, "柜一"),
    ]
    with writing():
        erase_customer(company["K1"])
    db.session.rollback()
    rows = db.session.scalars(select(BaseCopy), execution_options=UNSCOPED).all()
    assert {row.place for row in rows} == {""}
    guided = db.session.scalars(select(Guidance), execution_options=UNSCOPED).one()
    assert (guided.customer_id, guided.text) == (company["K1"], "")


@pytest.mark.services
@pytest.mark.clause("CUS-16")
def test_guidance_is_recorded_and_read_by_whom_it_concerns(company: dict[str, Any]) -> None:
    day = date(2026, 3, 3)
    with acting_as(company["manager"]), writing():
        keeping.guide("季度例会", day)
        keeping.guide("请补齐电话", day, company["K1"], company["seller"].id)
        keeping.guide("单独谈话", day, person_id=company["clerk"].id)
    for text, on, field in (("", day, "text"), ("x", date(2026, 3, 5), "on_day")):
        with pytest.raises(Refused) as raised, acting_as(company["manager"]), writing():
            keeping.guide(text, on)
        assert raised.value.field == field
    seen = {}
    for who in ("manager", "seller", "other", "clerk"):
        with acting_as(company[who]):
            seen[who] = sorted(row.text for row in db.session.scalars(visible(Guidance)))
    assert seen == {
        "manager": sorted(["季度例会", "请补齐电话", "单独谈话"]),
        "seller": sorted(["季度例会", "请补齐电话"]),
        "other": ["季度例会"],
        "clerk": sorted(["季度例会", "请补齐电话", "单独谈话"]),
    }
    with acting_as(company["seller"]):
        ((row, by, whom),) = keeping.guidance_of(company["K1"], 5)
        assert (row.text, by, whom) == ("请补齐电话", "马春燕", "李婷")


@pytest.mark.clause("CUS-16")
def test_copies_and_guidance_are_entered_on_their_pages(company: dict[str, Any], client_as: Client) -> None:
    clerk, address = client_as(login="clerk"), f"/upkeep/copies/{company['K1']}"
    assert "两份均缺" in clerk.get(f"/customers/{company['K1']}?tab=keeping").text
    wrong = clerk.post(address, data={"service_place": "资料柜 3-2", "service_holder": "", "database_holder": ""})
    assert wrong.status_code == 422
    assert "资料柜 3-2" in wrong.text
    assert "请选择保管人" in wrong.text
    sent = {
        "service_place": "资料柜 3-2",
        "service_holder": str(company["clerk"].id),
        "service_compared_on": "2026-03-01",
        "database_holder": "",
    }
    page = clerk.post(address, data=sent, follow_redirects=True).text
    assert "资料柜 3-2" in page
    assert "缺信息部电子档" in page
    listed = clerk.get("/customers?columns=name,upkeep.copies&f.upkeep.copies=no-database").text
    assert "K1公司" in listed
    assert "K2公司" not in listed
    many = {"ids": [str(company["K1"]), str(company["K2"])], "confirmed": "1", "kind": DATABASE, "place": "客户数据库",
            "holder": str(company["clerk"].id), "back": "/customers"}  # fmt: skip
    assert clerk.post("/upkeep/copies", data=many | {"place": ""}).status_code == 422
    assert "已登记 2 家客户的副本" in clerk.post("/upkeep/copies", data=many, follow_redirects=True).text
    assert "两份齐全" in clerk.get(f"/customers/{company['K1']}?tab=keeping").text
    seller = client_as(login="seller")
    assert seller.get(address).status_code == 404
    manager, new = client_as(login="manager"), f"/upkeep/guidance/new?customer={company['K1']}"
    refused = manager.post(new, data={"person": "", "on_day": "2026-03-09", "text": "核对开票资料"})
    assert refused.status_code == 422
    assert "核对开票资料" in refused.text
    done = manager.post(new, data={"person": "", "on_day": "2026-03-04", "text": "核对开票资料"}, follow_redirects=True)
    assert "核对开票资料" in done.text
    assert "核对开票资料" in seller.get("/upkeep/guidance").text
    assert "核对开票资料" not in client_as(login="other").get("/upkeep/guidance").text
    assert manager.get("/upkeep/guidance/new?customer=x").status_code == 404
    assert seller.post(new, data={"on_day": "2026-03-04", "text": "x"}).status_code == 404
