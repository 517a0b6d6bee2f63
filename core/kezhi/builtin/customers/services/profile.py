"""A record with its long sections and product groups as one set of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from kezhi import db

from ..fields import FIELDS, PROFILE
from ..models import Customer, CustomerGroup, ListEntry, Profile
from . import lists

PROFILES = Profile.__table__
NOTHING: dict[str, Any] = {key: FIELDS[key].absent() for key in PROFILE}


def stored_values(customer: Customer) -> dict[str, Any]:
    """Everything the file holds of a customer by field, in two statements."""
    found = {column.key: getattr(customer, column.key) for column in Customer.__table__.c}
    row = db.session.execute(select(PROFILES).where(PROFILES.c.customer_id == customer.id)).mappings().first()
    found |= NOTHING if row is None else {key: row[key] for key in PROFILE}
    return found | {"product_groups": groups_of(customer.id)}


def groups_of(customer_id: int) -> str:
    """The product groups that a customer buys."""
    statement = select(ListEntry.key).join(CustomerGroup, CustomerGroup.entry_id == ListEntry.id)
    return lists.groups_text(db.session.scalars(statement.where(CustomerGroup.customer_id == customer_id)))


def write_more(customer_id: int, values: Mapping[str, Any]) -> None:
    """Store those of ``values`` that stand beside the record: long sections and product groups."""
    own = {key: values[key] for key in PROFILE if key in values}
    if any(value != NOTHING[key] for key, value in own.items()):
        known = db.session.scalar(select(exists().where(PROFILES.c.customer_id == customer_id)))
        if not known:
            db.session.execute(insert(PROFILES), [{**NOTHING, **own, "customer_id": customer_id}])
            own = {}
    if own:
        db.session.execute(update(PROFILES).where(PROFILES.c.customer_id == customer_id).values(own))
    if "product_groups" in values:
        _write_groups(customer_id, lists.group_keys(values["product_groups"]))


def _write_groups(customer_id: int, keys: list[str]) -> None:
    links = CustomerGroup.__table__
    db.session.execute(delete(links).where(links.c.customer_id == customer_id))
    wanted = [entry["id"] for entry in lists.all_entries("product_group") if entry["key"] in keys]
    if wanted:
        db.session.execute(insert(links), [{"customer_id": customer_id, "entry_id": each} for each in wanted])
