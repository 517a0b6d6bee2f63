"""Many prospects become customers at once: codes for a set of records, in a constant number of statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, literal, select, update

from kezhi import acting_user, bulk_write, clock, db
from kezhi.db import UtcDateTime

from ..models import Customer, CustomerChange, UsedCode
from . import numbering
from .confirmation import CUSTOMERS, reserved_code

SOURCE = "confirm"


def give_codes(ids: Select[Any], **noted: Any) -> int:
    """Give those of ``ids`` that are prospects their codes: the one kept for them, else the next of the rule (CUS-01).

    ``noted`` goes into the audit entry. Returns how many became customers. Expects an open ``writing()``.
    """
    now = clock.now()
    prospects = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(ids), CUSTOMERS.c.code.is_(None))
    without = prospects.where(reserved_code(CUSTOMERS.c.id).is_(None)).order_by(CUSTOMERS.c.id)
    waiting = list(db.session.scalars(without))
    if waiting:
        given = numbering.next_codes(len(waiting))
        rows = [
            {"code": code, "customer_id": customer_id, "given_at": now, "reverted_name": ""}
            for code, customer_id in zip(given, waiting, strict=True)
        ]
        db.session.connection().execute(insert(UsedCode.__table__), rows)
    changed: Any = select(
        CUSTOMERS.c.id,
        literal(now, UtcDateTime()),
        literal(acting_user().login),
        literal("code"),
        literal(""),
        reserved_code(CUSTOMERS.c.id),
        literal(SOURCE),
    ).where(CUSTOMERS.c.id.in_(prospects))
    columns = ["customer_id", "at", "actor", "field", "old", "new", "source"]
    db.session.execute(insert(CustomerChange).from_select(columns, changed))
    values = {"code": reserved_code(CUSTOMERS.c.id), "updated_at": now, "version": CUSTOMERS.c.version + 1}
    count = bulk_write(
        update(CUSTOMERS).where(CUSTOMERS.c.id.in_(prospects)).values(**values),
        model=Customer,
        change="update",
        keys=ids,
        action="customer.confirm",
        **noted,
    )
    db.session.expire_all()
    return count
