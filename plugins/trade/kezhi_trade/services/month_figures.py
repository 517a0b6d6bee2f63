"""What a month amounts to, for the whole company: what its steps vouch for, and what is still missing (TRD-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, select

from kezhi import Period, currency, db
from kezhi.builtin.customers.models import Customer
from kezhi.figures import ratio, sql_count, sql_total

from ..calendar_months import end_of
from ..metrics.receivables import due_items, late_items
from ..models import CREDIT, VALID, Month
from ..models.months import INVOICES, ORDERS, RECEIPTS, SHIPPED, STOCK
from .conversion import month_start, sql_at, sql_factors
from .rows import as_recorded, receipts, recorded, shipments

#: Figures by the step that vouches for them, in the order of the page.
FIGURES = {
    "orders": ("order_amount", "order_count", "profit", "without_profit"),
    "money": ("invoiced", "received", "due", "collected", "collection_rate", "overdue"),
    "stock": ("held", "dead", "dead_rate", "shipped_cost", "turnover"),
}
EVERYBODY = select(Customer.__table__.c.id)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a month still lacks, each as a count of records."""

    without_profit: int  #: orders of which neither cost nor profit is known
    on_account: int  #: receipts that are not matched in full
    not_invoiced: int  #: shipments without an invoice
    no_stock: bool  #: no stock was entered


def present_figures(month: date, step: str) -> dict[str, int | None]:
    """What is recorded now, in minor units, parts per million or counts; None where nothing can be said."""
    with as_recorded():
        return _COMPUTED[step](month)


def figures_of(month: date, row: Month | None) -> dict[str, dict[str, int | None]]:
    """By step: what the month says where its department vouched for it, else what is recorded now."""
    kept: dict[str, Any] = row.figures if row is not None else {}
    return {step: kept.get(step) or present_figures(month, step) for step in FIGURES}


def _orders(month: date) -> dict[str, int | None]:
    rows = recorded(ORDERS).subquery()
    sums = select(
        sql_total(rows.c.amount), sql_count(), sql_total(rows.c.profit), sql_count(case((rows.c.profit.is_(None), 1)))
    ).where(_in_month(rows, month))
    amount, count, profit, without = db.session.execute(sums).one()
    return {"order_amount": amount or 0, "order_count": count, "profit": profit or 0, "without_profit": without}


def order_totals(start: date, end: date) -> dict[date, tuple[int, int, int]]:
    """Order amount, number of orders and profit as recorded, month by month; one statement."""
    rows = recorded(ORDERS).subquery()
    month = month_start(rows.c.happened_on)
    sums = select(month, sql_total(rows.c.amount), sql_count(), sql_total(rows.c.profit))
    found = db.session.execute(sums.where(rows.c.happened_on.between(start, end)).group_by(month))
    return {day: (amount or 0, count, profit or 0) for day, amount, count, profit in found}


def _money(month: date) -> dict[str, int | None]:
    period = Period(month, end_of(month))
    invoiced = recorded(INVOICES).subquery()
    factor, divisor = sql_factors(invoiced.c.currency, invoiced.c.rate, currency())
    converted = select(invoiced.c.amount, factor.label("factor"), divisor.label("divisor")).where(
        _in_month(invoiced, month)
    ).subquery()  # fmt: skip
    money = recorded(RECEIPTS).subquery()
    due, late = due_items(period, EVERYBODY), late_items(period, EVERYBODY).subquery()
    asked, paid = db.session.execute(select(sql_total(due.c.asked), sql_total(due.c.paid))).one()
    return {
        "invoiced": _sum(select(sql_total(sql_at(converted.c.amount, converted.c.factor, converted.c.divisor)))),
        "received": _sum(select(sql_total(money.c.amount)).where(_in_month(money, month), money.c.kind != CREDIT)),
        "due": asked or 0,
        "collected": paid or 0,
        "collection_rate": ratio(paid or 0, asked) if asked else None,
        "overdue": _sum(select(sql_total(late.c.left))),
    }


def _stock(month: date) -> dict[str, int | None]:
    rows, shipped = recorded(STOCK).subquery(), recorded(SHIPPED).subquery()
    sums = select(sql_count(), sql_total(rows.c.amount), sql_total(rows.c.profit)).where(_in_month(rows, month))
    count, held, dead = db.session.execute(sums).one()
    cost = _sum(select(sql_total(shipped.c.amount)).where(_in_month(shipped, month)))
    return {
        "held": held or 0 if count else None,
        "dead": dead or 0 if count else None,
        "dead_rate": ratio(dead or 0, held) if held else None,
        "shipped_cost": cost,
        "turnover": ratio(cost, held) if held else None,
    }


_COMPUTED = {"orders": _orders, "money": _money, "stock": _stock}


def gaps(month: date) -> Gaps:
    """What is missing of a month as it is recorded now."""
    between = (month, end_of(month))
    orders, stock = recorded(ORDERS).subquery(), recorded(STOCK).subquery()
    open_money = and_(receipts.c.status == VALID, receipts.c.kind != CREDIT, receipts.c.matched < receipts.c.amount)
    return Gaps(
        _count(select(orders.c.record_id).where(_in_month(orders, month), orders.c.profit.is_(None))),
        _count(select(receipts.c.id).where(receipts.c.happened_on.between(*between), open_money)),
        _count(
            select(shipments.c.id).where(
                shipments.c.happened_on.between(*between),
                shipments.c.status == VALID,
                shipments.c.invoice_id.is_(None),
            )
        ),
        not _count(select(stock.c.record_id).where(_in_month(stock, month)).limit(1)),
    )


def _in_month(rows: Any, month: date) -> Any:
    return rows.c.happened_on.between(month, end_of(month))


def _sum(statement: Any) -> int:
    return int(db.session.scalar(statement) or 0)


def _count(statement: Any) -> int:
    return int(db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0)
