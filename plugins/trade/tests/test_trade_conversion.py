"""Conversion at the month's rate: exact in Python, and the same in both databases."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, literal, select

from kezhi import db
from kezhi.figures import sql_int
from kezhi.money import LARGEST
from kezhi_trade.services.conversion import (
    LARGEST_FACTOR,
    convert,
    factors,
    largest_rate,
    month_start,
    sql_convert,
)

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

PAIRS = [("USD", "CNY"), ("JPY", "CNY"), ("KWD", "CNY"), ("CNY", "JPY"), ("USD", "KWD"), ("JPY", "KWD")]


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "expected"),
    [
        (1_000_00, 7_100_000, "USD", 7_100_00),
        (1, 500_000, "USD", 1),  # half a fen rounds away from zero
        (-1, 500_000, "USD", -1),
        (10_000, 48_000, "JPY", 480_00),  # yen have no fen
        (1_000, 23_000_000, "KWD", 23_00),  # a dinar has a thousand fils
        (0, 7_100_000, "USD", 0),
    ],
)
@pytest.mark.clause("TRD-02")
def test_minor_units_of_both_currencies_are_respected(amount: int, rate: int, currency: str, expected: int) -> None:
    assert convert(amount, rate, currency, "CNY") == expected


def test_what_a_record_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="large"):
        convert(LARGEST, 2_000_000, "USD", "CNY")


def test_databases_convert_as_python_does(app: object) -> None:
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data(), st.sampled_from(PAIRS))
    def check(data: st.DataObject, pair: tuple[str, str]) -> None:
        currency, company = pair
        amount = data.draw(st.integers(-LARGEST, LARGEST) | st.integers(-10_000, 10_000))
        rate = data.draw(st.integers(1, largest_rate(currency, company)) | st.integers(1, 10_000_000))
        times, divisor = factors(currency, company)
        exact = Decimal(amount) * rate * times / divisor
        wanted = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        found = db.session.execute(select(sql_convert(sql_int(amount), sql_int(rate), currency, company))).scalar_one()
        assert found == wanted
        if abs(wanted) <= LARGEST:
            assert convert(amount, rate, currency, company) == wanted

    check()


@pytest.mark.parametrize(("currency", "company"), PAIRS)
def test_the_largest_rate_keeps_the_factor_within_its_limit(currency: str, company: str) -> None:
    times, _divisor = factors(currency, company)
    assert largest_rate(currency, company) * times <= LARGEST_FACTOR < (largest_rate(currency, company) + 1) * times


def test_a_month_begins_on_its_first_day(app: object) -> None:
    days = [date(2024, 2, 29), date(2026, 1, 1), date(2025, 12, 31)]
    found = [db.session.execute(select(month_start(literal(day, Date())))).scalar_one() for day in days]
    assert found == [date(2024, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]
