"""Entering, changing and cancelling orders; month rates; the summary that follows (TRD-01)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, announce, db, writing
from kezhi_trade import services
from kezhi_trade.checks import checks
from kezhi_trade.models import CustomerTrade, Order

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]


def stored(order_id: int) -> Order:
    return services.find_order(order_id)


def summary() -> dict[int, tuple[int, int, str]]:
    rows = db.session.scalars(select(CustomerTrade))
    return {row.customer_id: (row.total_amount, row.order_count, row.last_order_date.isoformat()) for row in rows}


def doctor() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


def change(order_id: int, version: int = 1, **values: Any) -> Order:
    with writing():
        return services.update_order(order_id, version, values)


@pytest.mark.clause("TRD-01")
def test_an_order_takes_the_companys_currency_and_tax_rate(customer: Any, order: Any) -> None:
    found = stored(order(customer("K1"), "2026-03-01", 113_00, number="A-1"))
    assert (found.currency, found.tax_rate, found.base_amount) == ("CNY", 130_000, 113_00)
    assert (found.status, found.source, found.profit, found.version) == ("open", "page", None, 1)


@pytest.mark.clause("TRD-01")
def test_profit_follows_from_the_cost_unless_it_is_given(customer: Any, order: Any) -> None:
    one = customer("K1")
    derived, given, loss = (
        order(one, "2026-03-01", 100_00, cost=60_00),
        order(one, "2026-03-01", 100_00, cost=60_00, profit=35_00),
        order(one, "2026-03-01", 100_00, cost=160_00),
    )
    assert [stored(each).base_profit for each in (derived, given, loss)] == [40_00, 35_00, -60_00]
    assert change(derived, amount=110_00).profit == 50_00
    assert change(given, amount=110_00).profit == 35_00


@pytest.mark.clause("TRD-01")
def test_a_foreign_order_waits_for_the_rate_of_its_month(customer: Any, order: Any) -> None:
    one = customer("K1")
    with pytest.raises(Refused, match=r"USD.*2026-03"):
        order(one, "2026-03-31", 100_00, currency="USD")
    with writing():
        services.set_rate("USD", date(2026, 3, 15), 7_000_000)
    assert stored(order(one, "2026-03-31", 100_00, currency="USD")).base_amount == 700_00
    with pytest.raises(Refused, match="2026-04"):
        order(one, "2026-04-01", 100_00, currency="USD")


@pytest.mark.clause("TRD-02")
def test_a_corrected_rate_converts_the_months_orders_anew(customer: Any, order: Any) -> None:
    one = customer("K1")
    with writing():
        services.set_rate("USD", date(2026, 3, 1), 7_000_000)
        services.set_rate("USD", date(2026, 4, 1), 7_000_000)
    march = order(one, "2026-03-31", 100_00, currency="USD", cost=90_00)
    order(one, "2026-04-01", 100_00, currency="USD")
    with writing():
        services.set_rate("USD", date(2026, 3, 1), 7_200_000)
    found = stored(march)
    assert (found.base_amount, found.base_profit, found.version) == (720_00, 72_00, 2)
    assert summary()[one] == (1_420_00, 2, "2026-04-01")
    assert doctor() == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": ""}, "number"),
        ({"order_date": None}, "order_date"),
        ({"amount": None}, "amount"),
        ({"amount": -1}, "amount"),
        ({"tax_rate": 1_000_001}, "tax_rate"),
        ({"currency": "XXQ"}, "currency"),
        ({"status": "lost"}, "status"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(customer: Any, order: Any, values: Any, field: str) -> None:
    one = customer("K1")
    with pytest.raises(Refused) as refusal:
        order(one, **{"day": "2026-03-01", **values})
    assert refusal.value.field == field
    assert db.session.scalars(select(Order)).all() == []


def test_a_number_is_given_once(customer: Any, order: Any) -> None:
    one = customer("K1")
    order(one, "2026-03-01", number="A-1")
    other = order(one, "2026-03-01", number="A-2")
    for attempt in (lambda: order(one, "2026-03-02", number="A-1"), lambda: change(other, number="A-1")):
        with pytest.raises(Refused, match="A-1") as refusal:
            attempt()
        assert refusal.value.field == "number"


def test_a_customer_that_does_not_exist_has_no_orders(order: Any) -> None:
    with pytest.raises(NotFound):
        order(4711, "2026-03-01")


def test_of_two_open_forms_the_second_does_not_undo_the_first(customer: Any, order: Any) -> None:
    found = order(customer("K1"), "2026-03-01")
    change(found, 1, product_group="阀门")
    with pytest.raises(Conflict):
        change(found, 1, product_group="照明")
    with pytest.raises(Conflict), writing():
        services.cancel_order(found, 1)
    assert (stored(found).product_group, stored(found).version, stored(found).status) == ("阀门", 2, "open")


def test_a_cancelled_order_stays_as_it_is(customer: Any, order: Any) -> None:
    one = customer("K1")
    found = order(one, "2026-03-01", number="A-1")
    with writing():
        services.cancel_order(found, 1)
    assert summary() == {}
    with pytest.raises(Refused, match="A-1"):
        change(found, 2, amount=1)
    with pytest.raises(Refused, match="A-1"), writing():
        services.cancel_order(found, 2)


def test_the_summary_follows_every_change(customer: Any, order: Any) -> None:
    one, other = customer("K1"), customer("K2")
    first = order(one, "2026-03-01", 100_00)
    order(one, "2026-01-01", 50_00)
    assert summary() == {one: (150_00, 2, "2026-03-01")}
    change(first, 1, customer_id=other, amount=70_00)
    assert summary() == {one: (50_00, 1, "2026-01-01"), other: (70_00, 1, "2026-03-01")}
    assert doctor() == []


def test_bulk_changes_are_followed_by_list_and_by_select(customer: Any, order: Any) -> None:
    one, other = customer("K1"), customer("K2")
    for who in (one, other):
        order(who, "2026-03-01", 100_00)
    orders = Order.__table__
    with writing():
        db.session.execute(orders.update().values(amount=5, base_amount=5))
        announce(Order, "update", select(orders.c.id).where(orders.c.customer_id == one))
    assert summary() == {one: (5, 1, "2026-03-01"), other: (100_00, 1, "2026-03-01")}
    assert len(doctor()) == 1
    with writing():
        assert services.refresh_summary() == 2
    assert summary()[other] == (5, 1, "2026-03-01")
    with writing():
        db.session.execute(orders.delete().where(orders.c.customer_id == other))
        announce(Order, "delete", [1])
    assert summary() == {one: (5, 1, "2026-03-01")}


def test_the_doctor_finds_amounts_that_no_rate_gives(customer: Any, order: Any) -> None:
    one = customer("K1")
    with writing():
        services.set_rate("USD", date(2026, 3, 1), 7_000_000)
    order(one, "2026-03-31", 100_00, currency="USD")
    order(one, "2026-03-31", 100_00)
    assert doctor() == []
    orders = Order.__table__
    with writing():
        db.session.execute(orders.update().values(base_amount=orders.c.base_amount + 1))
        services.refresh_summary()
    assert len(doctor()) == 1
    assert "2" in doctor()[0]
