"""A record with its long sections and product groups as one set of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update

from kezhi import db
from kezhi.visibility import visible_where

from ...protection.fields import bind, oldest, writer
from ..fields import FIELDS, PROFILE
from ..models import Customer, CustomerGroup, ListEntry, Profile
from . import lists

CUSTOMERS, PROFILES = Customer.__table__, Profile.__table__
LINKS, ENTRIES = CustomerGroup.__table__, ListEntry.__table__
NOTHING: dict[str, Any] = {key: FIELDS[key].absent() for key in PROFILE}

_GROUPS = (
    select(func.aggregate_strings(ENTRIES.c.key, ","))
    .join(LINKS, LINKS.c.entry_id == ENTRIES.c.id)
    .where(LINKS.c.customer_id == CUSTOMERS.c.id)
    .scalar_subquery()
)
#: What stands beside a record that was read before, by the rule of who sees it.
_BESIDE = (
    select(PROFILES.c.customer_id, *(PROFILES.c[key] for key in PROFILE), _GROUPS.label("product_groups"))
    .select_from(CUSTOMERS.outerjoin(PROFILES, PROFILES.c.customer_id == CUSTOMERS.c.id))
    .where(CUSTOMERS.c.id == bindparam("customer"))
)


#: Both at once, of a record that was not read before.
_WHOLE = _BESIDE.add_columns(*CUSTOMERS.c)


def stored_record(customer_id: int) -> dict[str, Any] | None:
    """As :func:`stored_values`, of a record that was not read yet; None when there is none that the user may see."""
    seen = visible_where(Customer)
    statement = _WHOLE if seen is None else _WHOLE.where(seen)
    row = db.session.connection().execute(statement, {"customer": customer_id}).mappings().one_or_none()
    return None if row is None else {column.key: row[column] for column in CUSTOMERS.c} | _beside(row)


def stored_values(customer: Customer) -> dict[str, Any]:
    """Everything the file holds of a customer by field, in one statement."""
    found = {column.key: getattr(customer, column.key) for column in CUSTOMERS.c}
    row = db.session.connection().execute(_BESIDE, {"customer": customer.id}).mappings().one()
    return found | _beside(row)


def _beside(row: Any) -> dict[str, Any]:
    found = NOTHING if row["customer_id"] is None else {key: row[key] for key in PROFILE}
    return found | {"product_groups": lists.groups_text(lists.group_keys(row["product_groups"] or ""))}


def write_new(customer_id: int, token: str, values: Mapping[str, Any]) -> None:
    """Store what stands beside a record that was just made, where there is something to store."""
    own = {key: values[key] for key in PROFILE if key in values}
    if any(value != NOTHING[key] for key, value in own.items()):
        db.session.connection().execute(insert(PROFILES), _row(customer_id, token, own))
    _link_groups(customer_id, lists.group_keys(values.get("product_groups") or ""))


def _row(customer_id: int, token: str, values: Mapping[str, Any]) -> dict[str, Any]:
    sealed = {"customer_id": customer_id, "seal": token, "seal_version": writer().version}
    return bind(PROFILES, token, {**NOTHING, **values}) | sealed


def write_more(customer_id: int, token: str, values: Mapping[str, Any]) -> None:
    """Store those of ``values`` that stand beside the record: long sections and product groups."""
    own = {key: values[key] for key in PROFILE if key in values}
    if any(value != NOTHING[key] for key, value in own.items()):
        known = db.session.scalar(select(exists().where(PROFILES.c.customer_id == customer_id)))
        if not known:
            db.session.execute(insert(PROFILES), [_row(customer_id, token, own)])
            own = {}
    if own:
        if any(FIELDS[key].protected for key in own):
            own = _sealed_anew(customer_id, token, own)
        db.session.execute(update(PROFILES).where(PROFILES.c.customer_id == customer_id).values(own))
    if "product_groups" in values:
        db.session.execute(delete(LINKS).where(LINKS.c.customer_id == customer_id))
        _link_groups(customer_id, lists.group_keys(values["product_groups"]))


def _sealed_anew(customer_id: int, token: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` for sections that are there: a merge may have brought them along with a token of their own."""
    there = select(PROFILES.c.seal, PROFILES.c.seal_version).where(PROFILES.c.customer_id == customer_id)
    row = db.session.connection().execute(there).one_or_none()
    if row is None:
        return dict(values)
    token = row.seal or token
    return bind(PROFILES, token, values) | {"seal": token, "seal_version": oldest(row.seal_version)}


def _link_groups(customer_id: int, keys: list[str]) -> None:
    wanted = [entry["id"] for entry in lists.all_entries("product_group") if entry["key"] in keys]
    if wanted:
        db.session.execute(insert(LINKS), [{"customer_id": customer_id, "entry_id": each} for each in wanted])
