"""Declared figures as metrics, those of the company's own too (TRD-07).

A figure belongs to the year that it is declared for, whenever that was: what is judged is the newest year up to that of
``period.end``, and of several declarations for it the latest. Withdrawn ones count nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, func, select

from kezhi import Evidence, Metric, Period
from kezhi.figures import sql_ratio
from kezhi.i18n import _

from ..models import RATIO, Declaration
from ..services.declarations import newest
from ..services.figures import all_figures, title_of

declarations = Declaration.__table__

ROW = (
    declarations.c.customer_id.label("customer_id"),
    declarations.c.id.label("record_id"),
    declarations.c.stated_in.label("reference"),
    declarations.c.declared_on.label("happened_on"),
    declarations.c.value.label("value"),
)

Selecting = Callable[[Period, Select[Any]], Select[Any]]


def declared_metrics() -> list[Metric]:
    """One metric per figure, and for amounts and numbers one of its growth on the year before."""
    found = []
    for figure in all_figures():
        title, unit, number = title_of(figure), figure["unit"], figure["id"]
        key = f"trade.declared_{figure['key']}"
        evidence = Evidence(key, _("Declared: %(figure)s", figure=title), unit, partial(_newest_rows, number))
        declared = partial(_declared, number)
        found.append(Metric(key, title, unit, declared, "missing", evidence=evidence, clause="TRD-07"))
        if unit != RATIO:
            key, title = f"{key}_growth", _("Growth: %(figure)s", figure=title)
            growth = partial(_growth, number)
            rows = Evidence(key, title, unit, partial(_compared_rows, number))
            found.append(Metric(key, title, "ratio", growth, "missing", evidence=rows, clause="TRD-07"))
    return found


def _of(statement: Select[Any], figure_id: int, end: date, population: Select[Any]) -> Select[Any]:
    return statement.where(
        declarations.c.figure_id == figure_id,
        declarations.c.year <= end.year,
        declarations.c.customer_id.in_(population),
    )


def _newest_rows(figure_id: int, period: Period, population: Select[Any]) -> Select[Any]:
    ranked = _of(newest(*ROW), figure_id, period.end, population).subquery()
    return select(*(ranked.c[column.name] for column in ROW)).where(ranked.c.place == 1)


def _declared(figure_id: int, period: Period, population: Select[Any]) -> Select[Any]:
    rows = _newest_rows(figure_id, period, population).subquery()
    return select(rows.c.customer_id, rows.c.value)


def _years(figure_id: int, period: Period, population: Select[Any]) -> Select[Any]:
    """The newest year's declaration beside that of the year before, for customers that have both."""
    place = func.row_number().over(
        partition_by=(declarations.c.customer_id, declarations.c.year),
        order_by=(declarations.c.declared_on.desc(), declarations.c.id.desc()),
    )
    counted = select(*ROW, declarations.c.year, place.label("place")).where(declarations.c.withdrawn_at.is_(None))
    best = _of(counted, figure_id, period.end, population).subquery()
    yearly = select(best).where(best.c.place == 1).subquery()
    by_year: dict[str, Any] = {"partition_by": yearly.c.customer_id, "order_by": yearly.c.year}
    beside = select(
        yearly.c.customer_id,
        yearly.c.record_id,
        yearly.c.year,
        yearly.c.value,
        func.lag(yearly.c.record_id).over(**by_year).label("record_before"),
        func.lag(yearly.c.year).over(**by_year).label("year_before"),
        func.lag(yearly.c.value).over(**by_year).label("value_before"),
        func.lead(yearly.c.year).over(**by_year).label("year_after"),
    ).subquery()
    return select(beside).where(beside.c.year_after.is_(None), beside.c.year_before == beside.c.year - 1)


def _growth(figure_id: int, period: Period, population: Select[Any]) -> Select[Any]:
    pair = _years(figure_id, period, population).subquery()
    value = sql_ratio(pair.c.value - pair.c.value_before, pair.c.value_before).label("value")
    return select(pair.c.customer_id, value).where(pair.c.value_before > 0)


def _compared_rows(figure_id: int, period: Period, population: Select[Any]) -> Select[Any]:
    pair = _years(figure_id, period, population).subquery()
    both = select(pair.c.record_id).union_all(select(pair.c.record_before))
    return select(*ROW).where(declarations.c.id.in_(both))
