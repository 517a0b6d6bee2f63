"""The rows that figures are made of: as they are recorded, and as confirmed months say (TRD-03).

Both have the same columns, those of ``FrozenRow``, so that a metric does not know which of the two it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from kezhi import BigInt, db, setting
from kezhi.figures import sql_int

from ..calendar_months import month_of
from ..models import (
    CANCELLED,
    CONFIRMED,
    VALID,
    FrozenRow,
    Invoice,
    Match,
    Month,
    Order,
    Rate,
    Receipt,
    Shipment,
    Stock,
)
from ..models.months import INVOICES, MATCHES, ORDERS, RECEIPTS, SHIPPED, STOCK
from .conversion import month_start

# Tables, not classes: a figure does not depend on who looks at it.
orders, invoices, receipts, matches = Order.__table__, Invoice.__table__, Receipt.__table__, Match.__table__
rates, stock, shipments = Rate.__table__, Stock.__table__, Shipment.__table__
frozen, months = FrozenRow.__table__, Month.__table__

COLUMNS = (
    "record_id", "link_id", "customer_id", "number", "happened_on", "due_on", "kind", "amount", "profit", "currency",
    "rate",
)  # fmt: skip

_AS_RECORDED: ContextVar[bool] = ContextVar("as_recorded", default=False)


@contextmanager
def as_recorded() -> Iterator[None]:
    """Read what is recorded even where grading reads confirmed months only: for pages that show, not judge."""
    token = _AS_RECORDED.set(True)
    try:
        yield
    finally:
        _AS_RECORDED.reset(token)


def is_confirmed_only() -> bool:
    """Whether figures read confirmed months only (setting ``trade.confirm_months``)."""
    return bool(setting("trade", "confirm_months")) and not _AS_RECORDED.get()


def first_month() -> date | None:
    """The first month that is collected, by its first day; the ones before count as recorded. None: all are."""
    first: date | None = setting("trade", "first_month")
    return month_of(first) if first is not None else None


# ── as recorded ─────────────────────────────────────────────────────────────────────────────────────────────────


def recorded(part: str) -> Select[Any]:
    """All rows of a part that count, as they are recorded now."""
    return _RECORDED[part]()


def _columns(record: Any, customer: Any, number: Any, day: Any, amount: Any, **more: Any) -> list[Any]:
    values = {
        "record_id": record, "link_id": sql_int(0), "customer_id": customer, "number": number, "happened_on": day,
        "due_on": cast(null(), Date), "kind": literal("", String), "amount": amount, "profit": cast(null(), BigInt),
        "currency": literal("", String), "rate": cast(null(), BigInt), **more,
    }  # fmt: skip
    return [values[name].label(name) for name in COLUMNS]


def _orders() -> Select[Any]:
    c = orders.c
    columns = _columns(c.id, c.customer_id, c.number, c.order_date, c.base_amount, profit=c.base_profit)
    return select(*columns).where(c.status != CANCELLED)


def _shipped() -> Select[Any]:
    """Goods that left, at cost, of the orders whose cost is known."""
    c = orders.c
    columns = _columns(c.id, c.customer_id, c.number, c.shipped_date, c.base_amount - c.base_profit)
    return select(*columns).where(c.status != CANCELLED, c.shipped_date.is_not(None), c.base_profit.is_not(None))


def _invoices() -> Select[Any]:
    c = invoices.c
    at_rate = and_(rates.c.currency == c.currency, rates.c.month == month_start(c.happened_on))
    columns = _columns(
        c.id, c.customer_id, c.number, c.happened_on, c.amount, due_on=c.due_on, currency=c.currency, rate=rates.c.rate
    )
    return select(*columns).select_from(invoices.outerjoin(rates, at_rate)).where(c.status == VALID)


def _receipts() -> Select[Any]:
    c = receipts.c
    columns = _columns(c.id, c.customer_id, c.number, c.happened_on, c.base_amount, kind=c.kind)
    return select(*columns).where(c.status == VALID)


def _matches() -> Select[Any]:
    """What settled what, on the day on which there was both the money and the invoice."""
    c = receipts.c
    day = case((invoices.c.happened_on > c.happened_on, invoices.c.happened_on), else_=c.happened_on)
    columns = _columns(
        c.id, invoices.c.customer_id, c.number, day, matches.c.amount, link_id=invoices.c.id, kind=c.kind,
        currency=c.currency,
    )  # fmt: skip
    both = matches.join(receipts, c.id == matches.c.receipt_id).join(invoices, invoices.c.id == matches.c.invoice_id)
    return select(*columns).select_from(both).where(c.status == VALID)


def _stock() -> Select[Any]:
    c = stock.c
    return select(*_columns(c.id, c.customer_id, literal("", String), c.month, c.held, profit=c.dead))


_RECORDED: dict[str, Callable[[], Select[Any]]] = {
    ORDERS: _orders, SHIPPED: _shipped, INVOICES: _invoices, RECEIPTS: _receipts, MATCHES: _matches, STOCK: _stock,
}  # fmt: skip


# ── what counts ─────────────────────────────────────────────────────────────────────────────────────────────────


def counted(part: str) -> Subquery:
    """The rows of a part that figures read: all recorded ones, or those that confirmed months say."""
    rows = recorded(part).subquery()
    if not is_confirmed_only():
        return rows
    said = select(*(frozen.c[name] for name in COLUMNS)).where(
        frozen.c.part == part, frozen.c.month.in_(select(months.c.month).where(months.c.state == CONFIRMED))
    )
    first = first_month()
    if first is None:
        return said.subquery()
    before = select(*(rows.c[name] for name in COLUMNS)).where(rows.c.happened_on < first)
    return union_all(before, said).subquery()


def is_known(day: ColumnElement[Any]) -> ColumnElement[bool] | None:
    """Whether the month of a day counts; None where all do."""
    if not is_confirmed_only():
        return None
    confirmed = month_start(day).in_(select(months.c.month).where(months.c.state == CONFIRMED))
    first = first_month()
    return confirmed if first is None else or_(day < first, confirmed)


def known_until(end: date) -> date:
    """The last day up to ``end`` of which is known what was open: that of the last month that counts."""
    if not is_confirmed_only():
        return end
    last = select(func.max(months.c.ends_on)).where(months.c.state == CONFIRMED, months.c.month <= end)
    found, first = db.session.scalar(last), first_month()
    days = [day for day in (found, first - timedelta(days=1) if first else None) if day is not None]
    return min(end, max(days)) if days else date.min
