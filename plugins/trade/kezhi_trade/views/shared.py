"""What the pages of this app have in common."""

from __future__ import annotations

from typing import Any

from flask import abort

from kezhi import db, visible
from kezhi.builtin.customers.models import Customer


def customer_of(record: Any) -> Customer:
    """The customer of an order, a declaration or a dispute; who sees the record sees them."""
    statement = visible(Customer).where(Customer.id == record.customer_id)
    found: Customer = db.session.execute(statement).scalar_one()
    return found


def read_version(text: str | None) -> int:
    """The version that a form was opened with. Errors: 400."""
    try:
        return int(text or "")
    except ValueError:
        abort(400)
