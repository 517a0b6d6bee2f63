"""What customers owe, in parts, beside their limits (CRD-04)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import clock, db
from kezhi_credit import services
from kezhi_credit.services import position_of
from kezhi_credit.services.exposure import AGES, FIGURES
from kezhi_credit.services.position import position

pytestmark = [pytest.mark.plugins("credit")]

YUAN = 100


@pytest.mark.services
@pytest.mark.clause("CRD-04")
def test_exposure_is_receivables_shipments_and_orders_less_deposits(customer: Any, rated: Any, books: Any) -> None:
    one, other = customer("K1"), customer("K2")
    rated(one, "B")
    books.owe(
        one, not_due=100_000 * YUAN, overdue_1_30=20_000 * YUAN, overdue_90_plus=5_000 * YUAN, overdue_days_max=120,
        shipped_not_invoiced=30_000 * YUAN, ordered_not_shipped=60_000 * YUAN, deposits=15_000 * YUAN,
    )  # fmt: skip
    now = position_of(one)
    assert (now["receivables"], now["overdue"]) == (125_000 * YUAN, 25_000 * YUAN)
    assert (now["exposure"], now["free"]) == (200_000 * YUAN, 300_000 * YUAN)
    quiet = position_of(other)  # the source says nothing of it: it owes nothing, and has no limit
    assert (quiet["exposure"], quiet["free"], quiet["overdue_days_max"]) == (0, 0, 0)
    books.owe(other, deposits=7_000 * YUAN)
    assert position_of(other)["free"] == 7_000 * YUAN  # paid ahead: that much may be shipped


@pytest.mark.services
@pytest.mark.clause("CRD-04")
def test_without_a_source_of_receivables_the_exposure_is_unknown_and_not_nothing(customer: Any, rated: Any) -> None:
    one = customer("K1")
    rated(one, "B")
    now = position_of(one)
    assert (now["limit"], now["exposure"], now["free"], now["overdue"]) == (500_000 * YUAN, None, None, None)


def test_every_figure_opens_the_rows_behind_it_and_the_page_says_why(
    customer: Any, rated: Any, books: Any, house: Any, client_as: Any, statements: Any
) -> None:
    one = customer("K1", owner_id=house.seller.id)
    hidden = customer("K2")
    rated(one, "B")
    client = client_as(login="seller")
    books.owe(one, not_due=450_000 * YUAN, overdue_1_30=90_000 * YUAN, overdue_days_max=12)
    for address in (f"/credit/customers/{one}", f"/customers/{one}"):
        page = re.sub(r"\s+", " ", client.get(address).get_data(as_text=True))
        assert "¥540,000" in page
        assert "¥40,000" in page  # over the limit by so much
        assert f"/credit/customers/{one}/rows/overdue_1_30" in page
    rows = client.get(f"/credit/customers/{one}/rows/overdue_1_30").get_data(as_text=True)
    assert "FP-overdue_1_30" in rows
    assert "¥90,000.00" in rows
    assert 'href="/audit"' not in rows  # a salesperson may not go there
    assert client.get(f"/credit/customers/{one}/rows/gold").status_code == 404
    assert client.get(f"/credit/customers/{hidden}/rows/not_due").status_code == 404
    services.refresh_all()  # a source of receivables that announces nothing is found at night
    finance = client_as("finance")
    assert "客户 K1" in finance.get("/credit?to.credit.free=-1").get_data(as_text=True)
    assert "客户 K1" not in finance.get("/customers?from.credit.exposure=540001").get_data(as_text=True)
    with statements() as few:
        finance.get("/credit")
    for place in range(10):
        books.owe(customer(f"N{place}"), not_due=1)
    with statements() as many:
        finance.get("/credit")
    assert many.count == few.count


amounts = st.integers(min_value=0, max_value=10**9)
events = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(FIGURES), amounts, st.sampled_from(("add", "pay"))), max_size=25
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=events)
@pytest.mark.clause("CRD-04")
def test_after_any_events_the_parts_add_up_to_the_exposure(customer: Any, books: Any, events: Any) -> None:
    """A plain model keeps the same books by hand: parts, ages and sums are equal for every customer at once."""
    from kezhi.builtin.customers.models import Customer

    known = [each.id for each in db.session.query(Customer).order_by(Customer.id)]
    db.session.rollback()
    customers = known or [customer(f"K{place}") for place in range(4)]
    books.clear()
    model: dict[int, dict[str, int]] = {}
    for place, figure, amount, what in events:
        mine = model.setdefault(customers[place], dict.fromkeys(FIGURES, 0))
        mine[figure] = mine[figure] + amount if what == "add" else max(0, mine[figure] - amount)
    for customer_id, mine in model.items():
        books.owe(customer_id, **mine)
    found = {row["customer_id"]: row for row in db.session.execute(position(clock.today())).mappings()}
    assert set(found) == set(customers)
    for customer_id in customers:
        mine, row = model.get(customer_id, dict.fromkeys(FIGURES, 0)), found[customer_id]
        assert {name: row[name] for name in FIGURES} == mine
        owed = sum(mine[name] for name in AGES)
        parts = owed + mine["shipped_not_invoiced"] + mine["ordered_not_shipped"] - mine["deposits"]
        assert (row["receivables"], row["overdue"], row["exposure"]) == (owed, owed - mine["not_due"], parts)
        assert row["limit"] - row["used"] == row["free"]
