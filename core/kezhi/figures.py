"""Exact arithmetic on integers, the same on both databases and in Python.

Money is minor units, ratios are parts per million, points are thousandths. ``/``, ``round`` and ``cast`` on figures
stand in this module only. Databases divide integers toward zero; these helpers round half away from zero.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

PPM = 1_000_000  #: a ratio of 1
POINT = 1_000  #: one point
#: Largest denominator ``ratio_ppm`` takes: its remainder is multiplied by 1,000 inside 64 bits.
LIMIT = 9_000_000_000_000_000


def divide(numerator: int, denominator: int) -> int:
    """``numerator / denominator``, rounded half away from zero. Errors: ``ZeroDivisionError``."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    return sign * (quotient + (1 if 2 * remainder >= abs(denominator) else 0))


def ratio(numerator: int, denominator: int) -> int:
    """A ratio in parts per million, rounded half away from zero."""
    return divide(numerator * PPM, denominator)


def sql_int(value: int) -> ColumnElement[int]:
    """A literal that is 64 bits wide on PostgreSQL too."""
    return literal(value, BigInteger())


def sql_total(expression: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that stays a 64-bit integer (PostgreSQL would answer numeric)."""
    return cast(func.sum(expression), BigInteger)


def sql_count(expression: ColumnElement[Any] | None = None) -> ColumnElement[int]:
    """A count as a 64-bit integer."""
    return cast(func.count() if expression is None else func.count(expression), BigInteger)


class _quotient(FunctionElement[int]):
    """Integer division toward zero of two integers."""

    type = BigInteger()
    inherit_cache = True


@compiles(_quotient)
def _compile_quotient(element: Any, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(({left}) / ({right}))"


class _remainder(FunctionElement[int]):
    """Remainder of integer division, with the sign of the first operand."""

    type = BigInteger()
    inherit_cache = True


@compiles(_remainder)
def _compile_remainder(element: Any, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    # a doubled percent sign: the statement passes through the driver's own formatting on PostgreSQL only
    sign = "%%" if compiler.preparer._double_percents else "%"
    return f"(({left}) {sign} ({right}))"


def sql_divide(numerator: ColumnElement[Any], denominator: ColumnElement[Any]) -> ColumnElement[int]:
    """``numerator / denominator``, rounded half away from zero; NULL when the denominator is 0 or either is NULL.

    Both must be integers below 4.6e18, so that twice the remainder fits.
    """
    top, bottom = func.abs(numerator), func.nullif(func.abs(denominator), 0)
    size = _quotient(top, bottom) + case((_remainder(top, bottom) * 2 >= bottom, 1), else_=0)
    return case((_negative(numerator, denominator), -size), else_=size)


def sql_ratio(numerator: ColumnElement[Any], denominator: ColumnElement[Any]) -> ColumnElement[int]:
    """A ratio in parts per million, as :func:`ratio`, for integers up to ``LIMIT``; NULL for a denominator of 0.

    Long division three digits at a time: multiplying by a million first would leave 64 bits.
    """
    top, bottom = func.abs(numerator), func.nullif(func.abs(denominator), 0)
    whole, rest = _quotient(top, bottom), _remainder(top, bottom)
    first, rest = _quotient(rest * 1000, bottom), _remainder(rest * 1000, bottom)
    second, rest = _quotient(rest * 1000, bottom), _remainder(rest * 1000, bottom)
    size = whole * PPM + first * 1000 + second + case((rest * 2 >= bottom, 1), else_=0)
    return case((_negative(numerator, denominator), -size), else_=size)


def _negative(numerator: ColumnElement[Any], denominator: ColumnElement[Any]) -> ColumnElement[bool]:
    return (numerator < 0) != (denominator < 0)


class days_between(FunctionElement[int]):
    """``days_between(later, earlier)``: whole days between two dates."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _days_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(({left})::date - ({right})::date)"


@compiles(days_between, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({left}) - julianday({right}) AS INTEGER)"


class date_number(FunctionElement[int]):
    """A date as the integer YYYYMMDD."""

    type = Integer()
    inherit_cache = True


@compiles(date_number)
def _number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"CAST(to_char({inner}, 'YYYYMMDD') AS INTEGER)"


@compiles(date_number, "sqlite")
def _number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    inner = compiler.process(element.clauses, **options)
    return f"CAST(strftime('%Y%m%d', {inner}) AS INTEGER)"


def number_of(day: date) -> int:
    """A date as the integer YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def full_years(start: ColumnElement[Any], end: date) -> ColumnElement[int]:
    """Full years from a date column to ``end``: 29 February reaches its year on 1 March."""
    return _quotient(number_of(end) - date_number(start), literal(10_000, Integer()))
