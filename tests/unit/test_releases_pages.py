"""The pages of data requests: asked for as people do, refused alike, exported without answers (CUS-09)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import User, acting_as, clock, db, writing
from kezhi.builtin.accounts.services import set_manager
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.files.models import File
from kezhi.builtin.releases.models import Answer, DataRequest, Release


@pytest.fixture
def people(app: Flask, add_person: Callable[..., User], make_department: Callable[..., int]) -> dict[str, User]:
    """The sales department, and customer service."""
    east, service = make_department("华东一部"), make_department("客服部")
    found = {
        "seller": add_person("seller", "salesperson", department_id=east),
        "manager": add_person("manager", "sales-manager", department_id=east),
        "chief": add_person("chief", "customer-service-manager", department_id=service),
    }
    with writing():
        set_manager(east, found["manager"].id)
    return found


def count(model: type) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


@pytest.mark.clause("CUS-09")
def test_it_is_asked_for_answered_and_registered_on_pages_and_by_nobody_else(
    app: Flask, people: dict[str, User], client_as: Callable[..., Any], make_customer: Callable[..., Any]
) -> None:
    customer = make_customer(code="KH-1", name="澄湖贸易有限公司", owner_id=people["seller"].id).id
    make_customer(code="KH-2", name="别处建材有限公司")
    seller, chief = client_as(login="seller"), client_as(login="chief", locale="en")
    assert "KH-1</textarea>" in seller.get("/releases/new?customer=KH-1").text
    chosen = seller.post("/releases/chosen", data={"ids": [str(customer)], "query": "", "back": "/customers"}).text
    assert "KH-1</textarea>" in chosen
    assert 'action="/releases/new"' in chosen
    until = (clock.today() + timedelta(days=9)).isoformat()
    form = {"kind": "extract", "customers": "KH-1", "scope": "近两年订货额", "purpose": "谈判准备",
            "destination": "inside", "until": until, "submission_key": "once"}  # fmt: skip
    for wrong in ({"until": "明天"}, {"customers": "KH-2"}, {"destination": "outside"}, {"kind": "all"}):
        answer = seller.post("/releases/new", data={**form, **wrong})
        assert (answer.status_code, "近两年订货额" in answer.text, count(DataRequest)) == (422, True, 0), wrong
    done = [seller.post("/releases/new", data=form).headers["Location"] for _again in range(2)]
    assert done == ["/releases/1", "/releases/1"], "sent twice: once"

    given = {"text": "答复内容甲", "expires_on": until}
    for client in (seller, client_as(login="manager"), client_as("administrator")):
        for page in ("1/answer", "1/decline", "register/new"):
            assert client.get(f"/releases/{page}").status_code == 404
            assert client.post(f"/releases/{page}", data=given).status_code == 404
    early = chief.post("/releases/1/answer", data=given, follow_redirects=True)
    assert "is not signed" in early.text
    assert count(Answer) == 0
    with acting_as(people["manager"]):
        request = db.session.get_one(DataRequest, 1)
        sign(request.approval_id or 0, "同意")
    page = chief.get("/releases/1/answer").text
    assert "At most until" in page
    assert chief.post("/releases/1/answer", data={"text": "", "expires_on": until}).status_code == 422
    bad = chief.post("/releases/1/answer", data={**given, "files": (io.BytesIO(b"MZ\x90\x00"), "virus.exe")})
    assert (bad.status_code, "virus.exe" in bad.text, "答复内容甲" in bad.text) == (422, True, True)
    assert (count(Answer), count(File)) == (0, 0)
    sent = chief.post("/releases/1/answer", data={**given, "files": (io.BytesIO("订货额,12\n".encode()), "明细.csv")})
    assert sent.headers["Location"] == "/releases/1"
    assert "答复内容甲" in seller.get("/releases/1").text
    assert "答复内容甲" not in client_as(login="manager").get("/releases/1").text
    assert seller.get("/files/1/download").status_code == 200
    assert client_as(login="manager").get("/files/1/download").status_code == 404

    entry = {"organisation": "Bank", "content": "List", "purpose": "Credit", "released_on": clock.today().isoformat()}
    assert chief.post("/releases/register/new", data=entry).status_code == 422, "which version?"
    new = chief.post("/releases/register/new", data={**entry, "edition": "2026-11", "customers": "KH-1"})
    assert new.headers["Location"] == "/releases/register/1"
    assert chief.post("/releases/register/1/correct", data={**entry, "edition": "2026-11"}).status_code == 422
    right = {
        **entry,
        "organisation": "Bank of the town",
        "edition": "2026-11",
        "correction": "Name",
        "customers": "KH-1",
    }
    assert chief.post("/releases/register/1/correct", data=right).headers["Location"] == "/releases/register/2"
    assert chief.get("/releases/register/1/correct").headers["Location"] == "/releases/register/2"
    assert count(Release) == 2
    assert seller.get("/releases/register").status_code == 404
    assert chief.get("/releases/register?f.customers=KH-1&f.state=valid&count=1").text == "1"

    table = chief.get("/releases?format=csv").text
    assert "谈判准备" in table
    assert "答复内容甲" not in table
    assert "谈判准备" not in seller.get("/releases?format=csv").text, "no right to export"
    for client, sees in ((chief, True), (seller, False)):
        text = client.get(f"/customers/{customer}").text
        assert ("WF-" in text, "CY-" in text) == (sees, True)
