"""Columns of lists: the summary beside each customer, and the list of orders itself."""

from __future__ import annotations

from functools import cache

from sqlalchemy import case

from kezhi import Choice, Column, Filter, Join
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer

from ..labels import STATUS_LABELS, STATUS_TONES
from ..models import CustomerTrade, Order
from .whose import customer_of

# The table, not the class: the list it appears in is narrowed to what the user sees already.
summary = CustomerTrade.__table__


def customer_columns(model: type) -> list[Column]:
    """What the list of customers shows of their orders."""
    return _summary_columns() if model is Customer else []


@cache
def _summary_columns() -> list[Column]:
    join = Join(summary, summary.c.customer_id)
    return [
        Column("trade.total_amount", _l("Ordered so far"), summary.c.total_amount, join=join, sortable=True,
               filter=Filter("number"), default=True, permission="trade.read", render="money", order=60),
        Column("trade.order_count", _l("Orders"), summary.c.order_count, join=join, sortable=True,
               filter=Filter("number"), permission="trade.read", render="count", order=61),
        Column("trade.last_order_date", _l("Last order"), summary.c.last_order_date, join=join, sortable=True,
               filter=Filter("date"), default=True, permission="trade.read", render="date", order=62),
    ]  # fmt: skip


def order_columns() -> list[Column]:
    """The list of orders."""
    tone = case(STATUS_TONES, value=Order.status)
    statuses = [Choice(value, label) for value, label in STATUS_LABELS.items()]
    return [
        Column("number", _l("Order number"), Order.number, sortable=True, default=True, render="code", order=10),
        Column("order_date", _l("Date"), Order.order_date, sortable=True, filter=Filter("date"), default=True,
               render="date", order=20),
        *customer_of(Order, 30),
        Column("product_group", _l("Product group"), Order.product_group, filter=Filter("text"), default=True,
               order=40),
        Column("amount", _l("Amount"), Order.base_amount, sortable=True, filter=Filter("number"), default=True,
               render="money", order=50),
        Column("profit", _l("Profit"), Order.base_profit, render="money", order=51),
        Column("promised_date", _l("Promised date"), Order.promised_date, filter=Filter("date"), render="date",
               order=54),
        Column("shipped_date", _l("Ship date"), Order.shipped_date, filter=Filter("date"), render="date", order=55),
        Column("status", _l("Status"), Order.status, filter=Filter("choice", choices=lambda: statuses),
               default=True, render="chip", order=60, extra=(tone,)),
    ]  # fmt: skip
