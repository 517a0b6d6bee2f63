"""The pages of orders, and what other pages show of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import db, writing
from kezhi_trade import services
from kezhi_trade.models import Order

pytestmark = [pytest.mark.plugins("trade")]


def form(**values: str) -> dict[str, str]:
    given = {"customer": "K1", "number": "A-1", "order_date": "2026-03-01", "amount": "1,234.50", "currency": "CNY"}
    return {**given, "tax_rate": "13", "status": "open", **values}


def only() -> Order:
    return db.session.scalars(select(Order)).one()


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", str(answer.get_data(as_text=True)))


def test_an_order_is_entered_in_units_of_its_currency(customer: Any, client_as: Any) -> None:
    customer("K1")
    client = client_as("order-clerk")
    answer = client.post("/trade/new", data=form(cost="1000", tax_rate="9%"))
    assert answer.status_code == 302
    order = only()
    assert (order.amount, order.cost, order.profit, order.tax_rate) == (1_234_50, 1_000_00, 234_50, 90_000)
    page = text(client.get(answer.location))
    assert "¥1,234.50" in page
    assert "¥234.50" in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"customer": "NOBODY"}, "customer"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "viel"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "99999999999999"}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"tax_rate": "101"}, "tax_rate"),
        ({"order_date": "2026-02-30"}, "order_date"),
        ({"number": " "}, "number"),
        ({"status": "cancelled"}, "status"),
    ],
)
def test_a_wrong_entry_keeps_what_was_typed(customer: Any, client_as: Any, values: Any, field: str) -> None:
    customer("K1")
    answer = client_as("order-clerk").post("/trade/new", data=form(product_group="阀门", **values))
    page = text(answer)
    assert answer.status_code == 422
    assert f'id="{field}-e"' in page
    assert 'value="阀门"' in page
    assert db.session.scalars(select(Order)).all() == []


def test_a_form_sent_twice_enters_one_order(customer: Any, client_as: Any) -> None:
    customer("K1")
    client = client_as("order-clerk")
    first, second = (client.post("/trade/new", data=form(submission_key="same")) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert only().number == "A-1"


def test_editing_starts_from_what_is_stored_and_loses_to_a_faster_save(
    customer: Any, order: Any, client_as: Any
) -> None:
    one = customer("K1")
    order_id = order(one, "2026-03-01", 100_00, cost=60_00, number="A-1")
    client = client_as("order-clerk")
    page = text(client.get(f"/trade/{order_id}/edit"))
    assert 'value="100.00"' in page
    assert 'name="version" type="hidden" value="1"' in page
    with writing():
        services.update_order(order_id, 1, {"product_group": "阀门"})
    answer = client.post(
        f"/trade/{order_id}/edit", data=form(amount="90", cost="60", version="1", product_group="照明")
    )
    page = text(answer)
    assert answer.status_code == 422
    assert only().amount == 100_00
    assert 'value="90"' in page
    assert "阀门" in page
    assert 'name="version" type="hidden" value="2"' in page
    answer = client.post(
        f"/trade/{order_id}/edit", data=form(amount="90", cost="60", version="2", product_group="照明")
    )
    assert answer.status_code == 302
    db.session.rollback()
    assert (only().amount, only().profit, only().product_group) == (90_00, 30_00, "照明")


def test_cancelling_asks_first(customer: Any, order: Any, client_as: Any) -> None:
    order_id = order(customer("K1"), "2026-03-01", 100_00, number="A-1")
    client = client_as("order-clerk")
    assert "¥100.00" in text(client.get(f"/trade/{order_id}/cancel"))
    assert only().status == "open"
    assert client.post(f"/trade/{order_id}/cancel", data={"version": "7"}).status_code == 200
    db.session.rollback()
    assert only().status == "open"
    assert client.post(f"/trade/{order_id}/cancel", data={"version": "1"}).status_code == 302
    db.session.rollback()
    assert only().status == "cancelled"
    assert client.get(f"/trade/{order_id}/edit").status_code == 302


def test_the_newest_orders_stand_first_and_one_customers_can_be_picked(
    customer: Any, order: Any, client_as: Any, statements: Any
) -> None:
    one, other = customer("K1"), customer("K2")
    order(one, "2026-01-05", number="OLD")
    order(other, "2026-03-05", number="NEW", amount=500_00)
    client = client_as("general-manager")
    page = text(client.get("/trade"))
    assert page.index("NEW") < page.index("OLD")
    assert "OLD" not in text(client.get("/trade?f.customer_code=K2"))
    assert "OLD" not in text(client.get("/trade?from.amount=400"))
    assert "NEW" not in text(client.get("/trade?q=OL"))
    with statements() as few:
        client.get("/trade")
    for index in range(40):
        order(one, "2026-02-01", number=f"B{index}")
    with statements() as many:
        client.get("/trade")
    assert many.count == few.count


def test_customers_are_listed_with_their_figures(customer: Any, order: Any, client_as: Any) -> None:
    one, other = customer("K1"), customer("K2")
    customer("K3")
    order(one, "2026-01-05", 100_00)
    order(other, "2026-03-05", 500_00)
    client = client_as("general-manager")
    page = text(client.get("/customers?sort=-trade.total_amount"))
    assert "¥500" in page
    assert "2026-03-05" in page
    assert page.index("客户 K2") < page.index("客户 K1") < page.index("客户 K3")
    assert "客户 K1" not in text(client.get("/customers?from.trade.total_amount=200"))
    assert "¥500" not in text(client_as("customer-service-agent").get("/customers"))


def test_a_customers_page_shows_facts_orders_and_when_they_came(customer: Any, order: Any, client_as: Any) -> None:
    one = customer("K1")
    order(one, "2026-01-05", 100_00, number="A-1", currency="CNY")
    client = client_as("general-manager")
    page = text(client.get(f"/customers/{one}?tab=trade"))
    assert page.count("A-1") >= 2
    assert "¥100" in page
    assert "f.customer_code=K1" in page
    overview = text(client.get(f"/customers/{one}"))
    assert f"/customers/{one}?tab=trade" in overview
    assert overview.count("A-1") == 1  # in the timeline only: the overview is short
    assert client.get(f"/customers/{one}?tab=nothing").status_code == 404


def test_every_page_is_there_in_english_too(customer: Any, order: Any, client_as: Any) -> None:
    order_id = order(customer("K1"), "2026-03-01", number="A-1")
    client = client_as("order-clerk", locale="en")
    for address, words in (
        ("/trade", "New order"),
        ("/trade/new", "Any currency but CNY"),
        (f"/trade/{order_id}", "Amount without tax"),
        (f"/trade/{order_id}/cancel", "Keep order"),
    ):
        assert words in text(client.get(address))


def test_the_summaries_can_be_computed_anew(app: Any, customer: Any, order: Any) -> None:
    from kezhi_trade.commands import refresh

    order(customer("K1"), "2026-03-01")
    result = app.test_cli_runner().invoke(refresh)
    assert (result.exit_code, "1" in result.output) == (0, True)
