"""What customers owe: for any set of them in one select, and the rows behind each figure (TRD-01, CRD-04).

Offered to the plugin that judges credit by the optional hooks ``credit_receivables`` and ``credit_receivable_rows``;
neither plugin imports the other: the columns are agreed by name. Figures are minor units of the company's currency,
tax included, foreign ones at the newest month rate up to the day asked for. They are as things stand now: the day says
how late something is, it does not turn back time. The selects name tables: whose figures are wanted is the asker's
choice, and a figure must not depend on who looks at it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import has_request_context, url_for
from sqlalchemy import CTE, ColumnElement, Date, Integer, Select, Subquery, and_, case, func, literal, select, union_all

from kezhi import currency, db
from kezhi.figures import PPM, date_number, days_between, sql_int, sql_total

from .calendar_months import month_of
from .models import OPEN, VALID, Invoice, Order, Rate, Receipt, Shipment
from .services.conversion import running_total, sql_at, sql_factors
from .services.matching import is_open

#: The columns of :func:`receivables`, in this order.
RECEIVABLES_COLUMNS = (
    "customer_id", "not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_90_plus", "overdue_days_max",
    "shipped_not_invoiced", "ordered_not_shipped", "deposits",
)  # fmt: skip

#: The keys of each row of :func:`receivable_rows`.
RECEIVABLE_ROW_COLUMNS = (
    "figure", "kind", "record_id", "reference", "happened_on", "due_on", "days_overdue", "amount", "currency",
    "amount_in_currency", "url",
)  # fmt: skip

#: What is open, by how late it is: the column, and the last day of being late that still belongs to it.
AGES = (("not_due", 0), ("overdue_1_30", 30), ("overdue_31_60", 60), ("overdue_61_90", 90), ("overdue_90_plus", None))

MONEY = RECEIVABLES_COLUMNS[1:6] + RECEIVABLES_COLUMNS[7:]

#: Where the page of a row is: endpoint, and the argument that holds the id.
PAGES = {
    "invoice": ("trade.invoice", "invoice_id"),
    "shipment": ("trade.shipment", "shipment_id"),
    "receipt": ("trade.receipt", "receipt_id"),
    "order": ("trade.show", "order_id"),
}

orders, rates = Order.__table__, Rate.__table__
shipments, invoices, receipts = Shipment.__table__, Invoice.__table__, Receipt.__table__


def receivables(customers: Select[Any] | None, day: date) -> Select[Any]:
    """One row per customer that has anything, with ``RECEIVABLES_COLUMNS``. ``customers`` selects ids, None is all."""
    rows = union_all(*(select(each) for each in _parts(customers, day))).subquery("rows")
    amounts = [
        func.coalesce(sql_total(case((rows.c.figure == name, rows.c.amount), else_=sql_int(0))), 0).label(name)
        for name in MONEY
    ]
    days = func.coalesce(func.max(rows.c.days_overdue), 0).label("overdue_days_max")
    columns = {column.name: column for column in (rows.c.customer_id, *amounts, days)}
    chosen = (columns[name] for name in RECEIVABLES_COLUMNS)
    return select(*chosen).where(rows.c.amount > 0).group_by(rows.c.customer_id)


def receivable_rows(customer_id: int, figure: str, day: date, limit: int | None = None) -> list[dict[str, Any]]:
    """What one figure of one customer is made of, the most urgent first; an unknown figure is made of nothing."""
    if figure not in MONEY:
        return []
    only = select(literal(customer_id, Integer()))
    rows = _part_of(figure, only, day, _rates_of(day))
    statement = select(rows).where(rows.c.figure == figure, rows.c.amount > 0)
    statement = statement.order_by(rows.c.days_overdue.desc(), rows.c.happened_on, rows.c.record_id).limit(limit)
    return [_row(each._mapping) for each in db.session.execute(statement)]


def order_numbers() -> Select[Any]:
    """``customer_id`` and ``number`` of every order, cancelled ones too: one kept credit for ends with any of them."""
    return select(orders.c.customer_id, orders.c.number)


def _row(row: Any) -> dict[str, Any]:
    endpoint, argument = PAGES[row["kind"]]
    address = url_for(endpoint, **{argument: row["record_id"]}) if has_request_context() else ""
    given = {name: row[name] for name in RECEIVABLE_ROW_COLUMNS if name != "url"}
    return {**given, "url": address}


def _parts(customers: Select[Any] | None, day: date) -> list[Subquery]:
    newest = _rates_of(day)
    return [_part_of(name, customers, day, newest) for name in ("not_due", *MONEY[5:])]


def _part_of(figure: str, customers: Select[Any] | None, day: date, newest: CTE) -> Subquery:
    """The rows among which those of a figure are; all ages are among the same."""
    if figure == "shipped_not_invoiced":
        return _shipments(customers, newest)
    if figure == "ordered_not_shipped":
        return _orders(customers, newest)
    return _receipts(customers, newest) if figure == "deposits" else _invoices(customers, day, newest)


def _of(table: Any, customers: Select[Any] | None) -> list[ColumnElement[bool]]:
    return [] if customers is None else [table.c.customer_id.in_(customers)]


def _rates_of(day: date) -> CTE:
    """Per currency the newest rate up to the month of ``day``; of one that began later, its first. As what an amount is
    multiplied and divided by: what depends on the currency's digits is asked once of each rate, not of each row.
    """
    past, number = rates.c.month <= month_of(day), date_number(rates.c.month)
    place = func.row_number().over(
        partition_by=rates.c.currency,
        order_by=(case((past, 0), else_=1), case((past, -number), else_=number)),
    )
    ranked = select(rates.c.currency, rates.c.rate, place.label("place")).subquery()
    factor, divisor = sql_factors(ranked.c.currency, ranked.c.rate, currency())
    found = select(ranked.c.currency, factor.label("factor"), divisor.label("divisor")).where(ranked.c.place == 1)
    return found.cte()


def _converted(amounts: Select[Any], code: ColumnElement[Any], newest: CTE) -> tuple[Subquery, ColumnElement[int]]:
    """Rows with ``amount``, joined to the rate of their currency, and the amount in the company's."""
    own, one = code == currency(), sql_int(1)
    factor, divisor = (case((own, one), else_=each) for each in (newest.c.factor, newest.c.divisor))
    joined = amounts.add_columns(factor.label("factor"), divisor.label("divisor"))
    inner = joined.outerjoin(newest, newest.c.currency == code).subquery()
    return inner, sql_at(inner.c.amount, inner.c.factor, inner.c.divisor)


def _columns(kind: str, rows: Any, figure: Any, amount: Any, due_on: Any = None, days: Any = None) -> list[Any]:
    return [
        rows.c.customer_id,
        (literal(figure) if isinstance(figure, str) else figure).label("figure"),
        literal(kind).label("kind"),
        rows.c.id.label("record_id"),
        rows.c.number.label("reference"),
        rows.c.happened_on,
        (literal(None, Date()) if due_on is None else due_on).label("due_on"),
        (literal(0, Integer()) if days is None else days).label("days_overdue"),
        amount.label("amount"),
        rows.c.currency,
        rows.c.amount.label("amount_in_currency"),
    ]


def _left(table: Any, customers: Select[Any] | None, *more: Any) -> Select[Any]:
    """What is left of open invoices or receipts."""
    left = (table.c.amount - table.c.matched).label("amount")
    columns = (table.c.customer_id, table.c.id, table.c.number, table.c.happened_on, table.c.currency, left, *more)
    return select(*columns).where(*is_open(table), *_of(table, customers))


def _invoices(customers: Select[Any] | None, day: date, newest: CTE) -> Subquery:
    rows, amount = _converted(_left(invoices, customers, invoices.c.due_on), invoices.c.currency, newest)
    late = days_between(literal(day, Date()), rows.c.due_on)
    days = case((late > 0, late), else_=0)
    ages = [(days <= last, literal(name)) for name, last in AGES if last is not None]
    figure = case(*ages, else_=literal(AGES[-1][0]))
    return select(*_columns("invoice", rows, figure, amount, rows.c.due_on, days)).subquery()


def _receipts(customers: Select[Any] | None, newest: CTE) -> Subquery:
    rows, amount = _converted(_left(receipts, customers), receipts.c.currency, newest)
    return select(*_columns("receipt", rows, "deposits", amount)).subquery()


def _shipments(customers: Select[Any] | None, newest: CTE) -> Subquery:
    """What no invoice covers. Invoices that name the order and cover no shipment of it cover the oldest ones first."""
    own = (shipments.c.customer_id, shipments.c.id, shipments.c.number, shipments.c.happened_on, shipments.c.currency,
           shipments.c.amount, shipments.c.order_id)  # fmt: skip
    bare = select(*own).where(shipments.c.status == VALID, shipments.c.invoice_id.is_(None), *_of(shipments, customers))
    rows, amount = _converted(bare, shipments.c.currency, newest)
    priced = select(rows, amount.label("base")).subquery()
    whose = (priced.c.customer_id, priced.c.order_id)
    running = running_total(priced.c.base, whose, (priced.c.happened_on, priced.c.id))
    laid = select(priced, running.label("upto")).subquery()
    billed = _billed(customers, newest)
    beyond = laid.c.upto - func.coalesce(billed.c.amount, 0)
    part = case((beyond <= 0, sql_int(0)), (beyond < laid.c.base, beyond), else_=laid.c.base)
    share = case((laid.c.order_id.is_(None), laid.c.base), else_=part)
    statement = select(*_columns("shipment", laid, "shipped_not_invoiced", share))
    same = and_(billed.c.order_id == laid.c.order_id, billed.c.customer_id == laid.c.customer_id)
    return statement.outerjoin(billed, same).subquery()


def _billed(customers: Select[Any] | None, newest: CTE) -> Subquery:
    """Per order what invoices ask for that name it and cover no shipment themselves."""
    covers = select(shipments.c.id).where(shipments.c.invoice_id == invoices.c.id, shipments.c.status == VALID)
    asked = select(invoices.c.customer_id, invoices.c.order_id, invoices.c.currency, invoices.c.amount).where(
        invoices.c.status == VALID, invoices.c.order_id.is_not(None), ~covers.exists(), *_of(invoices, customers)
    )
    rows, amount = _converted(asked, invoices.c.currency, newest)
    whose = (rows.c.customer_id, rows.c.order_id)
    return select(*whose, sql_total(amount).label("amount")).group_by(*whose).subquery("billed")


def _orders(customers: Select[Any] | None, newest: CTE) -> Subquery:
    """What is left of open orders, with tax, after what was shipped or invoiced of them, whichever is more."""
    gross = sql_at(orders.c.amount, orders.c.tax_rate + sql_int(PPM), sql_int(PPM)).label("amount")
    own = (orders.c.customer_id, orders.c.id, orders.c.number, orders.c.order_date.label("happened_on"),
           orders.c.currency, gross)  # fmt: skip
    open_ones = select(*own).where(orders.c.status == OPEN, *_of(orders, customers))
    rows, amount = _converted(open_ones, orders.c.currency, newest)
    shipped, invoiced = (
        _per_order(table, customers, newest, name) for table, name in ((shipments, "shipped"), (invoices, "invoiced"))
    )
    sent, billed = func.coalesce(shipped.c.amount, 0), func.coalesce(invoiced.c.amount, 0)
    priced = (
        select(rows, amount.label("base"), case((sent > billed, sent), else_=billed).label("gone"))
        .outerjoin(shipped, shipped.c.order_id == rows.c.id)
        .outerjoin(invoiced, invoiced.c.order_id == rows.c.id)
        .subquery()
    )
    left = case((priced.c.base > priced.c.gone, priced.c.base - priced.c.gone), else_=sql_int(0))
    return select(*_columns("order", priced, "ordered_not_shipped", left)).subquery()


def _per_order(table: Any, customers: Select[Any] | None, newest: CTE, name: str) -> Subquery:
    """What was shipped or invoiced of each open order."""
    given = (
        select(table.c.order_id, table.c.currency, table.c.amount)
        .join(orders, and_(orders.c.id == table.c.order_id, orders.c.customer_id == table.c.customer_id))
        .where(table.c.status == VALID, orders.c.status == OPEN, *_of(table, customers))
    )
    rows, amount = _converted(given, table.c.currency, newest)
    return select(rows.c.order_id, sql_total(amount).label("amount")).group_by(rows.c.order_id).subquery(name)
