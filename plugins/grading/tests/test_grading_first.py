"""The class that a new customer is entered with is signed with it, and counts when the customer does (CUS-14)."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Refused, User, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.models import Department
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.entry.models import Line, State, Submission
from kezhi_grading.first import save
from kezhi_grading.models import FirstGrade

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]


@pytest.fixture
def people(app: Any, add_person: Callable[..., User], make_department: Callable[..., int]) -> dict[str, User]:
    east = make_department("华东销售部")
    found = {
        "seller": add_person("seller", "salesperson", department_id=east),
        "manager": add_person("manager", "sales-manager", department_id=east),
    }
    with writing() as session:
        session.get_one(Department, east).manager_id = found["manager"].id
        set_setting("customers", "confirm_new", True)
    return found


def first(customer_id: int) -> tuple[str, Any] | None:
    db.session.rollback()
    row = db.session.execute(
        select(FirstGrade.grade, FirstGrade.effective_from).where(FirstGrade.customer_id == customer_id)
    ).first()
    return None if row is None else (row[0], row[1])


def enter(client: Any, name: str, grade: str) -> int:
    sent = {
        "name": name,
        "business_type": "trading_company",
        "form_part": "grading.first",
        "grading-first-grade": grade,
    }
    offered = client.get("/customers/new").text
    kind = offered.partition('name="business_type"')[2].partition('<option value="')[2:]
    values = [part.partition('"')[0] for part in "".join(kind).split('<option value="')]
    answer = client.post("/customers/new", data=sent | {"business_type": next(each for each in values if each)})
    assert answer.status_code == 302, answer.text[:3000]
    return int(answer.location.rpartition("/")[2])


@pytest.mark.clause("CUS-14")
def test_the_first_class_is_signed_with_the_customer_and_counts_when_the_customer_does(
    people: dict[str, User], client_as: Any
) -> None:
    client = client_as(login="seller")
    number = enter(client, "杭州恒远建筑工程有限公司", "B")
    assert first(number) == ("B", None)
    line = db.session.scalars(select(Line).where(Line.customer_id == number)).one()
    request = db.session.scalars(select(Request).order_by(Request.id.desc())).first()
    assert line.parts == "B"
    assert request is not None
    assert any("B" in str(value) for label, value in request.snapshot["facts"] if label["zh"] == "初次分类")
    assert "确认后生效" in unescape(client.get(f"/customers/{number}").text)
    # another class than the one that was signed does not take effect: the file falls out of what was sent
    with acting_as(people["seller"]), writing():
        save(number, {"grade": "A"})
    with acting_as(people["manager"]), pytest.raises(Refused, match="changed after"):
        sign(request.id, "")
    assert (first(number), db.session.get_one(Customer, number).code) == (("A", None), None)
    second = enter(client, "宁波远山贸易有限公司", "C")
    newest = db.session.scalars(select(Request).order_by(Request.id.desc())).first()
    assert newest is not None
    with acting_as(people["manager"]):
        sign(newest.id, "")
    assert first(second) == ("C", clock.today())
    assert db.session.get_one(Customer, second).code
    page = unescape(client.get(f"/customers/{second}").text)
    assert "初次等级，自" in page
    assert "grading-first-grade" not in client.get(f"/customers/{second}/edit").text, "it is settled"
    with acting_as(people["seller"]), pytest.raises(Refused), writing():
        save(number, {"grade": "no such class"})


@pytest.mark.clause("CUS-14")
def test_without_confirmation_it_counts_at_once_and_nobody_has_to_choose_one(
    people: dict[str, User], client_as: Any
) -> None:
    with writing():
        set_setting("customers", "confirm_new", False)
    client = client_as(login="seller")
    assert first(enter(client, "甲纺织", "A")) == ("A", clock.today())
    assert first(enter(client, "乙纺织", "")) is None
    assert db.session.scalars(select(State)).all() == []
    assert db.session.scalars(select(Submission)).all() == []
