"""Whose record a row is: what every list of this app says about the customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from kezhi import Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer

# A table, not a class: the rows are narrowed to the customers that the user sees already.
customers = Customer.__table__.c


def customer_of(model: Any, order: int) -> list[Column]:
    """The customer's name and code beside rows of ``model``, found by code."""
    whose = customers.id == model.customer_id
    name = select(customers.name).where(whose).scalar_subquery()
    code = select(customers.code).where(whose).scalar_subquery()
    return [
        Column("customer", _l("Customer"), name, default=True, order=order),
        Column("customer_code", _l("Customer code"), code, filter=Filter("text", apply=_with_code(model)),
               render="code", order=order + 1),
    ]  # fmt: skip


def _with_code(model: Any) -> Callable[[str], ColumnElement[bool]]:
    def condition(code: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = model.customer_id.in_(select(customers.id).where(customers.code == code.strip()))
        return found

    return condition
