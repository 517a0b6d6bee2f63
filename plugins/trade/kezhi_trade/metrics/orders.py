"""The figures that policies judge by, each for a whole population in one select (TRD-02).

Orders count by order date, cancelled ones not at all, and nothing after ``period.end`` is read. Whose figures are
wanted is the asker's choice (``population``); a figure does not depend on who looks at it. Which rows count, all or
those of confirmed months, is decided in ``services.rows`` (TRD-03).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, true

from kezhi import Evidence, Metric, Period
from kezhi.builtin.customers.models import Customer
from kezhi.contributions import Unit
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

from ..models.months import ORDERS
from ..services.conversion import month_start
from ..services.rows import counted
from .periods import MONTHS, earlier, last_year, three_years_earlier, twelve_months

Selecting = Callable[[Period, Select[Any]], Select[Any]]
NoRows = Literal["zero", "missing"]

customers = Customer.__table__


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of(orders: Any, population: Select[Any], *columns: Any) -> Select[Any]:
    """Orders of the population."""
    return select(*columns).where(orders.c.customer_id.in_(population))


def _within(orders: Any, period: Period) -> ColumnElement[bool]:
    between: ColumnElement[bool] = orders.c.happened_on.between(period.start, period.end)
    return between


def _has_profit(orders: Any, period: Period) -> tuple[ColumnElement[bool], ...]:
    return (_within(orders, period), orders.c.profit.is_not(None))


def _rows(orders: Any, value: Any) -> tuple[Any, ...]:
    """The columns of evidence."""
    return (
        orders.c.customer_id,
        orders.c.record_id,
        orders.c.number.label("reference"),
        orders.c.happened_on,
        value.label("value"),
    )


def _in_spans(*spans: Callable[[Period], Period]) -> Selecting:
    """The orders of the spans of days that ``spans`` make of a period."""

    def rows(period: Period, population: Select[Any]) -> Select[Any]:
        orders = counted(ORDERS)
        statement = _of(orders, population, *_rows(orders, orders.c.amount))
        return statement.where(or_(*(_within(orders, span(period)) for span in spans)))

    return rows


def _same(period: Period) -> Period:
    return period


def _with_profit(period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    return _of(orders, population, *_rows(orders, orders.c.profit)).where(*_has_profit(orders, period))


def _edge_orders(edge: Any, period: Period, population: Select[Any]) -> Select[Any]:
    """The orders on each customer's first or last order date (``edge`` is ``func.min`` or ``func.max``)."""
    days, orders = _edge_days(edge, period, population).subquery(), counted(ORDERS)
    statement = _of(orders, population, *_rows(orders, orders.c.amount))
    same = (days.c.customer_id == orders.c.customer_id) & (days.c.day == orders.c.happened_on)
    return statement.join(days, same)


def _edge_days(edge: Any, period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    statement = _of(orders, population, orders.c.customer_id, edge(orders.c.happened_on).label("day"))
    return statement.where(orders.c.happened_on <= period.end).group_by(orders.c.customer_id)


def _last_orders(period: Period, population: Select[Any]) -> Select[Any]:
    return _edge_orders(func.max, period, population)


def _first_orders(period: Period, population: Select[Any]) -> Select[Any]:
    return _edge_orders(func.min, period, population)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _amount_in(span: Callable[[Period], Period]) -> Selecting:
    """The order amount of the span that ``span`` makes of a period."""

    def amounts(period: Period, population: Select[Any]) -> Select[Any]:
        orders = counted(ORDERS)
        value = sql_total(orders.c.amount).label("value")
        statement = _of(orders, population, orders.c.customer_id, value).where(_within(orders, span(period)))
        return statement.group_by(orders.c.customer_id)

    return amounts


def _order_count(period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    statement = _of(orders, population, orders.c.customer_id, sql_count().label("value"))
    return statement.where(_within(orders, period)).group_by(orders.c.customer_id)


def _last_order(period: Period, population: Select[Any]) -> Select[Any]:
    days = _edge_days(func.max, period, population).subquery()
    return select(days.c.customer_id, date_number(days.c.day).label("value"))


def _days_since_last_order(period: Period, population: Select[Any]) -> Select[Any]:
    days = _edge_days(func.max, period, population).subquery()
    return select(days.c.customer_id, days_between(literal(period.end), days.c.day).label("value"))


def _growth_since(span: Callable[[Period], Period]) -> Selecting:
    """The order amount of a period against that of the span that ``span`` makes of it, less 1."""

    def growth(period: Period, population: Select[Any]) -> Select[Any]:
        before, orders = span(period), counted(ORDERS)

        def amount(span: Period) -> ColumnElement[int]:
            return sql_total(case((_within(orders, span), orders.c.amount), else_=sql_int(0)))

        sums = (
            _of(orders, population, orders.c.customer_id, amount(period).label("now"), amount(before).label("base"))
            .where(or_(_within(orders, period), _within(orders, before)))
            .group_by(orders.c.customer_id)
            .subquery()
        )
        value = sql_ratio(sums.c.now - sums.c.base, sums.c.base).label("value")
        return select(sums.c.customer_id, value).where(sums.c.base > 0)

    return growth


def _continuity(period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    months = sql_count(month_start(orders.c.happened_on).distinct())
    value = sql_ratio(months, sql_int(MONTHS)).label("value")
    statement = _of(orders, population, orders.c.customer_id, value).where(_within(orders, twelve_months(period)))
    return statement.group_by(orders.c.customer_id)


def _gross_profit(period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    value = sql_total(orders.c.profit).label("value")
    statement = _of(orders, population, orders.c.customer_id, value).where(*_has_profit(orders, period))
    return statement.group_by(orders.c.customer_id)


def _profit_share(period: Period, population: Select[Any]) -> Select[Any]:
    orders = counted(ORDERS)
    recorded, profit = _has_profit(orders, period), sql_total(orders.c.profit).label("profit")
    total = _of(orders, population, profit).where(*recorded).subquery()
    own = (
        _of(orders, population, orders.c.customer_id, profit).where(*recorded).group_by(orders.c.customer_id).subquery()
    )
    value = sql_ratio(own.c.profit, total.c.profit).label("value")
    return select(own.c.customer_id, value).join(total, true()).where(total.c.profit > 0)


def _profit_share_of_type(period: Period, population: Select[Any]) -> Select[Any]:
    """The share in the profit of all customers of the same business type, whoever is judged."""
    kind, orders = customers.c.business_type, counted(ORDERS)
    profit = sql_total(orders.c.profit).label("profit")
    recorded = (*_has_profit(orders, period), kind != "")
    joined = orders.join(customers, customers.c.id == orders.c.customer_id)
    total = select(kind.label("kind"), profit).select_from(joined).where(*recorded).group_by(kind)
    totals = total.subquery()
    own = (
        select(orders.c.customer_id, kind.label("kind"), profit)
        .select_from(joined)
        .where(*recorded, orders.c.customer_id.in_(population))
        .group_by(orders.c.customer_id, kind)
        .subquery()
    )
    value = sql_ratio(own.c.profit, totals.c.profit).label("value")
    return select(own.c.customer_id, value).join(totals, totals.c.kind == own.c.kind).where(totals.c.profit > 0)


def start_of_trade(end: date, population: Select[Any]) -> Select[Any]:
    """Per customer the day on which the co-operation began, on record or with the first order, up to ``end``."""
    first = _edge_days(func.min, Period(end, end), population).subquery()
    since = case((customers.c.trade_since <= end, customers.c.trade_since), else_=first.c.day)
    return (
        select(customers.c.id.label("customer_id"), since.label("since"))
        .outerjoin(first, first.c.customer_id == customers.c.id)
        .where(customers.c.id.in_(population), since.is_not(None))
    )


def _years_together(period: Period, population: Select[Any]) -> Select[Any]:
    start = start_of_trade(period.end, population).subquery()
    return select(start.c.customer_id, full_years(start.c.since, period.end).label("value"))


# ── what the plugin publishes ───────────────────────────────────────────────────────────────────────────────────


def order_metrics() -> list[Metric]:
    """The metrics of TRD-02 that follow from orders."""
    in_period = Evidence("trade.orders", _l("Orders of the period"), "money", _in_spans(_same))
    both = Evidence(
        "trade.orders_compared", _l("Orders of the period and the one before"), "money", _in_spans(_same, earlier)
    )
    apart = Evidence(
        "trade.orders_3y", _l("Orders of the period and three years earlier"), "money",
        _in_spans(_same, three_years_earlier),
    )  # fmt: skip
    before = Evidence("trade.orders_before", _l("Orders of the period before"), "money", _in_spans(earlier))
    year = Evidence("trade.orders_year", _l("Orders of the last full year"), "money", _in_spans(last_year))
    rolling = Evidence("trade.orders_12m", _l("Orders of the last 12 months"), "money", _in_spans(twelve_months))
    last = Evidence("trade.last_orders", _l("Last orders"), "money", _last_orders)
    first = Evidence("trade.first_orders", _l("First orders"), "money", _first_orders)
    profit = Evidence("trade.profits", _l("Profit of the period's orders"), "money", _with_profit)

    def metric(key: str, title: Any, unit: Unit, select: Selecting, no_rows: NoRows, evidence: Evidence) -> Metric:
        return Metric(f"trade.{key}", title, unit, select, no_rows, evidence=evidence, clause="TRD-02")

    return [
        metric("order_amount", _l("Order amount"), "money", _amount_in(_same), "zero", in_period),
        metric("order_amount_before", _l("Order amount of the period before"), "money", _amount_in(earlier), "zero",
               before),
        metric("order_amount_year", _l("Order amount of the last full year"), "money", _amount_in(last_year), "zero",
               year),
        metric("order_amount_12m", _l("Order amount of the last 12 months"), "money", _amount_in(twelve_months),
               "zero", rolling),
        metric("order_count", _l("Number of orders"), "count", _order_count, "zero", in_period),
        metric("last_order", _l("Last order date"), "date", _last_order, "missing", last),
        metric("days_since_last_order", _l("Days since the last order"), "days", _days_since_last_order, "missing",
               last),
        metric("growth", _l("Growth of the order amount"), "ratio", _growth_since(earlier), "missing", both),
        metric("growth_3y", _l("Growth of the order amount over three years"), "ratio",
               _growth_since(three_years_earlier), "missing", apart),
        metric("gross_profit", _l("Gross profit"), "money", _gross_profit, "missing", profit),
        metric("profit_share", _l("Profit share"), "ratio", _profit_share, "missing", profit),
        metric("profit_share_of_type", _l("Profit share within the business type"), "ratio", _profit_share_of_type,
               "missing", profit),
        metric("years_together", _l("Years of co-operation"), "years", _years_together, "missing", first),
        metric("continuity", _l("Order continuity"), "ratio", _continuity, "zero", rolling),
    ]  # fmt: skip
