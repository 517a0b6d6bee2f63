"""Customers, classes and departments for examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import BigInteger, MetaData, String, Table, select
from sqlalchemy import Column as SqlColumn

from kezhi import User, clock, db, hookimpl, writing


@dataclass(frozen=True)
class House:
    """A small house: a salesperson whose department has a manager, finance, and the general manager."""

    seller: User
    manager: User
    finance: User
    chief: User
    department_id: int


@pytest.fixture
def house(app: Any, add_person: Callable[..., User]) -> House:
    from kezhi.builtin.accounts.services import add_department, user_named

    chief = add_person("chief", "general-manager")
    with writing():
        top = add_department("Sales").id
    manager = add_person("manager", "sales-manager", department_id=top)
    with writing():
        from kezhi.builtin.accounts.services import set_manager

        set_manager(top, manager.id)
    add_person("seller", "salesperson", department_id=top)
    seller = user_named("seller")
    assert seller is not None
    return House(seller, manager, add_person("finance", "finance"), chief, top)


@pytest.fixture
def customer(app: Any) -> Callable[..., int]:
    """``customer("K1")`` enters a customer and returns its id."""
    from kezhi.builtin.customers.models import Customer

    def make(code: str, **values: Any) -> int:
        with writing():
            record = Customer(code=code, name=f"客户 {code}", created_at=clock.now(), updated_at=clock.now(), **values)
            db.session.add(record)
            db.session.flush()
            return int(record.id)

    return make


@pytest.fixture
def rated(app: Any) -> Callable[..., int]:
    """``rated(customer_id, "B")`` rates a customer from today on."""
    from kezhi_credit.services import class_by_key, rate

    def make(customer_id: int, key: str, **values: Any) -> int:
        with writing():
            given = {"valid_from": clock.today(), "reason": "审定", **values}
            return int(rate(customer_id, class_by_key(key)["id"], **given).id)

    return make


@pytest.fixture
def investigated(app: Any) -> Callable[..., int]:
    """``investigated(customer_id, bank="good")``: an investigation that is done today, with these judgements."""
    from kezhi_credit import services

    def make(customer_id: int, valid_until: Any = None, **judged: str) -> int:
        with writing():
            people = services.investigators(customer_id)
            asked = services.ask_investigation(customer_id, people[0].id, clock.today(), "评级").id
        with writing():
            said = {key: services.Said(value, f"{key}：{value}") for key, value in judged.items()}
            return int(services.record(asked, said, clock.today(), valid_until, "结论", done=True).id)

    return make


@pytest.fixture
def standing_of(app: Any) -> Callable[..., Any]:
    """``standing_of(customer_id, day)``: the class and limit of one customer, as they are read on that day."""
    from kezhi.builtin.customers.models import Customer
    from kezhi_credit.services import standing

    def read(customer_id: int, day: Any = None) -> Any:
        chosen = select(Customer.__table__.c.id).where(Customer.__table__.c.id == customer_id)
        db.session.rollback()
        return db.session.execute(standing(day or clock.today(), chosen)).mappings().one()

    return read


#: what a source of receivables says of a customer, in the order of its columns
OWED = ("not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_90_plus", "overdue_days_max",
        "shipped_not_invoiced", "ordered_not_shipped", "deposits")  # fmt: skip


#: where the books of examples stand: what a source answers comes from rows
OWES = Table("books_owed", MetaData(), SqlColumn("customer_id", BigInteger, primary_key=True, autoincrement=False),
             *(SqlColumn(name, BigInteger, nullable=False) for name in OWED))  # fmt: skip
ORDERED = Table("books_order", OWES.metadata, SqlColumn("customer_id", BigInteger), SqlColumn("number", String(80)))


@dataclass
class Books:
    """A source of receivables for examples: ``books.owe(customer_id, not_due=…)``; it answers from what was said."""

    name: str = "books"
    title: str = "Books"

    def owe(self, customer_id: int, **figures: int) -> None:
        with writing() as session:
            session.execute(OWES.delete().where(OWES.c.customer_id == customer_id))
            session.execute(OWES.insert(), [{"customer_id": customer_id, **dict.fromkeys(OWED, 0), **figures}])

    def order(self, customer_id: int, number: str) -> None:
        with writing() as session:
            session.execute(ORDERED.insert(), [{"customer_id": customer_id, "number": number}])

    def clear(self) -> None:
        with writing() as session:
            session.execute(OWES.delete())

    @hookimpl
    def credit_receivables(self, customers: Any, day: Any) -> Any:
        found = select(OWES)
        return found if customers is None else found.where(OWES.c.customer_id.in_(customers))

    @hookimpl
    def credit_receivable_rows(self, customer_id: int, figure: str, day: Any, limit: int | None) -> Any:
        amount = db.session.scalar(select(OWES.c[figure]).where(OWES.c.customer_id == customer_id)) or 0
        row = {"reference": f"FP-{figure}", "kind": "invoice", "happened_on": day, "due_on": day, "days_overdue": 0,
               "amount": amount, "currency": "CNY", "amount_in_currency": amount, "url": "/audit"}  # fmt: skip
        return [row] if amount else []

    @hookimpl
    def credit_orders(self) -> Any:
        return select(ORDERED)


@pytest.fixture
def books(app: Any) -> Books:
    """An app that says what customers owe."""
    made = Books()
    with writing(ddl=True) as session:
        OWES.metadata.create_all(session.connection())
    app.extensions.pop("kezhi_credit_statements", None)  # an app that is enabled has the Flask app built anew
    app.extensions["kezhi"].host.manager.register(made, name="books")
    return made
