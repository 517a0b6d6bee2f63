"""Giving customers to another responsible person, many at once (CUS-04). Writers expect an open ``writing()``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, insert, literal, or_, select, update

from kezhi import Refused, announce, audit_record, clock, db
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import gettext as _

from ...accounts.models import Account
from ..models import Customer, CustomerOwner
from .people import choosable_owners

customers, owners = Customer.__table__, CustomerOwner.__table__


def assign_customers(ids: Select[Any], owner_id: int) -> int:
    """Make a person responsible for these customers, in that person's department; how many came over.

    ``ids`` holds only what the acting person sees; it may ask for the owner of before. Errors: ``Refused`` for somebody
    whom the acting person may not choose.
    """
    if owner_id not in choosable_owners():
        raise Refused(_("Choose one of the list."), field="owner")
    now = clock.now()  # tells the customers that came over from all others, once their owner has changed
    department = select(Account.department_id).where(Account.id == owner_id).scalar_subquery()
    place = db.session.scalar(select(department))
    moving = _moving(ids, owner_id)
    chosen = select(customers.c.id).where(*moving)
    _execute(update(owners).where(owners.c.to_at.is_(None), owners.c.customer_id.in_(chosen)).values(to_at=now))
    columns = ["customer_id", "user_id", "department_id", "from_at"]
    zone, kind = owners.c.from_at.type, owners.c.department_id.type
    rows = select(customers.c.id, literal(owner_id), literal(place, kind), literal(now, zone)).where(*moving)
    _execute(insert(owners).from_select(columns, rows))
    values = {"owner_id": owner_id, "department_id": place, "updated_at": now, "version": customers.c.version + 1}
    count = _execute(update(customers).where(*moving).values(values))
    db.session.expire_all()
    if count:
        came = select(customers.c.id).where(customers.c.owner_id == owner_id, customers.c.updated_at == now)
        announce(Customer, "update", list(db.session.scalars(came)) if count <= MOST_KEYS else came)
        audit_record("customer.assign", "user", owner_id, count=count)
    return count


def _moving(ids: Select[Any], owner_id: int) -> tuple[Any, ...]:
    return customers.c.id.in_(ids), or_(customers.c.owner_id != owner_id, customers.c.owner_id.is_(None))


def _execute(statement: Any) -> int:
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result: Any = db.session.execute(statement, execution_options=options)
    return int(result.rowcount)
