"""Exact figures: the same on both databases and in Python."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Date, literal, select

from kezhi import db
from kezhi.figures import (
    LIMIT,
    date_number,
    days_between,
    divide,
    full_years,
    number_of,
    ratio,
    sql_divide,
    sql_int,
    sql_ratio,
)

pytestmark = pytest.mark.services
wide = st.integers(min_value=-LIMIT, max_value=LIMIT)
database = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ask(expression: Any) -> Any:
    return db.session.execute(select(expression)).scalar_one()


def half_away(value: Fraction) -> int:
    sign = -1 if value < 0 else 1
    return sign * int(abs(value) + Fraction(1, 2))


@given(wide, wide.filter(bool))
def test_division_rounds_half_away_from_zero(top: int, bottom: int) -> None:
    assert divide(top, bottom) == half_away(Fraction(top, bottom))


@pytest.mark.parametrize(("top", "bottom", "result"), [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (4, 3, 1), (0, 7, 0)])
def test_division_examples(app: Flask, top: int, bottom: int, result: int) -> None:
    assert divide(top, bottom) == result
    assert ask(sql_divide(sql_int(top), sql_int(bottom))) == result


def test_a_denominator_of_zero_is_missing_not_an_error(app: Flask) -> None:
    assert ask(sql_divide(sql_int(5), sql_int(0))) is None
    assert ask(sql_ratio(sql_int(5), sql_int(0))) is None
    assert ask(sql_ratio(literal(None, BigInteger()), sql_int(3))) is None


@database
@given(top=wide, bottom=wide.filter(bool))
def test_the_database_divides_as_python_does(app: Flask, top: int, bottom: int) -> None:
    assert ask(sql_divide(sql_int(top), sql_int(bottom))) == divide(top, bottom)


@database
@given(top=st.integers(-9_000_000_000_000, 9_000_000_000_000), bottom=wide.filter(bool))
def test_ratios_keep_six_digits_without_leaving_64_bits(app: Flask, top: int, bottom: int) -> None:
    assert ask(sql_ratio(sql_int(top), sql_int(bottom))) == ratio(top, bottom)


@database
@given(later=st.dates(), earlier=st.dates())
def test_days_and_dates_as_numbers(app: Flask, later: date, earlier: date) -> None:
    a, b = literal(later, Date()), literal(earlier, Date())
    if min(later, earlier).year >= 1000:
        assert ask(days_between(a, b)) == (later - earlier).days
        assert ask(date_number(a)) == number_of(later)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2020, 5, 10), date(2023, 5, 9), 2),
        (date(2020, 5, 10), date(2023, 5, 10), 3),
        (date(2020, 2, 29), date(2021, 2, 28), 0),
        (date(2020, 2, 29), date(2021, 3, 1), 1),
    ],
)
def test_full_years(app: Flask, start: date, end: date, years: int) -> None:
    assert ask(full_years(literal(start, Date()), end)) == years
