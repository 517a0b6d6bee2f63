"""The pages of the contract register: entered, changed, renewed, ended, found, exported, as people do (CUS-13)."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kezhi import acting_as, db, writing
from kezhi.builtin.contracts import services
from kezhi.builtin.contracts.models import Change, Contract
from kezhi.builtin.contracts.pages import as_long, contract_list
from kezhi.builtin.contracts.services import kinds
from kezhi.builtin.files.models import File

SIGNED = {"our_signer": "马成", "their_signer": "王建国"}
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)


@pytest.fixture
def company(app: Flask, make_customer: Any, add_person: Any, clock_at: Any) -> dict[str, Any]:
    """A salesperson with a customer that has an agreement which ends in a month, and one of somebody else's."""
    clock_at(NOW)
    owner, other = add_person("liting", "salesperson", name="李婷"), add_person("wangqiang", "salesperson")
    mine = make_customer(code="KH-1", name="澄湖贸易有限公司", owner_id=owner.id)
    theirs = make_customer(code="KH-2", name="别处建材有限公司", owner_id=other.id)
    first = {"kind": "long_term", "signed_on": date(2025, 12, 20), "valid_from": date(2026, 1, 1),
             "valid_to": date(2026, 12, 31), "title": "年度框架", "amount": 1_234_50, "terms": "月结"}  # fmt: skip
    with writing():
        contract = services.create_contract({"customer_id": mine.id, **SIGNED, **first})
        hidden = services.create_contract({"customer_id": theirs.id, **SIGNED, **first, "title": "别人的框架"})
    return {"owner": owner, "mine": mine.id, "contract": contract.id, "hidden": hidden.id, "number": contract.number}


def field(page: str, name: str) -> str:
    """What a control of a page holds."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', page
    )
    return found[1] if found else ""


def stored(contract_id: int) -> Contract:
    db.session.rollback()
    return db.session.execute(select(Contract).where(Contract.id == contract_id)).scalar_one()


@pytest.mark.clause("CUS-13")
def test_a_salesperson_enters_a_contract_signs_and_renews_it(company: Any, client_as: Any) -> None:
    client = client_as(login="liting")
    page = client.get("/contracts/new?customer=KH-1&kind=supply").text
    assert 'value="KH-1"' in page
    assert "留空则为 HT-2026-0003" in page
    form = {"submission_key": field(page, "submission_key"), "customer": "澄湖贸易有限公司", "kind": "supply",
            "title": "水泵供货", "valid_from": "2026-12-05", "valid_to": "2027-12-04", "amount": "10,000.50",
            "currency": "CNY"}  # fmt: skip
    wrong = client.post("/contracts/new", data={**form, "valid_to": "2026-12-04", "amount": "1.005"})
    assert wrong.status_code == 422
    assert 'value="1.005"' in wrong.text, "nothing typed is lost"
    for customer, words in (("没有这家", "没有代码或名称为"), ("KH-2", "没有代码或名称为")):
        refused = client.post("/contracts/new", data={**form, "customer": customer})
        assert (refused.status_code, words in refused.text) == (422, True)
    done = client.post("/contracts/new", data=form)
    assert done.status_code == 302
    assert client.post("/contracts/new", data=form).headers["Location"] == done.headers["Location"], "sent twice: once"
    address = done.headers["Location"]
    shown = client.get(address).text
    assert all(text in shown for text in ("HT-2026-0003", "水泵供货", "草稿", "¥10,000.50", "澄湖贸易有限公司"))
    page = client.get(f"{address}/edit").text
    signed = {**form, "submission_key": field(page, "submission_key"), "version": field(page, "version"),
              "customer": "KH-1", "number": "HT-2026-0003", "signed_on": "2026-11-30"}  # fmt: skip
    assert client.post(f"{address}/edit", data=signed).status_code == 422, "signed by whom?"
    assert client.post(f"{address}/edit", data={**signed, **SIGNED}).status_code == 302
    assert "未生效" in client.get(address).text
    stale = client.post(f"{address}/edit", data={**signed, **SIGNED, "title": "改迟了", "submission_key": "other"})
    assert stale.status_code == 422
    assert "其间已保存的内容" in stale.text
    renewal = client.get(f"/contracts/{company['contract']}/renew").text
    assert (field(renewal, "valid_from"), field(renewal, "valid_to")) == ("2027-01-01", "2027-12-31")
    follow = {"submission_key": "k", "customer": "KH-1", "kind": "long_term", "valid_from": "2027-01-01", **SIGNED,
              "signed_on": "2026-12-01", "valid_to": "2027-12-31", "currency": "CNY"}  # fmt: skip
    renewed = client.post(f"/contracts/{company['contract']}/renew", data=follow)
    assert renewed.status_code == 302
    assert company["number"] in client.get(renewed.headers["Location"]).text
    again = client.get(f"/contracts/{company['contract']}/renew", follow_redirects=True)
    assert "已经续签" in again.text


def test_a_renewal_is_proposed_as_long_as_what_it_renews() -> None:
    assert as_long(date(2026, 1, 1), date(2026, 12, 31)) == date(2027, 12, 31)
    assert as_long(date(2026, 1, 31), date(2026, 2, 27)) == date(2026, 3, 27)
    assert as_long(date(2024, 3, 1), date(2025, 2, 28)) == date(2026, 2, 28)
    assert as_long(date(2026, 3, 10), date(2026, 3, 19)) == date(2026, 3, 29)


@pytest.mark.clause("CUS-13")
def test_a_contract_is_ended_early_and_the_end_taken_back(company: Any, client_as: Any) -> None:
    client, address = client_as(login="liting"), f"/contracts/{company['contract']}"
    page = client.get(f"{address}/end").text
    form = {"submission_key": field(page, "submission_key"), "version": "1", "last_day": "2026-12-10", "reason": ""}
    assert client.post(f"{address}/end", data=form).status_code == 422
    assert client.post(f"{address}/end", data={**form, "last_day": "2026-12-10x", "reason": "停产"}).status_code == 422
    assert stored(company["contract"]).terminated_on is None
    assert client.post(f"{address}/end", data={**form, "reason": "停产"}).status_code == 302
    shown = client.get(address).text
    assert "2026-12-10" in shown
    assert "停产" in shown
    assert client.post(f"{address}/reinstate", data={"version": "2"}).status_code == 302
    assert stored(company["contract"]).terminated_on is None
    assert client.post(f"{address}/reinstate", data={"version": "x"}).status_code == 400


@pytest.mark.clause("CUS-13")
def test_the_register_is_filtered_shown_as_a_board_and_a_calendar_and_exported(company: Any, client_as: Any) -> None:
    client = client_as(login="liting")
    page = client.get("/contracts").text
    assert company["number"] in page
    assert "别人的框架" not in page
    for query, count in (
        ("f.last_day=30", "1"), ("f.state=in_force", "1"), ("f.state=expired", "0"), ("f.kind=long_term", "1"),
        ("f.kind=supply", "0"), ("f.customer_code=KH-1", "1"), ("f.customer_code=KH-2", "0"),
        ("f.last_day=over", "0"),
        ("q=HT-2026", "1"), (f"f.owner={company['owner'].id}", "1"), ("f.amount=1", "400"), ("f.last_day=x", "400"),
    ):  # fmt: skip
        answer = client.get(f"/contracts?{query}&count=1")
        assert (answer.text if answer.status_code == 200 else str(answer.status_code)) == count, query
    assert "有效" in client.get("/contracts?face=board").text
    assert "澄湖贸易有限公司" in client.get("/contracts?face=calendar&month=2026-12").text
    assert client.get("/contracts?format=csv").status_code == 404, "salespeople do not export"
    csv = client_as("finance").get("/contracts?format=csv&columns=number,customer,state,amount").text
    assert f"{company['number']},澄湖贸易有限公司,有效,1234.50" in csv


@pytest.mark.clause("CUS-13")
def test_the_customer_page_and_list_tell_what_is_in_force(company: Any, client_as: Any, statements: Any) -> None:
    client = client_as(login="liting")
    page = client.get(f"/customers/{company['mine']}?tab=contracts").text
    assert company["number"] in page
    assert "2026-12-31" in page
    assert "还剩 30 天" in page
    rows = "/customers?columns=code,contracts.in_force,contracts.next_end"
    assert re.search(r"长期协议.*2026-12-31", client.get(rows).text, re.DOTALL)
    assert client.get(f"{rows}&f.contracts.in_force=long_term&count=1").text == "1"
    assert client.get(f"{rows}&f.contracts.in_force=supply&count=1").text == "0"
    assert client.get(f"{rows}&f.contracts.next_end=30&count=1").text == "1"
    timeline = client.get(f"/customers/{company['mine']}?timeline=contracts.contract").text
    assert f"登记合同 {company['number']}" in timeline
    with statements() as few:
        client.get("/contracts")
    with writing():
        for _each in range(20):
            services.create_contract({"customer_id": company["mine"], "kind": "supply"})
    with statements() as many:
        client.get("/contracts")
    assert many.count == few.count, "no statement per contract"


@pytest.mark.clause("CUS-13")
def test_amounts_and_terms_are_shown_to_who_may_see_them_only(company: Any, client_as: Any) -> None:
    with writing():
        services.update_contract(company["contract"], 1, {"terms": "月结六十天", "amount": 7_777_00})
    clerk, officer = client_as("order-clerk"), client_as("customer-information-officer")
    assert clerk.get("/contracts?columns=number,amount").status_code == 400, "no such column for them"
    for address in (f"/contracts/{company['contract']}", "/contracts", f"/customers/{company['mine']}?tab=contracts"):
        text = clerk.get(address).text
        assert company["number"] in text, address
        assert not any(secret in text for secret in ("7,777", "月结")), address
    assert "7,777" in officer.get(f"/contracts/{company['contract']}").text
    assert clerk.get(f"/contracts/{company['contract']}/edit").status_code == 404
    assert clerk.get("/contracts/kinds").status_code == 404


@pytest.mark.clause("CUS-13")
def test_the_signed_copy_hangs_on_the_contract_and_is_erased_with_the_customer(
    company: Any, client_as: Any, app: Flask
) -> None:
    from kezhi.builtin.customers.services import erase_customer

    client = client_as(login="liting")
    data = {"file": (io.BytesIO(b"%PDF-1.7 signed"), "签字件.pdf")}
    sent = client.post(f"/files/on/contracts/contract/{company['contract']}", data=data)
    assert sent.status_code == 302, sent.text[:300]
    assert "签字件.pdf" in client.get(f"/contracts/{company['contract']}").text
    assert "签字件.pdf" not in client_as("order-clerk").get(f"/contracts/{company['contract']}").text
    assert db.session.scalar(select(File.customer_id).where(File.plugin == "contracts")) == company["mine"]
    db.session.rollback()
    with writing():
        erase_customer(company["mine"])
    assert db.session.scalars(select(File).where(File.plugin == "contracts")).all() == []


@pytest.mark.clause("CUS-13")
def test_what_is_not_ones_own_does_not_exist(company: Any, client_as: Any) -> None:
    client = client_as(login="liting")
    for path in ("", "/edit", "/renew", "/end"):
        hidden, absent = (client.get(f"/contracts/{number}{path}") for number in (company["hidden"], 987_654))
        assert (hidden.status_code, absent.status_code) == (404, 404), path
    assert client.post(f"/contracts/{company['hidden']}/reinstate", data={"version": "1"}).status_code == 404
    chosen = {"ids": str(company["hidden"]), "confirmed": "1", "days": "5", "last_day": "2026-12-02", "reason": "x"}
    for action in ("remind", "end"):
        assert client.post(f"/contracts/several/{action}", data=chosen).status_code in (400, 404, 422)
    left = stored(company["hidden"])
    assert (left.remind_days, left.terminated_on, left.version) == (None, None, 1)


def test_several_contracts_are_ended_and_reminded_of_from_their_list(company: Any, client_as: Any) -> None:
    client = client_as(login="liting")
    chosen = {"ids": str(company["contract"]), "back": "/contracts"}
    asked = client.post("/contracts/several/remind", data=chosen)
    assert "将会发生" in asked.text
    assert client.post("/contracts/several/remind", data={**chosen, "confirmed": "1", "days": "x"}).status_code == 422
    done = client.post("/contracts/several/remind", data={**chosen, "confirmed": "1", "days": "7"})
    assert done.headers["Location"] == "/contracts"
    assert stored(company["contract"]).remind_days == 7
    ending = {**chosen, "confirmed": "1", "last_day": "2026-12-31", "reason": "调整"}
    assert client.post("/contracts/several/end", data=ending).status_code == 422, "it ends then anyway"
    assert client.post("/contracts/several/end", data={**ending, "last_day": "2026-12-05"}).status_code == 302
    assert stored(company["contract"]).terminated_on == date(2026, 12, 5)
    assert {each.field for each in db.session.scalars(select(Change))} >= {"remind_days", "terminated_on"}


def test_the_kinds_are_kept_on_their_page(company: Any, client_as: Any) -> None:
    client = client_as("customer-information-officer")
    page = client.get("/contracts/kinds").text
    assert "战略合作协议" in page
    new = {"submission_key": field(page, "submission_key"), "zh": "寄售协议", "en": "Consignment", "remind_days": "20"}
    assert client.post("/contracts/kinds", data={**new, "zh": "战略合作协议"}).status_code == 422
    assert client.post("/contracts/kinds", data=new).status_code == 302
    kinds.forget()
    made = next(kind for kind in kinds.all_kinds() if kind["zh"] == "寄售协议")
    assert made["key"] == "consignment"
    for what in ("up", "retire", "delete"):
        kinds.forget()
        now = next(kind for kind in kinds.all_kinds() if kind["id"] == made["id"])
        db.session.rollback()
        client.post("/contracts/kinds/change", data={"entry": now["id"], "version": now["version"], "what": what})
    kinds.forget()
    assert made["id"] not in {kind["id"] for kind in kinds.all_kinds()}


def test_the_search_box_finds_contracts(company: Any, client_as: Any, app: Flask) -> None:
    from kezhi.builtin.search.services import find, rebuild

    rebuild(["contracts"])
    with acting_as(company["owner"]):
        assert [hit.heading for group in find("年度框架") for hit in group.hits] == [company["number"]]
        assert contract_list().count({"q": "nianduk"}) == 1
