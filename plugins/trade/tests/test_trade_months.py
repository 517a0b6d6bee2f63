"""The orders of a customer by month, on the customer's page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, current_app

from kezhi import acting_as, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.permissions import acting_user
from kezhi_trade import services
from kezhi_trade.panels.months import month_panels

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

TODAY = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)


def ordered(customer: int, *orders: tuple[str, str, str]) -> None:
    with writing():
        for at, (day, yuan, status) in enumerate(orders):
            made = {
                "customer_id": customer,
                "number": f"A-{customer}-{at}",
                "order_date": datetime.fromisoformat(day).date(),
            }
            order = services.create_order({**made, "amount": int(yuan) * 100})
            if status == "cancelled":
                services.cancel_order(order.id, order.version)


def shown(customer: int) -> Any:
    user = acting_user()
    with current_app.test_request_context(), acting_as(user):
        (panel,) = month_panels(db.session.get_one(Customer, customer), user)
    return panel.context


@pytest.mark.clause("TRD-01")
def test_the_last_twelve_months_stand_beside_those_of_a_year_before(app: Flask, customer: Any, clock_at: Any) -> None:
    """Cancelled orders, other customers and older months count nowhere; each column opens its orders."""
    clock_at(TODAY)
    mine, other = customer("K1"), customer("K2")
    ordered(
        mine,
        ("2026-11-30", "200", "open"),
        ("2026-11-01", "50", "open"),
        ("2026-10-31", "7", "open"),
        ("2026-09-15", "900", "cancelled"),
        ("2025-12-01", "30", "open"),
        ("2025-11-30", "11", "open"),
        ("2024-12-01", "13", "open"),
        ("2024-11-30", "5000", "open"),
    )
    ordered(other, ("2026-11-02", "80", "open"))
    context = shown(mine)
    before, now = (series["data"] for series in context["data"]["series"])
    assert [mark["value"] for mark in now] == [30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 250]
    assert [mark["value"] for mark in before] == [13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]
    assert context["data"]["labels"][0] == "12"
    assert now[0]["href"].endswith("?f.customer_code=K1&from.order_date=2025-12-01&to.order_date=2025-12-31")
    assert "href" not in now[1]
    assert context["rows"][-1] == ("2026-11", "¥11", "¥250")


def test_a_column_opens_exactly_its_orders(app: Flask, customer: Any, clock_at: Any, client_as: Any) -> None:
    clock_at(TODAY)
    mine = customer("K1")
    ordered(mine, ("2026-02-28", "20", "open"), ("2026-02-01", "30", "open"), ("2026-03-01", "7", "open"))
    (address,) = [mark["href"] for mark in shown(mine)["data"]["series"][1]["data"] if mark["value"] == 50]
    page = client_as("sales-director").get(address).get_data(as_text=True)
    assert [number in page for number in (f"A-{mine}-0", f"A-{mine}-1", f"A-{mine}-2")] == [True, True, False]


def test_a_customer_without_orders_has_no_such_panel(app: Flask, customer: Any) -> None:
    assert month_panels(db.session.get_one(Customer, customer("K1")), acting_user()) == []
