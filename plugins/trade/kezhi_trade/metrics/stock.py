"""Dead stock and how fast stock turns over, as metrics (TRD-02). Stock is what is held at the end of a month.

A customer of whom nothing is on record for a month in which the company took stock holds nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, true

from kezhi import Evidence, Metric, Period
from kezhi.figures import sql_count, sql_ratio, sql_total
from kezhi.i18n import lazy_gettext as _l

from ..models.months import SHIPPED, STOCK
from ..services.rows import counted


def _last_stock(period: Period, population: Select[Any]) -> Any:
    """The stock of the period's last month of which there is any."""
    stock, every = counted(STOCK), counted(STOCK)
    last = select(func.max(every.c.happened_on)).where(every.c.happened_on.between(period.start, period.end))
    mine = (stock.c.customer_id.in_(population), stock.c.happened_on == last.scalar_subquery())
    return stock, mine


def _dead_amount(period: Period, population: Select[Any]) -> Select[Any]:
    stock, mine = _last_stock(period, population)
    value = sql_total(stock.c.profit).label("value")
    return select(stock.c.customer_id, value).where(*mine).group_by(stock.c.customer_id)


def _dead_rate(period: Period, population: Select[Any]) -> Select[Any]:
    stock, mine = _last_stock(period, population)
    sums = (
        select(stock.c.customer_id, sql_total(stock.c.profit).label("dead"), sql_total(stock.c.amount).label("held"))
        .where(*mine)
        .group_by(stock.c.customer_id)
        .subquery()
    )
    value = sql_ratio(sums.c.dead, sums.c.held).label("value")
    return select(sums.c.customer_id, value).where(sums.c.held > 0)


def _dead_rows(period: Period, population: Select[Any]) -> Select[Any]:
    stock, mine = _last_stock(period, population)
    return _row(stock, stock.c.profit).where(*mine)


def _row(rows: Any, value: Any) -> Select[Any]:
    return select(
        rows.c.customer_id, rows.c.record_id, rows.c.number.label("reference"), rows.c.happened_on,
        value.label("value"),
    )  # fmt: skip


def _turnover(period: Period, population: Select[Any]) -> Select[Any]:
    """Cost of goods shipped ÷ average stock: the sum over the months in which stock was taken, by their number."""
    shipped, stock, every = counted(SHIPPED), counted(STOCK), counted(STOCK)
    cost = (
        select(shipped.c.customer_id, sql_total(shipped.c.amount).label("cost"))
        .where(shipped.c.customer_id.in_(population), shipped.c.happened_on.between(period.start, period.end))
        .group_by(shipped.c.customer_id)
        .subquery()
    )
    held = (
        select(stock.c.customer_id, sql_total(stock.c.amount).label("held"))
        .where(stock.c.customer_id.in_(population), stock.c.happened_on.between(period.start, period.end))
        .group_by(stock.c.customer_id)
        .subquery()
    )
    taken = (
        select(sql_count(every.c.happened_on.distinct()).label("months"))
        .where(every.c.happened_on.between(period.start, period.end))
        .subquery()
    )
    value = sql_ratio(func.coalesce(cost.c.cost, 0) * taken.c.months, held.c.held).label("value")
    joined = held.outerjoin(cost, cost.c.customer_id == held.c.customer_id).join(taken, true())
    return select(held.c.customer_id, value).select_from(joined).where(held.c.held > 0)


def _shipped_rows(period: Period, population: Select[Any]) -> Select[Any]:
    shipped = counted(SHIPPED)
    between = shipped.c.happened_on.between(period.start, period.end)
    return _row(shipped, shipped.c.amount).where(shipped.c.customer_id.in_(population), between)


def stock_metrics() -> list[Metric]:
    """The metrics of TRD-02 that follow from stock held for customers."""
    dead = Evidence("trade.dead_stock", _l("Dead stock at the end of the period"), "money", _dead_rows)
    shipped = Evidence("trade.goods_shipped", _l("Goods shipped in the period, at cost"), "money", _shipped_rows)

    def metric(key: str, title: Any, unit: Any, select: Any, no_rows: Any, evidence: Evidence) -> Metric:
        return Metric(f"trade.{key}", title, unit, select, no_rows, evidence=evidence, clause="TRD-02")

    return [
        metric("dead_stock", _l("Dead stock"), "money", _dead_amount, "zero", dead),
        metric("dead_stock_rate", _l("Dead-stock rate"), "ratio", _dead_rate, "missing", dead),
        metric("stock_turnover", _l("Stock turnover rate"), "ratio", _turnover, "missing", shipped),
    ]
