"""Columns of lists: the summary beside each customer, and the list of orders itself."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, select

from kezhi import Choice, Column, Filter, Join
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer

from .labels import STATUS_LABELS, STATUS_TONES
from .models import CustomerTrade, Order

# Tables, not classes: the list they appear in is narrowed to what the user sees already.
customers, summary = Customer.__table__.c, CustomerTrade.__table__


def customer_columns(model: type) -> list[Column]:
    """What the list of customers shows of their orders."""
    if model is not Customer:
        return []
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
    whose = customers.id == Order.customer_id
    name = select(customers.name).where(whose).scalar_subquery()
    code = select(customers.code).where(whose).scalar_subquery()
    tone = case(STATUS_TONES, value=Order.status)
    statuses = [Choice(value, label) for value, label in STATUS_LABELS.items()]
    return [
        Column("number", _l("Order number"), Order.number, sortable=True, default=True, render="code", order=10),
        Column("order_date", _l("Date"), Order.order_date, sortable=True, filter=Filter("date"), default=True,
               render="date", order=20),
        Column("customer", _l("Customer"), name, default=True, order=30),
        Column("customer_code", _l("Customer code"), code, filter=Filter("text", apply=_of_customer), render="code",
               order=31),
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


def _of_customer(code: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = Order.customer_id.in_(select(customers.id).where(customers.code == code.strip()))
    return condition
