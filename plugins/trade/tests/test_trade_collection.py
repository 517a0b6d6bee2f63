"""Collection rate, overdue amount and days as metrics: what they were at the end of the period (TRD-02)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Period, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.metrics import metric
from kezhi_trade import services
from kezhi_trade.services import INVOICE, RECEIPT

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

QUARTER = ("2026-01-01", "2026-03-31")


@pytest.fixture
def book(app: Any) -> Any:
    """``book(RECEIPT, "R1", customer, "2026-03-01", 100)`` enters a voucher and returns its id."""

    def enter(sort: Any, number: str, customer: int, day: str, amount: int, **more: Any) -> int:
        values = {"customer_id": customer, "number": number, "happened_on": date.fromisoformat(day), "amount": amount}
        with writing():
            return int(services.create_voucher(sort, {**values, **more}).id)

    return enter


@pytest.mark.clause("TRD-02")
def test_collection_counts_by_due_date_and_by_what_had_come_in(
    customer: Any, book: Any, figures: Any, statements: Any
) -> None:
    """1,000 are due in the quarter, 800 of them came in it; a credit note asks for less; the rest came later."""
    one, other = customer("K1"), customer("K2")
    due = {"due_on": date(2026, 2, 10)}
    first = book(INVOICE, "F1", one, "2026-01-10", 600_00, **due)
    second = book(INVOICE, "F2", one, "2026-02-10", 500_00, due_on=date(2026, 3, 20))
    book(INVOICE, "F3", one, "2026-03-10", 900_00, due_on=date(2026, 4, 10))  # due in the next quarter
    paid = book(RECEIPT, "R1", one, "2026-02-15", 800_00)
    late = book(RECEIPT, "R2", one, "2026-04-02", 200_00)
    credit = book(RECEIPT, "R3", one, "2026-03-01", 100_00, kind="credit")
    book(INVOICE, "F9", other, "2026-04-01", 50_00, due_on=date(2026, 4, 1))
    with writing():
        services.match(paid, {first: 500_00, second: 300_00})
        services.match(credit, {first: 100_00})
        services.match(late, {second: 200_00})
    with statements() as counted:
        assert figures("trade.collection_rate", *QUARTER) == {one: 800_000}
    assert sum("trade_invoice" in text for text in counted.texts) == 1
    assert figures("trade.due_amount", *QUARTER) == {one: 1_000_00}
    assert figures("trade.received_amount", *QUARTER) == {one: 800_00}
    assert figures("trade.overdue_amount", *QUARTER) == {one: 200_00}
    assert figures("trade.overdue_days", *QUARTER) == {one: 11}
    half = ("2026-01-01", "2026-06-30")
    assert figures("trade.collection_rate", *half) == {one: 526_316, other: 0}  # 1,000 of 1,900; at most all of it
    assert figures("trade.overdue_amount", *half) == {one: 900_00, other: 50_00}
    assert figures("trade.overdue_days", *half) == {one: 81, other: 90}
    assert figures("trade.collection_rate", *half, population=[other]) == {other: 0}


@pytest.mark.clause("TRD-02")
def test_the_rows_behind_the_figures_add_up_to_them(customer: Any, book: Any, figures: Any) -> None:
    one = customer("K1")
    with writing():
        services.set_rate("USD", date(2026, 1, 1), 7_000_000)
    first = book(INVOICE, "F1", one, "2026-01-10", 100_00, currency="USD", due_on=date(2026, 1, 31))
    money = book(RECEIPT, "R1", one, "2026-01-20", 33_33, currency="USD")
    with writing():
        services.match(money, {first: 33_33})
    for key, value in (("overdue_amount", 466_69), ("due_amount", 700_00), ("received_amount", 233_31)):
        shown = metric(f"trade.{key}")
        period = Period(*(date.fromisoformat(day) for day in QUARTER))
        assert shown.evidence is not None
        rows = db.session.execute(shown.evidence.select(period, select(Customer.id))).mappings().all()
        assert figures(f"trade.{key}", *QUARTER) == {one: value}
        assert sum(row["value"] for row in rows) == value
        assert {row["reference"] for row in rows} == {"R1" if key == "received_amount" else "F1"}
    assert figures("trade.collection_rate", *QUARTER) == {one: 333_300}
