"""Customer cards: one page per customer, frozen by month, quarter and year, and compared (CUS-15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kezhi import NotFound, Period, User, acting_as, db, set_setting, writing
from kezhi.builtin.cards.models import Card, CardPeriod
from kezhi.builtin.cards.services import cards_of, differences, flows, freeze, freeze_due, prune, visible_figures
from kezhi.builtin.customers.fields import FIELDS
from kezhi.builtin.customers.services import add_contact, customer_by_id, update_customer
from kezhi.testing.jobs import run_job, run_job_cut_off

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]

OCTOBER, NOVEMBER = Period(date(2026, 10, 1), date(2026, 10, 31)), Period(date(2026, 11, 1), date(2026, 11, 30))


def order(customer: int, day: date, amount: int) -> None:
    from kezhi_trade.services import create_order

    with writing():
        create_order({"customer_id": customer, "number": f"D-{customer}-{day}", "order_date": day, "amount": amount})


def grade(customer: int, key: str) -> None:
    from kezhi_grading.models import CurrentGrade, Run
    from kezhi_grading.services.schemes import primary_key

    with writing() as session:
        run = session.scalar(select(Run.id).limit(1))
        row = session.get(CurrentGrade, (customer, primary_key()))
        if row is None:
            assert run is not None
            row = CurrentGrade(customer_id=customer, scheme_key=primary_key(), grade=key, grade_order=1, tone="blue",
                               score=82_000, run_id=run, effective_from=date(2026, 10, 1))  # fmt: skip
            session.add(row)
        row.grade = key


@pytest.fixture
def customers(app: Flask, make_customer: Callable[..., Any], add_person: Callable[..., User]) -> list[int]:
    from kezhi_grading import services as grading

    seller = add_person("seller", "salesperson", name="李明")
    made = [
        make_customer(name=name, business_type=kind, owner_id=seller.id if at == 0 else None).id
        for at, (name, kind) in enumerate((("恒远", "contractor"), ("金桥", "trading-company"), ("海川", "contractor")))
    ]
    with writing():
        grading.run_scheme("composite-abc", date(2026, 1, 1), date(2026, 9, 30))
    return made


@pytest.mark.clause("CUS-15")
def test_a_month_is_frozen_and_stays_as_it_was(customers: list[int]) -> None:
    first = customers[0]
    order(first, date(2026, 10, 5), 120_000_00)
    order(first, date(2026, 11, 5), 150_000_00)
    grade(first, "B")
    october = freeze("month", OCTOBER)
    grade(first, "A")
    with writing():
        update_customer(first, 1, {"name": "恒远集团", "stage": "existing"})
    november = freeze("month", NOVEMBER)
    (new_period, new), (old_period, old) = cards_of(first)
    assert (old_period.id, new_period.id) == (october, november)
    assert (old.name, old.grade, new.name, new.grade) == ("恒远", "B", "恒远集团", "A")
    keys = {figure["key"]: place for place, figure in visible_figures(old_period.figures)}
    assert old.figures[keys["trade.order_amount"]] == 120_000_00
    assert new.figures[keys["trade.order_count"]] == 1
    words = {line.title: line.words for line in differences((old_period, old), (new_period, new)) if line.changed}
    assert words["Order amount"] == "up by ¥30,000 (25.0%)"
    assert words["Grade"] == "from B to A"
    assert words["Customer name"] == "from 恒远 to 恒远集团"
    assert "Business type" not in words
    assert sorted(flows(october, november, "grade")) == [("", "", 2), ("B", "A", 1)]
    assert freeze("month", OCTOBER) == october  # a frozen period is not written again
    assert db.session.scalar(select(Card.name).where(Card.period_id == october, Card.customer_id == first)) == "恒远"


@pytest.mark.clause("CUS-15")
def test_the_job_freezes_on_the_first_working_day_after_the_period(
    app: Flask, customers: list[int], clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 11, 1, 6, tzinfo=UTC))  # a Sunday
    assert run_job(app, "cards.freeze", "sunday") == "done"
    assert db.session.scalar(select(func.count(CardPeriod.id))) == 0
    clock_at(datetime(2026, 11, 2, 6, tzinfo=UTC))  # Monday
    assert run_job_cut_off(app, "cards.freeze", "monday") == "done"
    db.session.rollback()
    taken = db.session.execute(select(CardPeriod.rhythm, CardPeriod.start, CardPeriod.count).order_by(CardPeriod.start))
    # the quarter and the year ended more than a month ago: what was then cannot be told any more
    assert [tuple(row) for row in taken] == [("month", date(2026, 10, 1), 3)]
    db.session.rollback()
    assert freeze_due() == []


@pytest.mark.clause("CUS-15")
def test_old_cards_go_after_the_time_the_company_keeps_them(customers: list[int]) -> None:
    with writing():
        set_setting("cards", "keep_month", 1)
    for rhythm, period in (
        ("month", OCTOBER),
        ("month", NOVEMBER),
        ("year", Period(date(2020, 1, 1), date(2020, 12, 31))),
    ):
        freeze(rhythm, period)
    assert prune(date(2026, 12, 10), chunk=2) == 1
    left = db.session.execute(select(CardPeriod.rhythm, CardPeriod.start).order_by(CardPeriod.start)).all()
    assert [tuple(row) for row in left] == [("year", date(2020, 1, 1)), ("month", date(2026, 11, 1))]
    assert db.session.scalar(select(func.count(Card.id))) == 6


def test_freezing_takes_as_many_statements_for_many_as_for_few(
    customers: list[int], make_customer: Callable[..., Any], statements: Callable[[], Any]
) -> None:
    counts = []
    freeze("month", Period(date(2026, 8, 1), date(2026, 8, 31)))
    for period in (OCTOBER, NOVEMBER):
        db.session.rollback()
        with statements() as counted:
            freeze("month", period)
        counts.append(counted.count)
        for _ in range(20):
            make_customer()
    assert counts[0] == counts[1]
    period_id = freeze("month", Period(date(2026, 12, 1), date(2026, 12, 31)), chunk=10)
    assert db.session.scalar(select(func.count(Card.id)).where(Card.period_id == period_id)) == 43


@pytest.mark.clause("CUS-15")
def test_a_card_shows_what_its_reader_may_see(
    customers: list[int], add_person: Callable[..., User], client_as: Callable[..., Any]
) -> None:
    first, second = customers[:2]
    grade(first, "A")
    old, new = freeze("month", OCTOBER), freeze("month", NOVEMBER)
    seller, stranger = client_as(login="seller"), add_person("stranger", "salesperson")
    card = seller.get(f"/cards/customer/{first}").text
    assert "恒远" in card
    assert "李明" in card
    assert seller.get(f"/cards/customer/{first}/compare?old={old}&new={new}").status_code == 200
    for address in (f"/cards/customer/{second}", f"/cards/customer/{second}/compare?old={old}&new={new}"):
        assert seller.get(address).status_code == 404
    listed = seller.get(f"/cards/periods/{new}").text
    assert "恒远" in listed
    assert "金桥" not in listed
    with acting_as(stranger):
        assert cards_of(first) == []
        assert flows(old, new, "business_type") == []
        with pytest.raises(NotFound):
            customer_by_id(first)
    clerk = client_as("customer-information-clerk")
    moves = clerk.get(f"/cards/periods/{new}/moves?old={old}&by=business_type")
    assert moves.status_code == 200
    assert clerk.get(f"/cards/periods/{new}/moves?old={old}&by=phone").status_code == 404


@pytest.mark.clause("CUS-15")
def test_the_card_is_issued_as_a_document_of_one_page(customers: list[int], add_person: Callable[..., User]) -> None:
    from kezhi.builtin.documents import services as documents

    order(customers[0], date(2026, 10, 5), 120_000_00)
    officer = add_person("officer", "customer-information-officer", name="周敏")
    long = {key: f"{field.label}：" + "很长的说明" * 60 for key, field in FIELDS.items() if field.kind == "long"}
    with writing():
        update_customer(customers[0], 1, long)
        for at in range(6):
            add_contact(customers[0], {"name": f"联系人{at}", "post": "采购经理", "phone": f"1380000000{at}"})
    with acting_as(officer):
        assert documents.preview_page("cards.card", customers[0], "", 1)[1] == 1
        issue = documents.issue_by_id(documents.issue("cards.card", customers[0], "pdf", holder="客户服务部"))
        assert issue.number.startswith("KP-")
        assert issue.holder == "客户服务部"
        assert issue.keep_until.year == issue.issued_at.year + 5
    issue_id = issue.id
    with acting_as(add_person("keeper", "inventory-control")), pytest.raises(NotFound):
        documents.issue_by_id(issue_id)  # who may not see every section reads no whole card
