"""The pages of credit classes, ratings and limits."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import acting_as, clock, db, writing
from kezhi.builtin.approvals.services import sign
from kezhi_credit import services
from kezhi_credit.models import Limit, Rating

pytestmark = [pytest.mark.plugins("credit")]


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", str(answer.get_data(as_text=True)))


def test_finance_changes_the_terms_of_a_class_in_the_browser(app: Any, client_as: Any) -> None:
    client, row = client_as("finance"), services.class_by_key("B")
    page = text(client.get(f"/credit/classes/{row['id']}/edit"))
    assert 'value="500000"' in page
    given = {"version": "1", "zh": "良好", "tone": "blue", "delivery": "credit", "limit_kind": "fixed",
             "amount": "620,000", "days": "30", "deposit": "12.5", "interest": "0.05", "security": "none",
             "review_months": "12", "ways": ["cash"], "reason": "年度调整"}  # fmt: skip
    wrong = client.post(f"/credit/classes/{row['id']}/edit", data={**given, "amount": "viel", "deposit": "120"})
    assert wrong.status_code == 422
    assert 'value="viel"' in text(wrong)
    assert 'id="amount-e"' in text(wrong)
    answer = client.post(f"/credit/classes/{row['id']}/edit", data=given)
    assert answer.status_code == 302
    page = text(client.get(answer.location))
    assert "¥620,000" in page
    assert "12.5%" in page
    assert "年度调整" in page
    assert client_as("salesperson").get(f"/credit/classes/{row['id']}/edit").status_code == 404
    made = client.post("/credit/classes/new", data={**given, "key_name": "e", "zh": "试用", "amount": ""})
    assert made.status_code == 302
    assert "试用" in text(client.get("/credit/classes"))
    client.post(f"{made.location}/retire", data={"what": "retire"})
    assert "已停用" in text(client.get("/credit/classes"))


def test_a_customer_is_rated_and_listed_by_class(customer: Any, client_as: Any, statements: Any) -> None:
    one, other = customer("K1"), customer("K2")
    client, today = client_as("finance"), clock.today()
    class_id = services.class_by_key("C")["id"]
    given = {"class_id": class_id, "valid_from": today.isoformat(), "reason": "逾期两次"}
    wrong = client.post(f"/credit/customers/{one}/class", data={**given, "valid_from": "2020-01-01"})
    assert wrong.status_code == 422
    assert "逾期两次" in text(wrong)
    assert db.session.scalars(select(Rating.id)).all() == []
    first = client.post(f"/credit/customers/{one}/class", data={**given, "submission_key": "same"})
    client.post(f"/credit/customers/{one}/class", data={**given, "submission_key": "same"})
    db.session.rollback()
    assert len(db.session.scalars(select(Rating.id)).all()) == 1
    page = text(client.get(first.location))
    assert "¥100,000" in page
    assert "逾期两次" in page
    assert "客户 K2" not in text(client.get("/credit?f.credit.class=C"))
    assert "客户 K1" not in text(client.get("/customers?f.credit.class=none"))
    assert "现款现货" in text(client.get(f"/credit/customers/{other}"))
    with statements() as few:
        client.get("/credit")
    for place in range(10):
        customer(f"N{place}")
    with statements() as many:
        client.get("/credit")
    assert many.count == few.count


def test_a_limit_is_asked_for_and_ended_early(customer: Any, rated: Any, house: Any, client_as: Any) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    rated(one, "B")
    today = clock.today()
    client = client_as(login="seller")
    assert 'name="valid_to"' in text(client.get(f"/credit/customers/{one}/limit"))
    given = {"amount": "150000", "valid_from": today.isoformat(), "reason": "旺季",
             "valid_to": (today + timedelta(days=30)).isoformat()}  # fmt: skip
    wrong = client.post(f"/credit/customers/{one}/limit", data={**given, "valid_to": "2020-01-01"})
    assert (wrong.status_code, 'id="valid_to-e"' in text(wrong)) == (422, True)
    assert client.post(f"/credit/customers/{one}/limit", data=given).status_code == 302
    limit = db.session.scalars(select(Limit)).one()
    limit_id, request_id = limit.id, limit.request_id
    assert "待审批" in text(client.get(f"/credit/customers/{one}"))
    with acting_as(house.manager):
        sign(request_id, "同意")
    finance = client_as(login="finance")
    assert "终止额度" in text(finance.get(f"/credit/limits/{limit_id}/end"))
    db.session.rollback()
    assert db.session.get(Limit, limit_id).ended_on is None
    assert client.post(f"/credit/limits/{limit_id}/end").status_code == 404
    assert finance.post(f"/credit/limits/{limit_id}/end").status_code == 302
    db.session.rollback()
    assert db.session.get(Limit, limit_id).ended_on == today


def test_the_owner_finds_an_alert_and_decides_on_a_measure(
    customer: Any, rated: Any, books: Any, house: Any, client_as: Any, add_person: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    rated(one, "B")
    books.owe(one, not_due=510_000_00)
    with writing():
        services.watch()
    client = client_as(login="seller")
    page = text(client.get("/credit/alerts?f.state=waiting"))
    assert "客户 K1" in page
    assert "超出额度 ¥10,000" in page
    assert "超出额度 ¥10,000" in text(client.get(f"/customers/{one}"))
    given = {"kind": "cash", "reason": "结清前仅收现款"}
    wrong = client.post(f"/credit/customers/{one}/measure", data={"reason": "结清前仅收现款"})
    assert (wrong.status_code, "结清前仅收现款" in text(wrong)) == (422, True)
    assert client.post(f"/credit/customers/{one}/measure", data=given).status_code == 302
    assert "仅收现款" in text(client.get("/credit/alerts?f.measure=cash"))
    assert "客户 K1" not in text(client.get("/credit/alerts?f.state=waiting"))
    add_person("other", "salesperson")
    stranger = client_as(login="other")
    assert "客户 K1" not in text(stranger.get("/credit/alerts"))
    assert stranger.post(f"/credit/customers/{one}/measure", data=given).status_code == 404
    db.session.rollback()
    assert len(services.measures_of(one)) == 1


def test_a_customer_is_investigated_and_rated_on_a_sheet_in_the_browser(
    customer: Any, house: Any, client_as: Any, add_person: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id, department_id=house.department_id)
    seller = client_as(login="seller")
    assert "先安排信用调查" in text(seller.get(f"/credit/customers/{one}/sheet"))
    given = {"investigator_id": house.seller.id, "due_on": clock.today().isoformat(), "occasion": "首次授信"}
    wrong = seller.post(f"/credit/customers/{one}/investigate", data={**given, "due_on": "2020-01-01"})
    assert (wrong.status_code, "首次授信" in text(wrong)) == (422, True)
    made = seller.post(f"/credit/customers/{one}/investigate", data=given)
    page = text(seller.get(made.location))
    assert "工商登记资料：调查情况" in page
    found = {"text_registry": "存续", "judgement_registry": "", "investigated_on": clock.today().isoformat(),
             "conclusion": "可授信", "step": "done"}  # fmt: skip
    wrong = seller.post(made.location, data=found)
    assert (wrong.status_code, 'id="judgement_registry-e"' in text(wrong), "可授信" in text(wrong)) == (422, True, True)
    done = seller.post(made.location, data={**found, "judgement_registry": "good"})
    assert "有利" in text(seller.get(done.location))
    assert "文件" in text(seller.get(done.location))  # files can be attached
    sheet = f"/credit/customers/{one}/sheet"
    page = text(seller.get(sheet))
    assert "没有已启用的应用提供" in page
    assert seller.post(sheet, data={"class_id": services.class_by_key("B")["id"], "opinion": ""}).status_code == 422
    waiting = seller.post(sheet, data={"class_id": services.class_by_key("B")["id"], "opinion": "合作意向明确"})
    assert "待财务审定" in text(seller.get(waiting.location))
    assert "审定并签字" not in text(seller.get(waiting.location))
    finance = client_as(login="finance")
    decide, other = f"{waiting.location}/decide", services.class_by_key("C")["id"]
    wrong = finance.post(decide, data={"class_id": other, "reason": ""})
    assert (wrong.status_code, 'id="reason-e"' in text(wrong)) == (422, True)
    assert finance.post(decide, data={"class_id": other, "reason": "先观察半年"}).status_code == 302
    page = text(seller.get(f"/credit/customers/{one}"))
    assert "先观察半年" in page
    assert "PG-000001" in text(seller.get(f"/customers/{one}"))  # one sentence why, beside the class
    sheet_id = waiting.location.rpartition("/")[2]
    for form, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        draft = finance.get(f"/documents/make/credit.sheet/{one}/draft.{form}?variant={sheet_id}")
        assert (draft.status_code, draft.data[: len(start)]) == (200, start)
    for address in ("/credit/investigations", "/credit/sheets"):
        assert "客户 K1" in text(seller.get(address))
        assert f"客户 {'K1'}" in text(finance.get(f"{address}?format=csv"))
    add_person("stranger", "salesperson")
    stranger = client_as(login="stranger")
    assert "客户 K1" not in text(stranger.get("/credit/sheets"))
    for address in (done.location, waiting.location, sheet, made.location):
        assert stranger.get(address).status_code == 404
    assert stranger.post(decide, data={"class_id": other, "reason": "x"}).status_code == 404


def test_finance_keeps_the_score_card_and_the_sources_in_the_browser(app: Any, client_as: Any) -> None:
    client = client_as("finance")
    page = text(client.get("/credit/card/edit"))
    assert 'value="95"' in page
    fields = dict(re.findall(r'name="([a-z_0-9]+)"[^>]*? value="([^"]*)"', page))
    fields = {name: value for name, value in fields.items() if not name.startswith("out_")}
    fields |= {f"missing_{n}": "out" for n in range(9)} | {"step": "add", "add": "credit.investigation"}
    added = client.post("/credit/card/edit", data=fields)
    assert (added.status_code, 'name="weight_9"' in text(added)) == (200, True)
    fields |= {"step": "save", "weight_0": "30", "out_4": "1", "reason": "突出回款", "from_0_1": "七十"}
    wrong = client.post("/credit/card/edit", data=fields)
    assert (wrong.status_code, 'value="七十"' in text(wrong)) == (422, True)
    assert services.card_in_force().version == 1
    saved = client.post("/credit/card/edit", data={**fields, "from_0_1": "70"})
    assert saved.status_code == 302, text(saved)
    now = services.card_in_force()
    assert (now.version, now.criteria[0].weight, len(now.criteria)) == (2, 30, 8)
    assert "突出回款" in text(client.get("/credit/card"))
    assert "100" in text(client.get("/credit/card?version=1"))
    assert client.post("/credit/sources", data={"zh": "税务评级", "en": "Tax rating"}).status_code == 302
    assert "税务评级" in text(client.get("/credit/sources"))
    assert client.post("/credit/sources", data={"zh": "税务评级"}).status_code == 422
    assert client_as("salesperson").get("/credit/card/edit").status_code == 404
