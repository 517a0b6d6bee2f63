"""What others share with a person who leaves goes to whoever takes over, for the days that are left (ORG-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, literal, select, update

from kezhi import acting_user, audit_record, clock, db, visible
from kezhi import lazy_gettext as _l

from ...handover.contributions import HandOver, Name
from ..models import Customer, CustomerShare
from .rules import customer, is_open, share

TABLE = CustomerShare.__table__
#: What the new share has of the one that ends.
KEPT = ("customer_id", "department_id", "to_on", "may_write", "reason", "given_by_id")


def hand_overs() -> list[HandOver]:
    """Shares with the person by name; those with a department stay with it."""
    return [
        HandOver(
            "customers.shares", _l("Customers shared with the person"), items, names, move, icon="share", order=60,
            accepts=lambda user: user.can("customers.read"),
        )
    ]  # fmt: skip


def items(person: int) -> Select[Any]:
    label = func.coalesce(customer.code, customer.prospect_number, "").label("label")
    mine = select(share.id.label("record_id"), label).join_from(TABLE, Customer.__table__)
    return mine.where(share.user_id == person, is_open())


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    seen = visible(Customer).join(CustomerShare, CustomerShare.customer_id == Customer.id)
    rows = db.session.execute(
        seen.with_only_columns(CustomerShare.id, Customer.id.label("customer_id"), Customer.name).where(
            CustomerShare.id.in_(ids)
        )
    )
    return {row.id: Name(row.name, "customers.show", {"customer_id": row.customer_id}) for row in rows}


def move(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """The old shares end now, as history; the new ones begin today, or when the old ones would have."""
    now, today = clock.now(), literal(clock.today(), TABLE.c.from_on.type)
    chosen = and_(share.id.in_(list(db.session.scalars(ids))), share.user_id == person)
    values: dict[str, Any] = {
        "user_id": literal(to, TABLE.c.user_id.type),
        "from_on": case((share.from_on < today, today), else_=share.from_on),
        "given_at": literal(now, TABLE.c.given_at.type),
    }
    rows = select(*(TABLE.c[name] for name in KEPT), *values.values()).where(chosen)
    made: Any = db.session.execute(
        insert(TABLE).from_select([*KEPT, *values], rows), execution_options={"preserve_rowcount": True}
    )
    db.session.execute(update(TABLE).where(chosen).values(ended_at=now, ended_by_id=acting_user().id))
    db.session.expire_all()
    if made.rowcount:
        audit_record("customer.share", "user", to, count=made.rowcount, handed_over_from=person)
    return []
