"""TRD-02 by example: every figure on orders that can be checked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Period, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.metrics import all_metrics, metric
from kezhi_trade import services
from kezhi_trade.metrics import earlier
from kezhi_trade.models import Order

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]
YEAR = ("2026-01-01", "2026-12-31")


def cancel(order_id: int) -> None:
    with writing():
        services.cancel_order(order_id, 1)


@pytest.mark.clause("TRD-02")
def test_order_amount_adds_the_period_and_leaves_cancelled_orders_out(customer: Any, order: Any, figures: Any) -> None:
    one, other = customer("K1"), customer("K2")
    for day, amount in (("2026-01-01", 100_00), ("2026-12-31", 50_05), ("2025-12-31", 7_00), ("2027-01-01", 9_00)):
        order(one, day, amount)
    cancel(order(one, "2026-06-01", 1_000_00))
    cancel(order(other, "2026-06-01", 1_000_00))
    assert figures("trade.order_amount", *YEAR) == {one: 150_05}
    assert metric("trade.order_amount").no_rows == "zero"


@pytest.mark.clause("TRD-02")
def test_order_count_counts_the_same_orders(customer: Any, order: Any, figures: Any) -> None:
    one = customer("K1")
    order(one, "2026-01-01", 0)
    order(one, "2026-12-31")
    order(one, "2025-12-31")
    cancel(order(one, "2026-06-01"))
    assert figures("trade.order_count", *YEAR) == {one: 2}


@pytest.mark.clause("TRD-02")
def test_last_order_and_days_since_look_back_beyond_the_period(customer: Any, order: Any, figures: Any) -> None:
    active, quiet, none = customer("K1"), customer("K2"), customer("K3")
    order(active, "2026-12-01")
    order(active, "2027-02-01")
    order(quiet, "2024-02-29")
    cancel(order(quiet, "2026-05-05"))
    cancel(order(none, "2026-05-05"))
    assert figures("trade.last_order", *YEAR) == {active: 20261201, quiet: 20240229}
    assert figures("trade.days_since_last_order", *YEAR) == {active: 30, quiet: 1036}


@pytest.mark.clause("TRD-02")
def test_growth_compares_with_the_year_before_and_is_missing_without_a_base(
    customer: Any, order: Any, figures: Any
) -> None:
    grew, shrank, gone, new, zero = (customer(f"K{index}") for index in range(5))
    for who, before, now in ((grew, 300_00, 400_00), (shrank, 300_00, 200_00), (gone, 300_00, None)):
        order(who, "2025-07-01", before)
        if now is not None:
            order(who, "2026-07-01", now)
    order(new, "2026-07-01")
    order(zero, "2025-07-01", 0)
    order(zero, "2026-07-01")
    assert figures("trade.growth", *YEAR) == {grew: 333_333, shrank: -333_333, gone: -1_000_000}


@pytest.mark.clause("TRD-02")
@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
        ("2025-07-01", "2026-06-30", ("2024-07-01", "2025-06-30")),
        ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-29")),  # the same month a year earlier, leap day included
        ("2026-04-01", "2026-06-30", ("2025-04-01", "2025-06-30")),
        ("2024-01-01", "2026-12-31", ("2021-01-01", "2023-12-31")),
        ("2026-03-10", "2026-03-19", ("2026-02-28", "2026-03-09")),  # ten days, and the ten before
        ("2026-03-31", "2026-03-31", ("2026-03-30", "2026-03-30")),
    ],
)
def test_the_period_that_growth_compares_with(start: str, end: str, before: tuple[str, str]) -> None:
    found = earlier(Period(date.fromisoformat(start), date.fromisoformat(end)))
    assert (found.start.isoformat(), found.end.isoformat()) == before


@pytest.mark.clause("TRD-02")
def test_profit_share_is_the_customers_part_of_the_populations_profit(customer: Any, order: Any, figures: Any) -> None:
    one, loss, silent, outside = (customer(f"K{index}") for index in range(4))
    order(one, "2026-03-01", 900_00, cost=500_00)
    order(loss, "2026-03-01", 100_00, profit=-100_00)
    order(silent, "2026-03-01", 100_00)
    order(outside, "2026-03-01", 100_00, profit=100_00)
    assert figures("trade.profit_share", *YEAR, [one, loss, silent]) == {one: 1_333_333, loss: -333_333}
    assert figures("trade.profit_share", *YEAR, [loss, silent]) == {}  # no profit to have a share of
    assert figures("trade.profit_share", *YEAR)[one] == 1_000_000


@pytest.mark.clause("TRD-02")
def test_profit_share_within_the_business_type_does_not_depend_on_who_is_judged(
    customer: Any, order: Any, figures: Any
) -> None:
    one, other = (customer(f"K{index}", business_type="foreign-trade") for index in range(2))
    home, untold = customer("K3", business_type="trading-company"), customer("K4")
    for who, profit in ((one, 300_00), (other, 700_00), (home, 900_00), (untold, 100_00)):
        order(who, "2026-03-01", 1_000_00, profit=profit)
    cancel(order(other, "2026-03-01", 1_000_00, profit=500_00))
    assert figures("trade.profit_share_of_type", *YEAR) == {one: 300_000, other: 700_000, home: 1_000_000}
    assert figures("trade.profit_share_of_type", *YEAR, [one]) == {one: 300_000}


@pytest.mark.clause("TRD-02")
def test_continuity_is_the_months_with_an_order_among_the_last_twelve(customer: Any, order: Any, figures: Any) -> None:
    steady, rare, old = customer("K1"), customer("K2"), customer("K3")
    for month in range(1, 13):
        order(steady, f"2026-{month:02}-28")
    for day in ("2026-01-01", "2026-01-31", "2026-04-02", "2025-12-31"):
        order(rare, day)
    cancel(order(rare, "2026-07-01"))
    order(old, "2025-12-31")
    assert figures("trade.continuity", *YEAR) == {steady: 1_000_000, rare: 166_667}
    assert figures("trade.continuity", "2026-12-01", "2026-12-31") == {steady: 1_000_000, rare: 166_667}
    assert figures("trade.continuity", "2025-01-01", "2025-12-31") == {rare: 83_333, old: 83_333}
    assert metric("trade.continuity").no_rows == "zero"


@pytest.mark.clause("TRD-02")
def test_a_metric_asked_year_by_year_says_what_happened_in_each(customer: Any, order: Any, figures: Any) -> None:
    one = customer("K1")
    for year, amount in ((2023, 100_00), (2024, 125_00), (2025, 150_00), (2026, 900_00)):
        order(one, f"{year}-01-01", amount)
        order(one, f"{year}-12-31", amount)
    years = [(f"{year}-01-01", f"{year}-12-31") for year in (2024, 2025)]
    assert [figures("trade.growth", *year)[one] for year in years] == [250_000, 200_000]
    assert [figures("trade.order_amount", *year)[one] for year in years] == [250_00, 300_00]
    assert figures("trade.growth_3y", *YEAR) == {one: 8_000_000}
    assert figures("trade.order_amount_year", "2025-07-01", "2026-06-30") == {one: 300_00}
    assert figures("trade.order_amount_12m", "2026-06-01", "2026-06-30") == {one: 150_00 + 900_00}


@pytest.mark.clause("TRD-02")
def test_years_together_count_from_the_start_of_trade_else_the_first_order(
    customer: Any, order: Any, figures: Any
) -> None:
    since, first, later, none = (
        customer("K1", trade_since=date(2020, 2, 29)),
        customer("K2"),
        customer("K3", trade_since=date(2027, 1, 1)),
        customer("K4"),
    )
    order(since, "2025-01-01")
    order(first, "2023-03-01")
    order(first, "2026-03-01")
    order(later, "2024-12-31")
    order(none, "2027-01-01")
    assert figures("trade.years_together", "2026-01-01", "2026-02-28") == {since: 5, first: 2, later: 1}
    assert figures("trade.years_together", "2026-01-01", "2026-03-01") == {since: 6, first: 3, later: 1}


@pytest.mark.clause("TRD-02")
def test_nothing_after_the_end_of_the_period_changes_a_figure(customer: Any, order: Any, figures: Any) -> None:
    one, other = customer("K1"), customer("K2", trade_since=date(2021, 5, 1))
    order(one, "2025-05-01", 200_00, cost=50_00)
    order(one, "2026-05-01", 300_00, cost=50_00)
    before = {key: figures(key, *YEAR) for key in all_metrics()}
    order(one, "2027-01-01", 900_00, cost=1_00)
    order(other, "2027-01-01", 900_00, cost=1_00)
    assert {key: figures(key, *YEAR) for key in all_metrics()} == before


@pytest.mark.clause("TRD-02")
def test_the_currency_is_converted_at_the_rate_of_the_month(customer: Any, order: Any, figures: Any) -> None:
    one = customer("K1")
    with writing():
        services.set_rate("USD", date(2026, 3, 1), 7_123_456)
        services.set_rate("JPY", date(2026, 3, 1), 46_512)
    order(one, "2026-03-31", 1_000_00, currency="USD", cost=900_00)
    order(one, "2026-03-31", 10_001, currency="JPY")
    assert figures("trade.order_amount", *YEAR) == {one: 712_346 + 46_517}
    assert db.session.scalars(select(Order.base_profit).where(Order.currency == "USD")).one() == 71_235


@pytest.mark.clause("TRD-02")
def test_evidence_names_the_rows_behind_a_figure(customer: Any, order: Any, figures: Any) -> None:
    one = customer("K1")
    order(one, "2025-05-01", 200_00, number="A-1")
    order(one, "2026-05-01", 300_00, number="A-2", profit=10_00)
    cancel(order(one, "2026-06-01", 900_00, number="A-3"))
    order(one, "2026-07-01", 50_00, number="A-4")

    def rows(key: str) -> list[tuple[Any, ...]]:
        evidence = metric(key).evidence
        assert evidence is not None
        period = Period(date(2026, 1, 1), date(2026, 12, 31))
        found = db.session.execute(evidence.select(period, select(Customer.id))).all()
        assert {row.customer_id for row in found} <= {one}
        return sorted((row.reference, row.happened_on.isoformat(), row.value) for row in found)

    assert rows("trade.order_amount") == [("A-2", "2026-05-01", 300_00), ("A-4", "2026-07-01", 50_00)]
    assert sum(value for *_, value in rows("trade.order_amount")) == figures("trade.order_amount", *YEAR)[one]
    assert rows("trade.growth") == [("A-1", "2025-05-01", 200_00), *rows("trade.order_amount")]
    assert rows("trade.last_order") == [("A-4", "2026-07-01", 50_00)]
    assert rows("trade.profit_share") == [("A-2", "2026-05-01", 10_00)]
    assert rows("trade.years_together") == [("A-1", "2025-05-01", 200_00)]


def test_metrics_that_read_the_same_rows_share_their_evidence() -> None:
    from kezhi_trade.metrics import metrics

    found = {each.key: each.evidence.key for each in metrics() if each.evidence}
    assert found["trade.order_amount"] == found["trade.order_count"]
    assert found["trade.last_order"] == found["trade.days_since_last_order"]
    assert found["trade.profit_share"] == found["trade.profit_share_of_type"] == found["trade.gross_profit"]
    assert found["trade.order_amount_12m"] == found["trade.continuity"]
    assert found["trade.overdue_amount"] == found["trade.overdue_days"]
    assert len(set(found.values())) == 17


def test_every_metric_is_one_statement_for_any_population(
    customer: Any, order: Any, figures: Any, statements: Any
) -> None:
    for index in range(12):
        order(customer(f"K{index}"), "2026-05-01", profit=1_00)
    for key in all_metrics():
        with statements() as counted:
            figures(key, *YEAR)
        assert counted.count == 1, key
