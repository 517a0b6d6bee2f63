"""The figures that policies judge by, each for a whole population in one select (TRD-02).

Orders count by order date, cancelled ones not at all, and nothing after ``period.end`` is read. The selects name
tables, not classes: whose figures are wanted is the asker's choice (``population``), and a figure must not depend on
who looks at it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, true

from kezhi import Evidence, Metric, Period
from kezhi.builtin.customers.models import Customer
from kezhi.figures import (
    date_number,
    days_between,
    full_years,
    sql_count,
    sql_int,
    sql_ratio,
    sql_total,
)
from kezhi.i18n import lazy_gettext as _l

from .models import CANCELLED, Order

orders, customers = Order.__table__, Customer.__table__


def earlier(period: Period) -> Period:
    """The period that growth compares with: equally long, and over before ``period`` starts.

    Whole calendar months are compared with the same months a year earlier; spans longer than a year with the months
    directly before; any other span with as many days directly before.
    """
    if period.start.day == 1 and (period.end + timedelta(days=1)).day == 1:
        months = _month(period.end) - _month(period.start) + 1
        back = max(months, 12)
        return Period(_first_of(_month(period.start) - back), _last_of(_month(period.end) - back))
    end = period.start - timedelta(days=1)
    return Period(end - (period.end - period.start), end)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, 1)


def _last_of(month: int) -> date:
    return _first_of(month + 1) - timedelta(days=1)


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _counted(population: Select[Any], *columns: Any) -> Select[Any]:
    """Orders of the population that are not cancelled."""
    return select(*columns).where(orders.c.customer_id.in_(population), orders.c.status != CANCELLED)


def _within(period: Period) -> ColumnElement[bool]:
    between: ColumnElement[bool] = orders.c.order_date.between(period.start, period.end)
    return between


def _rows(value: Any) -> tuple[Any, ...]:
    """The columns of evidence."""
    return (
        orders.c.customer_id.label("customer_id"),
        orders.c.id.label("record_id"),
        orders.c.number.label("reference"),
        orders.c.order_date.label("happened_on"),
        value.label("value"),
    )


def _in_period(period: Period, population: Select[Any]) -> Select[Any]:
    return _counted(population, *_rows(orders.c.base_amount)).where(_within(period))


def _in_both_periods(period: Period, population: Select[Any]) -> Select[Any]:
    statement = _counted(population, *_rows(orders.c.base_amount))
    return statement.where(or_(_within(period), _within(earlier(period))))


def _with_profit(period: Period, population: Select[Any]) -> Select[Any]:
    statement = _counted(population, *_rows(orders.c.base_profit)).where(_within(period))
    return statement.where(orders.c.base_profit.is_not(None))


def _edge_orders(edge: Any, period: Period, population: Select[Any]) -> Select[Any]:
    """The orders on each customer's first or last order date (``edge`` is ``func.min`` or ``func.max``)."""
    days = _edge_days(edge, period, population).subquery()
    statement = _counted(population, *_rows(orders.c.base_amount))
    return statement.join(days, (days.c.customer_id == orders.c.customer_id) & (days.c.day == orders.c.order_date))


def _edge_days(edge: Any, period: Period, population: Select[Any]) -> Select[Any]:
    statement = _counted(population, orders.c.customer_id, edge(orders.c.order_date).label("day"))
    return statement.where(orders.c.order_date <= period.end).group_by(orders.c.customer_id)


def _last_orders(period: Period, population: Select[Any]) -> Select[Any]:
    return _edge_orders(func.max, period, population)


def _first_orders(period: Period, population: Select[Any]) -> Select[Any]:
    return _edge_orders(func.min, period, population)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _order_amount(period: Period, population: Select[Any]) -> Select[Any]:
    value = sql_total(orders.c.base_amount).label("value")
    return _counted(population, orders.c.customer_id, value).where(_within(period)).group_by(orders.c.customer_id)


def _order_count(period: Period, population: Select[Any]) -> Select[Any]:
    value = sql_count().label("value")
    return _counted(population, orders.c.customer_id, value).where(_within(period)).group_by(orders.c.customer_id)


def _last_order(period: Period, population: Select[Any]) -> Select[Any]:
    days = _edge_days(func.max, period, population).subquery()
    return select(days.c.customer_id, date_number(days.c.day).label("value"))


def _days_since_last_order(period: Period, population: Select[Any]) -> Select[Any]:
    days = _edge_days(func.max, period, population).subquery()
    return select(days.c.customer_id, days_between(literal(period.end), days.c.day).label("value"))


def _growth(period: Period, population: Select[Any]) -> Select[Any]:
    before = earlier(period)

    def amount(span: Period) -> ColumnElement[int]:
        return sql_total(case((_within(span), orders.c.base_amount), else_=sql_int(0)))

    sums = (
        _counted(population, orders.c.customer_id, amount(period).label("now"), amount(before).label("base"))
        .where(or_(_within(period), _within(before)))
        .group_by(orders.c.customer_id)
        .subquery()
    )
    value = sql_ratio(sums.c.now - sums.c.base, sums.c.base).label("value")
    return select(sums.c.customer_id, value).where(sums.c.base > 0)


def _profit_share(period: Period, population: Select[Any]) -> Select[Any]:
    recorded = (_within(period), orders.c.base_profit.is_not(None))
    profit = sql_total(orders.c.base_profit)
    total = _counted(population, profit.label("profit")).where(*recorded).subquery()
    own = (
        _counted(population, orders.c.customer_id, profit.label("profit"))
        .where(*recorded)
        .group_by(orders.c.customer_id)
        .subquery()
    )
    value = sql_ratio(own.c.profit, total.c.profit).label("value")
    return select(own.c.customer_id, value).join(total, true()).where(total.c.profit > 0)


def _years_together(period: Period, population: Select[Any]) -> Select[Any]:
    first = _edge_days(func.min, period, population).subquery()
    since = case((customers.c.trade_since <= period.end, customers.c.trade_since), else_=first.c.day)
    return (
        select(customers.c.id.label("customer_id"), full_years(since, period.end).label("value"))
        .outerjoin(first, first.c.customer_id == customers.c.id)
        .where(customers.c.id.in_(population), since.is_not(None))
    )


# ── what the plugin publishes ───────────────────────────────────────────────────────────────────────────────────


def metrics() -> list[Metric]:
    """The metrics of TRD-02 that follow from orders."""
    in_period = Evidence("trade.orders", _l("Orders of the period"), "money", _in_period)
    both = Evidence("trade.orders_compared", _l("Orders of the period and the one before"), "money", _in_both_periods)
    last = Evidence("trade.last_orders", _l("Last orders"), "money", _last_orders)
    first = Evidence("trade.first_orders", _l("First orders"), "money", _first_orders)
    profit = Evidence("trade.profits", _l("Profit of the period's orders"), "money", _with_profit)
    return [
        Metric("trade.order_amount", _l("Order amount"), "money", _order_amount, "zero",
               evidence=in_period, clause="TRD-02"),
        Metric("trade.order_count", _l("Number of orders"), "count", _order_count, "zero",
               evidence=in_period, clause="TRD-02"),
        Metric("trade.last_order", _l("Last order date"), "date", _last_order, "missing",
               evidence=last, clause="TRD-02"),
        Metric("trade.days_since_last_order", _l("Days since the last order"), "days", _days_since_last_order,
               "missing", evidence=last, clause="TRD-02"),
        Metric("trade.growth", _l("Growth of the order amount"), "ratio", _growth, "missing",
               evidence=both, clause="TRD-02"),
        Metric("trade.profit_share", _l("Profit share"), "ratio", _profit_share, "missing",
               evidence=profit, clause="TRD-02"),
        Metric("trade.years_together", _l("Years of co-operation"), "years", _years_together, "missing",
               evidence=first, clause="TRD-02"),
    ]  # fmt: skip
