"""Whose a row is, for importers of all apps that name the customer by code: one who is seen, and may be changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, select

from kezhi import visible
from kezhi.i18n import _

from ...imports.models import Batch
from ...imports.staging import add_problems, field_text, good_rows
from ..models import Customer
from ..sharing.rules import only_looked_at
from .staged import rows, sentence

CUSTOMERS: Any = Customer.__table__


def check_customers(batch: Batch, column: str = "customer_code") -> None:
    """Report the good rows whose customer code is nobody's, or is that of a customer one may only look at.

    Such rows are bad cells; the others go on. One statement more for who has shares.
    """
    code = field_text(column)
    known = visible(Customer).with_only_columns(Customer.code).where(Customer.code.is_not(None))
    text = _(
        "There is no customer with the code “%(code)s”. Enter the customer first, or correct the code.", code="{code}"
    )
    add_problems(batch, rows(sentence(text, code=code), *good_rows(batch), code.not_in(known)), column=column)
    if only_looked_at() is not None:
        closed = code.in_(select(CUSTOMERS.c.code).where(of_looked_at(CUSTOMERS.c.id), CUSTOMERS.c.code.is_not(None)))
        add_problems(batch, rows(looked_at_text(code), *good_rows(batch), closed), column=column)


def looked_at_text(customer: ColumnElement[Any]) -> ColumnElement[str]:
    """What is said of a row about a customer whom one may only look at."""
    text = _(
        "“%(customer)s” is shared with you for looking only: leave the row out, or have the right to change added.",
        customer="{customer}",
    )
    return sentence(text, customer=customer)


def of_looked_at(customer_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a column names a customer whom the acting person may only look at."""
    condition = only_looked_at()
    return false() if condition is None else customer_id.in_(select(CUSTOMERS.c.id).where(condition))
