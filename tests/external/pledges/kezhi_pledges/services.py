"""What may be recorded, and who sees it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import ALL, User, announce, audit_record, db, visible, visible_ids
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import customer_by_code

from .models import Pledge


def record_pledge(customer_code: str, promise: str, promised_by: str) -> Pledge:
    """Record a pledge inside ``writing()``. Errors: ``NotFound`` for a customer nobody sees."""
    pledge = Pledge(customer_id=customer_by_code(customer_code).id, promise=promise, promised_by=promised_by)
    db.session.add(pledge)
    db.session.flush()
    announce(Pledge, "create", [pledge.id])
    audit_record("pledge.record", "pledge", pledge.id)
    return pledge


def pledges_of(customer_id: int) -> list[Pledge]:
    """The pledges of a customer."""
    return list(db.session.scalars(visible(Pledge).where(Pledge.customer_id == customer_id).order_by(Pledge.id)))


def grants(user: User) -> Any:
    """The pledges of the customers that the user sees."""
    customers, pledges = visible_ids(Customer, user), Pledge.__table__
    return ALL if customers is None else [select(pledges.c.id).where(pledges.c.customer_id.in_(customers))]
