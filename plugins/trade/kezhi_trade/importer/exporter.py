"""Orders and declared figures as files that can be imported again; only those whose customer the user sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from kezhi import currency, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Exporter
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import to_units

from ..models import MONEY, RATIO, Declaration, Order, Stock
from ..services.figures import all_figures
from .voucher_exporter import voucher_exporters

HEADER = (
    "number", "customer_code", "order_date", "promised_date", "shipped_date", "product_group", "amount", "currency",
    "tax_rate", "cost", "profit", "status", "external_id",
)  # fmt: skip

STOCK_HEADER = ("customer_code", "month", "held", "dead")
DECLARED_HEADER = ("customer_code", "year", "declared_on", "stated_in")


def exporters() -> list[Exporter]:
    """The exporters of kind ``orders``, ``declared``, and of vouchers and matchings."""
    keys = [figure["key"] for figure in all_figures()]
    header = (*DECLARED_HEADER, *keys)
    return [
        Exporter("orders", _l("Orders"), "trade.read", HEADER, _rows),
        Exporter("declared", _l("Declared figures"), "trade.read", header, _declared_rows),
        Exporter("stock", _l("Stock held for customers"), "trade.read", STOCK_HEADER, _stock_rows),
        *voucher_exporters(),
    ]


def _rows() -> Iterator[Sequence[str]]:
    statement = (
        visible(Order)
        .join(Customer, Customer.id == Order.customer_id)
        .with_only_columns(Order, Customer.code)
        .order_by(Order.id)
        .execution_options(yield_per=1000)
    )
    for order, code in db.session.execute(statement):
        yield (
            order.number,
            code or "",
            _day(order.order_date),
            _day(order.promised_date),
            _day(order.shipped_date),
            order.product_group,
            to_units(order.amount, order.currency),
            order.currency,
            f"{Decimal(order.tax_rate).scaleb(-4).normalize():f}%",
            _units(order.cost, order.currency),
            _units(order.profit, order.currency),
            order.status,
            order.external_id or "",
        )


def _declared_rows() -> Iterator[Sequence[str]]:
    """One row for what a customer declared in one breath; a later correction of the same breath wins."""
    keys = {figure["id"]: figure["key"] for figure in all_figures()}
    said_in = (Declaration.customer_id, Declaration.year, Declaration.declared_on, Declaration.stated_in)
    statement = (
        visible(Declaration)
        .join(Customer, Customer.id == Declaration.customer_id)
        .where(Declaration.withdrawn_at.is_(None))
        .with_only_columns(Declaration, Customer.code)
        .order_by(*said_in, Declaration.id)
        .execution_options(yield_per=1000)
    )
    for (code, _customer, year, day, stated_in), rows in groupby(db.session.execute(statement), _said):
        values = {keys[declaration.figure_id]: _value(declaration) for declaration, _code in rows}
        yield code, str(year), _day(day), stated_in, *(values.get(key, "") for key in keys.values())


def _stock_rows() -> Iterator[Sequence[str]]:
    statement = (
        visible(Stock)
        .join(Customer, Customer.id == Stock.customer_id)
        .with_only_columns(Stock, Customer.code)
        .order_by(Stock.month, Stock.id)
        .execution_options(yield_per=1000)
    )
    for record, code in db.session.execute(statement):
        amounts = (to_units(amount, currency()) for amount in (record.held, record.dead))
        yield code or "", f"{record.month:%Y-%m}", *amounts


def _said(row: Any) -> tuple[str, int, int, date, str]:
    declaration, code = row
    return code or "", declaration.customer_id, declaration.year, declaration.declared_on, declaration.stated_in


def _value(declaration: Declaration) -> str:
    if declaration.unit == MONEY:
        return to_units(declaration.value, currency())
    if declaration.unit == RATIO:
        return f"{Decimal(declaration.value).scaleb(-4).normalize():f}%"
    return str(declaration.value)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _units(amount: int | None, currency: str) -> str:
    return "" if amount is None else to_units(amount, currency)
