"""Orders as a file that can be imported again; only those whose customer the user sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from kezhi import db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Exporter
from kezhi.i18n import lazy_gettext as _l
from kezhi.money import to_units

from ..models import Order

HEADER = (
    "number", "customer_code", "order_date", "promised_date", "shipped_date", "product_group", "amount", "currency",
    "tax_rate", "cost", "profit", "status", "external_id",
)  # fmt: skip


def exporters() -> list[Exporter]:
    """The exporter of kind ``orders``."""
    return [Exporter("orders", _l("Orders"), "trade.read", HEADER, _rows)]


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


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _units(amount: int | None, currency: str) -> str:
    return "" if amount is None else to_units(amount, currency)
