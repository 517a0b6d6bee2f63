"""New customers count when the manager in charge has confirmed them (CUS-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import NotFound, Refused, User, acting_as, db, set_setting, writing
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.approvals.rules import Barred
from kezhi.builtin.approvals.services import inbox, reject, send_back, sign
from kezhi.builtin.customers.models import Customer, UsedCode
from kezhi.builtin.customers.services import (
    Invalid,
    change_entries,
    create_customer,
    customer_by_code,
    recognise_customer,
    update_customer,
)
from kezhi.builtin.documents.services import issue
from kezhi.builtin.entry.documents import _content
from kezhi.builtin.entry.models import CHANGED, CONFIRMED, REJECTED, RETURNED, WAITING, Line, State, Submission
from kezhi.builtin.entry.services import send_again, send_one
from kezhi.builtin.imports.services import import_file, revert

pytestmark = pytest.mark.services

FILE = (
    "名称,经营方式,客户代码,负责人\n甲建筑,建筑工程公司,KH-A,seller\n"
    "乙商贸,贸易公司,,seller\n丙酒店,工程方零售,,seller\n"
)


@pytest.fixture
def people(app: Flask, add_person: Callable[..., User], make_department: Callable[..., int]) -> dict[str, User]:
    """A department with its manager and a salesperson, the clerk, and confirmation switched on."""
    east = make_department("华东销售部")
    found = {
        "seller": add_person("seller", "salesperson", department_id=east),
        "manager": add_person("manager", "sales-manager", department_id=east),
        "clerk": add_person("clerk", "customer-information-clerk"),
        "stranger": add_person("stranger", "sales-manager"),
    }
    with writing() as session:
        session.get_one(Department, east).manager_id = found["manager"].id
        set_setting("customers", "confirm_new", True)
    return found


def enter(people: dict[str, User], name: str = "杭州恒远建筑工程有限公司", **values: Any) -> int:
    with acting_as(people["seller"]), writing():
        return int(create_customer({"name": name, "business_type": "contractor", **values}).id)


def state(customer_id: int) -> str | None:
    return db.session.scalar(select(State.state).where(State.customer_id == customer_id))


def code(customer_id: int) -> str | None:
    return db.session.scalar(select(Customer.code).where(Customer.id == customer_id))


def request_of(customer_id: int) -> int:
    statement = select(Submission.request_id).join(State, State.submission_id == Submission.id)
    found = db.session.scalar(statement.where(State.customer_id == customer_id))
    assert found is not None
    return int(found)


@pytest.mark.clause("CUS-14", "CUS-01")
def test_a_new_customer_is_a_prospect_until_the_manager_in_charge_confirms_it(people: dict[str, User]) -> None:
    customer = enter(people)
    assert (code(customer), state(customer)) == (None, WAITING)
    assert db.session.scalar(select(Customer.prospect_number).where(Customer.id == customer)) == "P-000001"
    with acting_as(people["seller"]), pytest.raises(Refused, match="confirm"), writing():
        recognise_customer(customer, 1)
    request = request_of(customer)
    for other in ("seller", "stranger"):  # neither who entered it nor another department's manager
        with acting_as(people[other]), pytest.raises((Barred, NotFound)):
            sign(request)
    assert code(customer) is None
    with acting_as(people["manager"]):
        assert [each.id for each in inbox()] == [request]
        sign(request, "资料齐全")
    assert state(customer) == CONFIRMED
    given = code(customer)
    assert given is not None
    assert given.startswith("KH-")
    assert db.session.scalar(select(UsedCode.customer_id).where(UsedCode.code == given)) == customer
    with acting_as(people["manager"]):
        told = change_entries(db.session.get_one(Customer, customer), None, 10)
    assert told[0].who == "manager"
    assert told[0].changes[0][2] == given
    assert told[-1].who == "seller"


@pytest.mark.clause("CUS-14")
def test_the_entry_form_is_printed_with_who_entered_and_who_confirmed_it(
    people: dict[str, User], client_as: Any
) -> None:
    number = enter(people, phone="0571-88001122")
    waiting = _content(number, "").data
    assert [each["name"] for each in waiting["signatures"]] == ["seller", ""]
    assert ["Phone", "0571-88001122"] in [line for part in waiting["groups"] for line in part["lines"]]
    with acting_as(people["manager"]):
        sign(request_of(number), "")
        confirmed = _content(number, "").data
        assert [each["name"] for each in confirmed["signatures"]] == ["seller", "manager"]
        assert issue("entry.form", number, "pdf")
    sent = db.session.scalar(select(State.submission_id).where(State.customer_id == number))
    page = client_as(login="seller").get(f"/entry/{sent}").text
    assert f"/documents/make/entry.form/{number}" in page
    with acting_as(people["stranger"]), pytest.raises(NotFound):
        _content(number, "")


@pytest.mark.clause("CUS-14")
def test_what_was_signed_is_what_takes_effect(people: dict[str, User]) -> None:
    customer = enter(people)
    request = request_of(customer)
    with acting_as(people["seller"]), writing():
        update_customer(customer, 1, {"business_type": "trading-company"})
    assert (state(customer), code(customer)) == (CHANGED, None)
    assert db.session.get_one(Request, request).status == "void"
    with acting_as(people["manager"]), pytest.raises(Refused):
        sign(request)
    assert code(customer) is None
    with acting_as(people["seller"]):
        send_one(customer)
        with pytest.raises(Refused, match="wait"):
            send_one(customer)
    with acting_as(people["manager"]):
        sign(request_of(customer))
    assert code(customer) is not None


@pytest.mark.clause("CUS-14")
def test_what_comes_back_stays_a_prospect_with_the_reason_and_can_be_sent_again(
    people: dict[str, User], client_as: Callable[..., Any]
) -> None:
    returned, refused = enter(people), enter(people, "宁波金桥商贸有限公司")
    with acting_as(people["manager"]):
        send_back(request_of(returned), "请补充经营范围")
        reject(request_of(refused), "与我司无业务往来")
    rows = {row.customer_id: row for row in db.session.scalars(select(State))}
    assert (rows[returned].state, rows[returned].reason) == (RETURNED, "请补充经营范围")
    assert (rows[refused].state, rows[refused].closed_by) == (REJECTED, "manager")
    assert code(returned) is None
    assert code(refused) is None
    page = client_as(login="seller").get(f"/customers/{returned}").text
    assert page.count("请补充经营范围") == 2  # above the file, and in its timeline
    assert f"/entry/{rows[returned].submission_id}" in page
    first = request_of(returned)
    with acting_as(people["seller"]), writing():
        update_customer(returned, 1, {"city": "杭州"})
    with acting_as(people["seller"]):
        send_again(rows[returned].submission_id)
    assert request_of(returned) == first  # the request goes on in a new round
    assert db.session.get_one(Request, first).round == 2
    with acting_as(people["manager"]):
        sign(first)
    assert (state(returned), state(refused)) == (CONFIRMED, REJECTED)


@pytest.mark.clause("CUS-14", "CUS-08")
def test_a_file_of_new_customers_is_confirmed_in_one_request(people: dict[str, User]) -> None:
    with acting_as(people["clerk"]):
        result = import_file("customers", FILE.encode(), "新客户.csv")
    assert (result["created"], result["failed"]) == (3, 0)
    assert db.session.scalar(select(func.count(Customer.id)).where(Customer.code.is_not(None))) == 0
    sent = db.session.scalars(select(Submission)).one()
    assert (sent.count, sent.source, sent.sent_by) == (3, "新客户.csv", "clerk")
    assert sorted(sent.totals["types"]) == [["contractor", 1], ["project-retail", 1], ["trading-company", 1]]
    assert db.session.scalars(select(Line.code).order_by(Line.customer_id)).all() == ["KH-A", "", ""]
    with acting_as(people["clerk"]):  # the same file again names the same prospect
        again = "\n".join(FILE.splitlines()[:2])
        assert import_file("customers", again.encode(), "新客户.csv")["unchanged"] == 1
    with acting_as(people["clerk"]), pytest.raises(Refused, match="KH-A"), writing():
        create_customer({"name": "另一家公司", "business_type": "contractor", "code": "KH-A"})
    second = db.session.scalar(select(Customer.id).where(Customer.name == "乙商贸"))
    assert second is not None
    with acting_as(people["seller"]), writing():
        update_customer(second, 1, {"city": "宁波"})
    assert state(second) == CHANGED
    assert sent.request_id is not None
    with acting_as(people["manager"]):
        sign(sent.request_id)
    assert customer_by_code("KH-A").name == "甲建筑"
    codes = db.session.execute(select(Customer.name, Customer.code).order_by(Customer.id)).all()
    assert [row.code is not None for row in codes] == [True, False, True]
    assert db.session.scalar(select(Submission.confirmed)) == 2


@pytest.mark.clause("CUS-14")
def test_the_first_classification_comes_with_the_entry(people: dict[str, User]) -> None:
    with acting_as(people["seller"]), pytest.raises(Invalid) as refused, writing():
        create_customer({"name": "无类型公司"})
    assert list(refused.value.errors) == ["business_type"]
    with acting_as(people["clerk"]):
        result = import_file("customers", "名称\n无类型公司\n".encode(), "a.csv")
    assert (result["created"], result["failed"]) == (0, 1)
    assert db.session.scalar(select(func.count(Customer.id))) == 0
    with acting_as(people["seller"]), writing():  # a mere prospect needs none, and is not sent
        prospect = create_customer({"name": "无类型公司"}, prospect=True).id
    assert state(prospect) is None
    with acting_as(people["seller"]), pytest.raises(Refused, match="business type"):
        send_one(prospect)


def test_sending_and_confirming_takes_as_many_statements_for_many_as_for_few(
    people: dict[str, User], statements: Callable[[], Any]
) -> None:
    counts = []
    for number in (1, 2, 40):  # the first signature of a process looks some things up once
        lines = "".join(f"{number}号公司{at},建筑工程公司,seller\n" for at in range(number))
        with acting_as(people["clerk"]):
            import_file("customers", f"名称,经营方式,负责人\n{lines}".encode(), f"{number}.csv")
        request = db.session.scalar(select(Submission.request_id).order_by(Submission.id.desc()).limit(1))
        assert request is not None
        db.session.rollback()
        with acting_as(people["manager"]), statements() as counted:
            sign(request)
        counts.append(counted.count)
    assert counts[1] == counts[2]
    assert db.session.scalar(select(func.count(Customer.id)).where(Customer.code.is_(None))) == 0


@pytest.mark.clause("CUS-14")
def test_without_the_setting_everything_counts_at_once(app: Flask, add_person: Callable[..., User]) -> None:
    with acting_as(add_person("seller", "salesperson")), writing():
        customer = create_customer({"name": "无类型公司"}).id
    assert code(customer) is not None
    assert state(customer) is None


def test_without_a_manager_in_charge_the_holder_of_the_files_confirms(
    people: dict[str, User], add_person: Callable[..., User]
) -> None:
    with writing() as session:
        session.get_one(Account, people["manager"].id).active = False
    customer, holder = enter(people), add_person("holder", "customer-service-manager")
    with acting_as(holder):
        sign(request_of(customer))
    assert code(customer) is not None


def test_a_file_that_is_reverted_takes_its_request_along(people: dict[str, User]) -> None:
    with acting_as(people["clerk"]):
        import_file("customers", FILE.encode(), "新客户.csv")
        sent = db.session.scalars(select(Submission)).one()
        request, sent_id, batch = sent.request_id, sent.id, sent.batch_id
        assert batch is not None
        revert(batch)
    assert db.session.scalar(select(func.count(Customer.id))) == 0
    assert db.session.get_one(Request, request, populate_existing=True).status == "void"
    assert db.session.scalar(select(Submission.state).where(Submission.id == sent_id)) == CHANGED
