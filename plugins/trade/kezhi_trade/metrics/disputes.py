"""Disputes as metrics (TRD-09). They count by their date, whatever has become of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, select

from kezhi import Evidence, Metric, Period
from kezhi.figures import full_years, sql_count
from kezhi.i18n import lazy_gettext as _l

from ..models import SERIOUS, Dispute
from .orders import start_of_trade

disputes = Dispute.__table__

ROW = (
    disputes.c.customer_id.label("customer_id"),
    disputes.c.id.label("record_id"),
    disputes.c.number.label("reference"),
    disputes.c.happened_on.label("happened_on"),
    literal(1, Integer()).label("value"),
)

is_serious: ColumnElement[bool] = disputes.c.gravity == SERIOUS


def _within(period: Period) -> ColumnElement[bool]:
    between: ColumnElement[bool] = disputes.c.happened_on.between(period.start, period.end)
    return between


def _of(population: Select[Any], *columns: Any) -> Select[Any]:
    return select(*columns).where(disputes.c.customer_id.in_(population))


def _rows(period: Period, population: Select[Any]) -> Select[Any]:
    return _of(population, *ROW).where(_within(period))


def _serious_rows(period: Period, population: Select[Any]) -> Select[Any]:
    return _rows(period, population).where(is_serious)


def _serious_rows_so_far(period: Period, population: Select[Any]) -> Select[Any]:
    return _of(population, *ROW).where(is_serious, disputes.c.happened_on <= period.end)


def _count(period: Period, population: Select[Any]) -> Select[Any]:
    statement = _of(population, disputes.c.customer_id, sql_count().label("value"))
    return statement.where(_within(period)).group_by(disputes.c.customer_id)


def _serious_count(period: Period, population: Select[Any]) -> Select[Any]:
    return _count(period, population).where(is_serious)


def _years_without_serious(period: Period, population: Select[Any]) -> Select[Any]:
    start = start_of_trade(period.end, population).subquery()
    last = (
        _of(population, disputes.c.customer_id, func.max(disputes.c.happened_on).label("day"))
        .where(is_serious, disputes.c.happened_on <= period.end)
        .group_by(disputes.c.customer_id)
        .subquery()
    )
    since = case((last.c.day > start.c.since, last.c.day), else_=start.c.since)
    return select(start.c.customer_id, full_years(since, period.end).label("value")).outerjoin(
        last, last.c.customer_id == start.c.customer_id
    )


def dispute_metrics() -> list[Metric]:
    """How many disputes there were, and how long it went without a serious one."""
    every = Evidence("trade.disputes", _l("Disputes of the period"), "count", _rows)
    serious = Evidence("trade.disputes_serious", _l("Serious disputes of the period"), "count", _serious_rows)
    so_far = Evidence("trade.disputes_so_far", _l("Serious disputes so far"), "count", _serious_rows_so_far)
    return [
        Metric("trade.disputes", _l("Disputes"), "count", _count, "zero", evidence=every, clause="TRD-09"),
        Metric("trade.disputes_serious", _l("Serious disputes"), "count", _serious_count, "zero", evidence=serious,
               clause="TRD-09"),
        Metric("trade.years_without_serious_dispute", _l("Years of co-operation without a serious dispute"), "years",
               _years_without_serious, "missing", evidence=so_far, clause="TRD-09"),
    ]  # fmt: skip
