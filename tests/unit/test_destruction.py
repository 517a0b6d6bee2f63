"""Retirement and destruction: three signatures in order, then nothing is left anywhere but the register (CUS-10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import NotFound, Refused, User, acting_as, audit_record, clock, db, set_setting, tables, writing
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.approvals.rules import Barred
from kezhi.builtin.approvals.services import inbox, reject, send_back, sign
from kezhi.builtin.audit.services import verify_site
from kezhi.builtin.contracts.services import create_contract, terminate_contract
from kezhi.builtin.customers.models import Customer, UsedCode
from kezhi.builtin.customers.services import create_customer, recognise_customer, update_customer
from kezhi.builtin.customers.services.contacts import add_contact
from kezhi.builtin.destruction import checks
from kezhi.builtin.destruction.models import Item, Proposal
from kezhi.builtin.destruction.services import execute_proposal, executing, keep_back, obstacles, propose_destruction
from kezhi.builtin.documents.models import Issue
from kezhi.builtin.files import storage
from kezhi.builtin.files.services import attach, receive_bytes
from kezhi.builtin.imports.services import import_file
from kezhi.builtin.protection.services import switch_off
from kezhi.builtin.timeline.services import write_note
from kezhi.jobs import run_pending
from kezhi.site import Site

from .traces import files_with, tables_with

pytestmark = pytest.mark.services

NAME, SHORT = "温州瓯越标记电器有限公司", "瓯越标记"
PERSON, PHONE, MAIL = "欧阳标记人", "13957700817", "marker.person@example.com"
HABITS = "瓯越标记电器的付款习惯"
MARKERS = (NAME, SHORT, PERSON, PHONE, MAIL, HABITS)
BASIS = "最后一次往来已满十年，保管期限届满。"


@pytest.fixture
def office(app: Flask, add_person: Callable[..., User]) -> dict[str, User]:
    """Who proposes, and the three who sign."""
    return {
        "clerk": add_person("clerk", "customer-information-clerk"),
        "officer": add_person("officer", "customer-information-officer"),
        "manager": add_person("manager", "customer-service-manager"),
        "general": add_person("general", "general-manager"),
        "seller": add_person("seller", "salesperson"),
    }


def signed_today() -> dict[str, Any]:
    today = clock.today()
    return {"our_signer": "陈总", "their_signer": "王总", "signed_on": today, "valid_from": today}


def enter(**values: Any) -> int:
    with writing():
        return int(create_customer({"business_type": "trading-company", "code": None, **values}).id)


def proposed(office: dict[str, User], *ids: int, scope: str = "file") -> Proposal:
    with acting_as(office["clerk"]):
        return propose_destruction(list(ids), scope, "expired", BASIS)


def signed(office: dict[str, User], proposal_id: int, *who: str) -> None:
    request = db.session.scalar(select(Proposal.request_id).where(Proposal.id == proposal_id))
    for name in who or ("officer", "manager", "general"):
        with acting_as(office[name]):
            sign(request, "同意")


def state(proposal_id: int) -> str | None:
    return db.session.scalar(select(Proposal.state).where(Proposal.id == proposal_id))


def outcomes(proposal_id: int) -> dict[int, str]:
    rows = select(Item.customer_id, Item.outcome).where(Item.proposal_id == proposal_id)
    return dict(db.session.execute(rows).all())


def there(customer_id: int) -> bool:
    return db.session.scalar(select(Customer.id).where(Customer.id == customer_id)) is not None


@pytest.mark.clause("CUS-10")
def test_three_people_sign_in_order_and_one_refusal_ends_it(office: dict[str, User]) -> None:
    first, second = enter(name="甲商贸有限公司"), enter(name="乙商贸有限公司")
    with acting_as(office["seller"]), pytest.raises((NotFound, Refused)):
        propose_destruction([first], "file", "expired", BASIS + "甲商贸有限公司")
    with acting_as(office["clerk"]), pytest.raises(Refused, match=r"without names|names"):
        propose_destruction([first], "file", "expired", "甲商贸有限公司 已注销")
    proposal = proposed(office, first).id
    with acting_as(office["clerk"]), pytest.raises(Refused):  # it is proposed already
        propose_destruction([first], "file", "expired", BASIS)
    request = db.session.scalars(select(Request)).one()
    assert "甲商贸" not in json.dumps([request.title, request.snapshot], ensure_ascii=False)
    for early in ("general", "manager", "clerk"):  # out of turn, or one's own proposal
        with acting_as(office[early]), pytest.raises(Barred):
            sign(request.id, "同意")
    signed(office, proposal, "officer", "manager")
    assert (state(proposal), there(first)) == ("waiting", True)
    with acting_as(office["general"]):
        assert [each.id for each in inbox()] == [request.id]
        reject(request.id, "仍在诉讼时效内，不得销毁。")
    execute_proposal(proposal)
    assert (state(proposal), there(first), outcomes(proposal)) == ("rejected", True, {first: ""})

    again = proposed(office, second).id
    signed(office, again)
    assert (state(again), there(second)) == ("approved", True)  # the job carries it out
    execute_proposal(again)
    execute_proposal(again)
    assert (state(again), there(second), outcomes(again)) == ("done", False, {second: "destroyed"})
    told = db.session.get_one(Proposal, again)
    assert [each["login"] for each in told.signers] == ["officer", "manager", "general"]
    assert (told.destroyed, told.basis) == (1, BASIS)
    certificate = db.session.scalars(select(Issue).where(Issue.kind == "destruction.certificate")).all()
    assert [each.record_id for each in certificate] == [again]
    assert [finding for check in checks.checks() for finding in check.run(db.session())] == []


@pytest.mark.clause("CUS-10")
def test_what_is_kept_back_or_changed_or_must_be_kept_survives_the_execution(
    office: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, changed, bound, gone = (enter(name=f"{each}五金经营部") for each in ("留用", "变更", "履约", "到期"))
    proposal = proposed(office, kept, changed, bound, gone).id
    with acting_as(office["seller"]), pytest.raises((Refused, NotFound)):
        keep_back(proposal, gone, "我的客户")
    with acting_as(office["general"]), pytest.raises(Refused):  # not yet one's turn
        keep_back(proposal, gone, "再看看")
    signed(office, proposal, "officer", "manager", "general")
    with acting_as(office["general"]):  # signed by all, and the job has not begun: the decision still binds it
        keep_back(proposal, kept, "近期重新询价")
    with writing():
        update_customer(changed, 1, {"city": "宁波"})
        create_contract({"customer_id": bound, "kind": "supply", **signed_today()})

    def busy() -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):  # cut off when the rows are gone
        patch.setattr(executing, "leave_no_trace", busy)
        execute_proposal(proposal)
    assert (state(proposal), there(gone)) == ("approved", False)
    execute_proposal(proposal)  # goes on where it was, and destroys nothing twice
    destroyed = select(func.count()).where(tables.audit_entry.c.action == "customer.destroy")
    assert (state(proposal), db.session.scalar(destroyed)) == ("done", 1)
    assert outcomes(proposal) == {kept: "kept", changed: "changed", bound: "blocked", gone: "destroyed"}
    assert [there(each) for each in (kept, changed, bound, gone)] == [True, True, True, False]
    assert list(obstacles([kept, bound], clock.today())) == [bound]
    with acting_as(office["clerk"]), pytest.raises(Refused):
        propose_destruction([bound], "file", "expired", BASIS)


@pytest.mark.clause("CUS-10", "CUS-01")
def test_nothing_of_a_destroyed_customer_is_left_anywhere(
    app: Flask, site: Site, office: dict[str, User], client_as: Callable[..., Any]
) -> None:
    with writing():
        switch_off("fields", "Everything that is stored is to be seen in this test")
        set_setting("customers", "confirm_new", True)
    with acting_as(office["clerk"]), writing():
        mine = int(create_customer({"name": NAME, "short_name": SHORT, "business_type": "trading-company",
                                    "contact_name": PERSON, "phone": PHONE, "email": MAIL}).id)  # fmt: skip
    request = db.session.scalars(select(Request)).one()
    assert NAME in json.dumps(request.title, ensure_ascii=False)  # an approval's title names it
    with writing():
        set_setting("customers", "confirm_new", False)
        version = db.session.scalar(select(Customer.version).where(Customer.id == mine))
        add_contact(mine, {"name": PERSON, "phone": PHONE, "email": MAIL})
        update_customer(mine, version, {"notes": HABITS})
        code = recognise_customer(mine, version + 1).code
        since = clock.today() - timedelta(days=90)
        values = {"customer_id": mine, "kind": "supply", "title": SHORT + "供货", "their_signer": PERSON}
        contract = create_contract(signed_today() | values | {"signed_on": since, "valid_from": since})
    with writing():
        terminate_contract(contract.id, contract.version, clock.today() - timedelta(days=1), HABITS)
    upload = receive_bytes((HABITS * 50).encode(), f"{NAME}.txt", "text/plain")
    with writing():
        attach(upload, "customers", "customer", mine, note=HABITS)
    with acting_as(office["clerk"]):
        import_file("customers", f"客户代码,名称,备注\n{code},{NAME},{HABITS}更新\n".encode(), "名单.csv")
    browser = client_as(login="clerk")
    assert browser.get(f"/customers?q={NAME}").status_code == 200
    assert browser.get(f"/customers/{mine}").status_code == 200
    run_pending(site)
    assert set(tables_with(*MARKERS)) == set(MARKERS)  # with fields in the clear it would be noticed

    other = enter(name="温州另一家电器有限公司", notes="与本次无关")
    proposal = proposed(office, mine).id
    signed(office, proposal)
    codes = list(db.session.scalars(select(UsedCode.code).where(UsedCode.customer_id == mine)))
    db.session.rollback()
    run_pending(site)
    assert outcomes(proposal) == {mine: "destroyed"}
    assert (tables_with(*MARKERS), files_with(site, *MARKERS)) == ({}, {})
    assert list(storage.names()) == [each for each in storage.names() if storage.exists(each)]
    assert verify_site().fault is None
    db.session.rollback()
    assert there(other)
    assert list(db.session.scalars(select(UsedCode.code).where(UsedCode.customer_id == mine))) == codes
    assert db.session.scalar(select(func.count()).select_from(Item).where(Item.customer_id == mine)) == 1


@pytest.mark.clause("CUS-10")
def test_only_the_persons_of_a_customer_can_go_while_the_file_stays(site: Site, office: dict[str, User]) -> None:
    firm = enter(name="绍兴存续商贸有限公司", contact_name=PERSON, phone=PHONE, email=MAIL)
    with writing():
        add_contact(firm, {"name": PERSON, "phone": PHONE, "email": MAIL})
        create_contract({"customer_id": firm, "kind": "supply", **signed_today()})
    proposal = proposed(office, firm, scope="persons").id
    with acting_as(office["officer"]):
        request = db.session.scalar(select(Proposal.request_id).where(Proposal.id == proposal))
        send_back(request, "请写明依据条款。")
    assert state(proposal) == "returned"
    again = proposed(office, firm, scope="persons")
    assert (again.id, state(proposal)) == (proposal, "waiting")  # it goes on under its number
    signed(office, proposal)
    execute_proposal(proposal)
    assert outcomes(proposal) == {firm: "destroyed"}
    row = db.session.get_one(Customer, firm)
    assert (row.name, row.contact_name, row.phone, row.email) == ("绍兴存续商贸有限公司", "", "", "")
    assert (tables_with(PERSON, PHONE, MAIL), files_with(site, PERSON, PHONE, MAIL)) == ({}, {})


def with_everything(name: str, size: int) -> int:
    """A customer with ``size`` people, files, notes, draft contracts and staged rows."""
    customer = enter(name=name, code=f"S-{size}", phone=f"0571-{size:08d}")
    people = [f"{name}联系人{at}号,139{size:03d}{at:05d},p{size}.{at}@marker.cn" for at in range(size)]
    lines = "".join(f"S-{size},{each}\n" for each in people)
    done = import_file("contacts", f"customer_code,name,phone,email\n{lines}".encode(), "people.csv")
    assert done["created"] == size
    for at in range(size):
        upload = receive_bytes(f"{name} {at}".encode(), f"{name}{at}.txt", "text/plain")
        with writing():
            attach(upload, "customers", "customer", customer)
            write_note("customers", "customer", customer, f"致电{name}联系人{at}号")
            create_contract({"customer_id": customer, "kind": "supply", "title": f"{name}第{at}单"})
            audit_record("test.entry", "customer", customer, at=at)
    return customer


@pytest.mark.clause("CUS-10")
def test_the_statements_of_a_destruction_do_not_follow_what_hangs_on_the_customer(
    site: Site, office: dict[str, User], statements: Any
) -> None:
    counted = []
    for size, name in ((2, "嘉兴小小标记五金厂"), (45, "嘉兴大大标记五金厂")):
        customer = with_everything(name, size)
        proposal = proposed(office, customer).id
        signed(office, proposal)
        with statements() as told:
            execute_proposal(proposal)
        counted.append(len(told.texts))
        assert outcomes(proposal) == {customer: "destroyed"}
        left = (name, f"139{size:03d}00001", f"p{size}.1@marker.cn")
        assert (tables_with(*left), files_with(site, *left)) == ({}, {})
    small, large = counted
    assert large - small <= 10, counted
