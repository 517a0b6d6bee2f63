"""Foreign amounts in the company's currency, at the rate of the order's month; the same in Python and in SQL.

A rate says what one unit of the currency is worth, in millionths. An amount in minor units is therefore multiplied by
``rate · 10^(company's digits)`` and divided by ``1,000,000 · 10^(its own digits)``, rounded half away from zero.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from babel.numbers import list_currencies
from sqlalchemy import BigInteger, ColumnElement, Date, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from kezhi.figures import PPM, divide, sql_divide, sql_int
from kezhi.money import LARGEST, exponent

#: Largest product of a rate and a power of ten: with amounts up to ``LARGEST`` everything stays inside 64 bits.
LARGEST_FACTOR = 1_000_000_000_000


class month_start(FunctionElement[date]):
    """The first day of a date's month."""

    type = Date()
    inherit_cache = True


@compiles(month_start)
def _month_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(date_trunc('month', {compiler.process(element.clauses, **options)}) AS DATE)"


@compiles(month_start, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'start of month')"


def factors(currency: str, company: str) -> tuple[int, int]:
    """What a rate is multiplied by, and what the product is divided by."""
    shift = exponent(company) - exponent(currency)
    return (10**shift, PPM) if shift >= 0 else (1, PPM * 10**-shift)


def largest_rate(currency: str, company: str) -> int:
    """The largest rate that can be kept for a currency."""
    times, _divisor = factors(currency, company)
    return divide(LARGEST_FACTOR, times)  # a power of ten: without a rest


def convert(amount: int, rate: int, currency: str, company: str) -> int:
    """``amount`` in the company's minor units. Errors: ``ValueError("large")`` beyond what a record may hold."""
    times, divisor = factors(currency, company)
    result = divide(amount * rate * times, divisor)
    if abs(result) > LARGEST:
        raise ValueError("large")
    return result


def sql_convert(
    amount: ColumnElement[Any], rate: ColumnElement[Any], currency: str, company: str
) -> ColumnElement[int]:
    """:func:`convert` in SQL for one currency; the result may exceed ``LARGEST``, never 64 bits.

    The product itself could leave 64 bits, so the amount is split at the divisor, and the factor too.
    """
    times, divisor = factors(currency, company)
    factor, size = rate * sql_int(times), func.abs(amount)
    whole = _floor(size, divisor)
    part = size - whole * sql_int(divisor)
    factor_whole = _floor(factor, divisor)
    factor_part = factor - factor_whole * sql_int(divisor)
    result = whole * factor + part * factor_whole + sql_divide(part * factor_part, sql_int(divisor))
    return case((amount < 0, -result), else_=result)


@cache
def _codes_by_digits() -> dict[int, list[str]]:
    """Currencies by their digits after the point."""
    found: dict[int, list[str]] = {}
    for code in sorted(list_currencies()):
        found.setdefault(exponent(code), []).append(code)
    return found


def by_digits(code: ColumnElement[Any], value: Callable[[str], int]) -> ColumnElement[int]:
    """``value`` of a currency with as many digits as the one in ``code``, for rows of all currencies."""
    groups = {digits: codes for digits, codes in _codes_by_digits().items() if digits != 2}
    branches = [(code.in_(codes), sql_int(value(codes[0]))) for codes in groups.values()]
    return case(*branches, else_=sql_int(value("CNY")))


def sql_factors(code: ColumnElement[Any], rate: ColumnElement[Any], company: str) -> tuple[Any, Any]:
    """What an amount in ``code`` is multiplied by and divided by; NULL for a foreign currency without a rate.

    Select both as columns of a subquery before they go into :func:`sql_at`, which writes them several times.
    """
    times = by_digits(code, lambda like: factors(like, company)[0])
    divisor = by_digits(code, lambda like: factors(like, company)[1])
    own = code == company
    return case((own, sql_int(1)), else_=rate * times), case((own, sql_int(1)), else_=divisor)


def sql_at(amount: ColumnElement[Any], factor: ColumnElement[Any], divisor: ColumnElement[Any]) -> ColumnElement[int]:
    """``amount · factor ÷ divisor``, rounded half up, for amounts from 0; nothing in between leaves 64 bits."""
    whole, part = amount // divisor, amount % divisor
    rest = (part * (factor % divisor) * 2 + divisor) // (divisor * 2)
    result: ColumnElement[int] = whole * factor + part * (factor // divisor) + rest
    return result


def running_total(expression: ColumnElement[Any], within: tuple[Any, ...], order: tuple[Any, ...]) -> Any:
    """The sum up to each row, as a 64-bit integer (PostgreSQL would answer numeric)."""
    return func.sum(expression).over(partition_by=within, order_by=order).cast(BigInteger)


def _floor(value: ColumnElement[Any], divisor: int) -> ColumnElement[int]:
    """``value`` divided by ``divisor`` without the rest, for values from 0: the shared division, shifted by a half."""
    return sql_divide(value * 2 - sql_int(divisor - 1), sql_int(2 * divisor))
