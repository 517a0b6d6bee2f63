"""The orders of this month on the first page (TRD-01)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi import acting_as, db
from kezhi_trade.home import change, figures, same_day

pytestmark = [pytest.mark.plugins("trade")]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 31))
def test_the_same_day_of_a_month_stays_within_it(day: date, number: int) -> None:
    found = same_day(day.replace(day=1), number)
    assert (found.year, found.month) == (day.year, day.month)
    assert found.day == number or (found.day < number and found.toordinal() + 1 == _next(day).toordinal())


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def test_a_change_says_which_way(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert change(110, 100) == ("10.0% more than by this day of last month", "good")
        assert change(98, 100) == ("2.0% less than by this day of last month", "bad")
        assert change(100, 100) == ("As much as by this day of last month", "")
        assert change(5, 0) == ("None by this day of last month", "")


@pytest.mark.services
@pytest.mark.clause("TRD-01")
def test_everybody_reads_the_orders_of_the_customers_they_see(
    app: Any, customer: Any, order: Any, add_person: Any, clock_at: Any, statements: Any
) -> None:
    clock_at(datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai")))
    seller, chief = add_person("seller", "salesperson"), add_person("chief", "general-manager")
    mine, other = customer("K1", owner_id=seller.id), customer("K2")
    order(mine, "2026-10-24", 100_00)  # the last day of October that counts
    order(mine, "2026-10-25", 700_00)
    order(mine, "2026-11-24", 120_00)
    order(other, "2026-11-01", 900_00)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        with statements() as asked:
            with acting_as(seller):
                [own] = figures(seller)
            with acting_as(chief):
                [all_of_it] = figures(chief)
        assert asked.count <= 4
        assert (own.value, own.note, own.tone) == ("¥120", "20.0% more than by this day of last month", "good")
        assert (all_of_it.value, all_of_it.url) == ("¥1,020", "/trade?from.order_date=2026-11-01&sort=-order_date")
        assert figures(add_person("nobody")) == []
    db.session.rollback()
