"""Every metric against the same rule in plain Python, on random orders."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from kezhi import clock, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.contributions import Period
from kezhi.figures import number_of, ratio
from kezhi_trade.metrics import earlier
from kezhi_trade.models import CustomerTrade, Order
from kezhi_trade.services import refresh_summary
from kezhi_trade.services.summary import computed

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

CUSTOMERS = 3
TYPES = ("contractor", "contractor", "")  #: the business types of the customers
DAYS = st.dates(date(2021, 12, 1), date(2026, 2, 28))


class Row(NamedTuple):
    """An order as the model sees it."""

    customer: int
    day: date
    amount: int
    profit: int | None
    cancelled: bool


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, CUSTOMERS - 1),
        DAYS,
        st.integers(0, 3) | st.integers(0, 10**12),
        st.none() | st.integers(-(10**12), 10**12),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=14,
)
PERIODS = st.one_of(
    st.sampled_from([(date(2025, 1, 1), date(2025, 12, 31)), (date(2024, 2, 1), date(2024, 2, 29))]),
    st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair))),
)


def full_years(start: date, end: date) -> int:
    """Anniversaries reached; 29 February has its own on 1 March of common years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def is_whole(period: Period) -> bool:
    """Whether a period is made of calendar months."""
    return period.start.day == 1 and period.end.day == monthrange(period.end.year, period.end.month)[1]


def months_before(day: date, count: int) -> tuple[int, int]:
    """Year and month ``count`` months before."""
    place = day.year * 12 + day.month - 1 - count
    return place // 12, place % 12 + 1


def three_years_before(period: Period) -> Period:
    """The same months or days three years earlier; months directly before for a longer span of them."""
    if is_whole(period):
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        first, last = (months_before(day, max(months, 36)) for day in (period.start, period.end))
        return Period(date(*first, 1), date(*last, monthrange(*last)[1]))
    moved = []
    for day in (period.start, period.end):
        is_leap_day = (day.month, day.day) == (2, 29)
        moved.append(date(day.year - 3, 2, 28) if is_leap_day else day.replace(year=day.year - 3))
    return Period(*moved)


def total(rows: Iterable[Row], start: date, end: date) -> int | None:
    """The amount of the orders between two days; None without an order."""
    amounts = [row.amount for row in rows if start <= row.day <= end]
    return sum(amounts) if amounts else None


def put(found: dict[int, int], who: int, value: int | None) -> None:
    """A figure, where there is one."""
    if value is not None:
        found[who] = value


def expected_beside(own: list[Row], period: Period, who: int, found: dict[str, dict[int, int]]) -> None:
    """The figures of one customer that look at other spans than the period."""
    end = period.end
    year = end.year if (end.month, end.day) == (12, 31) else end.year - 1
    back = earlier(period)
    put(found["trade.order_amount_before"], who, total(own, back.start, back.end))
    put(found["trade.order_amount_year"], who, total(own, date(year, 1, 1), date(year, 12, 31)))
    put(found["trade.order_amount_12m"], who, total(own, date(*months_before(end, 11), 1), end))
    months = {months_before(end, count) for count in range(12)}
    used = {(row.day.year, row.day.month) for row in own} & months
    put(found["trade.continuity"], who, ratio(len(used), 12) if used else None)
    base = total(own, (apart := three_years_before(period)).start, apart.end)
    now = total(own, period.start, end) or 0
    put(found["trade.growth_3y"], who, ratio(now - base, base) if base else None)


def expected(rows: Iterable[Row], since: list[date | None], period: Period) -> dict[str, dict[int, int]]:
    """The figures of TRD-02, customer by customer."""
    known = [row for row in rows if not row.cancelled and row.day <= period.end]
    before = earlier(period)
    found: dict[str, dict[int, int]] = {key: {} for key in KEYS}
    profits = [row.profit for row in known if row.day >= period.start and row.profit is not None]
    for who in range(CUSTOMERS):
        own = [row for row in known if row.customer == who]
        now = [row for row in own if row.day >= period.start]
        base = sum(row.amount for row in own if before.start <= row.day <= before.end)
        if now:
            found["trade.order_amount"][who] = sum(row.amount for row in now)
            found["trade.order_count"][who] = len(now)
        if own:
            last = max(row.day for row in own)
            found["trade.last_order"][who] = number_of(last)
            found["trade.days_since_last_order"][who] = (period.end - last) // timedelta(days=1)
        if base:
            found["trade.growth"][who] = ratio(sum(row.amount for row in now) - base, base)
        recorded = [row.profit for row in now if row.profit is not None]
        if recorded and sum(profits) > 0:
            found["trade.profit_share"][who] = ratio(sum(recorded), sum(profits))
        if recorded:
            found["trade.gross_profit"][who] = sum(recorded)
        alike = [row.profit or 0 for row in known if row.day >= period.start and TYPES[row.customer] == TYPES[who]]
        if recorded and TYPES[who] and sum(alike) > 0:
            found["trade.profit_share_of_type"][who] = ratio(sum(recorded), sum(alike))
        expected_beside(own, period, who, found)
        start = since[who]
        if start is None or start > period.end:
            start = min((row.day for row in own), default=None)
        if start is not None:
            found["trade.years_together"][who] = full_years(start, period.end)
    return found


KEYS = (
    "trade.order_amount",
    "trade.order_count",
    "trade.last_order",
    "trade.days_since_last_order",
    "trade.growth",
    "trade.profit_share",
    "trade.years_together",
    "trade.gross_profit",
    "trade.profit_share_of_type",
    "trade.order_amount_before",
    "trade.order_amount_year",
    "trade.order_amount_12m",
    "trade.continuity",
    "trade.growth_3y",
)


def store(ids: list[int], rows: list[Row], since: list[date | None]) -> None:
    """Replace all orders; figures are what is looked at here, not how orders are entered."""
    now = clock.now()
    with writing():
        db.session.execute(delete(Order))
        for who, start in zip(ids, since, strict=True):
            db.session.execute(update(Customer).where(Customer.id == who).values(trade_since=start))
        values = [
            {
                "customer_id": ids[row.customer], "number": f"N{index}", "order_date": row.day, "product_group": "",
                "amount": row.amount, "base_amount": row.amount, "profit": row.profit, "base_profit": row.profit,
                "tax_rate": 130_000, "currency": "CNY", "source": "test", "created_at": now, "updated_at": now,
                "version": 1, "status": "cancelled" if row.cancelled else "open",
            }
            for index, row in enumerate(rows)
        ]  # fmt: skip
        if values:
            db.session.execute(insert(Order), values)
        refresh_summary()


@pytest.mark.clause("TRD-02")
def test_every_metric_agrees_with_the_rule_in_plain_python(customer: Any, figures: Any) -> None:
    ids = [customer(f"K{index}", business_type=kind) for index, kind in enumerate(TYPES)]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROWS, st.tuples(*[st.none() | DAYS] * CUSTOMERS), PERIODS)
    def check(rows: list[Row], since: tuple[date | None, ...], days: tuple[date, date]) -> None:
        store(ids, rows, list(since))
        wanted = expected(rows, list(since), Period(*days))
        for key in KEYS:
            found = figures(key, days[0].isoformat(), days[1].isoformat())
            assert found == {ids[who]: value for who, value in wanted[key].items()}, key
        fresh = {tuple(row) for row in db.session.execute(computed())}
        table = CustomerTrade.__table__
        assert {tuple(row) for row in db.session.execute(table.select())} == fresh

    check()
