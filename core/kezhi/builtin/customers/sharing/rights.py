"""What pages of all apps ask before they show a button: whether who reads may also change (CUS-04)."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request
from sqlalchemy import select

from kezhi import User, acting_user, db

from ..models import Customer
from .rules import customer, is_in_charge, only_looked_at


def may_change(record: Any, permission: str, user: User | None = None) -> bool:
    """Whether somebody (the acting person) may change what ``permission`` is for, at a customer.

    ``record`` is a customer, a row with a ``customer_id``, or the id of a customer. False without the permission, and
    for who has the customer only to look at: what they save would be refused. Pages show buttons by it. No statement
    for who is in charge of a customer given as a record, or sees all; else one a request.
    """
    user = user or acting_user()
    return user.can(permission) and not looks_only(record, user)


def looks_only(record: Any, user: User | None = None) -> bool:
    """Whether the customer is shared with somebody to be looked at, and nothing lets them change it."""
    user = user or acting_user()
    if isinstance(record, Customer) and is_in_charge(record.owner_id, record.department_id, user):
        return False
    condition = only_looked_at(user)
    if condition is None:
        return False
    found = record if isinstance(record, int) else record.id if isinstance(record, Customer) else record.customer_id
    kept: dict[Any, bool] = request.environ.setdefault("kezhi.looks_only", {}) if has_request_context() else {}
    if (user.id, found) not in kept:
        seen = select(customer.id).where(customer.id == found, condition)
        kept[user.id, found] = db.session.scalar(seen, execution_options={"kezhi_unscoped": True}) is not None
    return kept[user.id, found]
