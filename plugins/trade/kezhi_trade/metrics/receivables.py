"""What was paid of what was due, and what is late, as metrics (TRD-02).

Invoices count by due date, receipts by the day they came in, both converted at the rate of the invoice's or receipt's
month. A figure of a past period is what it was at the end of it: matchings count from the day of the receipt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, case, func, literal, select

from kezhi import Evidence, Metric, Period, currency
from kezhi.figures import days_between, sql_int, sql_ratio, sql_total
from kezhi.i18n import lazy_gettext as _l

from ..models import CREDIT
from ..models.months import INVOICES, MATCHES, RECEIPTS
from ..services.conversion import sql_at, sql_factors
from ..services.rows import counted, is_known, known_until


def _items(end: date, population: Select[Any], narrow: Callable[[Any], ColumnElement[bool]]) -> Subquery:
    """Invoices of the population in the company's currency: their amount less credit notes, and what was paid.

    Nothing after ``end`` is looked at, neither invoices nor receipts.
    """
    invoices, matches = counted(INVOICES), counted(MATCHES)
    is_credit = matches.c.kind == CREDIT
    paid = sql_total(case((is_credit, sql_int(0)), else_=matches.c.amount))
    credited = sql_total(case((is_credit, matches.c.amount), else_=sql_int(0)))
    sums = (
        select(matches.c.link_id.label("invoice_id"), paid.label("paid"), credited.label("credited"))
        .where(matches.c.customer_id.in_(population), matches.c.happened_on <= end)
        .group_by(matches.c.link_id)
        .subquery()
    )
    factor, divisor = sql_factors(invoices.c.currency, invoices.c.rate, currency())
    paid, credited = func.coalesce(sums.c.paid, sql_int(0)), func.coalesce(sums.c.credited, sql_int(0))
    inner = (
        select(
            invoices.c.record_id.label("id"), invoices.c.customer_id, invoices.c.number, invoices.c.due_on,
            (invoices.c.amount - credited).label("asked"), paid.label("paid"),
            (invoices.c.amount - credited - paid).label("left"), factor.label("factor"), divisor.label("divisor"),
        )
        .outerjoin(sums, sums.c.invoice_id == invoices.c.record_id)
        .where(invoices.c.customer_id.in_(population), invoices.c.happened_on <= end, narrow(invoices))
        .subquery()
    )  # fmt: skip
    columns = (inner.c.id, inner.c.customer_id, inner.c.number, inner.c.due_on)
    amounts = (sql_at(inner.c[name], inner.c.factor, inner.c.divisor).label(name) for name in ("asked", "paid", "left"))
    return select(*columns, *amounts).subquery("items")


def due_items(period: Period, population: Select[Any]) -> Subquery:
    """What was due in the period; of a month that does not count it is not known what was paid, so nothing is due."""

    def narrow(invoices: Any) -> ColumnElement[bool]:
        known = is_known(invoices.c.due_on)
        due = invoices.c.due_on.between(period.start, period.end)
        return due if known is None else and_(due, known)

    return _items(period.end, population, narrow)


def late_items(period: Period, population: Select[Any]) -> Select[Any]:
    """What was open and late at the end of the period, or of its last month that counts; one row per invoice."""
    end = known_until(period.end)
    items = _items(end, population, lambda invoices: invoices.c.due_on < end)
    return select(items).where(items.c.left > 0)


def _row(items: Any, value: Any) -> Select[Any]:
    return select(
        items.c.customer_id, items.c.id.label("record_id"), items.c.number.label("reference"),
        items.c.due_on.label("happened_on"), value.label("value"),
    )  # fmt: skip


def _due_rows(period: Period, population: Select[Any]) -> Select[Any]:
    items = due_items(period, population)
    return _row(items, items.c.asked)


def _late_rows(period: Period, population: Select[Any]) -> Select[Any]:
    items = late_items(period, population).subquery()
    return _row(items, items.c.left)


def _received(receipts: Any, period: Period, population: Select[Any]) -> Any:
    between = receipts.c.happened_on.between(period.start, period.end)
    return (receipts.c.customer_id.in_(population), receipts.c.kind != CREDIT, between)


def _received_rows(period: Period, population: Select[Any]) -> Select[Any]:
    receipts = counted(RECEIPTS)
    return select(
        receipts.c.customer_id, receipts.c.record_id, receipts.c.number.label("reference"), receipts.c.happened_on,
        receipts.c.amount.label("value"),
    ).where(*_received(receipts, period, population))  # fmt: skip


def _received_amount(period: Period, population: Select[Any]) -> Select[Any]:
    receipts = counted(RECEIPTS)
    value = sql_total(receipts.c.amount).label("value")
    wanted = _received(receipts, period, population)
    return select(receipts.c.customer_id, value).where(*wanted).group_by(receipts.c.customer_id)


def _due_amount(period: Period, population: Select[Any]) -> Select[Any]:
    items = due_items(period, population)
    return select(items.c.customer_id, sql_total(items.c.asked).label("value")).group_by(items.c.customer_id)


def _collection_rate(period: Period, population: Select[Any]) -> Select[Any]:
    items = due_items(period, population)
    sums = (
        select(items.c.customer_id, sql_total(items.c.paid).label("paid"), sql_total(items.c.asked).label("asked"))
        .group_by(items.c.customer_id)
        .subquery()
    )
    value = sql_ratio(sums.c.paid, sums.c.asked).label("value")
    return select(sums.c.customer_id, value).where(sums.c.asked > 0)


def _late_amount(period: Period, population: Select[Any]) -> Select[Any]:
    items = late_items(period, population).subquery()
    return select(items.c.customer_id, sql_total(items.c.left).label("value")).group_by(items.c.customer_id)


def _late_days(period: Period, population: Select[Any]) -> Select[Any]:
    items = late_items(period, population).subquery()
    days = func.max(days_between(literal(known_until(period.end), Date()), items.c.due_on))
    return select(items.c.customer_id, days.label("value")).group_by(items.c.customer_id)


def receivable_metrics() -> list[Metric]:
    """The metrics of TRD-02 that follow from invoices and receipts."""
    due = Evidence("trade.due_invoices", _l("Invoices due in the period"), "money", _due_rows)
    late = Evidence("trade.late_invoices", _l("Invoices overdue at the end of the period"), "money", _late_rows)
    received = Evidence("trade.receipts", _l("Receipts of the period"), "money", _received_rows)

    def metric(key: str, title: Any, unit: Any, select: Any, no_rows: Any, evidence: Evidence) -> Metric:
        return Metric(f"trade.{key}", title, unit, select, no_rows, evidence=evidence, clause="TRD-02")

    return [
        metric("due_amount", _l("Amount due in the period"), "money", _due_amount, "zero", due),
        metric("received_amount", _l("Amount received in the period"), "money", _received_amount, "zero", received),
        metric("collection_rate", _l("Collection rate"), "ratio", _collection_rate, "missing", due),
        metric("overdue_amount", _l("Overdue amount at the end of the period"), "money", _late_amount, "zero", late),
        metric("overdue_days", _l("Longest days overdue at the end of the period"), "days", _late_days, "zero", late),
    ]
